"""A round of the mailbox that our mails come from: reports of servers, and what people write."""

from __future__ import annotations

from datetime import datetime

from app.assist.mail import dsn, notices
from app.assist.mail.dsn import Report
from app.channels import owed_again
from app.channels.mail import arrivals, reading
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.ports import Mailbox
from app.tickets.written import messages

AT_ONCE = 50  # mails read in one round


def look(mailbox: Mailbox | None, now: datetime) -> int:
    """Read what came; how many mails told something new. What a machine sent is left for a person to look at."""
    if mailbox is None:
        return 0
    taken = 0
    for key, raw in mailbox.unread(AT_ONCE):
        report = dsn.read(raw)
        if report is not None:
            taken += notices.take(report, now) or _told(report, now)
            mailbox.done(key)
            continue
        mail = reading.read(raw)
        if mail is not None and arrivals.receive(mail, now):
            taken += 1
        if mail is None or mail.attached:
            mailbox.leave(key)  # of a machine, or with files: somebody opens it there
        else:
            mailbox.done(key)
        release_connection()
    return taken


def _told(report: Report, now: datetime) -> bool:
    """What became of a letter or an answer of ours; False when it is none, or known."""
    message = messages.named(report.message_id)
    if message is None or not (report.lost or report.arrived):
        return False
    message_id = message.id
    with unit_of_work():
        reached = messages.told(
            message_id,
            "failed" if report.lost else "delivered",
            now=now,
            problem=report.status if report.lost else "",
        )
    owed_again.followed(message_id, reached, now)
    return reached is not None
