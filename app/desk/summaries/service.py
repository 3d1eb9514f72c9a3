"""The summary of a contact: proposed, read and changed by the agent, sent as its message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.accounts import journal
from app.assist.summary import compose, read
from app.channels import letters
from app.channels.letters import Sent, Ways
from app.dossiers.mail.aloud import mask
from app.dossiers.mandates import service as mandates
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.tickets.models import Contact

WAYS = ("sms", "mail")


@dataclass(frozen=True)
class Proposed:
    """What could be sent: the text, and by which ways (way, to whom, as it is read)."""

    text: str
    ways: tuple[tuple[str, str], ...]
    first: str


def proposed(contact: Contact) -> Proposed:
    """The summary of what really happened, and how this person can be reached."""
    there = letters.ways(contact)
    shown = (("sms", phone_numbers.display(there.mobile)), ("mail", mask(there.mail)))
    return Proposed(
        compose.compose(read.facts_of(contact)),
        tuple((way, to) for way, to in shown if there.to(way)),
        _first(there),
    )


def _first(there: Ways) -> str:
    """A summary is kept: by mail when there is one, else by SMS."""
    return "mail" if there.mail else "sms"


def send(contact_id: int, way: str, text: str, basis: str, *, agent_id: int, now: datetime) -> Sent:
    """Send it, as the agent left it. Raises InvalidInput for a text that may not leave, or a way that is not there."""
    with unit_of_work():
        contact = db.session.get_one(Contact, contact_id)
        mandates.check(contact.person_id, basis, now)
        tongue = letters.ways(contact).language
        message_id = letters.prepare(
            contact,
            way if way in WAYS else "",
            text,
            subject=compose.SUBJECT.get(tongue),
            agent_id=agent_id,
            now=now,
        )
        journal.record(
            "summary_sent",
            f"contact:{contact_id}",
            agent_id=agent_id,
            now=now,
            detail={"message": message_id, "basis": basis, "way": way},
        )
    return letters.hand_over(message_id, now=now)
