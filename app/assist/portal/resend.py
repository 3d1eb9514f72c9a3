"""Sends a person the link to the Portal again, while the agent and the person wait together.

The earlier link stays alive until the new mail has really left; how the server took it is told at once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import journal
from app.assist import condition_facts, conditions, store
from app.assist.acting import Actor, Result, about, log_act
from app.assist.mail import mails
from app.assist.models import Mail, MailState, PortalLink, ScriptRun
from app.assist.portal import commands, links
from app.assist.portal.by_sms import Letter, carrier, mobile_of
from app.assist.portal.models import CommandKind, CommandState
from app.dossiers.models import Dossier
from app.dossiers.vocabulary import PortalEventKind
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import MailMessage, MailReceipt, MailRefused, Ports
from app.foundation.text import phone_numbers

log = logging.getLogger(__name__)

DOUBLE_CLICK = timedelta(seconds=5)  # a second press within it sends nothing more


def resend_link(actor: Actor, ports: Ports, base_url: str, *, sms_too: bool = False) -> Result:
    """Make a new link, send it, and tell at once how the mail server took it.

    The earlier link stays alive until the new mail has really left. ``sms_too``: once it has, the same link
    goes to the person's own mobile; opened from either, it is one opening.
    """
    prepared = _prepare(actor, base_url, connected=ports.portal is not None)
    if prepared is None:
        return Result("already_sent")
    mail_id, message, command_id, address = prepared
    waits = False
    if ports.portal is not None and command_id is not None:
        asked = commands.carry(command_id, ports.portal, actor.now)
        if asked.state is CommandState.REFUSED:
            _not_opened(actor, mail_id)
            return Result("refused", asked.error)
        waits = asked.state is CommandState.WAITING
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
    beside = _by_sms(actor, mail_id, address) if sms_too else ""
    return Result("sent_portal_waits" if waits else "sent", beside=beside)


def _by_sms(actor: Actor, mail_id: int, address: str) -> str:
    _mail, link = _mail_and_link(mail_id)
    by = carrier()
    if by is None or link.contact_id is None or not by.mobile(link.dossier.person):
        return ""
    letter = Letter(link.contact_id, link.dossier, address, link.expires_at)
    return "sent" if by.send(letter, actor) is None else "failed"


def _prepare(
    actor: Actor, base_url: str, *, connected: bool
) -> tuple[int, MailMessage, int | None, str] | None:
    with unit_of_work() as work:
        run = about(actor)
        dossier = _dossier_of(run, actor.agent_id)
        if _just_sent(dossier, actor.now):
            return None
        link, token = links.create(
            dossier.id, actor.agent_id, actor.now, run_id=run.id, contact_id=run.contact_id
        )
        address = mails.address_of(token, base_url)
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
        if not connected:
            return mail.id, message, None, address
        command_id = commands.keep(
            CommandKind.ISSUE_LINK,
            dossier.id,
            agent_id=actor.agent_id,
            now=actor.now,
            contact_id=run.contact_id,
            link_id=link.id,
        )
        return mail.id, message, command_id, address


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
        log_act("resend_link", actor, "done", link.id)
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
        log_act("resend_link", actor, "refused", link.id)
    log.info("mail %s refused by the server", mail_id)


def _not_opened(actor: Actor, mail_id: int) -> None:
    """The Portal said no: a mail that leads nowhere is not sent, and nothing pretends it was."""
    with unit_of_work() as work:
        mail, link = _mail_and_link(mail_id)
        log_act("resend_link", actor, "refused", None)
        work.session.delete(mail)
        work.session.flush()
        work.session.delete(link)


def _failed(actor: Actor, mail_id: int) -> None:
    with unit_of_work():
        mail, link = _mail_and_link(mail_id)
        mail.state = MailState.FAILED
        mail.failed_at = actor.now
        link.superseded_at = actor.now
        log_act("resend_link", actor, "refused", link.id)
    log.warning("mail %s: the server did not answer", mail_id)


def _mail_and_link(mail_id: int) -> tuple[Mail, PortalLink]:
    mail = db.session.get_one(Mail, mail_id)
    assert mail.link is not None  # made together in _prepare
    return mail, mail.link


def sms_form(run: ScriptRun) -> dict[str, str]:
    """Where the same link can go by SMS too; empty when it cannot: no mobile of theirs, or no contact to keep it in."""
    dossier_id = condition_facts.dossier_id(run)
    if dossier_id is None or run.contact_id is None:
        return {}
    to = mobile_of(store.dossier(dossier_id).person)
    return {"mobile": phone_numbers.display(to)} if to else {}
