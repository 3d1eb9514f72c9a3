"""Voice messages: off by default, with consent, heard by staff alone, erased at their term."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.calls.call import voicemail
from app.calls.call.models import Voicemail
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.operations import retention
from app.tickets.models import Contact
from tests.clients import StaffClient
from tests.fakes import FakeTelephony
from tests.switchboard import Caller

Phone = Callable[..., Caller]
RECORDING = "RE" + "1" * 32


@pytest.fixture
def on(line: Line) -> Line:
    """The line is closed and takes messages."""
    line.mode, line.rules = "closed", {"voicemail": True}
    db.session.commit()
    return line


def message() -> Voicemail:
    db.session.expire_all()
    found = db.session.scalars(select(Voicemail)).one()
    db.session.rollback()
    return found


def leave_message(caller: Phone, *, seconds: str = "14", sid: str = RECORDING) -> Caller:
    one = caller()
    one.post("/voice/incoming")
    one.heard = one.post("/voice/choice?step=closed", Digits="3")
    one.post("/voice/choice?step=recorded", Digits="#", RecordingSid=sid)
    one.post(
        "/voice/recording", RecordingSid=sid, RecordingDuration=seconds, RecordingStatus="completed"
    )
    one.end()
    return one


def test_off_by_default(caller: Phone, line: Line) -> None:
    line.mode = "closed"
    db.session.commit()
    one = caller()
    assert "tapez 3" not in one.post("/voice/incoming")
    assert "<Record" not in one.post("/voice/choice?step=closed", Digits="3")


def test_consent_is_spoken_before_the_tone(caller: Phone, on: Line) -> None:
    one = leave_message(caller)
    assert one.heard.index("sera enregistré") < one.heard.index("<Record")
    assert "30 jours" in one.heard
    assert 'maxLength="120"' in one.heard


def test_a_message_is_a_ticket(caller: Phone, on: Line) -> None:
    one = leave_message(caller)
    contact = db.session.get_one(Contact, message().contact_id)
    assert (contact.channel, contact.caller_number) == ("voicemail", one.number)
    assert (message().duration_s, message().call_id) == (14, one.call.id)
    assert one.call.outcome == "closed"


@pytest.mark.parametrize(("seconds", "kept"), [("0", False), ("1", False), ("2", True), ("", True)])
def test_nobody_is_told_that_silence_is_kept(
    caller: Phone, on: Line, seconds: str, kept: bool
) -> None:
    one = caller()
    one.post("/voice/incoming")
    one.post("/voice/choice?step=closed", Digits="3")
    heard = one.post("/voice/choice?step=recorded", RecordingDuration=seconds)
    assert ("votre message est gardé" in heard) is kept
    assert ("rien entendu" in heard) is not kept
    assert ("tapez 3" in heard) is not kept  # she may try again


def test_it_is_heard_beside_the_next_call_and_the_call_back(
    caller: Phone, on: Line, login: Callable[..., StaffClient]
) -> None:
    leave_message(caller)
    again = caller()
    again.post("/voice/incoming")
    again.post("/voice/choice?step=closed", Digits="1")
    agent = login("front")
    for page in (f"/dossiers/thread?contact={again.call.contact_id}", "/callbacks", "/tickets"):
        assert f"/voicemails/{message().id}/sound" in agent.get(page).text, page


def test_told_twice_is_one_message(caller: Phone, on: Line) -> None:
    one = leave_message(caller)
    one.post("/voice/recording", RecordingSid=RECORDING, RecordingDuration="14")
    assert message().recording_sid == RECORDING


@pytest.mark.parametrize("seconds", ["0", "1", "", "x"])
def test_an_empty_message_is_erased(
    caller: Phone, on: Line, telephony: FakeTelephony, seconds: str
) -> None:
    leave_message(caller, seconds=seconds)
    assert db.session.scalar(select(Voicemail.id)) is None
    assert telephony.named("delete_recording") == [(RECORDING,)]


def test_no_conversation_is_ever_kept(caller: Phone, telephony: FakeTelephony) -> None:
    one = caller().dial()
    one.post("/voice/recording", RecordingSid=RECORDING, RecordingDuration="300")
    caller().post("/voice/recording", RecordingSid="RE" + "2" * 32, RecordingDuration="300")
    assert db.session.scalar(select(Voicemail.id)) is None
    assert len(telephony.named("delete_recording")) == 2


def test_listening_goes_through_us_and_is_journaled(
    caller: Phone, on: Line, login: Callable[..., StaffClient], telephony: FakeTelephony
) -> None:
    leave_message(caller)
    agent = login("front")
    page = agent.get("/tickets").text
    address = f"/voicemails/{message().id}/sound"
    assert f'preload="none" src="{address}"' in page
    assert "à écouter" in page
    answer = agent.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    assert answer.data.startswith(b"RIFF")
    assert answer.headers["Cache-Control"] == "no-store"
    assert message().heard_by_id == agent.agent.id
    acts = db.session.scalars(select(JournalEntry.act)).all()
    assert "voicemail_heard" in acts


@pytest.mark.parametrize("role", ["admin", None])
def test_nobody_else_listens(
    caller: Phone, on: Line, login: Callable[..., StaffClient], client: Any, role: str | None
) -> None:
    leave_message(caller)
    browser = login(role) if role else client
    answer = browser.get(
        f"/voicemails/{message().id}/sound", headers={"Accept": "application/json"}
    )
    assert answer.status_code in (302, 401, 403)
    assert message().heard_at is None


def test_the_provider_does_not_answer(
    caller: Phone, on: Line, login: Callable[..., StaffClient], telephony: FakeTelephony
) -> None:
    leave_message(caller)
    telephony.down = True
    assert login("front").get(f"/voicemails/{message().id}/sound").status_code == 503
    assert message().heard_at is None


def test_a_manager_erases_a_message(
    caller: Phone, on: Line, login: Callable[..., StaffClient], telephony: FakeTelephony
) -> None:
    leave_message(caller)
    address = f"/voicemails/{message().id}"
    assert login("front").post(f"{address}/delete").status_code == 403
    manager = login("manager")
    assert manager.post(f"{address}/delete").status_code == 303
    assert telephony.named("delete_recording") == [(RECORDING,)]
    assert message().deleted_at is not None
    assert manager.get(f"{address}/sound").status_code == 404
    assert "message vocal effacé" in manager.get("/tickets").text


def test_retention_erases_at_the_provider(
    caller: Phone, on: Line, telephony: FakeTelephony
) -> None:
    leave_message(caller)
    before, after = (clock.now() + timedelta(days=days) for days in (29, 31))
    assert retention.run(now=before, dry_run=False)["voice_messages"] == 0
    assert retention.run(now=after, dry_run=True)["voice_messages"] == 1
    assert message().deleted_at is None
    telephony.down = True
    assert retention.run(now=after, dry_run=False)["voice_messages"] == 0
    assert message().deleted_at is None  # tried again the next night
    telephony.down = False
    assert retention.run(now=after, dry_run=False)["voice_messages"] == 1
    assert telephony.named("delete_recording") == [(RECORDING,)]
    assert message().deleted_at is not None
    assert voicemail.past_term(after) == []
