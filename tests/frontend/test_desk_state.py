"""What the desk decides to show (static/js/desk/state.js), case by case."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.frontend.conftest import STATIC

NOON = "2026-06-22T12:00:00+00:00"
CALM = {
    "network": "ok",
    "mic": "",
    "otherTab": False,
    "phone": "ready",
    "leg": True,
    "soundLocked": False,
    "spectator": False,
}


def desk(state: str, call: dict[str, Any] | None = None, reason: str | None = None) -> Any:
    """A desk whose agent is in this state, with this call."""
    return {"presence": {"state": state, "reason": reason, "since": NOON}, "call": call}


def call(state: str, **more: Any) -> dict[str, Any]:
    """A call in this state; what is not said is as for a known caller, talked with at noon."""
    usual = {
        "state": state,
        "role": "holder",
        "party": None,
        "outbound": False,
        "callback": False,
        "person_rung": False,
        "sent": None,
        "transferred_by": None,
        "caller": {"kind": "one", "display": "Samira Haddad", "number": "06 39 98 01 05"},
        "contact_id": 7,
        "waited_since": "2026-06-22T11:59:00+00:00",
        "answered_at": NOON,
        "ended_at": None,
        "ended_by": None,
        "held_since": None,
        "needs_rejoin": False,
        "overflow": False,
        "trouble": None,
        "qualified": False,
    }
    return {**usual, **more}


def party(state: str, kind: str = "colleague", *, speaks: bool = True) -> dict[str, Any]:
    """Bruno, whom Claire has asked; or who listens."""
    return {"kind": kind, "name": "Bruno", "state": state, "speaks": speaks, "asked_by": "Claire"}


@pytest.fixture
def ask(open_page: Any) -> Any:
    """``ask("phaseOf", …)``: what the function of state.js answers."""
    page = open_page()

    def ask_(function: str, *values: Any) -> Any:
        return page.evaluate(
            "async ([name, values]) =>"
            " (await import('/static/js/desk/state.js'))[name](...values) ?? null",
            [function, list(values)],
        )

    return ask_


def test_a_promised_call_back_is_taken_by_calling(ask: Any) -> None:
    assert ask("acceptWord", desk("ringing", call("offered"))) == "accept"
    assert ask("acceptWord", desk("ringing", call("offered", callback=True))) == "accept.callback"


PHASES = [
    (desk("offline"), "offline", "idle"),
    (desk("available"), "available", "idle"),
    (desk("away", reason="pause"), "away", "idle"),
    (desk("do_not_disturb"), "do_not_disturb", "idle"),
    (desk("missed"), "missed", "idle"),
    (desk("ringing"), "available", "idle"),  # the offer is gone, the state is about to follow
    (desk("ringing", call("offered")), "ringing", "ringing"),
    (desk("in_call", call("connecting")), "connecting", "call"),
    (desk("in_call", call("talking")), "talking", "call"),
    (desk("in_call", call("talking", held_since=NOON)), "held", "call"),
    (desk("in_call", call("talking", needs_rejoin=True)), "rejoin", "rejoin"),
    (desk("in_call", call("talking", needs_rejoin=True, held_since=NOON)), "rejoin", "rejoin"),
    (desk("wrap_up", call("wrap_up")), "wrap_up", "wrap_up"),
    (desk("away", call("wrap_up"), "pause"), "wrap_up", "wrap_up"),
    (desk("in_call", call("connecting", outbound=True)), "dialling", "call"),
    (desk("in_call", call("talking", held_since=NOON, party=party("asked"))), "held", "call"),
    (desk("ringing", call("talking", role="party", party=party("asked"))), "asked", "asked"),
    (
        desk("in_call", call("talking", role="party", party=party("joined"), needs_rejoin=True)),
        "consulted",
        "consulted",
    ),
]


def test_phases_and_their_acts(ask: Any) -> None:
    for shown, phase, acts in PHASES:
        assert ask("phaseOf", shown) == phase
        assert ask("actsOf", phase) == acts


def test_the_large_clock_counts_what_matters(ask: Any) -> None:
    waited = {"from": "2026-06-22T11:59:00+00:00"}
    assert ask("clockOf", desk("ringing", call("offered")), "ringing") == waited
    assert ask("clockOf", desk("in_call", call("talking")), "talking") == {"from": NOON}
    over = call("wrap_up", ended_at="2026-06-22T12:05:36+00:00")
    fixed = {"from": NOON, "to": "2026-06-22T12:05:36+00:00"}
    assert ask("clockOf", desk("wrap_up", over), "wrap_up") == fixed  # never counts against her
    assert ask("clockOf", desk("available"), "available") == {"from": NOON}


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (59.9, "0:59"), (336, "5:36"), (3916, "1:05:16"), (-3, "0:00")],
)
def test_duration(ask: Any, seconds: float, shown: str) -> None:
    assert ask("duration", seconds) == shown


NOTICES: list[tuple[Any, dict[str, Any], str | None]] = [
    # what is shown, what goes on in the browser, the sentence
    (desk("available"), {}, None),
    (desk("offline"), {}, "note.offline"),
    (desk("available"), {"phone": "offline"}, "phone.offline"),
    (desk("available"), {"soundLocked": True}, "sound.locked"),
    (desk("offline"), {"mic": "mic.denied"}, "mic.denied"),
    (desk("offline"), {"mic": "mic.speak"}, "mic.speak"),
    (desk("in_call", call("talking")), {"session": True, "mic": "mic.absent"}, "session.over"),
    (desk("in_call", call("talking", trouble="x")), {"warning": "sound.silent"}, "sound.silent"),
    (desk("in_call", call("talking", held_since=NOON)), {"warning": "sound.silent"}, None),
    (desk("in_call", call("talking", trouble="Lien expiré")), {}, "note.trouble"),
    (desk("in_call", call("talking", trouble="Lien expiré")), {"network": "lost"}, "net.lost"),
    (desk("in_call", call("talking")), {"otherTab": True}, "tab.other"),
    (desk("in_call", call("talking")), {"leg": False}, "note.resuming"),
    (desk("in_call", call("talking", needs_rejoin=True)), {"leg": False}, "note.rejoin"),
    (desk("ringing", call("offered", overflow=True)), {}, "note.overflow"),
    (desk("ringing", call("offered", overflow=True, trouble="x")), {}, "note.trouble"),
    (desk("wrap_up", call("wrap_up", ended_by="caller")), {}, "note.wrap_up_caller"),
    (desk("wrap_up", call("wrap_up", ended_by="line")), {}, "note.wrap_up_lost"),
    (desk("wrap_up", call("wrap_up", qualified=True)), {}, "note.qualified"),
    (desk("offline"), {"spectator": True}, "note.spectator"),
    (
        desk("wrap_up", call("wrap_up", ended_by="line", caller={"kind": "hidden", "number": ""})),
        {},
        "note.hidden",
    ),
    (desk("wrap_up", call("wrap_up", sent="outside")), {}, "note.sent"),
    (desk("wrap_up", call("wrap_up", sent="waiting", qualified=True)), {}, "note.sent_back"),
    (desk("ringing", call("offered", transferred_by="Claire")), {}, "note.transferred_by"),
    (desk("ringing", call("offered", transferred_by="")), {}, "note.transferred"),
    (desk("in_call", call("connecting", outbound=True)), {}, "note.dialling"),
    (
        desk("in_call", call("connecting", outbound=True, person_rung=True)),
        {},
        "note.dialling_rings",
    ),
]


def test_one_notice_at_a_time_the_most_urgent(ask: Any) -> None:
    for shown, around, sentence in NOTICES:
        phase = ask("phaseOf", shown)
        note = ask("noteOf", shown, phase, {**CALM, **around})
        assert (note and note["name"]) == sentence, (shown, around)


def test_panes_follow_the_contact(ask: Any) -> None:
    assert ask("contactOf", desk("available")) is None
    assert ask("contactOf", desk("ringing", call("offered"))) == 7


@pytest.mark.parametrize(
    ("state", "told", "shown"), [("available", 3, 2), ("in_call", 3, 3), ("available", 0, 0)]
)
def test_free_colleagues_do_not_count_oneself(ask: Any, state: str, told: int, shown: int) -> None:
    queue = {"waiting": 1, "longest_since": NOON, "available_agents": told}
    answer = ask("besidesMe", queue, {"state": state})
    assert answer == {**queue, "available_agents": shown}


CONSULTING = desk("in_call", call("talking", held_since=NOON, party=party("joined")))
THREE = desk("in_call", call("talking", party=party("joined")))
RINGS = desk("in_call", call("talking", held_since=NOON, party=party("asked")))
CONSULTED = desk("in_call", call("talking", held_since=NOON, role="party", party=party("joined")))

PARTIES = [
    (RINGS, "party.colleague.asked", ["consult-end"]),
    (CONSULTING, "party.colleague.joined", ["consult-end", "hand-over"]),
    (THREE, "party.colleague.joined.together", ["consult-end", "hand-over"]),
    (
        desk("in_call", call("talking", held_since=NOON, party=party("called", "outside"))),
        "party.outside.called",
        ["consult-end"],
    ),
    (CONSULTED, "party.mine.joined", []),
    (
        desk("in_call", call("talking", party=party("joined", "coach", speaks=False))),
        "party.coach.listens",
        [],
    ),
    (desk("in_call", call("talking", party=party("joined", "coach"))), "party.coach.whispers", []),
]


def test_the_further_person_is_always_said_with_what_can_be_done(ask: Any) -> None:
    for shown, sentence, acts in PARTIES:
        found = ask("partyOf", shown, "Samira Haddad")
        assert (found["sentence"], sorted(found["acts"])) == (sentence, acts)
        assert found["values"]["name"] == "Bruno"
    assert ask("partyOf", desk("in_call", call("talking")), "") is None


def test_sentences_of_the_further_person_exist(ask: Any, sentences: set[str]) -> None:
    for shown, sentence, _acts in PARTIES:
        assert sentence in sentences
        labels = ask("partyOf", shown, "")["acts"].values()
        assert set(labels) <= sentences
    for state in ("called", "joined"):
        for kind in ("colleague", "outside", "mine"):
            assert {f"party.{kind}.{state}", f"party.{kind}.{state}.together"} <= sentences


@pytest.fixture
def sentences() -> set[str]:
    """The names of the sentences that the desk has."""
    text = (STATIC.parent / "templates" / "desk" / "sentences.html").read_text()
    return set(re.findall(r'^  "([\w.]+)":', text, re.MULTILINE))


PARTED = [
    # before, after, what is told
    (RINGS, desk("in_call", call("talking", held_since=NOON)), "parted.unanswered"),
    (CONSULTING, desk("in_call", call("talking", held_since=NOON)), "parted.left"),
    (THREE, desk("in_call", call("talking")), "parted.left.together"),
    (CONSULTING, THREE, ""),
    (THREE, desk("available"), ""),  # the call is with the other one now
    (THREE, desk("wrap_up", call("wrap_up")), ""),
    (CONSULTED, desk("in_call", call("talking")), ""),  # she is the holder now
]


def test_it_is_told_when_the_one_who_was_asked_is_gone(ask: Any) -> None:
    for before, after, told in PARTED:
        for one in (before, after):
            if one["call"]:
                one["call"]["ref"] = "r"
        assert ask("partedOf", before, after) == told


@pytest.mark.parametrize(
    ("more", "can", "why"),
    [
        ({"ended_by": "line"}, True, ""),
        ({"ended_by": "caller"}, True, ""),
        ({"ended_by": "agent"}, False, ""),
        ({"ended_by": "line", "sent": "outside"}, False, ""),
        ({"ended_by": "line", "caller": {"number": ""}}, False, "note.hidden"),
    ],
)
def test_call_again_when_the_line_dropped(
    ask: Any, more: dict[str, Any], can: bool, why: str
) -> None:
    assert ask("callAgainOf", call("wrap_up", **more)) == {"can": can, "why": why}


HOLDS = [
    (desk("in_call", call("talking")), True),
    (desk("ringing", call("offered")), True),
    (desk("ringing", call("offered", transferred_by="Claire")), False),
    (CONSULTED, False),
    (desk("wrap_up", call("wrap_up", sent="outside")), True),
    (desk("wrap_up", call("wrap_up", sent="talking")), False),
    (desk("available"), False),
]


def test_who_qualifies_the_contact(ask: Any) -> None:
    for shown, hers in HOLDS:
        assert ask("holdsContact", shown) is hers
