"""What a step of a script may do, besides saying: one handler for each name in ``script.ACTIONS``.

``resend_link`` and ``alert_manager`` act by themselves, ``correct_address`` opens the form that does
(``address_routes``). The others are done elsewhere (in the Portal, in the dossier): the agent says that
it is done, and the run keeps who, when, and on what basis. None is noted while its condition is not met
(``conditions``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.accounts import journal
from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.assist import condition_facts, conditions, store
from app.assist.acting import Actor, Result, about, log_act
from app.assist.portal.resend import resend_link
from app.assist.script import BASES
from app.dossiers.models import Dossier
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.foundation.text.bilingual import Text

DISTRESS_SCRIPT = "S31"


@dataclass(frozen=True)
class Action:
    """One action: what its button says, and what it does (None: it only notes the act).

    ``for_person``: it is done in the person's name, so the agreement is asked and kept. What the
    service does for itself needs none, and an alert must never wait for one.
    """

    label: Text
    done: Text
    perform: Callable[[Actor, Ports, str], Result] | None = None
    for_person: bool = False


def perform(name: str, actor: Actor, ports: Ports, base_url: str) -> Result:
    """Do, or note, what the step asks.

    Raises InvalidInput for an unknown action or basis, for an act in the person's name that says none
    (an agreement is what somebody said, never what a form presets), and for an action whose
    condition is not met.
    """
    if name not in ACTIONS:
        raise InvalidInput("Cette action n'existe pas.")
    if actor.basis not in (*BASES, None) or (ACTIONS[name].for_person and actor.basis is None):
        raise InvalidInput(
            "Dites sur quel accord vous agissez.",
            kept="Rien n'a été fait.",
            todo="Demandez à la personne, puis choisissez l'accord.",
        )
    missing = conditions.unmet(name, condition_facts.of(about(actor), actor.agent_id))
    if missing is not None:
        raise missing.error
    handler = ACTIONS[name].perform
    return handler(actor, ports, base_url) if handler else _note(name, actor)


def _by_its_form(_actor: Actor, _ports: Ports, _base_url: str) -> Result:
    raise InvalidInput(
        "L'adresse se corrige dans son formulaire, relue à la personne.",
        kept="Rien n'a été changé.",
        todo="Rechargez le script, puis recommencez.",
    )


def alert_manager(actor: Actor, _ports: Ports, _base_url: str) -> Result:
    """Call the managers: their pages show who and where at once, until one of them closes it.

    « alerted » when another manager has a page open, « alerted_nobody » when none has: the agent is told.
    """
    run = about(actor)
    contact = store.contact(run.contact_id) if run.contact_id is not None else None
    dossier = db.session.get(Dossier, run.dossier_id) if run.dossier_id is not None else None
    alerts.raise_alert(
        AlertKind.DISTRESS if run.script_id == DISTRESS_SCRIPT else AlertKind.SUPPORT,
        agent_id=actor.agent_id,
        now=actor.now,
        contact_id=run.contact_id,
        person_id=contact.person_id if contact else (dossier.person_id if dossier else None),
        dossier_id=(contact.dossier_id if contact else None) or run.dossier_id,
    )
    with unit_of_work():
        log_act("alert_manager", actor, "done", None)
    seen = alerts.managers_there(raised_by=actor.agent_id)
    return Result("alerted" if seen else "alerted_nobody")


def _note(name: str, actor: Actor) -> Result:
    with unit_of_work():
        run = about(actor)
        log_act(name, actor, "noted", None)
        subject = f"dossier:{run.dossier_id}" if run.dossier_id else f"contact:{run.contact_id}"
        journal.record(
            f"act.{name}",
            subject,
            agent_id=actor.agent_id,
            now=actor.now,
            detail={"run": run.id, "basis": actor.basis},
        )
    return Result("noted")


ACTIONS: dict[str, Action] = {
    "resend_link": Action(
        Text("Renvoyer le lien", "Resend the link"),
        Text("Lien renvoyé", "Link sent again"),
        resend_link,
        for_person=True,
    ),
    "correct_address": Action(
        Text("Corriger l’adresse", "Correct the address"),
        Text("Adresse corrigée, relue à la personne", "Address corrected, read back to the person"),
        _by_its_form,
    ),
    "send_reset": Action(
        Text("Réinitialisation demandée dans le Portail", "Reset asked for in the Portal"),
        Text("Réinitialisation notée", "Reset noted"),
        for_person=True,
    ),
    "hand_slot_back": Action(
        Text("Main redonnée dans le Portail", "Slot handed back in the Portal"),
        Text("Case rendue, noté", "Slot handed back, noted"),
        for_person=True,
    ),
    "send_sms": Action(
        Text("Le SMS est parti", "The text message has gone"),
        Text("SMS noté", "Text message noted"),
        for_person=True,
    ),
    "create_callback": Action(
        Text("Rappel promis, jour et heure dits", "Call-back promised, day and time said"),
        Text("Promesse de rappel notée", "Promise noted"),
    ),
    "link_incident": Action(
        Text("Signalé comme incident", "Reported as an incident"),
        Text("Signalement noté", "Report noted"),
    ),
    "flag_priority": Action(
        Text("Priorité posée sur le dossier", "Priority flag set on the file"),
        Text("Priorité notée", "Priority noted"),
    ),
    "consult_owner": Action(
        Text("Question posée au gestionnaire du dossier", "Question put to the file's owner"),
        Text("Consultation notée", "Consultation noted"),
    ),
    "alert_manager": Action(
        Text("Prévenir l’encadrement", "Alert the managers"),
        Text("Alerte envoyée à l’encadrement", "Alert sent to the managers"),
        alert_manager,
    ),
}
