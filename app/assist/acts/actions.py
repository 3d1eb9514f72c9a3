"""What a step of a script may do, besides saying: one entry for each name in ``script.ACTIONS``.

Each makes a real row that somebody else sees (``ScriptAct.made`` names it), or has no button: nothing is
noted that did not happen. What the Portal, a mail server or an operator refused is said, and kept as refused.
An act in the person's name asks on what agreement; what the service does for itself needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.assist import condition_facts, conditions
from app.assist.acting import Actor, Result, about
from app.assist.acts import hands, own, portal
from app.assist.conditions import Unmet
from app.assist.models import ScriptAct, ScriptRun
from app.assist.portal.resend import resend_link, sms_form
from app.assist.script import BASES
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.foundation.text.bilingual import Text
from app.tickets.grounds import service as grounds

UNDO_FOR = timedelta(minutes=15)
Form = Mapping[str, str]
NO_FORM: Form = {}
Perform = Callable[[Actor, Ports, str, Form, str], Result]
Undo = Callable[[int, Actor], None]


@dataclass(frozen=True)
class Action:
    """One action: what its button says, what is said once it is done, and what it does.

    ``perform`` None: a room above lends its hand (``hands``). ``for_person``: it is done in the person's
    name, so the agreement is asked and kept; an alert must never wait for one. ``undo`` takes back the row
    it made, inside the caller's transaction (the lent hand's own, when there is none here).
    """

    label: Text
    done: Text
    perform: Perform | None = None
    for_person: bool = False
    form: Callable[[ScriptRun, int, str, datetime], Mapping[str, Any]] | None = None
    undo: Undo | None = None
    icon: str = field(default="check")


def offered(name: str) -> bool:
    """Is there anything behind this action's button here?"""
    action = ACTIONS.get(name)
    return action is not None and (action.perform is not None or hands.of(name) is not None)


def unmet(name: str, run: ScriptRun, agent_id: int) -> Unmet | None:
    """Why this action cannot be done now, or None."""
    found = conditions.unmet(name, condition_facts.of(run, agent_id))
    hand = hands.of(name)
    return found or (hand.unmet(run, agent_id) if hand else None)


def perform(
    name: str,
    actor: Actor,
    ports: Ports,
    base_url: str,
    form: Form = NO_FORM,
    locale: str = "fr",
) -> Result:
    """Do what the step asks.

    Raises InvalidInput for an unknown action or basis, for an act in the person's name that says none
    (an agreement is what somebody said, never what a form presets), for a form that lacks something,
    and for an action whose condition is not met.
    """
    if not offered(name):
        raise InvalidInput("Cette action n'existe pas.")
    action = ACTIONS[name]
    if actor.basis not in (*BASES, None) or (action.for_person and actor.basis is None):
        raise InvalidInput(
            "Dites sur quel accord vous agissez.",
            kept="Rien n'a été fait.",
            todo="Demandez à la personne, puis choisissez l'accord.",
        )
    run = about(actor)
    grounds.check_beside(run.contact_id, run.dossier_id, actor.basis, actor.now)
    missing = unmet(name, run, actor.agent_id)
    if missing is not None:
        raise missing.error
    if action.perform is not None:
        return action.perform(actor, ports, base_url, form, locale)
    hand = hands.of(name)
    assert hand is not None  # offered
    return hand.perform(actor, form)


def form_of(
    name: str, run: ScriptRun, agent_id: int, locale: str, now: datetime
) -> Mapping[str, Any]:
    """What the form of an action shows; empty when it asks nothing."""
    action, hand = ACTIONS[name], hands.of(name)
    if action.form is not None:
        return action.form(run, agent_id, locale, now)
    return hand.form(run, agent_id, locale) if hand else {}


def undoable(act: ScriptAct, agent_id: int, now: datetime) -> bool:
    """May this agent take this act back now: their own, of the last quarter of an hour, of a kind that can be?"""
    return (
        act.made is not None
        and act.undone_at is None
        and act.result != "refused"
        and act.agent_id == agent_id
        and now - act.at <= UNDO_FOR
        and _undo_of(act.action) is not None
    )


def _undo_of(name: str) -> Undo | None:
    action, hand = ACTIONS.get(name), hands.of(name)
    if action is not None and action.undo is not None:
        return action.undo
    return hand.undo if hand else None


def undo(act_id: int, *, run_id: int, agent_id: int, now: datetime) -> None:
    """Take back an act of this run: the row it made, and that it was done. Twice changes nothing.

    Raises Forbidden for a colleague's, Conflict when it is too late or cannot be taken back.
    """
    with unit_of_work():
        act = db.session.get(ScriptAct, act_id, populate_existing=True, with_for_update=True)
        if act is None or act.run_id != run_id:
            raise NotFound("Cet acte n'existe pas.", todo="Rechargez le script.")
        if act.undone_at is not None:
            return
        if act.agent_id != agent_id:
            raise Forbidden("Cet acte est celui de quelqu'un d'autre.", kept="Rien n'a été changé.")
        if not undoable(act, agent_id, now):
            raise Conflict(
                "Cela ne peut plus être annulé : c'est fait, ou trop ancien.",
                kept="Rien n'a été changé.",
            )
        take_back = _undo_of(act.action)
        assert take_back is not None  # undoable
        assert act.made is not None
        actor = Actor(act.run_id, agent_id, act.step_id, act.basis, now)
        take_back(int(act.made.partition(":")[2]), actor)
        act.undone_at = now


def _by_its_form(_actor: Actor, _ports: Ports, _base: str, _form: Form, _locale: str) -> Result:
    raise InvalidInput(
        "L'adresse se corrige dans son formulaire, relue à la personne.",
        kept="Rien n'a été changé.",
        todo="Rechargez le script, puis recommencez.",
    )


def _own(do: Callable[[Actor, Form, str], Result]) -> Perform:
    return lambda actor, _ports, _base, form, locale: do(actor, form, locale)


ACTIONS: dict[str, Action] = {
    "resend_link": Action(
        Text("Renvoyer le lien", "Resend the link"),
        Text("Lien renvoyé", "Link sent again"),
        lambda actor, ports, base, form, _locale: resend_link(
            actor, ports, base, sms_too=form.get("sms") == "1"
        ),
        for_person=True,
        form=lambda run, _agent, _locale, _now: sms_form(run),
        icon="mail",
    ),
    "correct_address": Action(
        Text("Corriger l’adresse", "Correct the address"),
        Text("Adresse corrigée, relue à la personne", "Address corrected, read back to the person"),
        _by_its_form,
        icon="edit",
    ),
    "send_reset": Action(
        Text("Envoyer le mail de réinitialisation", "Send the reset email"),
        Text(
            "Mail de réinitialisation demandé au Portail", "Reset email requested from the Portal"
        ),
        lambda actor, ports, _base, _form, _locale: portal.send_reset(actor, ports),
        for_person=True,
        icon="mail",
    ),
    "unlock": Action(
        Text("Débloquer le compte", "Unlock the account"),
        Text("Compte débloqué", "Account unlocked"),
        lambda actor, ports, _base, _form, _locale: portal.unlock(actor, ports),
        for_person=True,
        icon="lock",
    ),
    "hand_slot_back": Action(
        Text("Redonner la main sur cette case", "Hand this slot back"),
        Text("Case rendue à la personne", "Slot handed back to the person"),
        lambda actor, ports, _base, form, _locale: portal.hand_slot_back(actor, ports, form),
        for_person=True,
        form=lambda run, _agent, locale, _now: {"slots": portal.slots(run, locale)},
        icon="undo",
    ),
    "send_sms": Action(
        Text("Envoyer ce SMS", "Send this text message"),
        Text("SMS envoyé", "Text message sent"),
        for_person=True,
        icon="send",
    ),
    "send_summary": Action(
        Text("Envoyer le résumé", "Send the summary"),
        Text("Résumé envoyé", "Summary sent"),
        for_person=True,
        icon="send",
    ),
    "create_callback": Action(
        Text("Promettre ce rappel", "Promise this call-back"),
        Text("Rappel promis", "Call-back promised"),
        icon="phone-out",
    ),
    "ask_interpreter": Action(
        Text("Appeler l’interprète, à trois", "Call the interpreter into the call"),
        Text("Interprète appelé", "Interpreter called"),
        for_person=True,
        icon="users",
    ),
    "book_place": Action(
        Text("Noter ce rendez-vous", "Note this appointment"),
        Text("Rendez-vous noté", "Appointment noted"),
        for_person=True,
        icon="calendar",
    ),
    "link_incident": Action(
        Text("Signaler l’incident", "Report the incident"),
        Text("Contact lié à l’incident", "Contact linked to the incident"),
        _own(own.link_incident),
        form=lambda run, _agent, _locale, _now: own.incident_form(run),
        undo=own.unlink,
        icon="alert",
    ),
    "flag_priority": Action(
        Text("Promettre la priorité", "Promise priority"),
        Text("Priorité promise sur le dossier", "Priority promised on the file"),
        _own(own.flag_priority),
        form=lambda _run, _agent, _locale, now: own.priority_form(now),
        undo=own.unflag,
        icon="flag",
    ),
    "consult_owner": Action(
        Text("Poser la question", "Ask the question"),
        Text(
            "Question posée, dans la liste de qui doit répondre",
            "Question asked, in the list of who must answer",
        ),
        _own(own.consult_owner),
        form=lambda run, agent, _locale, _now: own.owner_form(run, agent),
        undo=own.withdraw,
        icon="users",
    ),
    "alert_manager": Action(
        Text("Prévenir l’encadrement", "Alert the managers"),
        Text("Alerte envoyée à l’encadrement", "Alert sent to the managers"),
        _own(own.alert_manager),
        icon="send",
    ),
}
