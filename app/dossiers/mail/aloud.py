"""A mail address as it is read back to its owner, and as lists show it. Pure."""

from __future__ import annotations

from app.foundation.text.bilingual import language

_SAID_FR = {"@": "arobase", ".": "point", "-": "tiret", "_": "tiret bas", "+": "plus"}
_SAID_EN = {"@": "at", ".": "dot", "-": "dash", "_": "underscore", "+": "plus"}


def spelled(address: str, locale: str) -> tuple[str, ...]:
    """The address as it is read aloud, one sign at a time: « a », « n », « a », « arobase »…"""
    said = _SAID_EN if language(locale) == "en" else _SAID_FR
    return tuple(said.get(sign, sign) for sign in address)


def mask(address: str | None) -> str:
    """« a•••s@gmail.com »: enough to tell two addresses apart in a list; "" for none.

    The domain stays whole: it is where the slips are.
    """
    name, at, domain = (address or "").rpartition("@")
    if not at:
        return ""
    shown = f"{name[0]}•••{name[-1]}" if len(name) > 3 else f"{name[:1]}•••"
    return f"{shown}@{domain}"
