"""« Envoyer le résumé », from a script: the same text and the same sending as on the card of a contact's end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.assist import store
from app.assist.acting import Actor, Result, about, log_act
from app.assist.acts.hands import Form, Hand
from app.assist.conditions import Unmet
from app.assist.models import ScriptRun
from app.desk.summaries import service
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput


def _perform(actor: Actor, form: Form) -> Result:
    contact_id = about(actor).contact_id
    assert contact_id is not None  # a condition of the act
    sent = service.send(
        contact_id,
        form.get("way", ""),
        form.get("text", ""),
        actor.basis or "",
        agent_id=actor.agent_id,
        now=actor.now,
    )
    with unit_of_work():
        result = "done" if sent.error is None else "refused"
        log_act("send_summary", actor, result, None, made=f"message:{sent.message_id}")
    return Result(result, sent.error)


def _form(run: ScriptRun, _agent_id: int, _locale: str) -> Mapping[str, Any]:
    assert run.contact_id is not None  # a condition of the act
    proposed = service.proposed(store.contact(run.contact_id))
    return {"text": proposed.text, "ways": proposed.ways, "first": proposed.first}


def _unmet(run: ScriptRun, _agent_id: int) -> Unmet | None:
    if run.contact_id and service.proposed(store.contact(run.contact_id)).ways:
        return None
    return Unmet(
        InvalidInput(
            "On ne peut pas écrire à cette personne : ni portable, ni mail.",
            kept="Rien n'est parti.",
            todo="Relisez-lui à voix haute ce qui est fait et ce qui reste à faire.",
        ),
        "correct",
    )


HAND = Hand(_perform, _form, _unmet)
