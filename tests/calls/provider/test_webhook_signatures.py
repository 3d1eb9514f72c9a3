"""Forged, unsigned and replayed webhooks: refused, logged without personal data, nothing stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.calls.call.models import Call, CallEvent
from app.foundation.extensions import db
from app.tickets.models import Contact, Message
from tests.clients import post_signed
from tests.switchboard import FORM, LINE_NUMBER, Caller

PATHS = [
    "/voice/incoming", "/voice/wait", "/voice/choice", "/voice/left-queue", "/voice/connect",
    "/voice/agent", "/voice/status", "/voice/conference", "/voice/recording", "/voice/fallback",
    "/sms/incoming", "/sms/status",
]  # fmt: skip
NUMBER = "+33639980101"
PARAMS = {**FORM, "CallSid": "CA" + "9" * 32, "From": NUMBER, "To": LINE_NUMBER, "Body": "secret"}


def rows() -> tuple[int, ...]:
    return tuple(
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Call, CallEvent)
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_forged_webhook_is_refused_and_leaves_no_trace(
    app: Flask, line: object, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows()
    client = app.test_client()
    unsigned = client.post(path, data=PARAMS)
    forged = post_signed(client, path, PARAMS, token="f" * 32)
    moved = post_signed(client, path, PARAMS, base_url="https://elsewhere.example")
    assert [r.status_code for r in (unsigned, forged, moved)] == [403, 403, 403]
    assert rows() == before
    assert "refused a webhook" in caplog.text
    assert NUMBER not in caplog.text
    assert "secret" not in caplog.text


def test_a_signature_does_not_cover_other_parameters(app: Flask, line: object) -> None:
    from twilio.request_validator import RequestValidator

    from tests.fixtures.settings import AUTH_TOKEN, BASE_URL

    signature = RequestValidator(AUTH_TOKEN).compute_signature(BASE_URL + "/voice/status", PARAMS)
    changed = {**PARAMS, "CallStatus": "completed"}
    response = app.test_client().post(
        "/voice/status", data=changed, headers={"X-Twilio-Signature": signature}
    )
    assert response.status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_a_genuine_webhook_with_nothing_in_it_breaks_nothing(
    app: Flask, line: object, path: str
) -> None:
    response = post_signed(app.test_client(), path, {})
    assert response.status_code in (200, 204)


def test_a_replayed_genuine_webhook_changes_nothing(caller: Callable[..., Caller]) -> None:
    one = caller().dial()
    before = rows()
    for _ in range(3):
        one.post("/voice/incoming")
        one.post("/voice/wait")
    assert rows() == before


def test_long_and_hostile_parameters_are_bounded(app: Flask, line: object) -> None:
    hostile = {
        **PARAMS, "CallSid": "CA" + "x" * 5000, "From": "<script>alert(1)</script>" * 100,
        "CallStatus": "💥", "FriendlyName": "call-" + "'; DROP TABLE calls; --",
    }  # fmt: skip
    for path in PATHS:
        assert post_signed(app.test_client(), path, hostile).status_code in (200, 204)


def test_a_text_message_is_one_contact_however_often_it_comes(app: Flask, line: object) -> None:
    form = {
        **FORM, "MessageSid": "SM1", "From": NUMBER, "To": LINE_NUMBER,
        "Body": "<script>alert(1)</script>" + "x" * 5000,
    }  # fmt: skip
    for _ in range(3):
        assert post_signed(app.test_client(), "/sms/incoming", form).status_code == 200
    assert db.session.scalars(select(Contact.note)).all() == [""]
    (body,) = db.session.scalars(select(Message.body)).all()
    assert body.startswith("<script>alert(1)</script>x")
    assert len(body) == 1600


def test_an_unknown_conference_or_leg_is_answered_and_logged(
    app: Flask, line: object, caplog: pytest.LogCaptureFixture
) -> None:
    client = app.test_client()
    conference = {**FORM, "FriendlyName": "call-none", "StatusCallbackEvent": "participant-join"}
    leg = {**FORM, "CallSid": "CA" + "8" * 32, "CallStatus": "completed"}
    caplog.set_level("INFO")
    assert post_signed(client, "/voice/conference", conference).status_code == 200
    assert post_signed(client, "/voice/status", leg).status_code == 200
    assert "unknown conference" in caplog.text
    assert "unknown leg" in caplog.text
