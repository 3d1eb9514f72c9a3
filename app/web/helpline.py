"""The number that every mail and public page gives a caller in trouble: one setting, one place.

``LINE_NUMBER`` is the number, ``LINE_COST`` what a call costs in the words of callers. The hours are the
line's own, told by a source that the factory registers (lines stand above this module).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from app.foundation.text import phone_numbers
from app.foundation.wiring import settings

KEY = "permanence.helpline_hours"

Hours = Callable[[str], str]


@dataclass(frozen=True)
class Helpline:
    """``number`` as it is read, ``tel`` for a link; ``cost`` and ``hours`` "" when not known."""

    number: str
    tel: str
    cost: str = ""
    hours: str = ""


def install(app: Flask, hours: Hours) -> None:
    """Let templates say ``helpline()``, and tell the hours by ``hours`` (locale → words)."""
    app.extensions[KEY] = hours
    app.add_template_global(number, "helpline")


def number() -> Helpline:
    """The number alone: for pages that must not ask the database (errors)."""
    e164 = settings().line_number
    return Helpline(phone_numbers.display(e164), e164, settings().line_cost)


def with_hours(locale: str) -> Helpline:
    """The number, its cost and when somebody answers, in the reader's language."""
    known = number()
    hours = cast(Hours, current_app.extensions[KEY])(locale)
    return Helpline(known.number, known.tel, known.cost, hours)
