"""What routing reads of the database: few agents of a thousand decide as all of them would."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from app.accounts.models import Agent, Connection
from app.calls.call import snapshot, store
from app.calls.call.models import Call, CallEvent
from app.dossiers.models import Dossier, Person
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue.models import Queue
from app.queue.policy import Policy, Team
from app.queue.routing import decide
from app.tickets.models import Channel, Contact, Direction
from tests.holding import be

STATES = ["available", "available", "available", "ringing", "in_call", "wrap_up", "away", "offline"]
TEAMS = [
    Team(),
    Team(first=("back",), overflow=("front",)),
    Team(first=("front", "back"), overflow=()),
]
LANGUAGES = [["fr"], ["fr"], ["fr"], ["fr", "en"], ["en", "fr"]]


def shuffle(draw: random.Random, agents: list[int], calls: list[int], now: datetime) -> None:
    """Another moment of the same line."""

    def ago(most: int) -> datetime:
        return now - timedelta(seconds=draw.randrange(most))

    states = draw.sample(STATES, k=draw.randint(1, len(STATES)))
    db.session.execute(delete(Connection))
    db.session.execute(delete(CallEvent))
    for agent_id in agents:
        state = draw.choice(states)
        be(agent_id, state, idle_since=ago(6))  # many are idle since the same instant
        if draw.random() < 0.8:
            tab = Connection(sid=f"tab-{agent_id}", agent_id=agent_id, process="p", seen_at=now)
            db.session.add(tab)
    for call_id in calls:
        call = {
            "state": draw.choice(["waiting", "waiting", "talking"]),
            "queued_at": ago(60),
            "waiting_since": ago(60),
            "priority": draw.choice([0, 0, 0, 5]),
            "language": draw.choice(["fr", "fr", "en"]),
            "preferred_agent_id": draw.choice([None, None, draw.choice(agents)]),
        }
        db.session.execute(update(Call).where(Call.id == call_id).values(call))
        for sequence, agent_id in enumerate(draw.choices(agents, k=draw.choice([0, 0, 1, 4]))):
            let_go = CallEvent(
                call_id=call_id, sequence=sequence, key=f"declined:{sequence}", kind="declined",
                at=ago(90), agent_id=agent_id, data={},
            )  # fmt: skip
            db.session.add(let_go)
    db.session.commit()


@pytest.fixture
def moments(line: Line, create_agent: Callable[..., Agent]) -> Callable[[random.Random], None]:
    """Twelve agents and five calls, of which some wait, in any state."""
    draw, now = random.Random(3), clock.now()
    agents = [
        create_agent(draw.choice(["front", "front", "back"]), languages=draw.choice(LANGUAGES)).id
        for _each in range(12)
    ]
    other = Line(name="Logement", number="+33199000101")
    db.session.add(other)
    db.session.flush()
    calls = []
    for number in range(5):
        person = Person(first_name="A", last_name="B", search_name="a b", created_at=now)
        contact = Contact(channel=Channel.PHONE, direction=Direction.IN, opened_at=now)
        if number < 2:
            contact.person = person
            contact.dossier = Dossier(
                person=person, reference=f"D{number}", created_at=now, owner_id=draw.choice(agents)
            )
        db.session.add(contact)
        db.session.flush()
        call = Call(
            ref=store.new_ref(), provider_sid=f"CA{number}", line_id=draw.choice([line.id, other.id]),
            contact_id=contact.id, received_at=now, state="waiting", queued_at=now,
        )  # fmt: skip
        db.session.add(call)
        db.session.flush()
        calls.append(call.id)
    db.session.commit()
    return lambda draw: shuffle(draw, agents, calls, now)


def queues() -> list[int]:
    return list(db.session.scalars(select(Queue.id).order_by(Queue.id)))


def test_few_agents_decide_as_all(moments: Callable[[random.Random], None]) -> None:
    spared = 0
    for seed in range(60):
        draw = random.Random(seed)
        moments(draw)
        rules = {
            each: Policy(
                overflow_after=draw.choice([0, 20]), overflow_length=draw.choice([1, 3]), team=team
            )
            for each, team in zip(queues(), (Team(), draw.choice(TEAMS)), strict=True)
        }
        now = clock.now() + timedelta(seconds=draw.choice([0, 15, 45]))
        whole, few = snapshot.take(rules), snapshot.brief(rules)
        assert decide(few, now) == decide(whole, now), (seed, whole)
        assert few.waiting == whole.waiting
        spared += len(whole.agents) - len(few.agents)
    assert spared > 0
