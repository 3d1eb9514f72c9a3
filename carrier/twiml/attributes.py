"""Checks of TwiML elements and attributes, with Twilio's error codes. Pure.

Twilio reports what it does not understand as a warning and goes on; so does a ``Notes`` that is
not strict. A strict one refuses it, so that a test sees it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

from carrier.conformance import Fate, Spoken

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
SCHEMA = 12200  # Twilio's schema validation warning

T = TypeVar("T")


class TwimlRefused(Exception):
    """The document cannot be run. ``code`` is Twilio's error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def schema(message: str) -> TwimlRefused:
    """A schema refusal (12200): well-formed, but not TwiML."""
    return TwimlRefused(SCHEMA, f"Schema validation: {message}")


class Notes:
    """What was not understood in a document: told afterwards, or refused at once (``strict``)."""

    def __init__(self, strict: bool = True) -> None:
        self.strict = strict
        self.told: list[tuple[int, str]] = []

    def warn(self, refusal: TwimlRefused) -> None:
        """Note it and go on. Strict: raises it."""
        if self.strict:
            raise refusal
        self.told.append((refusal.code, refusal.message))


class Grammar:
    """The elements that a kind of document may hold (``conformance.py``), and what is noted."""

    def __init__(self, elements: Mapping[str, Spoken], notes: Notes) -> None:
        self.elements = elements
        self.notes = notes

    def spoken(self, path: str) -> bool:
        """May the element at ``path`` (Dial/Number) be run? Raises TwimlRefused for what cannot be."""
        tag = path.rpartition("/")[2]
        known = self.elements.get(path)
        if known is None:
            self.notes.warn(schema(f"{path.replace('/', ' > ')} is not TwiML"))
            return False
        if known.fate is Fate.REFUSED:
            raise schema(f"{tag} is not spoken here: {known.why}")
        if known.fate is Fate.ALERT:
            self.notes.warn(schema(f"{tag} is not done here: {known.why}"))
        return known.fate is Fate.DONE

    def attributes(self, element: Element, path: str) -> Attributes:
        """The attributes of an element; what the line does not do of them is noted."""
        return Attributes(element, self.elements[path], self.notes)


class Attributes:
    """The attributes of one element: a value that cannot be is noted, and the default is taken."""

    def __init__(self, element: Element, known: Spoken, notes: Notes) -> None:
        self.tag = element.tag
        self.notes = notes
        self.values = {}
        for name, value in element.attrib.items():
            fate, why = known.of(name) or (Fate.ALERT, "")
            if fate is Fate.DONE:
                self.values[name] = value
            elif fate is Fate.REFUSED:
                raise schema(f"{name} of {self.tag} is not spoken here: {why}")
            elif why:
                notes.warn(schema(f"{name} of {self.tag} is not done here: {why}"))
            else:
                notes.warn(schema(f"attribute {name} is not allowed in {self.tag}"))

    def text(self, name: str, default: str = "") -> str:
        """The value as written, trimmed."""
        return self.values.get(name, default).strip()

    def optional(self, name: str) -> str | None:
        """The value, or None when absent: an empty waitUrl means silence, not the default."""
        value = self.values.get(name)
        return None if value is None else value.strip()

    def flag(self, name: str, default: bool = False, *, code: int = SCHEMA) -> bool:
        """``true`` or ``false``."""
        value = self.text(name, "true" if default else "false").lower()
        if value not in ("true", "false"):
            return self._refused(name, default, code)
        return value == "true"

    def number(
        self, name: str, default: Any, *, minimum: int = 0, maximum: int = 10**6, code: int = SCHEMA
    ) -> Any:
        """A whole number between the limits; ``default`` when absent."""
        if name not in self.values:
            return default
        value = self.text(name)
        whole = value.isascii() and value.isdigit() and len(value) < 10
        if not whole or not minimum <= int(value) <= maximum:
            return self._refused(name, default, code)
        return int(value)

    def method(self, name: str = "method", *, code: int = SCHEMA) -> str:
        """``GET`` or ``POST``, POST by default."""
        value = self.text(name, "POST").upper()
        return value if value in ("GET", "POST") else self._refused(name, "POST", code)

    def one_of(
        self, name: str, allowed: Collection[str], default: str, *, code: int = SCHEMA
    ) -> str:
        """One of the ``allowed`` words."""
        value = self.text(name, default)
        return value if value in allowed else self._refused(name, default, code)

    def words(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        """A list of words, separated by spaces, all ``allowed``."""
        words = tuple(self.text(name).split())
        if set(words) - set(allowed):
            return self._refused(name, tuple(word for word in words if word in allowed))
        return words

    def keys(self, name: str, default: str, *, most: int = 12, code: int = SCHEMA) -> str:
        """Keys of a telephone."""
        value = self.text(name, default)
        wrong = len(value) > most or value.strip("0123456789*#")
        return self._refused(name, default, code) if wrong else value

    def language(self, name: str) -> str:
        """A BCP-47 tag, or nothing."""
        value = self.text(name)
        return self._refused(name, "", 13512) if value and not LANGUAGE.fullmatch(value) else value

    def _refused(self, name: str, default: T, code: int = SCHEMA) -> T:
        self.notes.warn(TwimlRefused(code, f"{self.tag}: Invalid {name} value"))
        return default
