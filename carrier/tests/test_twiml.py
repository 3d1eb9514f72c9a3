"""What is read as TwiML, and each kind of document that is refused, with Twilio's code."""

from __future__ import annotations

import pytest

from carrier.twiml import verbs
from carrier.twiml.attributes import TwimlRefused
from carrier.twiml.voice import Context, check_content_type, parse


def response(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'


def test_a_greeting_and_a_queue() -> None:
    document = response(
        '<Say language="fr-FR" voice="Polly.Lea">Bonjour,\n  patientez</Say>'
        '<Enqueue waitUrl="/wait?x=1" action="/left">line</Enqueue>'
    )
    assert parse(document) == (
        verbs.Say("Bonjour, patientez", "fr-FR", "Polly.Lea"),
        verbs.Enqueue("line", action="/left", wait_url="/wait?x=1"),
    )


def test_what_the_twilio_library_writes_is_understood() -> None:
    from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

    twiml = VoiceResponse()
    gather = Gather(num_digits=1, action="/choice", timeout=3)
    gather.say("Tapez 1", language="fr-FR")
    twiml.append(gather)
    dial = Dial(time_limit=3600)
    dial.conference(
        "call-1",
        status_callback="/conference",
        status_callback_event="join leave",
        end_conference_on_exit=False,
        wait_url="",
        participant_label="caller",
    )
    twiml.append(dial)
    gathered, dialed = parse(str(twiml))
    assert gathered == verbs.Gather(
        (verbs.Say("Tapez 1", "fr-FR"),), "/choice", timeout=3, num_digits=1
    )
    assert isinstance(dialed, verbs.Dial)
    assert dialed.conference is not None
    assert dialed.conference.events == ("join", "leave")
    assert dialed.conference.wait_url == ""


def test_no_wait_url_is_not_an_empty_one() -> None:
    (dial,) = parse(response("<Dial><Conference>a</Conference></Dial>"))
    assert isinstance(dial, verbs.Dial)
    assert dial.conference is not None
    assert dial.conference.wait_url is None


def test_dial_several_parties_or_a_bare_number() -> None:
    (several,) = parse(
        response("<Dial><Client>agent-1</Client><Number>+33199000002</Number></Dial>")
    )
    (bare,) = parse(response("<Dial>+33199000002</Dial>"))
    assert isinstance(several, verbs.Dial)
    assert isinstance(bare, verbs.Dial)
    assert [p.address for p in several.parties] == ["client:agent-1", "+33199000002"]
    assert [p.address for p in bare.parties] == ["+33199000002"]


@pytest.mark.parametrize(
    ("code", "document"),
    [
        (12100, ""),
        (12100, "pas du XML"),
        (12100, "<Response><Say>a</Response>"),
        (12100, "<response/>"),
        (12100, "<html><body/></html>"),
        (12100, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Response/>'),
        (12100, '<!DOCTYPE x [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>'),
        (12200, response("texte libre")),
        (12200, response("<Sing>a</Sing>")),
        (12200, response("<say>a</say>")),
        (12200, '<Response version="1"/>'),
        (12200, response('<Say volume="3">a</Say>')),
        (12200, response('<Say loop="-1">a</Say>')),
        (13512, response('<Say language="français">a</Say>')),
        (13520, response("<Say> </Say>")),
        (13521, response(f"<Say>{'a' * 4097}</Say>")),
        (13521, response(f'<Say voice="Polly.Lea">{"a" * 3001}</Say>')),
        (11750, response("<Say>" + "a" * 70_000 + "</Say>")),
        (12200, response('<Pause length="0.5"/>')),
        (12200, response("<Pause><Say>a</Say></Pause>")),
        (12200, response("<Gather><Dial>+33199000002</Dial></Gather>")),
        (13314, response('<Gather numDigits="0"/>')),
        (13313, response('<Gather timeout="soon"/>')),
        (13325, response('<Gather finishOnKey="ab"/>')),
        (12200, response('<Gather method="PUT"/>')),
        (14221, response("<Enqueue/>")),
        (14221, response(f"<Enqueue>{'q' * 65}</Enqueue>")),
        (14206, response('<Enqueue waitUrlMethod="PUT">q</Enqueue>')),
        (13710, response("<Redirect/>")),
        (12200, response('<Reject reason="sleepy"/>')),
        (12200, response("<Hangup>now</Hangup><Hangup><Say>a</Say></Hangup>")),
        (12200, response("<Dial/>")),
        (12200, response("<Dial><Conference>a</Conference><Client>b</Client></Dial>")),
        (12200, response("<Dial><Hangup/></Dial>")),
        (12200, response("<Dial>" + "<Client>a</Client>" * 11 + "</Dial>")),
        (13212, response('<Dial timeout="0">+33199000002</Dial>')),
        (13230, response("<Dial><Conference/></Dial>")),
        (13234, response('<Dial><Conference startConferenceOnEnter="oui">a</Conference></Dial>')),
        (13225, response('<Dial><Conference maxParticipants="251">a</Conference></Dial>')),
        (12200, response('<Dial><Conference statusCallbackEvent="joined">a</Conference></Dial>')),
        (13611, response('<Record maxLength="0"/>')),
        (13420, response("<Play/>")),
        (12200, response('<Play digits="12a"/>')),
    ],
)
def test_refused(code: int, document: str) -> None:
    with pytest.raises(TwimlRefused) as refused:
        parse(document)
    assert refused.value.code == code, refused.value


@pytest.mark.parametrize("verb", ["<Enqueue>q</Enqueue>", "<Dial>+33199000002</Dial>", "<Record/>"])
def test_not_while_waiting_in_a_queue(verb: str) -> None:
    with pytest.raises(TwimlRefused):
        parse(response(verb), Context.QUEUE)


@pytest.mark.parametrize(
    "verb", ["<Gather/>", "<Leave/>", "<Hangup/>", "<Enqueue>q</Enqueue>", "<Record/>"]
)
def test_not_while_waiting_in_a_conference(verb: str) -> None:
    with pytest.raises(TwimlRefused):
        parse(response(verb), Context.CONFERENCE)


def test_allowed_while_waiting() -> None:
    assert parse(response("<Say>a</Say><Gather/><Leave/>"), Context.QUEUE)
    assert parse(response("<Say>a</Say><Pause/><Redirect>/b</Redirect>"), Context.CONFERENCE)


@pytest.mark.parametrize("kind", [None, "", "application/json", "text/plain", "audio/mpeg"])
def test_content_type_refused(kind: str | None) -> None:
    with pytest.raises(TwimlRefused) as refused:
        check_content_type(kind)
    assert refused.value.code == 12300


@pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8", "text/html"])
def test_content_type_accepted(kind: str) -> None:
    check_content_type(kind)
