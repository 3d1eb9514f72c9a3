"""What tabs are told without asking: their own desk, and the line's figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from app.accounts import service as accounts
from app.calls.call.models import Call
from app.desk import live, sockets
from app.foundation import clock
from app.foundation.database.batch import Batch
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db, socketio
from tests.clients import StaffClient
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]


class Tab:
    """A browser's tab: what it was told, by event."""

    def __init__(self, app: Flask, agent: StaffClient) -> None:
        g.pop("_login_user", None)  # who signed in before her, in the context that tests share
        self.socket = socketio.test_client(app, flask_test_client=agent)

    def told(self, event: str) -> list[dict[str, Any]]:
        """The payloads of ``event`` since the last time; what else came is dropped."""
        return [each["args"][0] for each in self.socket.get_received() if each["name"] == event]


@pytest.fixture
def tab(app: Flask) -> Callable[[StaffClient], Tab]:
    sockets._open_tabs.clear()  # those of other tests, in this same process
    return lambda agent: Tab(app, agent)


@pytest.fixture
def watch() -> live.LineWatch:
    """A watch whose clock a test moves: ``watch.seconds[0] += 1``."""
    seconds = [0.0]
    watch = live.LineWatch(lambda: seconds[0])
    watch.seconds = seconds  # type: ignore[attr-defined]
    return watch


def test_a_desk_is_told_all_that_it_shows(caller: Phone, at_desk: Desk, tab: Any) -> None:
    agent = at_desk()
    hers, other = tab(agent), tab(at_desk(state="away"))
    one = caller().dial()
    (news,) = hers.told("desk")
    asked = agent.get("/desk/state").json["desk"]
    assert news["desk"]["call"] == asked["call"]
    assert news["desk"]["presence"] == asked["presence"]
    assert news["desk"]["call"]["ref"] == one.call.ref
    assert other.told("desk") == []


def test_it_is_told_in_her_language(caller: Phone, at_desk: Desk, tab: Any) -> None:
    agent = at_desk(locale="en")
    hers = tab(agent)
    caller("anonymous").dial()
    assert hers.told("desk")[-1]["desk"]["call"]["caller"]["display"] == "Number withheld"


def test_the_line_is_told_when_it_moved_and_at_most_once_a_second(
    caller: Phone, at_desk: Desk, tab: Any, watch: Any
) -> None:
    tabs = [tab(at_desk()), tab(at_desk(state="away"))]
    watch.look()
    watch.seconds[0] += 1
    watch.look()
    for each in tabs:
        (news,) = each.told("line")
        assert news["queue"] == {
            "waiting": 0,
            "longest_since": None,
            "available_agents": 1,
            "callbacks": 0,
            "messages": 0,
            "messages_since": None,
        }
    caller().dial()
    caller("+33639980102").dial()
    watch.look()
    caller("+33639980103").dial()
    watch.seconds[0] += 0.5
    watch.look()
    assert [n["queue"]["waiting"] for n in tabs[1].told("line")] == [2]
    watch.seconds[0] += 0.5
    watch.look()
    assert [n["queue"]["waiting"] for n in tabs[1].told("line")] == [3]


def test_a_desk_that_was_not_told_of_a_call_is_reminded_once(
    caller: Phone, at_desk: Desk, tab: Any, watch: Any
) -> None:
    hers = tab(at_desk())
    one = caller().dial()
    hers.told("desk")  # lost with the process that made the offer
    watch.look()
    assert hers.told("desk") == []
    with unit_of_work():
        db.session.execute(update(Call).values(offered_at=clock.now() - timedelta(seconds=4)))
    for _ in range(2):
        watch.seconds[0] += 1
        watch.look()
    assert [n["desk"]["call"]["ref"] for n in hers.told("desk")] == [one.call.ref]


def test_changes_of_a_desk_that_come_together_are_told_once(
    app: Flask, at_desk: Desk, tab: Any
) -> None:
    agent = at_desk()
    hers = tab(agent)
    rounds: list[Callable[[], None]] = []
    news = Batch(live.tell_desks, rounds.append)
    for _ in range(3):
        news.add([agent.agent.id])
    news.add([])
    (only,) = rounds
    only()
    assert len(hers.told("desk")) == 1
    news.add([agent.agent.id])
    assert len(rounds) == 2


def test_a_failure_does_not_silence_the_desks() -> None:
    rounds: list[Callable[[], None]] = []

    def fails(_agents: set[int]) -> None:
        raise ZeroDivisionError

    news = Batch(fails, rounds.append)
    news.add([1])
    with pytest.raises(ZeroDivisionError):
        rounds[0]()
    news.add([1])
    assert len(rounds) == 2


def test_a_tab_given_up_for_dead_is_there_again_once_its_process_vouches(
    at_desk: Desk, tab: Any
) -> None:
    agent = at_desk()
    accounts.disconnected(f"tab-{agent.agent.id}")
    tab(agent)
    assert accounts.is_connected(agent.agent.id)
    later = clock.now() + timedelta(minutes=1)  # its process could not reach the database
    assert agent.agent.id in accounts.forget_dead_connections(
        now=later, after=timedelta(seconds=20)
    )
    sockets.vouch()
    assert accounts.is_connected(agent.agent.id)


def test_a_tab_that_could_not_be_noted_is_cut_so_that_it_tries_again(
    app: Flask, at_desk: Desk, tab: Any, monkeypatch: Any
) -> None:
    def down(*_words: Any, **_more: Any) -> None:
        raise OperationalError("connect", {}, Exception("too many clients"))

    agent = at_desk()
    monkeypatch.setattr(accounts, "connected", down)
    cut: list[str] = []
    monkeypatch.setattr(socketio.server.eio, "disconnect", cut.append)
    tab(agent)  # the failure is logged with a reference, no exception leaves a socket's event
    assert len(cut) == 1
    assert not sockets.any_open()
