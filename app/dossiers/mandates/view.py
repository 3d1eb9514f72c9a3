"""Mandates as screens show them: who, on what, until when, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app.dossiers import callers
from app.dossiers.mandates import life, service
from app.dossiers.mandates.life import State
from app.dossiers.mandates.models import Mandate
from app.dossiers.may_say import Basis, Relation
from app.dossiers.models import Person, PersonPhone
from app.dossiers.saying import words as saying
from app.dossiers.wording import Words
from app.foundation.clock import local_day
from app.foundation.extensions import db


@dataclass(frozen=True)
class Shown:
    """One mandate. ``title``: « mandat écrit jusqu'au 3 mars »; ``meta``: who noted it; ``over``: why it is over."""

    id: int
    title: str
    holder: str
    paper: str
    meta: str
    over: str
    holds: bool
    written: bool


def shown(
    person_id: int, words: Words, now: datetime, contact_id: int | None = None
) -> list[Shown]:
    """A person's mandates, those that hold first, then the latest."""
    found = [_shown(each, words, now, contact_id) for each in service.of(person_id)]
    return sorted(found, key=lambda each: not each.holds)


def choices(person_id: int, words: Words, now: datetime) -> list[tuple[str, str]]:
    """The mandates that somebody may stand on today, beside a yes said aloud: id, and how it reads."""
    return [
        (
            str(each.id),
            f"{title(each, words)}{_(' : ')}{each.holder}" if each.holder else title(each, words),
        )
        for each in service.lasting(person_id, now)
    ]


def grounds(person_id: int | None, words: Words, now: datetime) -> list[tuple[str, str]]:
    """The grounds of an act in a person's name, beside a yes said aloud: kind, and how it reads."""
    if person_id is None:
        return []
    found: dict[str, str] = {}
    for each in service.lasting(person_id, now):
        found.setdefault(each.basis.value, title(each, words))
    return list(found.items())


def title(mandate: Mandate, words: Words) -> str:
    """« mandat écrit jusqu'au 3 mars »."""
    ends = words.day(mandate.ends_on) if mandate.ends_on else ""
    return {
        Basis.SPOKEN: _("accord donné de vive voix, pour un appel"),
        Basis.REMOTE: _("accord par SMS jusqu’au %(day)s", day=ends),
        Basis.MANDATE: _("mandat écrit jusqu’au %(day)s", day=ends),
    }[mandate.basis]


def shared_numbers(person_id: int, words: Words) -> list[tuple[str, list[tuple[str, int | None]]]]:
    """The person's numbers that others have too: the number, and whose (name, their most relevant dossier)."""
    mine = select(PersonPhone.e164).where(PersonPhone.person_id == person_id)
    rows = db.session.execute(
        select(PersonPhone.e164, Person)
        .join(Person, Person.id == PersonPhone.person_id)
        .where(PersonPhone.e164.in_(mine), PersonPhone.person_id != person_id)
        .order_by(PersonPhone.e164, Person.search_name)
        .limit(callers.MOST_CANDIDATES)
    ).all()
    found: dict[str, list[tuple[str, int | None]]] = {}
    for number, other in rows:
        theirs = callers.most_relevant_dossier(other.id)
        found.setdefault(words.phone(number), []).append((other.full_name, theirs))
    return list(found.items())


def _shown(each: Mandate, words: Words, now: datetime, contact_id: int | None) -> Shown:
    state = life.state(each, local_day(now), contact_id)
    return Shown(
        id=each.id,
        title=title(each, words),
        holder=each.holder or _who(each.relation),
        paper=each.paper,
        meta=_(
            "noté par %(who)s %(when)s",
            who=each.noted_by.display_name,
            when=words.when(each.noted_at),
        ),
        over=_over(each, state, words),
        holds=state is State.HOLDS,
        written=each.basis is Basis.MANDATE,
    )


def _who(relation: Relation) -> str:
    return saying.relations()[relation]


def _over(each: Mandate, state: State, words: Words) -> str:
    if state is State.REVOKED and each.revoked_at is not None:
        when = words.when(each.revoked_at)
        if each.revoked_by is None:
            return _("retiré par la personne %(when)s : %(why)s", when=when, why=each.revoked_why)
        who = each.revoked_by.display_name
        return _("retiré %(when)s par %(who)s : %(why)s", when=when, who=who, why=each.revoked_why)
    if state is State.NOT_YET:
        return _("ne vaut qu’à partir du %(day)s", day=words.day(each.begins_on))
    if state is State.ENDED:
        if each.basis is Basis.SPOKEN:
            return _("valait pour cet appel")
        return _("a pris fin le %(day)s", day=words.day(each.ends_on))
    return ""


def relations() -> list[tuple[str, str]]:
    """How the holder of a written mandate may stand to the person."""
    named = saying.relations()
    return [(each.value, named[each]) for each in service.RELATIONS]
