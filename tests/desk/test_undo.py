"""« Annuler », after a wrap-up: the reason and the availability are really taken back, where they can be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.calls.call import dispatch, undo
from app.foundation import clock
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.tickets import service as tickets
from app.tickets.models import Contact
from tests.calls.test_journey import act, connect, presence
from tests.clients import StaffClient
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]
SAID = {
    "reason": "accounts",
    "caller_role": "duo",
    "digital_kind": "link_expired",
    "note": "Lien renvoyé.",
}


def contact_of(one: Caller) -> Contact:
    db.session.expire_all()
    return db.session.get_one(Contact, one.call.contact_id)


@pytest.fixture
def over(caller: Phone, at_desk: Desk) -> tuple[StaffClient, Caller]:
    """A call that was just qualified and wrapped up: its agent is available."""
    agent, one = at_desk(), caller().dial()
    connect(agent, one)
    act(agent, one, "hang-up")
    data = {"contact": one.call.contact_id, "seen": "", **SAID}
    seen = agent.get(f"/tickets/qualification?contact={one.call.contact_id}").text
    data["seen"] = seen.split('name="seen" value="')[1].split('"')[0]
    assert agent.post("/tickets/qualification", data=data).status_code == 200
    act(agent, one, "wrap-up-done")
    assert presence(agent) == "available"
    return agent, one


def test_the_reason_and_the_availability_come_back(over: tuple[StaffClient, Caller]) -> None:
    agent, one = over
    answer = act(agent, one, "undo").json
    assert (answer["back"], presence(agent)) == (True, "wrap_up")
    desk = answer["desk"]["call"]
    assert (desk["state"], desk["sent"], desk["qualified"]) == ("wrap_up", None, False)
    found = contact_of(one)
    assert (found.qualified_at, found.reason, found.note) == (None, "unqualified", SAID["note"])
    # Nothing of what was said is lost: the card has it again, to be confirmed.
    card = agent.get(f"/tickets/qualification?contact={found.id}").text
    assert 'value="accounts" checked' in card
    assert 'value="duo" checked' in card
    assert 'value="link_expired" selected' in card
    # And once confirmed again the agent goes on.
    seen = card.split('name="seen" value="')[1].split('"')[0]
    agent.post("/tickets/qualification", data={"contact": found.id, "seen": seen, **SAID})
    act(agent, one, "wrap-up-done")
    assert (presence(agent), contact_of(one).reason) == ("available", "accounts")


def test_after_a_pause_it_is_the_wrap_up_that_comes_back(over: tuple[StaffClient, Caller]) -> None:
    agent, one = over
    agent.post("/desk/presence", json={"state": "away", "reason": "pause"})
    assert act(agent, one, "undo").json["back"] is True
    act(agent, one, "wrap-up-done")
    assert presence(agent) == "available"  # as the button says


def test_while_another_call_rings_only_the_reason_comes_back(
    over: tuple[StaffClient, Caller], caller: Phone
) -> None:
    agent, one = over
    caller("+33639980190").dial()
    dispatch.run()
    assert presence(agent) == "ringing"
    assert act(agent, one, "undo").json["back"] is False
    assert (presence(agent), contact_of(one).qualified_at) == ("ringing", None)


def test_nobody_elses_and_not_too_late(
    over: tuple[StaffClient, Caller], at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, one = over
    assert act(at_desk(), one, "undo").status_code == 404
    late = clock.now() + tickets.UNDO_FOR * 2
    with pytest.raises(Conflict):
        undo.wrap_up(one.call.ref, agent.agent.id, now=late)
    assert contact_of(one).reason == "accounts"
