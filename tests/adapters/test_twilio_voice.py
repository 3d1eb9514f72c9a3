"""The telephone commands, by the real library, against the carrier: done, over, refused, down."""

from __future__ import annotations

import time

import jwt
import pytest
import requests
from flask import Flask

from app.adapters.twilio_client import PATIENT, Patience, ask
from app.adapters.twilio_sms import TwilioSms
from app.adapters.twilio_voice import TwilioVoice
from app.foundation.exceptions import InvalidInput, NotFound, PermanenceError, Unavailable
from app.foundation.ports import agent_of, softphone_identity
from carrier.softphones import tokens
from carrier.tests.subscriber import ALICE, LINE
from tests.adapters.conftest import Bench

pytestmark = pytest.mark.integration  # real servers, real HTTP

FOREVER = '<Pause length="1000"/>'
ROOM = (
    '<Dial><Conference statusCallback="/conference" beep="false" waitUrl=""'
    ' statusCallbackEvent="start end join leave mute hold">call-1</Conference></Dial>'
)
UNKNOWN = "CA" + "0" * 32


@pytest.fixture
def called() -> list[int]:
    """How many requests the carrier had seen at each ``before_call``."""
    return []


@pytest.fixture
def voice(bench: Bench, called: list[int]) -> TwilioVoice:
    return TwilioVoice(
        bench.settings, lambda: called.append(len(bench.asked)), patience=bench.patience
    )


def talking(bench: Bench, voice: TwilioVoice) -> tuple[str, str, str]:
    """A caller and agent 7 in a conference: its SID, the caller's leg, the agent's leg."""
    bench.line.answers(incoming=ROOM, voice_agent=ROOM)
    bench.line.application.answers["/voice/agent"] = f"<Response>{ROOM}</Response>"
    agent = bench.line.driver.agent(softphone_identity(7))
    caller = bench.line.driver.dial(ALICE)
    leg = voice.call_agent(7, ref="r1", from_number=LINE)
    caller.wait_for_state("talking")
    agent.wait_for_call().wait_for_state("talking")
    joined = bench.line.application.wait("/conference", CallSid=leg)
    return joined["ConferenceSid"], caller.sid, leg


def waiting(bench: Bench) -> str:
    """The leg of a caller whose TwiML runs."""
    bench.line.answers(incoming=FOREVER)
    caller = bench.line.driver.dial(ALICE)
    caller.wait_for(lambda: caller.status == "in-progress")
    return str(caller.sid)


# -- what is asked is done --------------------------------------------------------------------------


def test_an_agent_is_rung_and_our_webhooks_are_told(bench: Bench, voice: TwilioVoice) -> None:
    bench.line.driver.agent("agent_7")
    bench.line.application.answers["/voice/agent"] = f"<Response>{FOREVER}</Response>"
    sid = voice.call_agent(7, ref="r1", from_number=LINE)
    asked = bench.line.application.wait("/voice/agent")
    assert (asked["CallSid"], asked["From"], asked["To"]) == (sid, LINE, "client:agent_7")
    found = voice.leg(sid)
    assert found is not None
    assert (found.sid, found.status, found.to) == (sid, "in-progress", "client:agent_7")
    voice.hang_up(sid)
    told = bench.line.application.wait("/voice/status", CallSid=sid)
    assert told["CallStatus"] == "completed"  # of a leg we are told its end, and nothing else
    assert all(seen.signed for seen in bench.line.application.seen)


def test_an_agent_who_is_not_there_is_told_by_callback(bench: Bench, voice: TwilioVoice) -> None:
    sid = voice.call_agent(9, ref="r1", from_number=LINE)
    bench.line.application.wait("/voice/status", CallSid=sid, CallStatus="no-answer")


def test_a_leg_is_sent_elsewhere(bench: Bench, voice: TwilioVoice) -> None:
    leg = waiting(bench)
    bench.line.application.answers["/voice/connect"] = "<Response><Say>connectés</Say></Response>"
    voice.redirect(leg, "/voice/connect")
    assert bench.line.application.wait("/voice/connect")["CallSid"] == leg


def test_a_participant_is_held_and_taken_back(bench: Bench, voice: TwilioVoice) -> None:
    conference, caller, _agent = talking(bench, voice)
    voice.hold(conference, caller, on=True)
    state = bench.line.driver.line()
    assert bench.line.client.conferences(conference).participants(caller).fetch().hold, state
    voice.hold(conference, caller, on=False)
    assert not bench.line.client.conferences(conference).participants(caller).fetch().hold


def test_a_leg_is_ended_once_and_twice(bench: Bench, voice: TwilioVoice) -> None:
    leg = waiting(bench)
    voice.hang_up(leg)
    bench.line.application.wait("/status", CallSid=leg, CallStatus="completed")
    voice.hang_up(leg)
    voice.hang_up(UNKNOWN)
    found = voice.leg(leg)
    assert found is not None
    assert found.status == "completed"


# -- what is over is said ---------------------------------------------------------------------------


def test_a_leg_that_is_over_or_unknown_is_not_found(bench: Bench, voice: TwilioVoice) -> None:
    leg = waiting(bench)
    voice.hang_up(leg)
    with pytest.raises(NotFound):
        voice.redirect(leg, "/voice/connect")  # 21220
    with pytest.raises(NotFound):
        voice.redirect(UNKNOWN, "/voice/connect")  # 20404
    with pytest.raises(NotFound):
        voice.hold("CF" + "0" * 32, leg, on=True)
    assert voice.leg(UNKNOWN) is None
    assert bench.pauses == []  # an answer that will not change is not asked for again


def test_a_participant_who_left_is_not_found(bench: Bench, voice: TwilioVoice) -> None:
    conference, caller, _agent = talking(bench, voice)
    voice.hang_up(caller)
    bench.line.application.wait("/conference", StatusCallbackEvent="participant-leave")
    with pytest.raises(NotFound):
        voice.hold(conference, caller, on=True)


def test_wrong_credentials_are_unavailable_at_once(bench: Bench, called: list[int]) -> None:
    wrong = TwilioVoice(
        bench.changed(twilio_api_secret="x" * 32), lambda: None, patience=bench.patience
    )
    with pytest.raises(Unavailable):
        wrong.leg(UNKNOWN)
    assert (len(bench.asked), bench.pauses) == (1, [])


# -- a provider in trouble --------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["rest-429", "rest-500"])
def test_a_passing_trouble_is_waited_out(bench: Bench, voice: TwilioVoice, fault: str) -> None:
    bench.line.driver.agent("agent_7", answer_after=None)
    bench.line.driver.fault(fault, "POST .*/Calls.json", count=2)
    assert voice.call_agent(7, ref="r1", from_number=LINE).startswith("CA")
    assert bench.asked == ["POST Calls.json"] * 3
    assert bench.pauses == sorted(bench.pauses)
    assert len(set(bench.pauses)) == 2  # each pause longer than the one before
    assert len(bench.line.client.calls.list()) == 1


@pytest.mark.parametrize("fault", ["rest-429", "rest-500"])
def test_a_lasting_trouble_is_unavailable(bench: Bench, voice: TwilioVoice, fault: str) -> None:
    bench.line.driver.fault(fault, count=100)
    with pytest.raises(Unavailable) as refused:
        voice.hang_up(UNKNOWN)
    assert len(bench.asked) == 4
    assert sum(bench.pauses) <= 4  # seconds that an agent may wait
    assert (refused.value.status, bool(refused.value.kept), bool(refused.value.todo)) == (
        503, True, True,
    )  # fmt: skip


def test_no_try_begins_after_the_budget(bench: Bench, called: list[int]) -> None:
    slow = Patience(sleep=bench.pauses.append, elapsed=iter((0.0, 3.0, 7.9)).__next__)
    bench.line.driver.fault("rest-500", count=100)
    with pytest.raises(Unavailable):
        TwilioVoice(bench.settings, lambda: None, patience=slow).leg(UNKNOWN)
    assert len(bench.asked) == 2


def test_a_slow_answer_is_not_waited_for_without_end(bench: Bench) -> None:
    impatient = Patience(pauses=(), read=0.05)
    bench.line.driver.fault("rest-delay", seconds=0.5)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        TwilioVoice(bench.settings, lambda: None, patience=impatient).leg(UNKNOWN)
    assert time.monotonic() - started < 0.4


def test_a_dead_network_is_told_soon(bench: Bench) -> None:
    dead = TwilioVoice(
        bench.changed(twilio_api_base_url="http://127.0.0.1:9/carrier"),
        lambda: None,
        patience=bench.patience,
    )
    started = time.monotonic()
    with pytest.raises(Unavailable):
        dead.redirect(UNKNOWN, "/voice/connect")
    assert time.monotonic() - started < 1  # besides the pauses
    assert sum(bench.pauses) <= 4


def test_a_network_that_swallows_everything_is_told_within_the_budget() -> None:
    """Each try lasts as long as a connection may take: what a firewall that drops looks like."""
    clock = [0.0]

    def try_() -> None:
        clock[0] += PATIENT.connect
        raise requests.ConnectTimeout

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    with pytest.raises(Unavailable):
        ask(try_, Patience(sleep=sleep, elapsed=lambda: clock[0]))
    assert 2 * PATIENT.connect < clock[0] < 12  # seconds: tried again, and soon given up


# -- text messages ----------------------------------------------------------------------------------


@pytest.fixture
def sms(bench: Bench) -> TwilioSms:
    return TwilioSms(bench.settings, lambda: None, patience=bench.patience)


def test_a_message_arrives_and_is_followed(bench: Bench, sms: TwilioSms) -> None:
    phone = bench.line.driver.phone(ALICE)
    sid = sms.send(ALICE, "Votre lien", from_number=LINE, message_id=7)
    assert phone.wait_for_message()["body"] == "Votre lien"
    bench.line.application.wait("/sms/status", MessageSid=sid, MessageStatus="delivered")
    assert bench.line.carrier.exchange.messages.by_sid[sid].callback_url.endswith("?message=7")


def test_a_message_is_never_sent_twice(bench: Bench, sms: TwilioSms) -> None:
    bench.line.driver.fault("rest-429")  # surely not done: asked again
    sms.send(ALICE, "un", from_number=LINE, message_id=7)
    assert len(bench.asked) == 2
    bench.line.driver.fault("rest-500")  # perhaps done: not asked again
    with pytest.raises(Unavailable):
        sms.send(ALICE, "deux", from_number=LINE, message_id=7)
    assert len(bench.asked) == 3


def test_a_message_waits_for_a_network_that_was_never_reached(bench: Bench) -> None:
    dead = TwilioSms(
        bench.changed(twilio_api_base_url="http://127.0.0.1:9/carrier"),
        lambda: None,
        patience=bench.patience,
    )
    with pytest.raises(Unavailable):
        dead.send(ALICE, "un", from_number=LINE, message_id=7)
    assert len(bench.pauses) == 3


@pytest.mark.parametrize("to", ["+33639989903", "+33639989904", "demain"])
def test_a_number_that_cannot_be_written_to_says_so(bench: Bench, sms: TwilioSms, to: str) -> None:
    with pytest.raises(InvalidInput):
        sms.send(to, "un", from_number=LINE, message_id=7)
    assert bench.pauses == []


# -- no database connection is held -----------------------------------------------------------------


def test_the_connection_is_given_back_before_each_request(
    bench: Bench, voice: TwilioVoice, called: list[int]
) -> None:
    bench.line.driver.agent("agent_7", answer_after=None)
    leg = voice.call_agent(7, ref="r1", from_number=LINE)
    for act in (
        lambda: voice.leg(leg),
        lambda: voice.redirect(leg, "/voice/connect"),
        lambda: voice.hold("CF1", leg, on=True),
        lambda: voice.hang_up(leg),
    ):
        try:
            act()
        except PermanenceError as error:
            assert isinstance(error, NotFound)  # noqa: PT017 - what it says is not the subject
    TwilioSms(bench.settings, lambda: called.append(len(bench.asked))).send(
        ALICE, "un", from_number=LINE, message_id=7
    )
    assert called == list(range(len(bench.asked)))  # one before each, and none too late


def test_no_connection_is_out_while_the_provider_thinks(app: Flask, bench: Bench) -> None:
    from sqlalchemy import text

    from app.foundation.database.unit_of_work import release_connection
    from app.foundation.extensions import db

    out = []
    engine = db.engine
    bench.during = lambda: out.append(engine.pool.checkedout())  # type: ignore[attr-defined]
    db.session.execute(text("SELECT 1"))
    assert engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    TwilioVoice(bench.settings, release_connection).leg(UNKNOWN)
    assert out == [0]


# -- the softphone's token --------------------------------------------------------------------------


def test_the_carrier_takes_the_token_which_says_nothing_of_the_person(
    bench: Bench, voice: TwilioVoice
) -> None:
    token = voice.softphone_token(softphone_identity(7), seconds=3600)
    grant = tokens.check(token, bench.line.carrier.settings)
    assert (grant.identity, grant.incoming) == ("agent_7", True)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims.keys() == {"jti", "iss", "sub", "nbf", "exp", "grants"}
    assert claims["exp"] - claims["nbf"] == 3600
    assert claims["grants"].keys() == {"identity", "voice"}
    assert bench.settings.twilio_api_secret not in token
    assert "twr" not in jwt.get_unverified_header(token)


def test_the_token_of_a_region_names_it(bench: Bench) -> None:
    ireland = bench.changed(twilio_api_base_url="https://api.dublin.ie1.twilio.com")
    token = TwilioVoice(ireland, lambda: None).softphone_token("agent_7", seconds=60)
    assert jwt.get_unverified_header(token)["twr"] == "ie1"
    assert (ireland.softphone_driver, ireland.twilio_edge) == ("twilio", "dublin")
    united_states = bench.changed(twilio_api_base_url="https://api.twilio.com")
    assert (united_states.softphone_driver, united_states.twilio_edge) == ("twilio", "")
    assert bench.settings.softphone_driver == "local"


def test_an_identity_has_letters_digits_and_underscore_only() -> None:
    assert softphone_identity(7).replace("_", "").isalnum()
    assert agent_of(f"client:{softphone_identity(7)}") == 7
    assert [agent_of(a) for a in ("client:agent_x", "client:inès", "+33199001234", "")] == [
        None
    ] * 4


# -- nothing personal in logs -----------------------------------------------------------------------


def test_no_number_reaches_the_log(
    bench: Bench, sms: TwilioSms, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    sms.send(ALICE, "un mot", from_number=LINE, message_id=7)
    with pytest.raises(InvalidInput):
        sms.send("+33639989903", "un mot", from_number=LINE, message_id=7)
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("twilio", "app.adapters"))]
    assert ours  # the refusal, by its code
    assert not [m for m in ours if ALICE[1:] in m or "639989903" in m or "un mot" in m]


def test_a_voice_message_is_fetched_then_erased(bench: Bench, voice: TwilioVoice) -> None:
    bench.line.answers(incoming='<Record maxLength="5" recordingStatusCallback="/recorded"/>')
    caller = bench.line.driver.dial(ALICE)
    caller.wait_for_state("connected")
    time.sleep(0.3)
    caller.hang_up()
    sid = bench.line.application.wait("/recorded")["RecordingSid"]
    assert voice.recording(sid)[:4] == b"RIFF"
    voice.delete_recording(sid)
    with pytest.raises(NotFound):
        voice.recording(sid)
    voice.delete_recording(sid)  # gone already: fine


def test_a_voice_message_while_the_provider_is_down(bench: Bench, voice: TwilioVoice) -> None:
    bench.line.driver.fault("rest-500", "GET .*Recordings", count=10)
    with pytest.raises(Unavailable):
        voice.recording("RE" + "0" * 32)


def test_the_name_of_now_is_rung(bench: Bench) -> None:
    voice = TwilioVoice(bench.settings, lambda: None, softphone_epoch=lambda agent_id: agent_id + 2)
    agent = bench.line.driver.agent(softphone_identity(7, 9))
    assert agent
    sid = voice.call_agent(7, ref="K7", from_number=LINE)
    assert voice.leg(sid).to == "client:agent_7_9"
