"""« Envoyer ce SMS », from a script: written by the agent, to the person's mobile, followed as any message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.assist import condition_facts, store
from app.assist.acting import Actor, Result, about, log_act
from app.assist.acts.hands import Form, Hand
from app.assist.conditions import Unmet
from app.assist.models import ScriptRun
from app.channels import letters
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.text import phone_numbers
from app.foundation.text.bilingual import Text


def _perform(actor: Actor, form: Form) -> Result:
    contact_id = about(actor).contact_id
    assert contact_id is not None  # a condition of the act
    with unit_of_work():
        message_id = letters.prepare(
            store.contact(contact_id),
            "sms",
            form.get("text", ""),
            subject="",
            agent_id=actor.agent_id,
            now=actor.now,
        )
    return sent("send_sms", actor, message_id)


def sent(name: str, actor: Actor, message_id: int) -> Result:
    """Hand a letter over, and keep with the run how it went: what was refused is no sending."""
    letter = letters.hand_over(message_id, now=actor.now)
    with unit_of_work():
        result = "done" if letter.error is None else "refused"
        log_act(name, actor, result, None, made=f"message:{message_id}")
    return Result(result, letter.error)


def _form(run: ScriptRun, _agent_id: int, _locale: str) -> Mapping[str, Any]:
    assert run.contact_id is not None  # a condition of the act
    to = letters.ways(store.contact(run.contact_id)).mobile
    about_it = condition_facts.dossier_id(run)
    if about_it is None:
        return {"to": phone_numbers.display(to), "text": ""}
    dossier = store.dossier(about_it)
    proposed = _NUMBER.get(dossier.person.language).format(reference=dossier.reference)
    return {"to": phone_numbers.display(to), "text": proposed}


def _unmet(run: ScriptRun, _agent_id: int) -> Unmet | None:
    if run.contact_id is not None and letters.ways(store.contact(run.contact_id)).mobile:
        return None
    return Unmet(
        InvalidInput(
            "Cette ligne ne peut pas écrire à ce portable.",
            kept="Rien n'est parti.",
            todo="Demandez un autre numéro de portable, ou écrivez un mail.",
        ),
        "correct",
    )


# What is most often noted wrong on a phone: the number of the request. The agent changes it at will.
_NUMBER = Text(
    "Portail des aides. Le numéro de votre demande, à garder : {reference}.",
    "Portail des aides. The number of your request, to keep: {reference}.",
)

HAND = Hand(_perform, _form, _unmet)
