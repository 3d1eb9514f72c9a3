"""The carrier's customer in these tests: a tiny application with webhooks, and the REST library."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import make_server

from carrier.carrier import Carrier
from carrier.current import EXTENSION
from carrier.settings import CarrierSettings, LineNumber, PhoneEntry
from carrier.standalone import create_standalone

ACCOUNT = "AC" + "1" * 32
TOKEN = "the-auth-token"
API_KEY = "SK" + "2" * 32
API_SECRET = "the-api-secret-of-the-test-account"
LINE = "+33199001234"
ALICE = "+33639980001"
Answer = str | Callable[[dict[str, str]], Any]


@dataclass(frozen=True)
class Seen:
    """One request that the application received."""

    path: str
    form: dict[str, str]
    signed: bool


class Application:
    """Answers webhooks as ``answers`` says; remembers every request."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.seen: list[Seen] = []
        self.changed = threading.Condition()
        self.validator = RequestValidator(TOKEN)
        self.flask = Flask("subscriber")
        self.flask.add_url_rule("/<path:path>", view_func=self.answer, methods=["GET", "POST"])
        self.server = Server(self.flask)
        self.url = self.server.url

    def answer(self, path: str) -> Response:
        form = request.form.to_dict() or request.args.to_dict()
        signature = request.headers.get("X-Twilio-Signature", "")
        signed = self.validator.validate(request.url, request.form, signature)
        with self.changed:
            self.seen.append(Seen("/" + path, form, signed))
            self.changed.notify_all()
        answer = self.answers.get("/" + path, "<Response/>")
        if callable(answer):
            answer = answer(form)
        if isinstance(answer, Response):
            return answer
        return Response(answer, mimetype="text/xml")

    def forms(self, path: str) -> list[dict[str, str]]:
        return [seen.form for seen in self.seen if seen.path == path]

    def wait(
        self, path: str, number: int = 1, timeout: float = 5.0, **wanted: str
    ) -> dict[str, str]:
        """The ``number``-th request at ``path`` whose form has the ``wanted`` values."""

        def found() -> list[dict[str, str]]:
            return [f for f in self.forms(path) if all(f.get(k) == v for k, v in wanted.items())]

        with self.changed:
            if not self.changed.wait_for(lambda: len(found()) >= number, timeout):
                raise AssertionError(f"{path} {wanted} never came; seen: {self.seen}")
            return found()[number - 1]


class Server:
    """A WSGI application on a free port of this machine."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def stop(self) -> None:
        self._server.shutdown()


def phone_book() -> list[PhoneEntry]:
    """A list too long for its frame, as in a demonstration."""
    others = [PhoneEntry(f"Personne {i}", f"+336399802{i:02d}", "attend") for i in range(20)]
    return [PhoneEntry("Amina Benali", ALICE, "lien expiré"), *others]


class Line:
    """A carrier, its customer's application, and the customer's REST client."""

    def __init__(self, **changes: Any) -> None:
        self.application = Application()
        url = self.application.url
        settings: dict[str, Any] = {
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "api_key": API_KEY,
            "api_secret": API_SECRET,
            "application_sid": "AP" + "3" * 32,
            "application_voice_url": f"{url}/softphone",
            "numbers": (
                LineNumber(
                    LINE,
                    f"{url}/incoming",
                    f"{url}/fallback",
                    status_callback=f"{url}/status",
                    sms_url=f"{url}/sms",
                ),
            ),
            "phone_book": phone_book,
            "speech_rate": 0.0,
            "pace": 0.05,
            "device_grace": 0.2,
            "control_token": "control",
            "strict": True,
        }
        self.flask = create_standalone(CarrierSettings(**(settings | changes)), [], "threading")
        self.carrier: Carrier = self.flask.extensions[EXTENSION]
        self.server = Server(self.flask)
        self.carrier.exchange.board.api_url = f"{self.server.url}/carrier"
        self.driver = self.carrier.driver
        self.client = self.login(ACCOUNT, TOKEN)

    def login(self, user: str, password: str) -> Client:
        client = Client(user, password, account_sid=ACCOUNT)
        client.api.base_url = f"{self.server.url}/carrier"
        return client

    def answers(self, **answers: Answer) -> None:
        """Set what the webhooks answer: ``incoming="<Say>…</Say>"`` for /incoming."""
        for name, answer in answers.items():
            path = "/" + name.replace("_", "-")
            self.application.answers[path] = (
                f"<Response>{answer}</Response>" if isinstance(answer, str) else answer
            )

    def close(self) -> None:
        self.driver.hang_up_all()
        self.application.server.stop()
        self.server.stop()


def eventually(met: Callable[[], Any], timeout: float = 5.0) -> Any:
    """Wait until ``met()`` is true; its value."""
    until = time.monotonic() + timeout
    while not (value := met()):
        if time.monotonic() > until:
            raise AssertionError("never came true")
        time.sleep(0.01)
    return value
