"""What an agent who answers a contact in writing sees: what is begun, what will leave, what cannot."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from app.channels.answers import way as ways
from app.channels.answers.way import Way
from app.channels.sms import parts
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.lines.dialling import Refused, Use
from app.lines.models import Line
from app.lines.numbers import reach
from app.queue import work_store
from app.queue.models import Work
from app.tickets.models import Contact, Thread
from app.tickets.written import threads


@dataclass(frozen=True)
class Composer:
    """The answer begun to a contact. ``refused``: why no SMS can be sent, and what to do; "" if it can.

    ``by_mail``: the person gave an address, and it leaves by mail; ``said``: the sentence of what would be
    sent now.
    """

    work_id: int
    contact_id: int
    by_mail: bool
    draft: str
    revision: int
    act_key: str
    said: str
    refused: str
    callable: bool
    longest: int


def of(contact_id: int, agent_id: int) -> Composer | None:
    """The composer of a contact whose message this agent holds; None for any other."""
    work, thread = work_store.open_of(contact_id), threads.of(contact_id)
    if work is None or thread is None or work_store.holder_of(work.id) != agent_id:
        return None
    contact = db.session.get_one(Contact, contact_id)
    return _composer(work, thread, contact)


def _composer(work: Work, thread: Thread, contact: Contact) -> Composer:
    number, way = contact.caller_number, ways.of(contact)
    return Composer(
        work_id=work.id,
        contact_id=contact.id,
        by_mail=way.by_mail,
        draft=thread.draft,
        revision=thread.revision,
        act_key=thread.act_key,
        said=said(thread, contact),
        refused="" if way.by_mail else _refused(number, thread),
        callable=reach.allows(number, Use.CALL_BACK, thread.line_id),
        longest=way.longest,
    )


def _refused(number: str | None, thread: Thread) -> str:
    judged = reach.judge(number, Use.WRITE, thread.line_id)
    if not isinstance(judged, Refused):
        return ""
    told = judged.error("").told(_)
    return f"{told.message} {told.todo}"


def said(thread: Thread, contact: Contact) -> str:
    """« Au 06 12 34 56 78, depuis le 01 99 00 01 00. 43 caractères sur 160, 1 SMS. »"""
    way = ways.of(contact)
    return _by_mail(way) if way.by_mail else _by_sms(thread, way)


def _by_mail(way: Way) -> str:
    return _(
        "À %(address)s. La formule de fin et le numéro de la permanence s’ajoutent tout seuls.",
        address=way.shown,
    )


def _by_sms(thread: Thread, way: Way) -> str:
    length = parts.length(parts.plain(thread.draft.strip()))
    line = db.session.get_one(Line, thread.line_id)
    who = _(
        "Au %(number)s, depuis le %(ours)s.",
        number=way.shown,
        ours=phone_numbers.display(line.number),
    )
    if not length.parts:
        return who
    count = _("%(used)s caractères sur %(held)s", used=length.used, held=length.held)
    return f"{who} {count}, {ngettext('%(num)d SMS', '%(num)d SMS', length.parts)}."
