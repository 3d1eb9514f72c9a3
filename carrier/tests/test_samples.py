"""Three applications as strangers write them for Twilio, run as they are, but for the address of the API.

Their TwiML is legal and less usual: nouns with children, SSML, attributes that nothing here can do,
sessions in cookies, redirections of every kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, redirect, request, session, url_for
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, Start, VoiceResponse

from carrier.in_process import LocalLine
from carrier.standalone import AUTH_TOKEN, NUMBER
from carrier.tests.subscriber import Server, eventually

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

CALLER, HELPER = "+33639980001", "+33639980002"


def xml(answer: Any) -> Response:
    return Response(str(answer), mimetype="text/xml")


def menu() -> Flask:
    """A menu that remembers its caller's language in the session, and redirects after each post."""
    app = Flask("menu")
    app.secret_key = "of the sample"
    words = {"en": "Press 1 to be called back", "fr": "Tapez 1 pour être rappelé"}

    @app.before_request
    def signed() -> Response | None:
        signature = request.headers.get("X-Twilio-Signature", "")
        genuine = RequestValidator(AUTH_TOKEN).validate(request.url, request.form, signature)
        return None if genuine else Response("forged", 403)

    @app.post("/voice")
    def voice() -> Response:
        answer = VoiceResponse()
        gather = Gather(
            input="dtmf speech",
            num_digits=1,
            action=url_for("language"),
            hints="french, english",
            speech_model="phone_call",
            enhanced=True,
            speech_timeout="auto",
        )
        said = gather.say("", voice="Polly.Joanna-Neural")
        said.prosody("For English, press 2 or say English", rate="slow")
        said.break_(strength="weak", time="200ms")
        answer.append(gather)
        answer.redirect(url_for("voice"))
        return xml(answer)

    @app.post("/language")
    def language() -> Any:
        english = request.form.get("Digits") == "2" or "nglish" in request.form.get(
            "SpeechResult", ""
        )
        session["language"] = "en" if english else "fr"
        return redirect(url_for("offer"), code=303)

    @app.get("/offer")
    def offer() -> Response:
        answer = VoiceResponse()
        gather = answer.gather(num_digits=1, action=url_for("chosen"), action_on_empty_result=True)
        gather.say(words[session["language"]], language=f"{session['language']}-FR", loop=2)
        return xml(answer)

    @app.post("/chosen")
    def chosen() -> Any:
        return redirect(url_for("goodbye"), code=307)

    @app.post("/goodbye")
    def goodbye() -> Response:
        answer = VoiceResponse()
        answer.say(f"{request.form['Digits']} {session['language']}", voice="woman")
        answer.hangup()
        return xml(answer)

    return app


def helpline(number: str) -> Flask:
    """A queue, an agent who is rung and told, a call that is recorded, and what came of it."""
    app = Flask("helpline")
    outcomes: list[str] = []
    app.config["OUTCOMES"] = outcomes

    @app.route("/voice", methods=["GET", "POST"])
    def voice() -> Response:
        answer = VoiceResponse()
        start = Start()
        start.stream(url="wss://example.org/audio", name="ears")
        answer.append(start)
        answer.say("Bienvenue")
        answer.enqueue("support", wait_url=url_for("music"), wait_url_method="GET", action="/left")
        return xml(answer)

    @app.get("/music")
    def music() -> Response:
        answer = VoiceResponse()
        answer.say(f"Vous êtes le {request.args['QueuePosition']}")
        answer.pause(length=20)
        return xml(answer)

    @app.post("/agent")
    def agent() -> Response:
        answer = VoiceResponse()
        dial = Dial(
            action="/done",
            ring_tone="fr",
            record="record-from-answer-dual",
            recording_status_callback="/recorded",
        )
        dial.queue("support", url="/about-to-talk")
        answer.append(dial)
        return xml(answer)

    @app.post("/about-to-talk")
    def about_to_talk() -> Response:
        answer = VoiceResponse()
        answer.say(f"Merci d’avoir attendu {request.form['QueueTime']} secondes")
        return xml(answer)

    @app.post("/left")
    def left() -> Response:
        outcomes.append(request.form["QueueResult"])
        answer = VoiceResponse()
        dial = answer.dial(caller_id=number, answer_on_bridge=True, timeout=20)
        dial.number(HELPER, status_callback_event="initiated answered", status_callback="/leg")
        return xml(answer)

    @app.post("/<path:_rest>")
    def noted(_rest: str) -> Response:
        outcomes.append(
            request.form.get("DialCallStatus") or request.form.get("RecordingStatus", "")
        )
        return xml(VoiceResponse())

    return app


def guess() -> Flask:
    """A game by text messages; how many guesses is kept in the session's cookie."""
    app = Flask("guess")
    app.secret_key = "of the sample"

    @app.post("/sms")
    def sms() -> Any:
        session["guesses"] = session.get("guesses", 0) + 1
        if request.form["Body"].strip() != "7":
            return redirect(url_for("wrong"), code=302)
        answer = MessagingResponse()
        message = answer.message(to=request.form["From"])
        message.body(f"Gagné en {session.pop('guesses')}")
        message.media("https://example.org/cup.png")
        answer.redirect(url_for("again"))
        return xml(answer)

    @app.get("/wrong")
    def wrong() -> Response:
        return Response(f"Non, et de {session['guesses']}", mimetype="text/plain")

    @app.post("/again")
    def again() -> Response:
        answer = MessagingResponse()
        answer.message("Encore ?", action="/sent", method="POST")
        return xml(answer)

    @app.post("/sent")
    def sent() -> str:
        return ""

    return app


class Sample:
    """A sample on a port of its own, and a line that is wired to it."""

    def __init__(self, app: Flask) -> None:
        self.server = Server(app)
        self.url = self.server.url
        self.line = LocalLine(f"{self.url}/voice", f"{self.url}/sms")

    def close(self) -> None:
        self.line.close()
        self.server.stop()


@pytest.fixture
def served() -> Iterator[Any]:
    """``served(app)``: the sample and its line."""
    running: list[Sample] = []

    def serve(app: Flask) -> Sample:
        running.append(Sample(app))
        return running[-1]

    yield serve
    for sample in running:
        sample.close()


def test_a_menu_with_sessions_and_redirections(served: Any) -> None:
    line = served(menu()).line
    first = line.driver.dial(CALLER)
    first.press("1")
    first.wait_for_heard("Tapez 1")
    second = line.driver.dial(HELPER)
    second.say("English please")
    second.wait_for_heard("Press 1")
    first.press("1")
    second.press("2")
    first.wait_for_heard("1 fr")
    second.wait_for_heard("2 en")
    told = " ".join(alert["message"] for alert in line.alerts)
    assert {alert["code"] for alert in line.alerts} == {"12200"}
    for word in ("hints", "speechModel", "prosody", "break"):
        assert f"{word} " in told


def test_a_helpline_with_a_queue(served: Any) -> None:
    app = helpline(NUMBER)
    sample = served(app)
    line, client = sample.line, sample.line.client()
    caller = line.driver.dial(CALLER)
    caller.wait_for_heard("Vous êtes le 1")
    agent = line.driver.agent("agnes")
    client.calls.create(to="client:agnes", from_=NUMBER, url=f"{sample.url}/agent")
    caller.wait_for_heard("Merci d’avoir attendu")
    caller.wait_for_state("talking")
    agent.wait_for_call().hang_up()
    helper = line.driver.phone(HELPER)
    helper.wait_for_call().wait_for_state("talking")
    caller.hang_up()
    eventually(lambda: {"bridged", "completed"} <= set(app.config["OUTCOMES"]))
    assert client.recordings.list()[0].source == "DialVerb"
    told = " ".join(alert["message"] for alert in line.alerts)
    for word in ("Start", "ringTone"):
        assert f"{word} " in told


def test_a_game_by_text_messages(served: Any) -> None:
    line = served(guess()).line
    phone = line.driver.phone(CALLER)
    for number, body in enumerate(("3", "5", "7"), 1):
        line.driver.text(CALLER, "", body)
        phone.wait_for_message(number)
    phone.wait_for_message(4)
    assert [message["body"] for message in phone.messages] == [
        "Non, et de 1",
        "Non, et de 2",
        "Gagné en 3",
        "Encore ?",
    ]
    assert phone.messages[2]["media"] == ["https://example.org/cup.png"]
    assert line.alerts == []
