"""Numbers and rules that scripts say, read from data: ``{#hours}`` in a text. Pure, but for the file read once.

A rule changes in ``rules.yaml`` alone, where its source stands and the day somebody last verified it; each
script's page shows the rules that it says.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from app.foundation.text.bilingual import Text
from app.foundation.text.patterns import Match, pattern

FILE = Path(__file__).parent / "rules.yaml"

_MARK = pattern(r"\{#([a-z_]+)\}")


@dataclass(frozen=True)
class Rule:
    """One rule: the words said, the source, the year whose rule it is, the day it was last verified."""

    key: str
    said: Text
    source: str
    of: int
    verified_on: date


@functools.cache
def registry() -> dict[str, Rule]:
    """All rules by key."""
    rows: list[dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
    return {
        row["key"]: Rule(
            row["key"], Text(**row["said"]), row["source"], row["of"], row["verified_on"]
        )
        for row in rows
    }


def fill(text: str, locale: str) -> str:
    """``text`` with its rules in words; an unknown mark stays, for the loader to tell."""

    def said(mark: Match) -> str:
        rule = registry().get(mark[1])
        return rule.said.get(locale) if rule else mark[0]

    return _MARK.sub(said, text)


def unknown_marks(text: str) -> list[str]:
    """The marks of ``text`` that name no rule."""
    return [mark[0] for mark in _MARK.finditer(text) if mark[1] not in registry()]


def named_in(source: str) -> Iterable[Rule]:
    """The rules that a script's source says, each once, in the order of the file."""
    keys = {mark[1] for mark in _MARK.finditer(source)}
    return [rule for key, rule in registry().items() if key in keys]
