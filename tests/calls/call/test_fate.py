"""What became of a call that rang at an agent's desk is said from the call itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask_babel import force_locale

from app.calls.call import service
from app.calls.call.fate import said
from app.calls.call.life.states import Event, Kind
from app.calls.callbacks import service as callbacks
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from tests.calls.call.test_transfers import ask, talk
from tests.calls.callbacks.test_callbacks import ask as ask_to_be_called
from tests.calls.callbacks.test_callbacks import attempts
from tests.calls.test_journey import act, connect, later
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person
from tests.switchboard import Caller

__all__ = ["talk"]  # a fixture

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]


@pytest.fixture
def pauline(app: Any) -> None:
    """Somebody who is known by her number."""
    create_dossier(create_person("+33639980101", first_name="Pauline", last_name="Texier"))


def missed(agent: StaffClient) -> str:
    desk = agent.get("/desk/state").json["desk"]
    assert desk["presence"]["state"] == "missed"
    return str(desk["missed"]).replace("\u00a0", " ")


def fate(agent: StaffClient, one: Caller) -> str:
    return str(agent.get(f"/desk/calls/{one.call.ref}/fate").json["said"])


@pytest.fixture
def missed_call(pauline: None, caller: Phone, at_desk: Desk) -> tuple[StaffClient, Caller]:
    """It rang at the only agent's desk, and nobody answered."""
    agent = at_desk()
    one = caller().dial()
    later(21)
    return agent, one


Missed = tuple[StaffClient, Caller]


def test_nobody_else_is_free_and_the_person_waits(missed_call: Missed) -> None:
    agent, _one = missed_call
    assert missed(agent) == "Pauline Texier attend toujours. Personne d’autre n’est libre."


def test_it_rings_elsewhere_then_somebody_has_taken_it(missed_call: Missed, at_desk: Desk) -> None:
    agent, one = missed_call
    nadia = at_desk(display_name="Nadia")
    later(1)
    assert missed(agent) == "L’appel sonne chez Nadia."
    connect(nadia, one)
    assert missed(agent) == fate(agent, one) == "Nadia a pris l’appel."
    one.end()
    assert missed(agent) == "Nadia a pris l’appel."


def test_the_person_has_hung_up(missed_call: Missed) -> None:
    agent, one = missed_call
    one.hang_up_in_queue()
    assert missed(agent) == fate(agent, one) == "Pauline Texier a raccroché."
    refused = act(agent, one, "accept")
    assert refused.status_code == 409
    assert refused.json["error"]["message"] == "Pauline Texier a raccroché."


def test_the_person_has_asked_to_be_called_back(missed_call: Missed) -> None:
    """« La personne a raccroché, ou quelqu'un d'autre a répondu » would be neither."""
    agent, one = missed_call
    one.post("/voice/choice?round=1", Digits="1")
    assert missed(agent) == "Pauline Texier a demandé un rappel : il est noté."
    assert "a demandé un rappel" in act(agent, one, "accept").json["error"]["message"]


def test_somebody_without_a_name(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    caller("anonymous").dial()
    later(21)
    assert missed(agent) == "La personne attend toujours. Personne d’autre n’est libre."


def test_a_consultation_that_was_missed(talk: tuple[Caller, StaffClient], at_desk: Desk) -> None:
    _one, agent = talk
    other = at_desk("back")
    ask(agent, _one, "consult", agent_id=other.agent.id)
    later(21)
    assert missed(other) == f"{agent.agent.display_name} continue sans vous."


def test_the_last_call_that_rang_is_the_one_that_is_told_of(
    pauline: None, caller: Phone, at_desk: Desk
) -> None:
    """The one before is still going on with a colleague, and moves after it."""
    agent, colleague = at_desk(), at_desk("back", display_name="Nadia")
    first = caller("+33639980102").dial()
    connect(agent, first)
    ask(agent, first, "transfer", agent_id=colleague.agent.id)
    connect(colleague, first)
    agent.post(f"/desk/calls/{first.call.ref}/wrap-up-done")
    agent.post("/desk/presence", json={"state": "available"})
    second = caller().dial()
    assert second.call.offered_to == agent.agent.id
    expired = Event(Kind.OFFER_EXPIRED, clock.now(), "expired", agent_id=agent.agent.id)
    service.happen(second.call.id, expired)
    act(colleague, first, "hold")
    assert missed(agent).startswith("Pauline Texier attend toujours.")


def test_nothing_is_said_to_who_missed_nothing(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    assert agent.get("/desk/state").json["desk"]["missed"] is None
    assert fate(agent, one) == ""


@pytest.mark.parametrize(("role", "status"), [("front", 404), ("admin", 403), ("manager", 403)])
def test_who_may_ask(login: Any, role: str, status: int) -> None:
    assert login(role).get("/desk/calls/nothing/fate").status_code == status


# --- a call-back that rang at the desk -----------------------------------------------------------


def missed_callback(caller: Phone, at_desk: Desk) -> StaffClient:
    """An attempt rang at the only agent's desk, and nobody answered."""
    ask_to_be_called(caller)
    later(1)
    agent = at_desk()
    later(2)
    later(25)
    return agent


def test_a_call_back_that_was_missed_is_still_to_be_made(
    pauline: None, caller: Phone, at_desk: Desk
) -> None:
    """She has hung up long ago: she does not « wait » on the line."""
    agent = missed_callback(caller, at_desk)
    words = "Pauline Texier : le rappel reste à faire. Personne d’autre n’est libre."
    assert missed(agent) == words


def test_the_same_of_somebody_without_a_name_and_in_english(caller: Phone, at_desk: Desk) -> None:
    agent = missed_callback(caller, at_desk)
    assert missed(agent) == "Ce rappel reste à faire. Personne d’autre n’est libre."
    attempt = attempts()[0]
    with agent.application.test_request_context(), force_locale("en"):
        assert said(attempt, agent.agent.id) == "This call-back is still to be made."


def test_a_call_back_withdrawn_since_the_line_closed_is_still_to_be_made(
    pauline: None, caller: Phone, at_desk: Desk, line: Line
) -> None:
    agent = missed_callback(caller, at_desk)
    line.rules, line.mode = {"closing": "callback"}, "closed"
    db.session.commit()
    later(30)
    assert attempts()[0].outcome == "cancelled"
    assert missed(agent).startswith("Pauline Texier : le rappel reste à faire.")


def test_a_call_back_that_somebody_cancelled_is_not(
    pauline: None, caller: Phone, at_desk: Desk
) -> None:
    agent = missed_callback(caller, at_desk)
    callbacks.cancel(attempts()[0].callback_id or 0, agent_id=agent.agent.id, now=clock.now())
    assert missed(agent) == "Ce rappel n’est plus à faire."
