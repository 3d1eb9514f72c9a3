"""Text messages through Twilio's REST API (ports.SmsSender)."""

from __future__ import annotations

from collections.abc import Callable

from app.adapters.twilio_client import PATIENT, Patience, ask, make_client
from app.foundation.config import Settings


class TwilioSms:
    """Sends from the line's number."""

    def __init__(
        self,
        settings: Settings,
        before_call: Callable[[], None],
        patience: Patience = PATIENT,
    ) -> None:
        self._settings = settings
        self._client = make_client(settings, patience)
        self._before_call = before_call
        self._patience = patience

    def send(self, to: str, text: str, *, from_number: str, message_id: int) -> str:
        """Hand one message to the provider, never twice; its SID.

        Raises InvalidInput when the number is refused (a landline, unsubscribed, abroad).
        """
        self._before_call()
        message = ask(
            lambda: self._client.messages.create(
                to=to,
                from_=from_number,
                body=text,
                status_callback=(
                    f"{self._settings.public_base_url}/sms/status?message={message_id}"
                ),
            ),
            self._patience,
            only_once=True,
        )
        return str(message.sid)
