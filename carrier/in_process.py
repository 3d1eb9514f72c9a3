"""A carrier in this process, on a port of its own: for the tests of another project.

    with LocalLine(voice_url="http://localhost:5000/voice") as line:
        caller = line.driver.dial("+33639980001")
        caller.wait_for_heard("Press 1")
        caller.press("1")

``line.client()`` is a ``twilio.rest.Client`` that speaks to it; everything of it ends with the block.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from twilio.rest import Client
from werkzeug.serving import make_server

from carrier.carrier import Carrier
from carrier.current import EXTENSION
from carrier.settings import CarrierSettings, LineNumber
from carrier.standalone import ACCOUNT_SID, AUTH_TOKEN, NUMBER, create_standalone


class LocalLine:
    """A line with one number, served on this machine.

    ``voice_url``, ``sms_url`` and ``status_callback`` are what the number is wired to. Speech and
    pauses take no time unless ``changes`` say otherwise: they are fields of ``CarrierSettings``.
    """

    def __init__(
        self,
        voice_url: str = "",
        sms_url: str = "",
        status_callback: str = "",
        *,
        number: str = NUMBER,
        **changes: Any,
    ) -> None:
        line = LineNumber(number, voice_url, status_callback=status_callback, sms_url=sms_url)
        settings: dict[str, Any] = {
            "account_sid": ACCOUNT_SID,
            "auth_token": AUTH_TOKEN,
            "numbers": (line,),
            "speech_rate": 0.0,
            "pace": 0.05,
        }
        self.settings = CarrierSettings(**(settings | changes))
        self.number = number
        app = create_standalone(self.settings, (), "threading")
        self.carrier: Carrier = app.extensions[EXTENSION]
        self.driver = self.carrier.driver
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/carrier"
        self.carrier.exchange.board.api_url = self.url
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def client(self) -> Client:
        """The REST client of the account."""
        client = Client(self.settings.account_sid, self.settings.auth_token)
        client.api.base_url = self.url
        return client

    @property
    def alerts(self) -> list[dict[str, str]]:
        """What the provider's debugger would show so far."""
        return list(self.carrier.exchange.board.alerts)

    def close(self) -> None:
        """End every call, and stop serving."""
        self.driver.hang_up_all()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> LocalLine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
