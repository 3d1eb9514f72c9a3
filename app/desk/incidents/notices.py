"""« C'est réparé » : one word to all whom an incident concerned, each in their language, and the list of those to call.

Whom: each person of its contacts once (a number without a person is one too), in the order of their calls, by
the way that the person asked for.
The row is written before anything leaves and is unique in the database: pressed twice, by two managers, or
after a process died half-way, nobody is told twice and nobody is forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.calls.call.models import Call
from app.channels import letters
from app.dossiers.vocabulary import Reach
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.foundation.text.bilingual import Text, language
from app.tickets.incidents import service, store
from app.tickets.incidents.life import IncidentState
from app.tickets.incidents.models import IncidentNotice, IncidentWord, NoticeState
from app.tickets.models import Contact
from app.web import helpline

AT_ONCE = 100  # people told by one press, or one turn of the ticker
LONGEST_KEY = 20  # characters of whom, so that the time beside it fits
SUBJECT = Text("Portail des aides : le problème est réparé", "Grants Portal: the problem is fixed")


@dataclass(frozen=True)
class Whom:
    """One person to tell: the last of their linked contacts, by what way, in which of our languages.

    ``wished``: the person asked to be called.
    """

    key: str
    contact: Contact
    way: str
    language: str
    wished: bool = False


def left(incident_id: int) -> dict[str, Contact]:
    """The last contact of each whom an incident concerns, each once (``Whom.key``); those already told, or to be
    called, are left out.

    Repaired, broken again, repaired: whoever was told the first time heard something that was not so. They are told
    again, once (``whom`` then says which time it is).
    """
    repaired, notices = store.incident(incident_id).repaired_at, store.notices_of(incident_id)
    told = {_base(each.whom) for each in notices if repaired is None or each.at >= repaired}
    before = Counter(_base(each.whom) for each in notices)
    last: dict[str, Contact] = {}
    for link in store.links_of(incident_id):
        contact = link.contact
        key = f"person:{contact.person_id}" if contact.person_id else _number(contact)
        last[key] = contact
    return {_again(key, before[key]): each for key, each in last.items() if key not in told}


def concerned(incident_id: int, most: int | None = None) -> Sequence[Whom]:
    """Whom an incident concerns and who is still to be told: all, or the first ``most``."""
    first = list(left(incident_id).items())[:most]
    spoken = _spoken([contact.id for _key, contact in first])
    return [_whom(key, contact, spoken.get(contact.id, "fr")) for key, contact in first]


def languages(incident_id: int) -> Sequence[str]:
    """In which of our languages each of those left would be told, whatever the way."""
    contacts = list(left(incident_id).values())
    spoken = _spoken([contact.id for contact in contacts])
    return [
        language(each.person.language if each.person else spoken.get(each.id, "fr"))
        for each in contacts
    ]


def _again(key: str, times: int) -> str:
    return f"{key[:LONGEST_KEY]}/{times + 1}" if times else key


def _base(whom: str) -> str:
    return whom.partition("/")[0]


def _whom(key: str, contact: Contact, spoken: str) -> Whom:
    ways = letters.ways(contact)
    tongue = language(ways.language if contact.person else spoken)
    return Whom(key, contact, ways.first, tongue, ways.wish is Reach.PHONE)


def _spoken(contact_ids: Sequence[int]) -> dict[int, str]:
    """The language that each of these contacts chose on the telephone: all that is known of who has no name."""
    rows = db.session.execute(
        select(Call.contact_id, Call.language).where(Call.contact_id.in_(contact_ids))
    )
    return {row.contact_id: row.language for row in rows}


def _number(contact: Contact) -> str:
    """Somebody without a name: by number, so that two calls of one telephone are one person."""
    return contact.caller_number or f"contact:{contact.id}"


def proposed() -> Text:
    """The word proposed to the manager: what is true, what to do now, whom to call. No name in it.

    No hour either: it may be sent on another day than that of the repair.
    """
    number = helpline.number().number
    return Text(
        "Bonjour, le problème du Portail des aides que vous nous avez signalé est réparé. "
        "Vous pouvez recommencer. Vous n'avez rien fait de mal. "
        f"Une difficulté ? Appelez le {number}.",
        "Hello, the problem with the grants Portal that you told us about is fixed. "
        "You can try again. You did nothing wrong. "
        f"Need help? Call {number}.",
    )


def tell(incident_id: int, text: Text, *, by: int, now: datetime) -> tuple[int, int]:
    """Send the word to all who can be written to, each in their language, and list the others; (sent, to call).

    So many at once as a page may wait for (``AT_ONCE``); the others are told behind it (``go_on``).

    Raises InvalidInput for a text that may not leave (nothing leaves then), Conflict while the
    incident goes on: nobody is told that it is repaired before somebody has said so.
    """
    if store.incident(incident_id).state is not IncidentState.REPAIRED:
        raise Conflict(
            "Cet incident n'est pas réparé.",
            kept="Personne n'a été prévenu.",
            todo="Dites d'abord qu'il est réparé.",
        )
    for words in text:
        letters.checked(words, "sms")  # the shorter of the two ways
    sent, to_call = _some(incident_id, text, by, now)
    if left(incident_id):
        _keep(incident_id, text, by)
    to_call += _left_over(incident_id, now)
    service.record_told(incident_id, sent, to_call, by=by, now=now)
    return sent, to_call


def _keep(incident_id: int, text: Text, by: int) -> None:
    """The word, for who is told behind the page; a second press changes nothing."""
    with unit_of_work():
        if db.session.get(IncidentWord, incident_id) is None:
            db.session.add(
                IncidentWord(incident_id=incident_id, by_id=by, text_fr=text.fr, text_en=text.en)
            )


def go_on(now: datetime) -> int:
    """Tell the next ones of the words that are leaving; how many were told. Done by the ticker, in any process."""
    done = 0
    for word in db.session.scalars(select(IncidentWord).order_by(IncidentWord.incident_id)).all():
        incident_id, by, text = word.incident_id, word.by_id, Text(word.text_fr, word.text_en)
        if store.incident(incident_id).state is IncidentState.REPAIRED:
            sent, to_call = _some(incident_id, text, by, now)
            if sent or to_call:
                service.record_told(incident_id, sent, to_call, by=by, now=now)
            done += sent + to_call
            if left(incident_id):
                continue
        with unit_of_work():
            db.session.execute(delete(IncidentWord).where(IncidentWord.incident_id == incident_id))
    return done


def is_leaving(incident_id: int) -> bool:
    """Is its word still leaving?"""
    return db.session.get(IncidentWord, incident_id) is not None


def _some(incident_id: int, text: Text, by: int, now: datetime) -> tuple[int, int]:
    sent = to_call = 0
    people = [
        (each.key, each.contact.id, each.way, each.language)
        for each in concerned(incident_id, AT_ONCE)
    ]
    for key, contact_id, way, tongue in people:
        said = (SUBJECT.get(tongue), text.get(tongue))
        state = _one(incident_id, key, contact_id, way, said, by, now)
        sent += state is NoticeState.SENT
        to_call += state in (NoticeState.TO_CALL, NoticeState.REFUSED)
    return sent, to_call


def _one(
    incident_id: int,
    key: str,
    contact_id: int,
    way: str,
    said: tuple[str, str],
    by: int,
    now: datetime,
) -> NoticeState | None:
    """Tell one person (``said``: subject, text); None when somebody else has just done it."""
    subject, text = said
    try:
        with unit_of_work():
            contact = db.session.get_one(Contact, contact_id)
            message_id = None
            if way != "call":
                message_id = letters.prepare(
                    contact, way, text, subject=subject, agent_id=by, now=now
                )
            notice = IncidentNotice(
                incident_id=incident_id,
                whom=key[:24],
                contact_id=contact_id,
                person_id=contact.person_id,
                dossier_id=contact.dossier_id,
                way=way,
                state=NoticeState.TO_CALL if message_id is None else NoticeState.WAITING,
                message_id=message_id,
                at=now,
                by_id=by,
            )
            db.session.add(notice)
            db.session.flush()
            notice_id = notice.id
    except IntegrityError:
        return None
    if message_id is None:
        return NoticeState.TO_CALL
    return _handed_over(notice_id, message_id, now)


def _handed_over(notice_id: int, message_id: int, now: datetime) -> NoticeState:
    """Give the letter to its provider; what was refused puts the person on the list of those to call."""
    state = (
        NoticeState.SENT
        if letters.hand_over(message_id, now=now).error is None
        else NoticeState.REFUSED
    )
    with unit_of_work():
        db.session.execute(
            update(IncidentNotice)
            .where(IncidentNotice.id == notice_id, IncidentNotice.state == NoticeState.WAITING)
            .values(state=state, at=now)
        )
    return state


def _left_over(incident_id: int, now: datetime) -> int:
    """Letters that were written down by a process that died before it handed them over: whether they
    left is not known, so these people are called rather than told twice."""
    with unit_of_work():
        left = db.session.execute(
            update(IncidentNotice)
            .where(
                IncidentNotice.incident_id == incident_id,
                IncidentNotice.state == NoticeState.WAITING,
                IncidentNotice.at < now,
            )
            .values(state=NoticeState.TO_CALL)
        )
    return rows_changed(left)
