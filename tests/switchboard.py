"""A provider in a test's hand: it sends our webhooks what Twilio would, for one call at a time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from sqlalchemy import select

from app.calls.call.models import Call
from app.foundation.extensions import db
from tests.clients import StaffClient, post_signed
from tests.fakes import FakeTelephony

_numbers = itertools.count(1)
LINE_NUMBER = "+33199000100"
FORM = {"AccountSid": "AC" + "1" * 32, "ApiVersion": "2010-04-01", "Direction": "inbound"}


@dataclass
class Caller:
    """One caller's leg. Each method is what happens on her side."""

    client: StaffClient
    telephony: FakeTelephony
    number: str = "+33639980101"
    sid: str = field(default_factory=lambda: f"CA{next(_numbers):032d}")

    def form(self, **more: str) -> dict[str, str]:
        return {
            **FORM,
            "CallSid": self.sid,
            "From": self.number,
            "To": LINE_NUMBER,
            "CallStatus": "in-progress",
            **more,
        }

    def post(self, path: str, **more: str) -> str:
        response = post_signed(self.client, path, self.form(**more))
        assert response.status_code < 300, (path, response.status_code, response.text)
        return response.text

    def dial(self) -> Caller:
        """Ring the line and reach the queue."""
        self.greeting = self.post("/voice/incoming")
        self.heard = self.post("/voice/wait", QueuePosition="1", QueueTime="0")
        return self

    def hang_up_in_queue(self) -> None:
        self.post("/voice/left-queue", QueueResult="hangup", QueueTime="3")
        self.end()

    def end(self) -> None:
        self.post("/voice/status", CallStatus="completed", CallDuration="60")

    @property
    def call(self) -> Call:
        db.session.expire_all()
        found = db.session.scalar(select(Call).where(Call.provider_sid == self.sid))
        assert found is not None
        db.session.rollback()
        return found

    # --- the agent's leg, as the provider tells it ---

    @property
    def leg(self) -> str:
        return str(self.call.agent_leg_sid)

    def conference(self, what: str, sid: str, conference: str = "CF" + "1" * 32) -> None:
        form = {
            **FORM,
            "ConferenceSid": conference,
            "FriendlyName": f"call-{self.call.ref}",
            "StatusCallbackEvent": what,
            "CallSid": sid,
            "SequenceNumber": "1",
        }
        assert post_signed(self.client, "/voice/conference", form).status_code == 204

    def agent_picks_up(self) -> str:
        """The softphone answers: its TwiML is fetched, it joins, the caller is redirected."""
        call = self.call
        form = {**FORM, "CallSid": self.leg, "To": f"client:agent_{call.agent_id}"}
        answer = post_signed(self.client, f"/voice/agent?call={call.ref}", form).text
        self.conference("participant-join", self.leg)
        return answer

    def is_connected(self) -> str:
        """The redirect reaches the caller's leg, and she joins."""
        self.post("/voice/left-queue", QueueResult="redirected")
        answer = self.post("/voice/connect")
        self.conference("participant-join", self.sid)
        return answer

    def agent_leg_ends(self) -> None:
        form = {**FORM, "CallSid": self.leg, "CallStatus": "completed"}
        assert post_signed(self.client, "/voice/status", form).status_code < 300
