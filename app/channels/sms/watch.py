"""Text messages that we were not told of: those that came while we could not answer, and how far ours got.

The provider's list says both; a message's SID makes it count once, however often it is told or found.
What has just come is left alone: its webhook is on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.calls.provider.models import Drift
from app.calls.provider.reconciliation import SETTLE, DriftKind
from app.channels.sms import arrivals as text_messages
from app.channels.sms import delivered
from app.channels.sms.arrivals import Text
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.extensions import db
from app.foundation.ports import CallLog, TextReport
from app.tickets.delivery import OPEN
from app.tickets.models import Channel, Direction, Message

ASK_AFTER = timedelta(minutes=2)  # a status is usually told within seconds
ASK_FOR = timedelta(days=3)  # a telephone that stays off so long gets no SMS any more
NEVER_SENT = timedelta(minutes=10)  # written down, and the process died before it could be sent
AT_ONCE = 10  # messages of ours asked about in a round
CHUNK = 500  # values in one IN (…)


def compare(
    call_log: CallLog, numbers: Sequence[str], since: datetime, now: datetime
) -> list[DriftKind]:
    """A round of text messages, beside that of calls: what was missed, then how far ours got."""
    found = missed(call_log, numbers, since, now)
    follow(call_log, now)
    return found


def missed(
    call_log: CallLog, numbers: Sequence[str], since: datetime, now: datetime
) -> list[DriftKind]:
    """Keep the messages to our numbers that no webhook brought, the oldest first."""
    theirs = [text for number in numbers for text in call_log.texts_to(number, since=since)]
    came = [text for text in theirs if text.inbound and now - (text.at or now) >= SETTLE]
    unknown = sorted(_unknown(came), key=lambda text: (text.at or now, text.sid))
    release_connection()
    return [DriftKind.OUTAGE_TEXT for text in unknown if _take_in(text, now)]


def _unknown(texts: Sequence[TextReport]) -> list[TextReport]:
    sids = [text.sid for text in texts]
    known: set[str | None] = set()
    for first in range(0, len(sids), CHUNK):
        some = sids[first : first + CHUNK]
        query = select(Message.provider_key).where(Message.provider_key.in_(some))
        known.update(db.session.scalars(query))
    return [text for text in texts if text.sid not in known]


def _take_in(text: TextReport, now: datetime) -> bool:
    message = Text(text.sid, text.from_number, text.to, text.body, text.at or now)
    if not text_messages.receive(message):
        return False  # its webhook came meanwhile
    with unit_of_work():
        drift = Drift(at=now, kind=DriftKind.OUTAGE_TEXT, leg_sid=text.sid, repaired=True)
        db.session.add(drift)
    return True


def follow(call_log: CallLog, now: datetime) -> None:
    """Ask how far our messages got, of which nobody has told the end."""
    rows = db.session.execute(
        select(Message.id, Message.provider_key, Message.at)
        .where(
            Message.direction == Direction.OUT,
            Message.channel == Channel.SMS,
            Message.delivery.in_(OPEN),
            Message.at < now - ASK_AFTER,
            Message.at > now - ASK_FOR,
        )
        .order_by(func.random())
        .limit(AT_ONCE)
    ).all()
    release_connection()
    for row in rows:
        if row.provider_key is None:
            if now - row.at >= NEVER_SENT:
                delivered.reported(row.id, "failed", now=now, problem="never_sent")
            continue
        told = call_log.text(row.provider_key)
        release_connection()
        if told is not None:
            delivered.reported(row.id, told.status, now=now, problem=told.problem)
