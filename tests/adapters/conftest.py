"""The adapters, the real `twilio` library, and a carrier in this process. Nobody sleeps."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import request

from app.adapters.twilio_client import Patience
from app.foundation.config import Settings
from carrier.tests.subscriber import ACCOUNT, API_KEY, API_SECRET, LINE, TOKEN, Line
from tests.fixtures.settings import make_settings


@dataclass
class Bench:
    """A line, the settings of its customer, and what happened: requests, pauses."""

    line: Line
    settings: Settings
    asked: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    during: Callable[[], None] = lambda: None

    @property
    def patience(self) -> Patience:
        """Pauses are noted, and take no time."""
        return Patience(sleep=self.pauses.append, elapsed=lambda: sum(self.pauses))

    def changed(self, **changes: object) -> Settings:
        """The settings, with some that are wrong."""
        return dataclasses.replace(self.settings, **changes)  # type: ignore[arg-type]


@pytest.fixture
def bench() -> Iterator[Bench]:
    line = Line()
    bench = Bench(
        line,
        make_settings(
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_api_key=API_KEY,
            twilio_api_secret=API_SECRET,
            twilio_twiml_app_sid="AP" + "3" * 32,
            twilio_api_base_url=f"{line.server.url}/carrier",
            public_base_url=line.application.url,
            line_number=LINE,
        ),
    )
    guard = threading.Lock()

    @line.flask.before_request
    def note() -> None:
        if "/2010-04-01/" in request.path:
            with guard:
                bench.asked.append(f"{request.method} {request.path.rpartition('/')[2]}")
            bench.during()

    yield bench
    line.close()
