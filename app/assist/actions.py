"""What a step of a script may do, besides saying: one handler for each name in ``script.ACTIONS``.

``resend_link`` and ``alert_manager`` act by themselves, ``correct_address`` opens the form that does
(``address_routes``). The others are done elsewhere (in the Portal, in the dossier): the agent says that
it is done, and the run keeps who, when, and on what basis. None is noted while its condition is not met
(``conditions``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import journal
from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.assist import condition_facts, conditions, links, mails, store
from app.assist.models import Mail, MailState, PortalLink, ScriptAct, ScriptRun
from app.assist.script import BASES
from app.dossiers.models import Dossier
from app.dossiers.vocabulary import PortalEventKind
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, PermanenceError, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import MailMessage, MailReceipt, MailRefused, Ports
from app.foundation.text.bilingual import Text

log = logging.getLogger(__name__)

DOUBLE_CLICK = timedelta(seconds=5)  # a second press within it sends nothing more
DISTRESS_SCRIPT = "S31"


@dataclass(frozen=True)
class Result:
    """How an act went. ``error`` holds the sentence, what was kept and what to do, if refused."""

    code: str
    error: PermanenceError | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts, from which run, on what agreement (None: none was said), and when."""

    run_id: int
    agent_id: int
    step_id: str
    basis: str | None
    now: datetime


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
    missing = conditions.unmet(name, condition_facts.of(store.run(actor.run_id), actor.agent_id))
    if missing is not None:
        raise missing.error
    handler = ACTIONS[name].perform
    return handler(actor, ports, base_url) if handler else _note(name, actor)


def resend_link(actor: Actor, ports: Ports, base_url: str) -> Result:
    """Make a new link, send it, and tell at once how the mail server took it.

    The earlier link stays alive until the new mail has really left.
    """
    prepared = _prepare(actor, base_url)
    if prepared is None:
        return Result("already_sent")
    mail_id, message = prepared
    try:
        receipt = ports.mail.send(message)  # no transaction is open: a mail server may be slow
    except MailRefused as error:
        _refused(actor, mail_id, error)
        error.kept = error.kept or _("Le lien précédent n'a pas été touché. Le script continue.")
        return Result("refused", error)
    except Unavailable as error:
        _failed(actor, mail_id)
        return Result("failed", error)
    _accepted(actor, mail_id, receipt)
    return Result("sent")


def _prepare(actor: Actor, base_url: str) -> tuple[int, MailMessage] | None:
    with unit_of_work() as work:
        run = store.run(actor.run_id)
        dossier = _dossier_of(run, actor.agent_id)
        if _just_sent(dossier, actor.now):
            return None
        link, token = links.create(
            dossier.id, actor.agent_id, actor.now, run_id=run.id, contact_id=run.contact_id
        )
        message = mails.access(dossier, token, link.expires_at, base_url)
        mail = Mail(
            link_id=link.id,
            dossier_id=dossier.id,
            to_address=message.to,
            subject=message.subject,
            created_at=actor.now,
        )
        work.session.add(mail)
        work.session.flush()
        return mail.id, message


def _dossier_of(run: ScriptRun, agent_id: int) -> Dossier:
    """The dossier of a run, in the transaction that writes the mail: somebody may have emptied the
    address, or detached the dossier, since the conditions were looked at."""
    missing = conditions.unmet("resend_link", condition_facts.of(run, agent_id))
    dossier_id = condition_facts.dossier_id(run)
    if missing is not None or dossier_id is None:
        raise missing.error if missing else InvalidInput("Ce dossier n'existe pas.")
    return store.dossier(dossier_id)


def _just_sent(dossier: Dossier, now: datetime) -> bool:
    """A second press. To another address (it was corrected meanwhile) it is no second press."""
    return (
        db.session.scalar(
            select(PortalLink.id)
            .join(Mail)
            .where(
                PortalLink.dossier_id == dossier.id,
                PortalLink.created_at > now - DOUBLE_CLICK,
                PortalLink.superseded_at.is_(None),
                Mail.to_address == dossier.person.email,
                Mail.state.in_((MailState.CREATED, MailState.SENT, MailState.DELIVERED)),
            )
            .limit(1)
        )
        is not None
    )


def _accepted(actor: Actor, mail_id: int, receipt: MailReceipt) -> None:
    with unit_of_work():
        mail, link = _mail_and_link(mail_id)
        mail.state = MailState.DELIVERED if receipt.delivered else MailState.SENT
        mail.message_id = receipt.message_id
        mail.sent_at = receipt.accepted_at
        mail.delivered_at = receipt.accepted_at if receipt.delivered else None
        links.supersede_others(link, actor.now)
        expiry = {"expires_at": link.expires_at.isoformat()}
        links.add_event(link, PortalEventKind.LINK_SENT, receipt.accepted_at, expiry)
        if receipt.delivered:
            links.add_event(link, PortalEventKind.MAIL_DELIVERED, receipt.accepted_at)
        _log_act("resend_link", actor, "done", link.id)
        journal.record(
            "link.resent",
            f"dossier:{link.dossier_id}",
            agent_id=actor.agent_id,
            now=actor.now,
            detail={"link": link.id, "run": actor.run_id},
        )


def _refused(actor: Actor, mail_id: int, error: MailRefused) -> None:
    with unit_of_work():
        mail, link = _mail_and_link(mail_id)
        mail.state = MailState.REFUSED
        mail.refusal = error.reason[:300]
        mail.failed_at = actor.now
        link.superseded_at = actor.now  # nobody has its token
        links.add_event(
            link, PortalEventKind.LINK_SENT, actor.now, {"expires_at": link.expires_at.isoformat()}
        )
        links.add_event(link, PortalEventKind.MAIL_BOUNCED, actor.now, {"refused": True})
        _log_act("resend_link", actor, "refused", link.id)
    log.info("mail %s refused by the server", mail_id)


def _failed(actor: Actor, mail_id: int) -> None:
    with unit_of_work():
        mail, link = _mail_and_link(mail_id)
        mail.state = MailState.FAILED
        mail.failed_at = actor.now
        link.superseded_at = actor.now
        _log_act("resend_link", actor, "refused", link.id)
    log.warning("mail %s: the server did not answer", mail_id)


def _mail_and_link(mail_id: int) -> tuple[Mail, PortalLink]:
    mail = db.session.get_one(Mail, mail_id)
    assert mail.link is not None  # made together in _prepare
    return mail, mail.link


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
    run = store.run(actor.run_id)
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
        _log_act("alert_manager", actor, "done", None)
    seen = alerts.managers_there(raised_by=actor.agent_id)
    return Result("alerted" if seen else "alerted_nobody")


def _note(name: str, actor: Actor) -> Result:
    with unit_of_work():
        run = store.run(actor.run_id)
        _log_act(name, actor, "noted", None)
        subject = f"dossier:{run.dossier_id}" if run.dossier_id else f"contact:{run.contact_id}"
        journal.record(
            f"act.{name}",
            subject,
            agent_id=actor.agent_id,
            now=actor.now,
            detail={"run": run.id, "basis": actor.basis},
        )
    return Result("noted")


def note_done(name: str, actor: Actor) -> None:
    """Keep with the run that the product did something, inside the caller's transaction."""
    _log_act(name, actor, "done", None)


def _log_act(name: str, actor: Actor, result: str, link_id: int | None) -> None:
    db.session.add(
        ScriptAct(
            run_id=actor.run_id,
            agent_id=actor.agent_id,
            step_id=actor.step_id,
            action=name,
            basis=actor.basis,
            result=result,
            link_id=link_id,
            at=actor.now,
        )
    )


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
