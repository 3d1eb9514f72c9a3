"""Checks of TwiML attributes, with Twilio's error codes. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")

T = TypeVar("T")


class TwimlRefused(Exception):
    """The document cannot be run. ``code`` is Twilio's error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def schema(message: str) -> TwimlRefused:
    """A schema refusal (12200): well-formed, but not TwiML."""
    return TwimlRefused(12200, f"Schema validation: {message}")


class Attributes:
    """The attributes of one element; ``done`` refuses the unknown ones."""

    def __init__(self, element: Element, known: Collection[str]) -> None:
        self.tag = element.tag
        self.values = dict(element.attrib)
        self.known = known

    def text(self, name: str, default: str = "") -> str:
        """The value as written, trimmed."""
        return self.values.get(name, default).strip()

    def optional(self, name: str) -> str | None:
        """The value, or None when absent: an empty waitUrl means silence, not the default."""
        value = self.values.get(name)
        return None if value is None else value.strip()

    def flag(self, name: str, default: bool = False, *, code: int = 12200) -> bool:
        """``true`` or ``false``."""
        value = self.text(name, "true" if default else "false").lower()
        if value not in ("true", "false"):
            raise self._refused(name, code)
        return value == "true"

    def number(
        self, name: str, default: Any, *, minimum: int = 0, maximum: int = 10**6, code: int = 12200
    ) -> Any:
        """A whole number between the limits; ``default`` when absent."""
        if name not in self.values:
            return default
        value = self.text(name)
        if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
            raise self._refused(name, code)
        return int(value)

    def method(self, name: str = "method", *, code: int = 12200) -> str:
        """``GET`` or ``POST``, POST by default."""
        value = self.text(name, "POST").upper()
        if value not in ("GET", "POST"):
            raise self._refused(name, code)
        return value

    def one_of(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of the ``allowed`` words."""
        value = self.text(name, default)
        if value not in allowed:
            raise self._refused(name)
        return value

    def words(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        """A list of words, separated by spaces, all ``allowed``."""
        words = tuple(self.text(name).split())
        if set(words) - set(allowed):
            raise self._refused(name)
        return words

    def language(self, name: str) -> str:
        """A BCP-47 tag, or nothing."""
        value = self.text(name)
        if value and not LANGUAGE.fullmatch(value):
            raise TwimlRefused(13512, f"{self.tag}: Invalid {name} value")
        return value

    def done(self) -> None:
        """Refuse attributes that the verb does not have."""
        unknown = sorted(set(self.values) - set(self.known))
        if unknown:
            raise schema(f"attribute {unknown[0]} is not allowed in {self.tag}")

    def finish(self, value: T) -> T:
        """``value``, once the unknown attributes are refused."""
        self.done()
        return value

    def _refused(self, name: str, code: int = 12200) -> TwimlRefused:
        return TwimlRefused(code, f"{self.tag}: Invalid {name} value")
