"""What the subscriber has configured: its numbers and TwiML applications, as REST resources."""

from __future__ import annotations

from collections.abc import Mapping

from carrier.settings import CarrierSettings
from carrier.sids import new_sid

Resource = dict[str, str]

NUMBER_FIELDS = {
    "friendly_name": "",
    "voice_url": "",
    "voice_method": "POST",
    "voice_fallback_url": "",
    "voice_fallback_method": "POST",
    "status_callback": "",
    "status_callback_method": "POST",
    "sms_url": "",
    "sms_method": "POST",
    "sms_fallback_url": "",
    "sms_fallback_method": "POST",
    "voice_application_sid": "",
    "sms_application_sid": "",
}
APPLICATION_FIELDS = {
    "friendly_name": "",
    "voice_url": "",
    "voice_method": "POST",
    "voice_fallback_url": "",
    "voice_fallback_method": "POST",
    "status_callback": "",
    "status_callback_method": "POST",
    "sms_url": "",
    "sms_method": "POST",
    "sms_fallback_url": "",
    "sms_fallback_method": "POST",
    "sms_status_callback": "",
    "message_status_callback": "",
}


class Registry:
    """Numbers and applications by SID."""

    def __init__(self, settings: CarrierSettings) -> None:
        self.numbers: dict[str, Resource] = {}
        self.applications: dict[str, Resource] = {}
        for line in settings.numbers:
            self.add_number(
                {
                    "phone_number": line.number,
                    "friendly_name": line.friendly_name or line.number,
                    "voice_url": line.voice_url,
                    "voice_fallback_url": line.voice_fallback_url,
                    "voice_fallback_method": line.voice_fallback_method,
                    "status_callback": line.status_callback,
                    "sms_url": line.sms_url,
                    "sms_fallback_url": line.sms_fallback_url,
                }
            )
        self._first_application = settings.application_sid or new_sid("AP")
        self.applications[self._first_application] = {
            **APPLICATION_FIELDS,
            "sid": self._first_application,
            "voice_url": settings.application_voice_url,
        }

    def add_number(self, values: Mapping[str, str]) -> Resource:
        """Rent a number."""
        resource = {**NUMBER_FIELDS, **values, "sid": new_sid("PN")}
        self.numbers[resource["sid"]] = resource
        return resource

    def add_application(self, values: Mapping[str, str]) -> Resource:
        """Create a TwiML application."""
        resource = {**APPLICATION_FIELDS, **values, "sid": new_sid("AP")}
        self.applications[resource["sid"]] = resource
        return resource

    def remove_application(self, sid: str) -> bool:
        """Take a TwiML application away; False for the one that softphones call through."""
        if sid == self._first_application:
            return False
        self.applications.pop(sid, None)
        return True

    def number(self, e164: str) -> Resource | None:
        """The resource of a number of the subscriber, or None."""
        return next((n for n in self.numbers.values() if n["phone_number"] == e164), None)

    def voice_of(self, line: Resource) -> Resource:
        """What answers the calls of a number: its application if it has one, else itself."""
        return self.applications.get(line["voice_application_sid"], line)

    def texts_of(self, line: Resource) -> Resource:
        """What answers the messages of a number: its application if it has one, else itself."""
        return self.applications.get(line["sms_application_sid"], line)

    def first_number(self) -> str:
        """The subscriber's main number; empty when it has none."""
        return next((n["phone_number"] for n in self.numbers.values()), "")

    def application(self) -> Resource:
        """The application that softphones call through."""
        return self.applications[self._first_application]


def changed(resource: Resource, fields: Mapping[str, str], form: Mapping[str, str]) -> None:
    """Apply a REST update: ``VoiceUrl`` sets ``voice_url``, and so on for the known fields."""
    for name in fields:
        key = "".join(part.capitalize() for part in name.split("_"))
        if key in form:
            resource[name] = form[key]
