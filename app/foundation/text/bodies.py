"""The bodies that callers hear of: today's name and the names on older papers, read from data.

A name that the state changes is changed in ``bodies.yaml`` alone. Scripts and sentences write
``{emploi}``; the older name is added where a paper may still carry it. Pure, but for the file read
once. Why: a paper says « Pôle emploi », today's site says « France Travail », and a person who is
asked for the one looks for it on the other (field studies; docs/scripts.md).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from app.foundation.text.bilingual import Text, language
from app.foundation.text.patterns import Match, pattern

FILE = Path(__file__).parent / "bodies.yaml"

_MARK = pattern(r"\{([a-z_]+)(?::([a-z_]+))?\}")


@dataclass(frozen=True)
class FormerName:
    """A name that papers made until ``until`` carry."""

    name: str
    until: date


@dataclass(frozen=True)
class Body:
    """One body. ``source`` says where its name stands, ``verified_on`` when somebody last looked."""

    key: str
    fr: str
    en: str
    former: tuple[FormerName, ...]
    source: str
    verified_on: date

    def name(self, locale: str) -> str:
        """Today's name."""
        return Text(self.fr, self.en).get(locale)

    def on_paper(self, locale: str) -> str:
        """Today's name with the older ones: « France Travail (« Pôle emploi » avant 2024) »."""
        english = language(locale) == "en"
        before = [
            f"“{old.name}” before {old.until.year + 1}"
            if english
            else f"« {old.name} » avant {old.until.year + 1}"
            for old in self.former
        ]
        return f"{self.name(locale)} ({', '.join(before)})" if before else self.name(locale)

    def aloud(self, locale: str) -> str:
        """As it is said once to somebody: « France Travail, autrefois Pôle emploi »."""
        if not self.former:
            return self.name(locale)
        last = self.former[0].name
        word = Text("autrefois", "formerly").get(locale)
        return f"{self.name(locale)}, {word} {last}"


def name(key: str, locale: str) -> str:
    """Today's name of the body ``key``; raises KeyError for one that is not in the file."""
    return registry()[key].name(locale)


def on_paper(key: str, locale: str) -> str:
    """Today's name of the body ``key`` with the names on older papers; raises KeyError."""
    return registry()[key].on_paper(locale)


def fill(text: str, locale: str) -> str:
    """``text`` with its marks replaced by names: ``{emploi}``, ``{emploi:papier}``, ``{emploi:dit}``.

    Raises KeyError for a mark that names nobody (``unknown_marks`` finds them beforehand).
    """

    def named(mark: Match) -> str:
        return _FORMS[mark[2] or ""](registry()[mark[1]], locale)

    return _MARK.sub(named, text)


def unknown_marks(text: str) -> list[str]:
    """The marks of ``text`` that name no body of the file, or no form of a name."""
    return [
        mark[0]
        for mark in _MARK.finditer(text)
        if mark[1] not in registry() or (mark[2] or "") not in _FORMS
    ]


_FORMS = {"": Body.name, "papier": Body.on_paper, "dit": Body.aloud}


@functools.cache
def registry() -> dict[str, Body]:
    """All bodies by key."""
    rows: list[dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
    return {row["key"]: _body(row) for row in rows}


def _body(row: dict[str, Any]) -> Body:
    return Body(
        key=row["key"],
        fr=row["name"]["fr"],
        en=row["name"]["en"],
        former=tuple(FormerName(old["name"], old["until"]) for old in row["former"]),
        source=row["source"],
        verified_on=row["verified_on"],
    )
