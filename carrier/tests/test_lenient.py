"""As Twilio documents it: warnings, redirections, cookies, words, and messages that go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Response, request
from twilio.base.exceptions import TwilioRestException

from carrier import clock
from carrier.settings import LineNumber
from carrier.tests.subscriber import ALICE, LINE, Line, eventually

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

BOB = "+33639980002"


@pytest.fixture
def lenient() -> Iterator[Line]:
    line = Line(strict=False)
    yield line
    line.close()


def codes(line: Line) -> list[str]:
    return [alert["code"] for alert in line.driver.line()["alerts"]]


def test_an_unknown_attribute_is_an_alert_and_the_call_goes_on(lenient: Line) -> None:
    lenient.answers(incoming='<Say mood="gay">Bonjour</Say><Sing/><Say>Encore</Say>')
    lenient.driver.dial(ALICE).wait_for_heard("Encore")
    assert codes(lenient) == ["12200", "12200"]


def test_strict_refuses_it(line: Line) -> None:
    line.answers(incoming='<Say mood="gay">Bonjour</Say>', fallback="<Say>Secours</Say>")
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("Secours")
    assert caller.heard == ["Secours"]


def moved(status: int, where: str) -> Any:
    return lambda _form: Response("", status=status, headers={"Location": where})


@pytest.mark.parametrize(
    ("status", "method", "told"),
    [(301, "GET", False), (302, "GET", False), (303, "GET", False), (307, "POST", True)],
)
def test_redirections_are_followed(line: Line, status: int, method: str, told: bool) -> None:
    asked: list[str] = []

    def answer(form: dict[str, str]) -> str:
        asked.append(request.method)
        return f"<Response><Say>{'CallSid' in form}</Say><Redirect>next</Redirect></Response>"

    line.answers(incoming=moved(status, "/deep/other?x=1"), next="<Say>non</Say>")
    line.application.answers["/deep/other"] = answer
    line.application.answers["/deep/next"] = "<Response><Say>oui</Say></Response>"
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("oui")
    assert (asked, caller.heard) == ([method], [str(told), "oui"])
    assert all(seen.signed for seen in line.application.seen)


def test_cookies_are_kept_for_each_pair_of_numbers(line: Line) -> None:
    seen: list[tuple[str, str | None]] = []

    def answer(form: dict[str, str]) -> Response:
        seen.append((form["From"], request.cookies.get("who")))
        told = Response("<Response><Say>a</Say></Response>", mimetype="text/xml")
        told.set_cookie("who", form["From"])
        return told

    line.answers(incoming=answer, sms=answer)
    for number in (ALICE, ALICE, BOB):
        line.driver.dial(number).wait_for_state("ended")
    line.driver.text(ALICE, LINE, "moi")
    eventually(lambda: len(seen) == 4)
    assert seen == [(ALICE, None), (ALICE, ALICE), (BOB, None), (ALICE, ALICE)]


# -- words ---------------------------------------------------------------------------------------


def test_who_is_listened_to_presses_in_vain(line: Line) -> None:
    line.answers(
        incoming='<Gather input="speech" action="/said" timeout="9"><Say>Parlez</Say></Gather>',
        said="<Say>Merci</Say>",
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("Parlez")
    caller.press("1#", wait=0)
    assert not caller.gathering
    caller.say("je voudrais parler à quelqu’un")
    caller.wait_for_heard("Merci")
    said = line.application.wait("/said")
    assert said["SpeechResult"] == "je voudrais parler à quelqu’un"
    assert 0 < float(said["Confidence"]) <= 1
    assert "Digits" not in said


def test_keys_or_words(line: Line) -> None:
    line.answers(
        incoming='<Gather input="dtmf speech" numDigits="1" action="/said" timeout="9"/>',
        said="<Say>Merci</Say>",
    )
    caller = line.driver.dial(ALICE)
    caller.press("4")
    assert line.application.wait("/said")["Digits"] == "4"


def test_words_wait_for_the_end_of_the_prompt_where_they_must(line: Line) -> None:
    line.answers(
        incoming='<Gather input="speech" bargeIn="false" action="/said"><Pause length="4"/>'
        "<Say>Fin</Say></Gather>",
        said="<Say>Merci</Say>",
    )
    caller = line.driver.dial(ALICE)
    caller.say("tout de suite")
    caller.wait_for_heard("Merci")
    assert caller.heard == ["Fin", "Merci"]


def test_a_message_has_its_words(line: Line) -> None:
    line.answers(
        incoming='<Record finishOnKey="#" action="/recorded" transcribeCallback="/words"/>',
        recorded="<Say>Merci</Say>",
    )
    caller = line.driver.dial(ALICE, words="Rappelez-moi")
    eventually(lambda: line.client.recordings.list())
    caller.press("#", wait=0)
    told = line.application.wait("/words")
    assert (told["TranscriptionText"], told["TranscriptionStatus"]) == ("Rappelez-moi", "completed")
    (found,) = line.client.recordings(told["RecordingSid"]).transcriptions.list()
    assert line.client.transcriptions(found.sid).fetch().transcription_text == "Rappelez-moi"
    assert found.delete()
    assert line.client.transcriptions.list() == []


# -- messages ------------------------------------------------------------------------------------


def test_a_messages_redirect_is_followed(line: Line) -> None:
    line.answers(
        sms="<Message>Un</Message><Redirect>/more</Redirect><Message>non</Message>",
        more='<Message to="+33639980002">Deux</Message>',
    )
    alice, bob = line.driver.phone(ALICE), line.driver.phone(BOB)
    line.driver.text(ALICE, LINE, "bonjour")
    assert bob.wait_for_message()["body"] == "Deux"
    assert alice.wait_for_message()["body"] == "Un"
    assert line.application.wait("/more")["Body"] == "bonjour"


def test_what_becomes_of_a_reply_is_told(line: Line) -> None:
    line.answers(
        sms='<Message statusCallback="/delivery" action="/sent"><Body>Oui</Body>'
        "<Media>/a.png</Media></Message>",
        sent="<Message>Encore</Message>",
    )
    phone = line.driver.phone(ALICE)
    line.driver.text(ALICE, LINE, "bonjour")
    first = phone.wait_for_message()
    assert first["media"] == [f"{line.application.url}/a.png"]
    assert (
        line.application.wait("/delivery", MessageStatus="delivered")["MessageSid"] == first["sid"]
    )
    assert line.application.wait("/sent")["MessageSid"] == first["sid"]
    assert phone.wait_for_message(2)["body"] == "Encore"


def test_plain_text_is_an_answer(line: Line) -> None:
    line.answers(sms=lambda _form: Response("Merci", mimetype="text/plain"))
    phone = line.driver.phone(ALICE)
    line.driver.text(ALICE, LINE, "bonjour")
    assert phone.wait_for_message()["body"] == "Merci"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda _form: Response("", status=500), "11200"),
        (lambda _form: Response("{}", mimetype="application/json"), "12300"),
        (lambda _form: "<Response><Message>a</Response>", "12100"),
        ("<Shout>a</Shout>", "12200"),
        ('<Message to="12">a</Message>', "21211"),
    ],
)
def test_a_message_that_cannot_be_answered_raises_an_alert(
    line: Line, answer: Any, code: str
) -> None:
    line.answers(sms=answer)
    sid = line.driver.text(ALICE, LINE, "bonjour")
    (alert,) = eventually(lambda: line.driver.line()["alerts"])
    assert (alert["code"], alert["call_sid"]) == (code, sid)


def test_the_fallback_of_messages_is_asked(line: Line) -> None:
    (number,) = line.client.incoming_phone_numbers.list()
    number.update(sms_fallback_url=f"{line.application.url}/spare")
    line.answers(sms=lambda _form: Response("", status=500), spare="<Message>Secours</Message>")
    phone = line.driver.phone(ALICE)
    line.driver.text(ALICE, LINE, "bonjour")
    assert phone.wait_for_message()["body"] == "Secours"
    spare = line.application.wait("/spare")
    assert (spare["ErrorCode"], spare["Body"]) == ("11200", "bonjour")


def test_one_writes_during_a_call(line: Line) -> None:
    line.answers(
        incoming='<Sms action="/sent">Le lien</Sms><Say>non</Say>', sent="<Say>Parti</Say>"
    )
    phone = line.driver.phone(ALICE)
    line.driver.dial(ALICE).wait_for_heard("Parti")
    assert phone.wait_for_message()["body"] == "Le lien"
    assert line.application.wait("/sent")["MessageStatus"] == "sent"


def test_a_message_leaves_at_its_time() -> None:
    line = Line(pace=0.0005)
    try:
        phone = line.driver.phone(ALICE)
        service = "MG" + "4" * 32
        soon = clock.now() + timedelta(minutes=16)
        later = {"messaging_service_sid": service, "schedule_type": "fixed"}
        taken_back = line.client.messages.create(
            to=ALICE, body="non", send_at=soon + timedelta(days=3), **later
        )
        assert taken_back.status == "scheduled"
        assert line.client.messages(taken_back.sid).update(status="canceled").status == "canceled"
        sent = line.client.messages.create(to=ALICE, body="oui", send_at=soon, **later)
        assert phone.wait_for_message()["body"] == "oui"
        assert (sent.from_, sent.messaging_service_sid) == (LINE, service)
        for given, code in (({"send_at": clock.now(), **later}, 35114), ({"send_at": soon}, 35118)):
            with pytest.raises(TwilioRestException) as refused:
                line.client.messages.create(**{"to": ALICE, "from_": LINE, "body": "a"} | given)
            assert refused.value.code == code
    finally:
        line.close()


def test_a_picture_is_sent_and_a_message_forgotten(line: Line) -> None:
    phone = line.driver.phone(ALICE)
    sent = line.client.messages.create(
        to=ALICE, from_=LINE, media_url=["https://example.org/a.png"]
    )
    assert phone.wait_for_message()["media"] == ["https://example.org/a.png"]
    assert sent.num_media == "1"
    today = clock.now().date()
    assert len(line.client.messages.list(date_sent=today)) == 1
    assert line.client.messages.list(date_sent_after=clock.now() + timedelta(days=1)) == []
    assert line.client.messages(sent.sid).delete()
    assert line.client.messages.list() == []


def test_a_picture_comes_in(line: Line) -> None:
    line.driver.text(ALICE, LINE, "voici", ("https://example.org/a.png",))
    told = line.application.wait("/sms")
    assert (told["NumMedia"], told["MediaUrl0"]) == ("1", "https://example.org/a.png")
    assert (told["MediaContentType0"], told["FromCountry"], told["FromCity"]) == (
        "image/png",
        "FR",
        "",
    )


def test_american_numbers_are_written_as_people_write_them() -> None:
    line = Line(numbers=(LineNumber("+14155550100", ""),))
    try:
        phone = line.driver.phone("+14155550101")
        url = f"{line.application.url}/person"
        made = line.client.calls.create(to="(415) 555-0101", from_="415-555-0100", url=url)
        assert (made.to, made.from_formatted) == ("+14155550101", "+14155550100")
        phone.wait_for_call()
        line.client.messages.create(to="1 415 555 0101", from_="4155550100", body="hello")
        assert phone.wait_for_message()["body"] == "hello"
    finally:
        line.close()
