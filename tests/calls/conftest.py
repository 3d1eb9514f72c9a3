"""A line that is open, callers, and agents at their desks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.accounts import service as accounts
from app.accounts import sessions
from app.calls.line_models import Line
from app.extensions import db
from tests.calls.switchboard import LINE_NUMBER, Caller
from tests.clients import StaffClient
from tests.fakes import FakeTelephony


@pytest.fixture
def line(app: Flask) -> Line:
    """The reference line, opened by hand so that tests run at any hour."""
    line = Line(name="Portail des aides", number=LINE_NUMBER, mode="open")
    db.session.add(line)
    db.session.commit()
    return line


@pytest.fixture
def caller(app: Flask, line: Line, telephony: FakeTelephony) -> Callable[..., Caller]:
    """``caller("+336…")``: somebody with a telephone."""

    def make(number: str = "+33639980101", **fields: Any) -> Caller:
        return Caller(app.test_client(), telephony, number, **fields)  # type: ignore[arg-type]

    return make


@pytest.fixture
def at_desk(line: Line, login: Callable[..., StaffClient]) -> Callable[..., StaffClient]:
    """``at_desk("back")``: an agent signed in, with a tab open, available."""

    def sit(role: str = "front", state: str = "available", **fields: Any) -> StaffClient:
        client = login(role, state=state, **fields)
        now = clock.now()
        (session,) = sessions.of(client.agent.id, now=now)
        accounts.connected(
            f"tab-{client.agent.id}", client.agent.id, "tests", now=now, session_id=session.id
        )
        return client

    return sit
