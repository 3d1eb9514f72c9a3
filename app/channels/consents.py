"""A consent's SMS is handed over: what leaves has the link, what is kept says only where it stood."""

from __future__ import annotations

import logging
from datetime import datetime

from app.channels.letters import Sent
from app.channels.sms import parts
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.wiring import ports
from app.lines.dialling import Use
from app.lines.models import Line
from app.lines.numbers import reach
from app.tickets.consents.service import Prepared
from app.tickets.written import messages

log = logging.getLogger(__name__)


def check(number: str, line: Line) -> None:
    """May this line write to this number? Raises InvalidInput with the reason."""
    reach.check(number, Use.WRITE, line.id)


def hand_over(prepared: Prepared, line: Line, *, now: datetime) -> Sent:
    """Give it to the provider; no transaction may be open. What was refused is a message that did not arrive."""
    to, ours = messages.one(prepared.message_id).address or "", line.number
    release_connection()
    try:
        key = ports().sms.send(
            to, parts.plain(prepared.text), from_number=ours, message_id=prepared.message_id
        )
    except PermanenceError as error:
        log.warning("a request for consent was not taken: %s", error.code)
        with unit_of_work():
            messages.told(prepared.message_id, "failed", now=now, problem=error.code)
        return Sent(prepared.message_id, error)
    with unit_of_work():
        messages.name(prepared.message_id, key)
    return Sent(prepared.message_id)
