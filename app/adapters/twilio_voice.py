"""Telephony through Twilio's REST API (ports.Telephony)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from app.adapters.twilio_client import PATIENT, Patience, Result, ask, make_client
from app.foundation.config import Settings
from app.foundation.exceptions import NotFound
from app.foundation.ports import LegStatus, softphone_identity

SOFTPHONE_RINGS = 10  # seconds; she has accepted already, her page answers by itself
TELEPHONE_RINGS = 40  # about eight rings, before most answering machines


class TwilioVoice:
    """Commands for legs and conferences.

    ``before_call`` runs before each request: it gives the database connection back, so that none
    is held while a provider thinks. ``softphone_epoch`` tells under which name an agent registers now.
    """

    def __init__(
        self,
        settings: Settings,
        before_call: Callable[[], None],
        patience: Patience = PATIENT,
        softphone_epoch: Callable[[int], int] = lambda _agent_id: 0,
    ) -> None:
        self._settings = settings
        self._softphone_epoch = softphone_epoch
        self._client = make_client(settings, patience)
        self._before_call = before_call
        self._patience = patience

    def call_agent(
        self, agent_id: int, *, ref: str, from_number: str, party_id: int | None = None
    ) -> str:
        """Ring the agent's softphone; the SID of the new leg. Nothing personal in the address."""
        party = "" if party_id is None else f"&party={party_id}"
        identity = softphone_identity(agent_id, self._softphone_epoch(agent_id))
        return self._call(
            f"client:{identity}",
            from_number,
            f"/voice/agent?call={ref}{party}",
            seconds=SOFTPHONE_RINGS,
        )

    def call_number(self, number: str, *, from_number: str, path: str) -> str:
        """Ring a telephone, from the service's own number; the SID of the new leg."""
        return self._call(number, from_number, path, seconds=TELEPHONE_RINGS)

    def _call(self, to: str, from_number: str, path: str, *, seconds: int) -> str:
        leg = self._ask(
            lambda: self._client.calls.create(
                to=to,
                from_=from_number,
                url=self._url(path),
                status_callback=self._url("/voice/status"),
                status_callback_event=["completed"],
                timeout=seconds,
            )
        )
        return str(leg.sid)

    def announce(self, conference: str, path: str) -> None:
        """Speak to everybody in a conference."""
        self._ask(
            lambda: self._client.conferences(conference).update(
                announce_url=self._url(path), announce_method="POST"
            )
        )

    def redirect(self, leg_sid: str, path: str) -> None:
        """Make a live leg ask for the TwiML at ``path``. Raises NotFound when it is over."""
        self._ask(lambda: self._client.calls(leg_sid).update(url=self._url(path), method="POST"))

    def hang_up(self, leg_sid: str) -> None:
        """End a leg; one that is over already is fine."""
        try:
            self._ask(lambda: self._client.calls(leg_sid).update(status="completed"))
        except NotFound:
            return

    def hold(self, conference: str, leg_sid: str, *, on: bool) -> None:
        """Hold a participant (the provider's music plays), or take it back."""
        participants = self._client.conferences(conference).participants
        self._ask(lambda: participants(leg_sid).update(hold=on))

    def leg(self, leg_sid: str) -> LegStatus | None:
        """What the provider says of a leg now."""
        try:
            leg = self._ask(lambda: self._client.calls(leg_sid).fetch())
        except NotFound:
            return None
        return LegStatus(sid=str(leg.sid), status=str(leg.status), to=str(leg.to or ""))

    def recording(self, recording_sid: str) -> bytes:
        """The sound of a message; the library decodes every answer as text, hence a bare GET."""
        settings = self._settings
        address = (
            f"{settings.twilio_api_base_url}/2010-04-01/Accounts/{settings.twilio_account_sid}"
            f"/Recordings/{recording_sid}.wav"
        )
        keys = (settings.twilio_api_key, settings.twilio_api_secret)

        def fetch() -> bytes:
            answer = requests.get(
                address, auth=keys, timeout=(self._patience.connect, self._patience.read)
            )
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                raise TwilioRestException(answer.status_code, address)
            return answer.content

        return self._ask(fetch)

    def delete_recording(self, recording_sid: str) -> None:
        """Erase a message; one that is gone already is fine."""
        try:
            self._ask(lambda: self._client.recordings(recording_sid).delete())
        except NotFound:
            return

    def softphone_token(self, identity: str, *, seconds: int) -> str:
        """An AccessToken that lets a browser ring as ``identity``."""
        token = AccessToken(
            self._settings.twilio_account_sid,
            self._settings.twilio_api_key,
            self._settings.twilio_api_secret,
            identity=identity,
            ttl=seconds,
            region=self._settings.twilio_region or None,
        )
        token.add_grant(
            VoiceGrant(
                incoming_allow=True,
                outgoing_application_sid=self._settings.twilio_twiml_app_sid or None,
            )
        )
        return str(token.to_jwt())

    def _ask(self, what: Callable[[], Result]) -> Result:
        self._before_call()
        return ask(what, self._patience)

    def _url(self, path: str) -> str:
        return self._settings.public_base_url + path
