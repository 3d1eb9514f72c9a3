"""Every action of every script, pressed: the row that somebody else sees, the run's, and the journal's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import service as accounts
from app.accounts.models import JournalEntry
from app.alerts.models import Alert
from app.assist import acting, loader, service
from app.assist.acts import actions
from app.assist.acts.actions import ACTIONS
from app.assist.models import PortalLink, ScriptAct
from app.assist.portal.models import PortalCommand
from app.calls.call.models import CallParty
from app.calls.directory.models import DirectoryEntry
from app.dossiers.models import Dossier, PriorityFlag
from app.dossiers.vocabulary import PieceKind, PieceState, PortalEventKind
from app.foundation import clock
from app.foundation.exceptions import InvalidInput, Unavailable
from app.foundation.extensions import db
from app.foundation.portal_port import PortalRefused
from app.foundation.ports import Ports
from app.foundation.wiring import ports as wired
from app.tickets.consultations.models import Consultation, ConsultationState
from app.tickets.incidents.models import Incident, IncidentLink
from app.tickets.models import CallBack, CallBackState, Message
from app.tickets.places import service as places
from app.tickets.places.models import Booking, Place
from tests.calls.test_journey import connect
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_event, create_person, create_piece
from tests.fakes import FakePortal
from tests.switchboard import Caller

NUMBER, BASE = "+33639980101", "https://permanence.example"
# The table of what an act made, by the word of ``ScriptAct.made``.
MADE: dict[str, type] = {
    "alert": Alert, "booking": Booking, "callback": CallBack, "command": PortalCommand, "consultation": Consultation,
    "flag": PriorityFlag, "incident": Incident, "link": PortalLink, "message": Message,
    "party": CallParty,
}  # fmt: skip
NOT_HERE = {"correct_address"}  # has a form of its own (test_correction)

Talk = tuple[Dossier, StaffClient, int]


@pytest.fixture
def portal(app: Flask, ports: Ports) -> FakePortal:
    made = FakePortal()
    app.extensions["permanence.ports"] = replace(ports, portal=made)
    return made


@pytest.fixture
def talk(
    app: Flask, portal: FakePortal, caller: Callable[..., Caller], at_desk: Any, login: Any
) -> Talk:
    """An agent in conversation with somebody who has an account, a pièce, a mobile; a manager is there."""
    owner, boss = login("back", display_name="Bruno"), login("manager", display_name="Isabelle")
    accounts.connected("tab-boss", boss.agent.id, "tests", now=clock.now())
    person = create_person(NUMBER, last_name="Vasseur", email="ana@courriel.example")
    dossier = create_dossier(person, owner_id=owner.agent.id)
    create_event(dossier, PortalEventKind.STEP1_DONE, clock.now() - timedelta(days=1))
    create_piece(dossier, kind=PieceKind.RIB, state=PieceState.ORANGE)
    db.session.add(
        DirectoryEntry(label="ISM", kind="interpreter", number="+33153265050", note="", active=True)
    )
    db.session.commit()
    csv = (Path(__file__).parents[2] / "app" / "demo" / "places.csv").read_bytes()
    places.take_in(csv, agent_id=boss.agent.id, now=clock.now(), dry_run=False)
    agent = at_desk(display_name="Nadia")
    one = caller(NUMBER).dial()
    connect(agent, one)
    assert one.call.contact_id is not None
    return dossier, agent, one.call.contact_id


def form(now: datetime) -> dict[str, str]:
    """What an agent types, whatever the act."""
    later = now + timedelta(days=1)
    return {
        "reason": "Sans ressources depuis mai",
        "due_on": later.date().isoformat(),
        "question": "Peut-on accepter cette pièce ?",
        "slot": PieceKind.RIB.value,
        "day": later.date().isoformat(),
        "time": "10:00",
        "text": "Bonjour, votre case est rendue.",
        "place": str(db.session.scalar(select(Place.id))),
        "way": "mail",
        "entry": str(db.session.scalar(select(DirectoryEntry.id))),
    }


def press(
    name: str, talk: Talk, script: str, now: datetime, basis: str | None = None, **typed: str
) -> acting.Result:
    _dossier, agent, contact_id = talk
    run_id = service.start_run(
        script, contact_id=contact_id, dossier_id=None, agent_id=agent.agent.id, now=now
    )
    if ACTIONS[name].for_person:
        basis = basis or "spoken"
    actor = acting.Actor(run_id, agent.agent.id, "étape", basis, now)
    return actions.perform(name, actor, wired(), BASE, {**form(now), **typed})


def last_act() -> ScriptAct:
    found = db.session.scalar(select(ScriptAct).order_by(ScriptAct.id.desc()).limit(1))
    assert found is not None
    return found


def test_every_action_of_every_script_leaves_its_row_and_its_line_in_the_journal(
    talk: Talk,
) -> None:
    now = clock.now()
    offered = {
        (script.id, step.action)
        for script in loader.library().values()
        for step in script.steps
        if step.action is not None and step.action not in NOT_HERE
    }
    assert {name for _script, name in offered} <= set(ACTIONS)
    for script_id, name in sorted(offered, key=lambda pair: (pair[1], pair[0])):
        now += timedelta(minutes=1)
        assert actions.offered(name), name
        result = press(name, talk, script_id, now)
        assert result.error is None, (script_id, name, result)
        act = last_act()
        assert (act.action, act.result) == (name, "done"), (script_id, name)
        assert act.basis == ("spoken" if ACTIONS[name].for_person else None)
        assert act.made is not None, name
        kind, _colon, row = act.made.partition(":")
        assert db.session.get(MADE[kind], int(row)) is not None, (script_id, name)
        line = db.session.scalar(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1))
        acts = db.session.scalars(
            select(JournalEntry.act).where(
                JournalEntry.at >= now, JournalEntry.agent_id.is_not(None)
            )
        ).all()
        assert line is not None
        assert f"act.{name}" in acts, (script_id, name, acts)


@pytest.mark.parametrize("name", sorted(name for name in ACTIONS if ACTIONS[name].for_person))
def test_an_act_in_the_persons_name_is_refused_without_what_they_said(
    app: Flask, create_agent: Any, name: str
) -> None:
    if not actions.offered(name):
        return
    agent, dossier = create_agent("front"), create_dossier(create_person(NUMBER))
    run_id = service.start_run(
        "S02", contact_id=None, dossier_id=dossier.id, agent_id=agent.id, now=clock.now()
    )
    for basis in (None, "assumed"):
        actor = acting.Actor(run_id, agent.id, "étape", basis, clock.now())
        with pytest.raises(InvalidInput, match="accord"):
            actions.perform(name, actor, app.extensions["permanence.ports"], BASE)
    assert db.session.scalars(select(ScriptAct)).all() == []


def test_what_is_taken_back_is_gone_for_everybody_else_too(talk: Talk) -> None:
    dossier, agent, _contact_id = talk
    now = clock.now()
    for name in ("flag_priority", "consult_owner", "link_incident", "create_callback"):
        now += timedelta(minutes=1)
        press(name, talk, "S11", now)
        act = last_act()
        stranger = act.agent_id + 100
        with pytest.raises(Exception, match="quelqu'un d'autre"):
            actions.undo(act.id, run_id=act.run_id, agent_id=stranger, now=now)
        for _twice in range(2):
            actions.undo(act.id, run_id=act.run_id, agent_id=agent.agent.id, now=now)
        db.session.refresh(act)
        assert act.undone_at is not None
    assert db.session.scalar(
        select(PriorityFlag.done_at).where(PriorityFlag.dossier_id == dossier.id)
    )
    assert db.session.scalar(select(Consultation.state)) is ConsultationState.WITHDRAWN
    assert db.session.scalar(select(IncidentLink.id)) is None
    assert db.session.scalar(select(CallBack.state)) == CallBackState.CANCELLED
    press("alert_manager", talk, "S26", now)
    assert not actions.undoable(last_act(), agent.agent.id, now)
    press("flag_priority", talk, "S26", now)
    assert not actions.undoable(last_act(), agent.agent.id, now + timedelta(minutes=16))


def test_what_the_portal_or_an_operator_refused_is_no_act(
    talk: Talk, portal: FakePortal, ports: Any
) -> None:
    now = clock.now()
    portal.error = PortalRefused("not_locked")
    refused = press("unlock", talk, "S08", now)
    assert refused.error is not None
    assert "pas bloqué" in refused.error.message
    assert last_act().result == "refused"
    portal.error = Unavailable("le Portail ne répond pas")
    assert press("send_reset", talk, "S08", now).code == "waiting"
    assert last_act().result == "noted"
    ports.sms.error = Unavailable("non")
    assert press("send_sms", talk, "S27", now).code == "refused"
    assert last_act().result == "refused"


def test_without_a_portal_its_buttons_are_not_there(talk: Talk, app: Flask, ports: Ports) -> None:
    app.extensions["permanence.ports"] = ports
    with pytest.raises(InvalidInput, match="pas relié"):
        press("hand_slot_back", talk, "S27", clock.now())
    assert db.session.scalars(select(ScriptAct)).all() == []


@pytest.mark.parametrize(
    ("name", "typed", "word"),
    [
        ("flag_priority", {"due_on": ""}, "quel jour vous promettez"),
        ("flag_priority", {"due_on": "2020-01-01"}, "déjà passée"),
        ("hand_slot_back", {"slot": "family_book"}, "Choisissez la case"),
        ("create_callback", {"time": ""}, "un jour et une heure"),
        ("send_sms", {"text": " "}, "rien à envoyer"),
        ("send_sms", {"text": "mot de passe : Azerty12!"}, "mot de passe"),
        ("ask_interpreter", {"entry": "999"}, "Choisissez un interprète"),
    ],
)
def test_a_form_that_lacks_something_makes_nothing(
    talk: Talk, name: str, typed: dict[str, str], word: str
) -> None:
    with pytest.raises(InvalidInput, match=word):
        press(name, talk, "S27", clock.now(), **typed)
    assert db.session.scalars(select(ScriptAct)).all() == []
