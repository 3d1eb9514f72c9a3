"""Every step of a caller's path, to the byte: the TwiML of each is written down beside this test.

``WRITE_HEARD=1 pytest tests/calls/spoken/test_what_is_heard.py`` writes the file anew; its difference
is then what callers will hear otherwise. One journey at a fixed hour, so that every moment is said.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.calls.call import parties, service, voicemail
from app.calls.call.models import Call
from app.calls.provider import fallback, twiml
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.lines.announcements.said import Phrase, Speaker
from app.lines.announcements.texts import TEXTS
from app.lines.models import AnnouncementSound, Line
from app.lines.opening_hours import REFERENCE_HOURS
from tests.calls.call.test_transfers import ask, party_hangs_up, party_picks_up
from tests.calls.callbacks.test_callbacks import Person, agent_takes, attempts, later
from tests.calls.test_journey import act
from tests.lines.test_opening_hours import paris
from tests.switchboard import Caller

WRITTEN = Path(__file__).with_name("what_is_heard.txt")
OPEN_AT = paris("2021-06-22T10:30:00")  # a Tuesday
Phone = Callable[..., Caller]


class Heard:
    """What was answered, by the name of its moment."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.now = OPEN_AT

    def __setitem__(self, name: str, xml: str) -> None:
        assert name not in self.answers, name
        for call in db.session.query(Call.ref):
            xml = xml.replace(call.ref, "REF")
        self.answers[name] = (
            re.sub(r"\bCA[0-9A-Za-z]{20,}", "LEG", xml).replace("><", ">\n<").strip()
        )
        db.session.rollback()

    @property
    def text(self) -> str:
        return "".join(f"### {name}\n{xml}\n\n" for name, xml in self.answers.items())


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """What is heard in this test, kept under its name in the file."""
    found = Heard()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


def compare(chapter: str, heard: Heard) -> None:
    """As written down, or written down now."""
    chapters = re.split(r"^# (.+)\n\n", WRITTEN.read_text() if WRITTEN.exists() else "", flags=re.M)
    known = dict(zip(chapters[1::2], chapters[2::2], strict=True))
    if os.environ.get("WRITE_HEARD"):
        known[chapter] = heard.text
        WRITTEN.write_text("".join(f"# {name}\n\n{known[name]}" for name in sorted(known)))
    assert heard.text == known[chapter]


def test_each_announcement(heard: Heard) -> None:
    values = {
        "position": 2, "key": "9", "day": "demain", "time": "9 heures", "digits": "06, 39", "days": 30,
        "name": "Karim.",
    }  # fmt: skip
    for language in sorted(TEXTS):
        for key in sorted(TEXTS[language]):
            said = Speaker().speak([Phrase(key, language, values)])
            heard.answers[f"{language} {key}"] = twiml.render(said).replace("><", ">\n<").strip()
    compare("announcements", heard)


def change(line: Line, **values: Any) -> None:
    for name, value in values.items():
        setattr(line, name, value)
    db.session.commit()


def waits(client: Any, one: Caller, turn: int) -> str:
    return one.post(f"/voice/wait?round={turn}")


def test_while_she_waits(
    heard: Heard, caller: Phone, line: Line, at_desk: Any, client: Any
) -> None:
    one = caller().dial()
    heard["arrival"], heard["nobody is there"] = one.greeting, one.heard
    heard["second round"], heard["fourth round"] = waits(client, one, 2), waits(client, one, 4)
    other = caller("+33639980102").dial()
    heard["the second in line"] = other.heard
    change(line, incident_since=heard.now)
    heard["an incident"] = waits(client, one, 1)
    for rule in ("serve", "callback"):
        change(line, mode="closed", rules={"closing": rule, "callbacks": False})
        heard[f"after closing time: {rule}"] = waits(client, one, 1)
    change(line, mode="open", rules={"languages": ["fr", "en", "ar", "es"]}, incident_since=None)
    heard["four languages"] = waits(client, one, 1)
    heard["English asked for"] = one.post("/voice/choice?round=7", Digits="9")
    heard["in English"] = waits(client, one, 1)
    heard["a key that means nothing"] = one.post("/voice/choice?round=7", Digits="5")
    change(line, rules={"languages": ["fr", "ar"]}, announcements={"fr": {"stay": "Un instant."}})
    db.session.execute(update(Call).values(language="ar"))
    for key, name in (("stay", "sound-a"), ("choose_language", "no"), ("greeting", "sound-g")):
        db.session.add(
            AnnouncementSound(line_id=line.id, key=key, language="fr", token=name,
                media_type="audio/wav", content=b"RIFF", uploaded_at=heard.now)
        )  # fmt: skip
    db.session.commit()
    heard["words that are not written yet"] = waits(client, other, 2)
    db.session.execute(update(Call).values(language="fr"))
    change(line, announcements={"fr": {"stay": "Un instant."}, "ar": {"choose_language": "{key}"}})
    agent = at_desk(state="away")
    heard["a sound, and an arrival"] = (
        waits(client, one, 2) + caller("+33639980103").dial().greeting
    )
    heard["call-back asked for"] = other.post("/voice/choice?round=1", Digits="1")
    heard["and noted"] = other.post("/voice/left-queue", QueueResult="leave")
    heard["asked again"] = other.post("/voice/choice?round=1", Digits="1")
    agent.post("/desk/presence", json={"state": "available"})
    service.wake()
    act(agent, one, "accept")
    heard["somebody comes"] = waits(client, one, 3)
    one.agent_picks_up()
    heard["to her agent"] = one.post("/voice/connect")
    heard["an unknown leg that waits"] = caller("+33639980104").post("/voice/wait")
    heard["an unknown leg"] = caller("+33639980104").post("/voice/connect")
    heard["it has left the queue"] = caller("+33639980104").post(
        "/voice/left-queue", QueueResult="leave"
    )
    heard["hung up"] = other.post("/voice/left-queue", QueueResult="hangup", QueueTime="3")
    compare("waiting", heard)


def test_a_provider_in_trouble(
    heard: Heard, caller: Phone, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = caller().dial()
    heard["queue full"] = one.post("/voice/left-queue", QueueResult="queue-full")
    heard["queue refused"] = one.post("/voice/left-queue", QueueResult="system-error")
    heard["and again"] = one.post("/voice/left-queue?again=1", QueueResult="error")
    heard["fallback"] = one.post(
        "/voice/fallback", ErrorCode="11200", ErrorUrl="https://x/voice/wait"
    )
    heard["fallback again"] = one.post(
        "/voice/fallback", ErrorUrl="https://x/voice/incoming?again=0"
    )

    def down(*_args: Any, **_named: Any) -> None:
        raise Unavailable("la base ne répond pas")

    monkeypatch.setattr("app.calls.call.store.by_caller_sid", down)
    monkeypatch.setattr("app.calls.call.store.named", down)
    for path in ("/voice/incoming?again=3", "/voice/wait?round=4", "/voice/choice?round=2",
        "/voice/choice?step=closed", "/voice/connect?call=abc", "/voice/agent?call=abc&party=3"):  # fmt: skip
        heard[f"down: {path}"] = one.post(path)
    heard["text message"] = one.post("/sms/incoming", MessageSid="SM1", Body="Bonjour")
    near, far = fallback.documents(), fallback.documents("https://x/", "POST")
    for name, text in {
        **twiml.files(near), **{f"far {name}": text for name, text in twiml.files(far).items()}
    }.items():  # fmt: skip
        heard[name] = text
    compare("trouble", heard)


def test_a_line_that_is_closed(
    heard: Heard, caller: Phone, line: Line, ports: Any, client: Any
) -> None:
    heard.now = paris("2021-06-22T18:00:00")
    change(line, mode="hours", hours=REFERENCE_HOURS)
    one = caller()
    heard["closed"] = one.post("/voice/incoming")
    heard["a key not offered"] = one.post("/voice/choice?step=closed", Digits="3")
    heard["no key"] = one.post("/voice/choice?step=closed")
    heard["by SMS"] = one.post("/voice/choice?step=closed", Digits="2")
    ports.sms.error = Unavailable("le fournisseur ne répond pas")
    heard["no SMS"] = one.post("/voice/choice?step=closed", Digits="2")
    heard["called back"] = one.post("/voice/choice?step=closed", Digits="1")
    again = caller()
    again.post("/voice/incoming")
    heard["asked before"] = again.post("/voice/choice?step=closed", Digits="1")
    change(line, rules={"voicemail": True})
    heard["a message offered"] = one.post("/voice/incoming")
    heard["a message"] = one.post("/voice/choice?step=closed", Digits="3")
    heard["nothing recorded"] = one.post("/voice/choice?step=recorded", RecordingDuration="1")
    heard["recorded"] = one.post("/voice/choice?step=recorded", RecordingDuration="12")
    change(line, rules={"callbacks": False}, mode="closed")
    land = caller("+33199000123")
    heard["nothing offered"] = land.post("/voice/incoming")
    change(line, rules={})
    land = caller("+33199000124")
    heard["closed by hand"] = land.post("/voice/incoming")
    heard["when it opens again"] = land.post("/voice/choice?step=closed", Digits="1")
    hidden = caller("anonymous")
    hidden.post("/voice/incoming")
    heard["a hidden number"] = hidden.post("/voice/choice?step=closed", Digits="1")
    heard["a wrong number"] = hidden.post("/voice/choice?step=number&wrong=0", Digits="12")
    heard["wrong once more"] = hidden.post("/voice/choice?step=number&wrong=1", Digits="12")
    heard["wrong thrice"] = hidden.post("/voice/choice?step=number&wrong=2", Digits="12")
    heard["not callable"] = hidden.post("/voice/choice?step=number&wrong=0", Digits="0899123456")
    heard["nonsense in the address"] = hidden.post("/voice/choice?step=number&wrong=x", Digits="1")
    heard["read back"] = hidden.post("/voice/choice?step=number&wrong=0", Digits="0639980109")
    heard["neither yes nor no"] = hidden.post("/voice/choice?step=confirm", Digits="5")
    heard["no"] = hidden.post("/voice/choice?step=confirm", Digits="2")
    heard["yes"] = hidden.post("/voice/choice?step=confirm", Digits="1")
    change(line, rules={"languages": ["fr", "en"]}, mode="hours")
    english = caller("+33639980107")
    english.post("/voice/incoming")
    db.session.execute(update(Call).values(language="en"))
    db.session.commit()
    heard["in English"] = english.post("/voice/incoming")
    heard["called back, in English"] = english.post("/voice/choice?step=closed", Digits="1")
    assert voicemail.SHORTEST_S == 2
    compare("closed", heard)


def test_one_call_too_many(heard: Heard, caller: Phone, line: Line) -> None:
    change(line, rules={"calls_per_number": 1, "hidden_calls": 1})
    caller().dial()
    caller("anonymous").dial()
    more = caller()
    heard["of one number"] = more.post("/voice/incoming")
    hidden = caller("anonymous")
    heard["hidden"] = hidden.post("/voice/incoming")
    heard["asked"] = hidden.post("/voice/choice?step=ask")
    heard["a wrong number"] = hidden.post("/voice/choice?step=number&wrong=2", Digits="12")
    heard["back"] = hidden.post("/voice/choice?round=1", Digits="7")
    compare("too many", heard)


def test_conversations(heard: Heard, caller: Phone, at_desk: Any, login: Any, line: Line) -> None:
    agent = at_desk()
    one = caller().dial()
    assert act(agent, one, "accept").status_code == 200
    heard["the agent's leg"] = one.agent_picks_up()
    heard["the caller's leg"] = one.is_connected()
    other = at_desk("back")
    ask(agent, one, "consult", agent_id=other.agent.id)
    ask(other, one, "consultation/accept")
    heard["a colleague"] = party_picks_up(one, f"client:agent_{other.agent.id}")
    ask(agent, one, "consultation/end")
    change(line, rules={"coaching": True})
    manager = login("manager", state="available")
    for name, speaks in (("a coach who listens", False), ("a coach who whispers", True)):
        parties.coach(one.call.ref, manager.agent.id, speaks=speaks, now=heard.now)
        heard[name] = party_picks_up(one, f"client:agent_{manager.agent.id}")
        parties.stop_coaching(one.call.ref, manager.agent.id, now=heard.now)
        party_hangs_up(one, str(one.call.party_leg_sid or ""))
    heard["everybody is told"] = one.post(f"/voice/announce?call={one.call.ref}")
    heard["nobody's conference"] = one.post("/voice/announce?call=xyz")
    heard["a leg that is not expected"] = one.post(f"/voice/agent?call={one.call.ref}")
    one.end()
    heard["after the end"] = one.post("/voice/incoming")
    compare("conversation", heard)


def test_calling_back(heard: Heard, caller: Phone, at_desk: Any, client: Any, line: Line) -> None:
    agent = at_desk(state="away")
    one = caller().dial()
    one.post("/voice/choice?round=1", Digits="1")
    one.post("/voice/left-queue", QueueResult="leave")
    one.end()
    agent.post("/desk/presence", json={"state": "available"})
    heard.now += timedelta(minutes=12)
    later(seconds=1)
    person, told = agent_takes(agent, client)
    heard["the agent hears whom"] = told
    heard["a key is asked for"] = person.answers()
    heard["no key"] = person.presses("")
    heard["a key"] = person.presses("1")
    heard["somebody else's leg"] = Person(client, attempts()[-1], "CAnobody").presses("1")
    person.ends()
    with unit_of_work():
        db.session.execute(update(Call).values(answered_at=None))
    heard["not reached"] = person.answers()
    compare("call-back", heard)
