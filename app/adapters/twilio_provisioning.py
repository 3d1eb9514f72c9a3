"""Is the provider wired to this installation? Check says; provision does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from twilio.request_validator import RequestValidator

from app.adapters.ports import Finding
from app.adapters.twilio_client import ask, make_client
from app.config import Settings
from app.exceptions import PermanenceError

WEBHOOKS = {
    "voice_url": "/voice/incoming",
    "voice_fallback_url": "/voice/fallback",
    "status_callback": "/voice/status",
    "sms_url": "/sms/incoming",
}
MOST_SKEW_S = 60
TIMEOUT_S = 10


class TwilioProvisioning:
    """ports.Provisioning for a Twilio-speaking provider."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._client = make_client(settings)
        self._now = now

    def check(self) -> list[Finding]:
        """Each thing that must hold, with what to do when it does not."""
        return [*self._account(), *self._numbers(), *self._application(), *self._outside()]

    def provision(self) -> list[str]:
        """Point every number and the TwiML app at this installation; what was set."""
        done = []
        for number in ask(lambda: self._client.incoming_phone_numbers.list(limit=50)):
            values = {name: self._url(path) for name, path in WEBHOOKS.items()}
            ask(lambda number=number, values=values: number.update(**values))  # type: ignore[misc]
            done.append(f"numéro {number.phone_number[:-4]}•••• : webhooks réglés")
        sid = self._settings.twilio_twiml_app_sid
        ask(
            lambda: self._client.applications(sid).update(
                voice_url=self._url("/voice/agent"), voice_method="POST"
            )
        )
        done.append("application TwiML : réglée")
        return done

    def _url(self, path: str) -> str:
        return self._settings.public_base_url + path

    def _account(self) -> Iterator[Finding]:
        try:
            ask(lambda: self._client.calls.list(limit=1))
            yield Finding("identifiants", "acceptés")
        except PermanenceError:
            yield Finding(
                "identifiants",
                "refusés, ou le fournisseur ne répond pas",
                todo="Vérifiez TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET.",
            )

    def _numbers(self) -> Iterator[Finding]:
        try:
            numbers = ask(lambda: self._client.incoming_phone_numbers.list(limit=50))
        except PermanenceError:
            yield Finding("numéro", "illisible", todo="Corrigez d'abord les identifiants.")
            return
        if not numbers:
            yield Finding("numéro", "aucun sur ce compte", todo="Achetez ou portez un numéro.")
        for number in numbers:
            shown = f"numéro …{str(number.phone_number)[-4:]}"
            wrong = [n for n, path in WEBHOOKS.items() if getattr(number, n) != self._url(path)]
            yield Finding(
                shown,
                "webhooks réglés" if not wrong else f"à régler : {wrong}",
                todo="flask … telephony provision" if wrong else "",
            )

    def _application(self) -> Iterator[Finding]:
        sid = self._settings.twilio_twiml_app_sid
        try:
            application: Any = ask(lambda: self._client.applications(sid).fetch())
        except PermanenceError:
            yield Finding("application TwiML", "introuvable", todo="Vérifiez TWILIO_TWIML_APP_SID.")
            return
        right = application.voice_url == self._url("/voice/agent")
        yield Finding(
            "application TwiML",
            "réglée" if right else "pointe ailleurs",
            todo="" if right else "flask … telephony provision",
        )

    def _outside(self) -> Iterator[Finding]:
        """Reach ourselves by the public address, as the provider does."""
        url = self._url("/voice/status")
        form = {"CallSid": "CAcheck", "CallStatus": "ringing"}
        signature = RequestValidator(self._settings.twilio_auth_token).compute_signature(url, form)
        try:
            signed = requests.post(
                url, data=form, timeout=TIMEOUT_S, headers={"X-Twilio-Signature": signature}
            )
            forged = requests.post(
                url, data=form, timeout=TIMEOUT_S, headers={"X-Twilio-Signature": "forged"}
            )
        except requests.RequestException:
            yield Finding(
                "adresse publique",
                "injoignable",
                todo="Vérifiez PUBLIC_BASE_URL, le DNS, le certificat, le pare-feu.",
            )
            return
        yield Finding("adresse publique", "atteinte")
        accepted = signed.status_code < 300
        yield Finding(
            "signature vraie",
            "acceptée" if accepted else "refusée",
            todo="" if accepted else "TWILIO_AUTH_TOKEN ou PUBLIC_BASE_URL diffère.",
        )
        refused = forged.status_code == 403
        yield Finding(
            "signature fausse",
            "refusée" if refused else "acceptée !",
            todo="" if refused else "Un mandataire répond à la place de Permanence.",
        )
        yield self._clock(signed.headers.get("Date", ""))

    def _clock(self, header: str) -> Finding:
        try:
            skew = abs(
                (parsedate_to_datetime(header).astimezone(UTC) - self._now()).total_seconds()
            )
        except (TypeError, ValueError):
            return Finding("horloge", "non comparée : aucune date reçue")
        right = skew <= MOST_SKEW_S
        return Finding(
            "horloge",
            "à l'heure" if right else f"décalée de {skew:.0f} s",
            todo="" if right else "Réglez l'heure du serveur (NTP).",
        )
