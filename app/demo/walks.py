"""A script that was followed before the demo begins: its figures have something to say (``/scripts/S02/figures``).

Every course is invented: most end well, some wait for the mail, and the step that resends is where most stop. They
are spread over the four weeks before the seed, by the two agents of the front office.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Agent
from app.assist import store
from app.assist.editing import library
from app.assist.models import ScriptRun, ScriptRunStep
from app.assist.script import OTHER_SCRIPT
from app.dossiers.models import Dossier, Person
from app.dossiers.vocabulary import Inside
from app.foundation.extensions import db
from app.tickets.models import Channel, Contact, Direction
from app.tickets.reasons import CallerRole, DigitalKind, Reason

SCRIPT = "S02"
LEFT = "interrupted"
# The answers given, step by step (their place in the script); a walk that ends on no end of the script was left there.
WALKS: tuple[tuple[int, ...], ...] = (
    (0, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 0, 2), (0, 1, 0, 0), (0, 0, 0, 0, 0), (1, 0, 0, 0),
    (0, 0, 0, 0, 1), (0, 0, 1), (0, 0), (0, 0, 0, 0, 0), (0, 1, 1, 0), (0, 0, 2), (1, 1, 0, 0, 0, 0, 0),
    (0, 0, 0, 2, 0, 0, 0), (0, 0, 0, 0, 0), (0, 2), (0, 0), (0, 0, 0, 1), (0, 1, 0, 0), (0, 0, 0, 0, 0),
    (2,), (0, 0, 2), (0, 0, 0, 0, 0), (0, 0, 0), (1, 1, 1, 0), (0, 0, 0, 0, 0),
)  # fmt: skip
FIRST, LAST = 27.0, 2.0  # days before the seed
A_STEP = timedelta(seconds=70)


def follow(
    persons: Sequence[Person],
    team: Mapping[str, Agent],
    now: datetime,
    at: Callable[[datetime, float], datetime],
) -> None:
    """One contact and one run for each walk, in the caller's transaction.

    Who got in that day has deposited since; the others are among those who have not, and call again.
    """
    dossiers = db.session.scalars(
        select(Dossier)
        .where(Dossier.person_id.in_([person.id for person in persons]))
        .order_by(Dossier.id)
    ).all()
    inside = itertools.cycle(d for d in dossiers if d.inside is not Inside.AWAITED)
    outside = itertools.cycle(d for d in dossiers if d.inside is Inside.AWAITED)
    for number, walk in enumerate(WALKS):
        days = FIRST - (FIRST - LAST) * number / (len(WALKS) - 1)
        agent = team["nadia" if number % 6 else "camille"]
        _one(next(inside if _solved(walk) else outside), agent, walk, at(now, days))


def _solved(walk: Sequence[int]) -> bool:
    """Does the last answer lead to the end that says so?"""
    step, way = library.get(SCRIPT).start, None
    for choice in walk:
        way = step.choices[choice]
        if not way.next:
            break
        step = library.get(SCRIPT).step(way.next)
    return way is not None and way.end == "solved"


def _one(dossier: Dossier, agent: Agent, walk: Sequence[int], opened: datetime) -> None:
    script = library.get(SCRIPT)
    closed = opened + A_STEP * (len(walk) + 2)
    contact = Contact(
        channel=Channel.PHONE,
        direction=Direction.IN,
        caller_number=dossier.person.phones[0].e164,
        person_id=dossier.person_id,
        dossier_id=dossier.id,
        agent_id=agent.id,
        opened_at=opened,
        closed_at=closed,
        reason=Reason.ACCOUNTS,
        caller_role=CallerRole.STAGIAIRE,
        caller_role_by_id=agent.id,
        digital_declared=True,
        digital_kind=DigitalKind.LINK_EXPIRED,
        digital_by_id=agent.id,
        note="",
        qualified_at=closed,
        qualified_by_id=agent.id,
    )
    db.session.add(contact)
    db.session.flush()
    run = ScriptRun(
        contact_id=contact.id,
        dossier_id=dossier.id,
        agent_id=agent.id,
        script_id=SCRIPT,
        script_version_id=store.version_id(
            SCRIPT, script.version, script.content_hash, library.source(SCRIPT), opened
        ),
        started_at=opened + A_STEP,
    )
    step, moment, outcome = script.start, run.started_at, LEFT
    for position, choice in enumerate(walk):
        left = moment + A_STEP
        run.steps.append(_stay(position, step.id, moment, left, choice))
        moment, way = left, step.choices[choice]
        if not way.next:
            outcome = way.end or OTHER_SCRIPT
            break
        step = script.step(way.next)
    else:
        run.steps.append(_stay(len(walk), step.id, moment, closed, None))
    run.ended_at, run.outcome, run.moves = max(moment, closed), outcome, len(walk)
    db.session.add(run)


def _stay(
    position: int, step_id: str, entered: datetime, left: datetime, choice: int | None
) -> ScriptRunStep:
    return ScriptRunStep(
        position=position, step_id=step_id, entered_at=entered, left_at=left, choice=choice
    )
