"""Which lines share a queue, and whom it asks first: chosen on a page, journaled, for who waits too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.foundation import edits
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines import queue_of_line
from app.lines.models import Line
from app.lines.settings import read_team
from app.queue.models import Queue, Work
from tests.calls.test_journey import connect
from tests.channels.test_answering import write
from tests.clients import StaffClient
from tests.every_act import form_of
from tests.fixtures.application import Login
from tests.holding import be
from tests.supervision.test_supervision import journal
from tests.switchboard import Caller

PAGE = "/admin/line/queue"
__all__ = ["connect"]


@pytest.fixture
def manager(line: Line, login: Login) -> StaffClient:
    return login("manager", display_name="Isabelle")


@pytest.fixture
def other(line: Line) -> Line:
    with unit_of_work():
        made = Line(name="Logement", number="+33199000101", mode="open")
        db.session.add(made)
        db.session.flush()
    return made


def queue_of(line_id: int) -> int:
    db.session.expire_all()
    return db.session.get_one(Line, line_id).queue_id


def choose(client: StaffClient, line_id: int, queue: str) -> None:
    address = f"{PAGE}?line={line_id}"
    form = form_of(client, address, address)
    assert client.post(address, data=form | {"queue": queue}).status_code == 302


@pytest.mark.parametrize(
    ("front", "back", "team"),
    [
        ("first", "overflow", {"first": ["front"], "overflow": ["back"]}),
        ("first", "first", {"first": ["front", "back"], "overflow": []}),
        ("no", "first", {"first": ["back"], "overflow": []}),
        ("overflow", "no", None),
        ("first", "rien", None),
        ("", "", None),
    ],
)
def test_somebody_is_always_asked_first(
    front: str, back: str, team: dict[str, list[str]] | None
) -> None:
    read = read_team({"role-front": front, "role-back": back})
    assert bool(read.errors) == (team is None)
    assert read.values == (team or {})


def test_two_lines_share_a_queue_and_part_again(
    manager: StaffClient, line: Line, other: Line
) -> None:
    first, second = line.id, other.id
    mine, theirs = queue_of(first), queue_of(second)
    choose(manager, second, str(mine))
    assert queue_of(second) == mine
    assert db.session.get(Queue, theirs) is None  # no line's, no work's
    page = manager.get(f"{PAGE}?line={second}").text
    assert "Dans la même file que" in page
    choose(manager, second, "own")
    assert queue_of(second) != mine
    acts = [(act, detail["to"]) for act, detail in journal() if act == "line_queue"]
    assert acts == [("line_queue", mine), ("line_queue", queue_of(second))]


def test_what_waits_goes_along(manager: StaffClient, line: Line, other: Line) -> None:
    write()
    choose(manager, line.id, str(queue_of(other.id)))
    assert db.session.scalars(select(Work.queue_id)).all() == [queue_of(other.id)]


def test_a_queue_that_is_no_lines_is_refused(manager: StaffClient, line: Line, other: Line) -> None:
    seen = edits.seal({"queue": str(line.queue_id)})
    refused = manager.post(PAGE, data={"queue": "9999", "seen": seen})
    assert refused.status_code == 422
    assert queue_of(line.id) == line.queue_id


def test_whoever_is_asked_first_rings_first(
    manager: StaffClient,
    line: Line,
    at_desk: Callable[..., StaffClient],
    caller: Callable[..., Caller],
) -> None:
    front, back = at_desk("front"), at_desk("back")
    form = form_of(manager, PAGE, f"{PAGE}/team")
    assert (form["role-front"], form["role-back"]) == ("first", "overflow")
    turned = {**form, "role-front": "overflow", "role-back": "first"}
    assert manager.post(f"{PAGE}/team", data=turned).status_code == 302
    assert caller().dial().call.offered_to == back.agent.id
    with unit_of_work():
        be(front.agent.id, "available")
    nobody = {**form_of(manager, PAGE, f"{PAGE}/team"), "role-front": "no", "role-back": "no"}
    refused = manager.post(f"{PAGE}/team", data=nobody)
    assert (refused.status_code, "Au moins une équipe" in refused.text) == (422, True)
    assert [act for act, _detail in journal() if act == "queue_team"] == ["queue_team"]


def test_the_second_of_two_who_choose_is_told(
    manager: StaffClient, line: Line, login: Login
) -> None:
    colleague = login("manager", display_name="Odile")
    mine, theirs = (form_of(each, PAGE, f"{PAGE}/team") for each in (manager, colleague))
    assert colleague.post(f"{PAGE}/team", data={**theirs, "role-back": "no"}).status_code == 302
    late = manager.post(
        f"{PAGE}/team", data={**mine, "role-front": "overflow", "role-back": "first"}
    )
    assert (late.status_code, "Odile" in late.text) == (409, True)
    assert "ne répond pas à cette file" in late.text


@pytest.mark.parametrize("role", ["front", "back"])
def test_agents_do_not_choose(line: Line, login: Login, role: str) -> None:
    agent = login(role)
    assert agent.get(PAGE).status_code == 403
    assert agent.post(PAGE, data={"queue": "own"}).status_code == 403
    with unit_of_work():
        changed = queue_of_line.lines_of_queues()
    assert list(changed) == [line.queue_id]
