"""What mail servers tell of our mails after they took them: into the mail's life, the dossier's story, the desk."""

from __future__ import annotations

import logging
from datetime import datetime

from flask_babel import force_locale, gettext
from sqlalchemy import select, update

from app.assist.mail.dsn import Report
from app.assist.models import Mail, MailState
from app.dossiers.models import PortalEvent
from app.dossiers.vocabulary import PortalEventKind
from app.foundation.database.unit_of_work import Work, rows_changed, unit_of_work
from app.foundation.extensions import db
from app.web import realtime

log = logging.getLogger(__name__)

ON_ITS_WAY = (MailState.CREATED, MailState.SENT)


def take(report: Report, now: datetime) -> bool:
    """Write what became of a mail; False when it is none of ours, or known."""
    with unit_of_work() as work:
        mail = db.session.scalar(select(Mail).where(Mail.message_id == report.message_id).limit(1))
        if mail is None:
            return False
        if report.lost:
            return _lost(work, mail, report, now)
        return report.arrived and _arrived(work, mail, now)


def _lost(work: Work, mail: Mail, report: Report, now: datetime) -> bool:
    changed = _move(
        mail,
        (*ON_ITS_WAY, MailState.DELIVERED),
        state=MailState.BOUNCED,
        failed_at=now,
        refusal=report.words,
    )
    if changed:
        _write(work, mail, PortalEventKind.MAIL_BOUNCED, "bounced", report.words, now)
    return changed


def _arrived(work: Work, mail: Mail, now: datetime) -> bool:
    changed = _move(mail, ON_ITS_WAY, state=MailState.DELIVERED, delivered_at=now)
    if changed:
        _write(work, mail, PortalEventKind.MAIL_DELIVERED, "delivered", ARRIVED, now)
    return changed


N_ = str  # marks a sentence for bin/translations.py
ARRIVED = N_("Le mail est arrivé dans sa boîte.")


def _move(mail: Mail, states: tuple[MailState, ...], **values: object) -> bool:
    result = db.session.execute(
        update(Mail).where(Mail.id == mail.id, Mail.state.in_(states)).values(**values)
    )
    return bool(rows_changed(result))


def _write(
    work: Work, mail: Mail, kind: PortalEventKind, state: str, words: str, now: datetime
) -> None:
    if mail.dossier_id is not None:
        data = {"link": mail.link_id} if mail.link_id else {}
        db.session.add(PortalEvent(dossier_id=mail.dossier_id, kind=kind, at=now, data=data))
    link = mail.link
    if link is None:
        return
    with force_locale(link.agent.locale):
        said = gettext(words)
    payload = {
        "link": link.id,
        "dossier_id": link.dossier_id,
        "contact_id": link.contact_id,
        "run_id": link.run_id,
        "state": state,
        "at": now.isoformat(),
        "text": said,
    }
    room = realtime.agent_room(link.agent_id)
    work.after(lambda: realtime.publish("assist.link", payload, room=room))
