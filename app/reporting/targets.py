"""What the service aims at: four targets of the report, and when the wall's figures are to be watched. Pure.

A target is said in words beside its figure, never as a note on a person; length of conversation has none
(a long talk is no fault). What a manager has not set is the default. Stored as JSON, with the instant
since which it holds: a day is judged by what was aimed at when it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from app.foundation.exceptions import InvalidInput
from app.foundation.text import outside
from app.foundation.text.bilingual import Text
from app.reporting import formats

AT_LEAST, AT_MOST = "at_least", "at_most"


@dataclass(frozen=True, slots=True)
class Targets:
    """Shares are in percent, times in seconds, lengths in persons."""

    answered_percent: int = 90
    mean_wait_s: int = 45
    abandoned_percent: int = 5
    service_level_percent: int = 80
    waiting_watch: int = 3
    waiting_many: int = 6
    longest_watch_s: int = 60
    longest_many_s: int = 180


BOUNDS: dict[str, tuple[int, int]] = {
    "answered_percent": (1, 100),
    "mean_wait_s": (1, 3600),
    "abandoned_percent": (0, 100),
    "service_level_percent": (1, 100),
    "waiting_watch": (1, 200),
    "waiting_many": (1, 500),
    "longest_watch_s": (5, 3600),
    "longest_many_s": (5, 7200),
}
NAMES = tuple(each.name for each in fields(Targets))


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure beside its target: ``kept`` or not, and the words; colour never says it alone."""

    kept: bool
    words: str


def stored(values: Mapping[str, Any] | None) -> Targets:
    """The targets that a row keeps; what it does not say, or says no more, is the default."""
    known = {name: int(value) for name, value in (values or {}).items() if name in NAMES}
    return Targets(**known)


def as_stored(targets: Targets) -> dict[str, int]:
    """What a row keeps."""
    return asdict(targets)


def shown(targets: Targets) -> dict[str, str]:
    """What the form of targets shows."""
    return {name: str(value) for name, value in asdict(targets).items()}


def read(form: Mapping[str, str]) -> tuple[Targets | None, dict[str, InvalidInput]]:
    """The targets that a form gives, or what is wrong in each field."""
    values, errors = {}, {}
    for name, (least, most) in BOUNDS.items():
        value = outside.whole_number(form.get(name, ""), least, most)
        if value is None:
            errors[name] = InvalidInput(
                "Écrivez un nombre entier, de %(least)s à %(most)s.", least=least, most=most
            )
        else:
            values[name] = value
    for watch, many in (("waiting_watch", "waiting_many"), ("longest_watch_s", "longest_many_s")):
        if watch in values and many in values and values[many] < values[watch]:
            errors[many] = InvalidInput("Le second seuil ne peut pas être plus bas que le premier.")
    return (None if errors else Targets(**values)), errors


def judge(key: str, value: float | None, targets: Targets, locale: str = "fr") -> Verdict | None:
    """A figure of the report beside its target; None without a figure, or for one that has no target."""
    way, target = _TARGETS[key](targets) if key in _TARGETS else ("", 0.0)
    if value is None or not way:
        return None
    kept = value >= target if way == AT_LEAST else value <= target
    aim = formats.percent(target, locale) if key in _SHARES else formats.duration(target, locale)
    if kept:
        return Verdict(True, Text(f"cible de {aim} tenue", f"target of {aim} met").get(locale))
    if way == AT_LEAST:
        missed = Text(f"sous la cible de {aim}", f"below the target of {aim}")
    else:
        missed = Text(f"au-dessus de la cible de {aim}", f"above the target of {aim}")
    return Verdict(False, missed.get(locale))


_SHARES = ("answered", "abandoned", "service_level")
_TARGETS = {
    "answered": lambda t: (AT_LEAST, t.answered_percent / 100),
    "mean_wait_s": lambda t: (AT_MOST, t.mean_wait_s),
    "abandoned": lambda t: (AT_MOST, t.abandoned_percent / 100),
    "service_level": lambda t: (AT_LEAST, t.service_level_percent / 100),
}

Level = Literal["live", "wait", "stop"]


def level(value: float, watch: float, many: float) -> Level:
    """How a figure of the wall stands: well, to be watched, too much."""
    return "stop" if value >= many else "wait" if value >= watch else "live"
