"""What the figures of a script read: its runs of a period, made into courses. Nobody's name is read, no agent's.

Plain columns, in blocks: a busy service follows thousands of scripts a month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, true

from app.assist.figures.counting import HOLDS, Course, Stay
from app.assist.models import ScriptRun, ScriptRunStep, ScriptVersion
from app.assist.runs import rows
from app.assist.script import NOT_THIS, OTHER_SCRIPT, Script
from app.foundation.extensions import db
from app.tickets.models import Contact, ContactPerson, Direction
from app.tickets.reasons import Reason

BLOCK = 500  # values in one statement
SOLVED = "solved"
_RUN = (
    ScriptRun.id,
    ScriptRun.contact_id,
    ScriptRun.dossier_id,
    ScriptRun.script_id,
    ScriptRun.script_version_id,
    ScriptRun.came_from_id,
    ScriptRun.resumes_id,
    ScriptRun.ended_at,
    ScriptRun.outcome,
)


@dataclass(frozen=True)
class Version:
    """A text of a script that was followed, and since when."""

    id: int
    number: int
    since: datetime
    source: str
    script: Script


def versions(ids: Sequence[int]) -> list[Version]:
    """These texts, the one used first at the head."""
    found = _in_blocks(ids, lambda block: select(ScriptVersion).where(ScriptVersion.id.in_(block)))
    known = [
        Version(
            each.id,
            each.version,
            each.first_used_at,
            each.source,
            rows.parsed(each.source),
        )
        for (each,) in found
    ]
    return sorted(known, key=lambda version: (version.since, version.id))


def courses(script_id: str | None, start: datetime, end: datetime) -> list[Course]:
    """The courses of a script (None: of all) that began in a period, in order.

    A run taken up later belongs to the course that it took up.
    """
    first = db.session.execute(
        select(*_RUN)
        .where(
            true() if script_id is None else ScriptRun.script_id == script_id,
            ScriptRun.started_at >= start,
            ScriptRun.started_at < end,
            ScriptRun.resumes_id.is_(None),
        )
        .order_by(ScriptRun.id)
    ).all()
    return _made(list(first))


def _made(first: list[Any]) -> list[Course]:
    chains = _taken_up(first)
    runs = [run for chain in chains for run in chain]
    stays = _stays([run.id for run in runs])
    texts = {v.id: v.script for v in versions(list({run.script_version_id for run in runs}))}
    people = _people(runs)
    made = {
        chain[-1].id: Course(
            script=texts[chain[0].script_version_id],
            version_id=chain[0].script_version_id,
            stays=tuple(stay for run in chain for stay in stays[run.id]),
            outcome=chain[-1].outcome,
            known=any(people[chain[-1].id]),
        )
        for chain in chains
    }
    solved = _solved([chain[-1] for chain in chains], made)
    again = _again([_Solved(run, at, *people[run], made[run].script) for run, at in solved.items()])
    return [
        replace(course, solved_at=solved.get(run), again_at=again.get(run))
        for run, course in made.items()
    ]


def _taken_up(first: Sequence[Any]) -> list[list[Any]]:
    """Each run with those that took it up, one after the other."""
    chains = {run.id: [run] for run in first}
    of = {run.id: run.id for run in first}
    new = list(of)
    while new:
        later = _in_blocks(new, lambda block: select(*_RUN).where(ScriptRun.resumes_id.in_(block)))
        for run in later:
            of[run.id] = of[run.resumes_id]
            chains[of[run.id]].append(run)
        new = [run.id for run in later]
    return list(chains.values())


def _stays(ids: Sequence[int]) -> Mapping[int, list[Stay]]:
    """The stays of each run that were not taken back; those copied from an earlier run are that run's."""
    found: dict[int, list[Stay]] = defaultdict(list)
    query = select(
        ScriptRunStep.run_id, ScriptRunStep.step_id, ScriptRunStep.choice, ScriptRunStep.origin
    ).order_by(ScriptRunStep.run_id, ScriptRunStep.position)
    query = query.where(ScriptRunStep.undone_at.is_(None), ScriptRunStep.origin != rows.RESUMED)
    for run_id, step_id, choice, origin in _in_blocks(
        ids, lambda block: query.where(ScriptRunStep.run_id.in_(block))
    ):
        found[run_id].append(Stay(step_id, choice, origin == rows.ASKED))
    return found


def _solved(last: Sequence[Any], made: Mapping[int, Course]) -> dict[int, datetime]:
    """When each of these runs was seen to be solved: by itself, or by the script that it handed on to.

    One that the agent left by hand is not among them: its arrival is counted as left, whatever came next.
    """
    found = {run.id: run.ended_at for run in last if run.outcome == SOLVED}
    origin = {run.id: run.id for run in last if made[run.id].handed_on}
    new = list(origin)
    while new:
        called = [run for run in _in_blocks(new, _called_by) if run.id not in origin]
        origin |= {run.id: origin[run.came_from_id] for run in called}
        found |= {origin[run.id]: run.ended_at for run in called if run.outcome == SOLVED}
        new = [run.id for run in called if run.outcome == OTHER_SCRIPT]
    return found


def _called_by(block: Sequence[int]) -> Any:
    return select(*_RUN).where(ScriptRun.came_from_id.in_(block))


Who = tuple[int | None, int | None]  # person, dossier


def _people(runs: Sequence[Any]) -> dict[int, Who]:
    columns = (Contact.id, Contact.person_id, Contact.dossier_id)
    ids = list({run.contact_id for run in runs if run.contact_id is not None})
    contacts = _in_blocks(ids, lambda block: select(*columns).where(Contact.id.in_(block)))
    of = {contact.id: contact for contact in contacts}
    found: dict[int, Who] = {}
    for run in runs:
        contact = of.get(run.contact_id)
        person = contact.person_id if contact else None
        found[run.id] = (person, run.dossier_id or (contact.dossier_id if contact else None))
    return found


@dataclass(frozen=True)
class _Solved:
    """A course that was solved, by its last run: when, for whom, with which script."""

    run: int
    at: datetime
    person: int | None
    dossier: int | None
    script: Script


def _again(solved: Sequence[_Solved]) -> dict[int, datetime]:
    """The first contact about it within ``HOLDS`` of being solved, by the course's last run."""
    if not solved:
        return {}
    at = [each.at for each in solved]
    persons = list({each.person for each in solved if each.person})
    dossiers = list({each.dossier for each in solved if each.dossier})
    came = _came(persons, dossiers, min(at), max(at) + HOLDS)
    followed = _followed([contact.id for contact in came])
    by: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for contact in came:
        by["person", contact.person].append(contact)
        by["dossier", contact.dossier_id].append(contact)
    found = {}
    for each in solved:
        theirs = [*by["person", each.person or 0], *by["dossier", each.dossier or 0]]
        returns = [
            contact.opened_at
            for contact in theirs
            if each.at < contact.opened_at < each.at + HOLDS
            and _about(contact, each.script, followed[contact.id])
        ]
        if returns:
            found[each.run] = min(returns)
    return found


def _about(contact: Any, script: Script, followed: set[str]) -> bool:
    """Whether a contact is about what a script solves. One whose reason nobody said counts against us."""
    reason = contact.reason
    if reason == Reason.UNQUALIFIED:
        reason = contact.suggested_reason
    return script.id in followed or reason in (None, Reason(script.reason))


def _came(
    persons: Sequence[int], dossiers: Sequence[int], start: datetime, end: datetime
) -> list[Any]:
    """The contacts that these persons began in a period, for themselves or through who called for them."""
    columns = (
        Contact.id,
        Contact.dossier_id,
        Contact.opened_at,
        Contact.reason,
        Contact.suggested_reason,
    )
    within = (
        Contact.direction == Direction.IN,
        Contact.opened_at > start,
        Contact.opened_at < end,
    )
    own = select(*columns, Contact.person_id.label("person")).where(*within)
    through = select(*columns, ContactPerson.person_id.label("person")).join(
        ContactPerson, ContactPerson.contact_id == Contact.id
    )
    return [
        *_in_blocks(persons, lambda block: own.where(Contact.person_id.in_(block))),
        *_in_blocks(dossiers, lambda block: own.where(Contact.dossier_id.in_(block))),
        *_in_blocks(
            persons,
            lambda block: through.where(*within, ContactPerson.person_id.in_(block)),
        ),
    ]


def _followed(contacts: Sequence[int]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for contact_id, script_id in _in_blocks(
        contacts,
        lambda block: select(ScriptRun.contact_id, ScriptRun.script_id).where(
            ScriptRun.contact_id.in_(block),
            or_(ScriptRun.outcome.is_(None), ScriptRun.outcome != NOT_THIS),
        ),
    ):
        found[contact_id].add(script_id)
    return found


def _in_blocks(ids: Sequence[int], query: Callable[[Sequence[int]], Any]) -> list[Any]:
    """The rows of a statement that is asked for so many values at a time."""
    found: list[Any] = []
    for start in range(0, len(ids), BLOCK):
        found += db.session.execute(query(ids[start : start + BLOCK])).all()
    return found
