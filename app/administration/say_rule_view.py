"""The rule of what may be said to whom, in words: its cells, what it comes to, what a version changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.dossiers import may_say
from app.dossiers.may_say import Relation, Table, Topic
from app.dossiers.saying.models import SayRule
from app.dossiers.saying.words import basis_words, missing_words, relations, topics


@dataclass(frozen=True)
class Cell:
    """One cell of the table: its name in the form, its label for who does not see the table, its choices."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Preview:
    """« Un formateur, identité vérifiée, accord de vive voix »: each topic with its answer."""

    who: str
    lines: Sequence[tuple[str, str, str]]  # what, the answer's code, what is missing


def level_words() -> dict[str, str]:
    """What a cell may want."""
    return {
        "open": _("sans rien demander"),
        "identity": _("identité vérifiée"),
        "agreed": _("identité et accord, même de vive voix"),
        "recorded": _("identité et accord par SMS ou mandat écrit"),
        "mandated": _("identité et mandat écrit"),
        "never": _("jamais"),
    }


def cell_words(name: str) -> str:
    """« L’organisme, pour elle : le paiement »; the name itself for what is no cell."""
    relation, _dot, topic = name.partition(".")
    if relation not in set(Relation) or topic not in set(Topic):
        return name
    said = f"{relations()[Relation(relation)]}{_(' : ')}{topics()[Topic(topic)]}"
    return said[:1].upper() + said[1:]


def rows(table: Table) -> list[tuple[str, list[Cell]]]:
    """The table to be filled, a relation a row."""
    words = level_words()
    values = may_say.texts(table)
    found = []
    for relation, who in relations().items():
        cells = []
        for topic in may_say.SET:
            name = f"{relation.value}.{topic.value}"
            options = [
                (each.value, words[each.value]) for each in may_say.levels_for(relation, topic)
            ]
            cells.append(Cell(name, cell_words(name), values[name], options))
        found.append((who[:1].upper() + who[1:], cells))
    return found


def previews(table: Table) -> list[Preview]:
    """What the table comes to for who speaks for somebody, identity confirmed, ground by ground."""
    named, grounds, missing = topics(), basis_words(), missing_words()
    found = []
    for relation in (Relation.DUO, Relation.ORGANISATION, Relation.THIRD):
        for basis, ground in grounds.items():
            lines = [
                (named[topic], answer.value, missing[answer])
                for topic, answer in may_say.answers(
                    relation, identity=True, basis=basis, table=table
                )
            ]
            who = f"{relations()[relation]}, {ground}"
            found.append(Preview(who[:1].upper() + who[1:], lines))
    return found


def changes(history: Sequence[SayRule], at: int) -> list[tuple[str, str, str]]:
    """What a version changed: the cell, what it wanted before, what it wants since."""
    words = level_words()
    after = may_say.texts(may_say.read(history[at].levels))
    before = may_say.texts(
        may_say.read(history[at + 1].levels) if at + 1 < len(history) else may_say.DEFAULTS
    )
    return [
        (cell_words(cell), words[before[cell]], words[level])
        for cell, level in after.items()
        if before[cell] != level
    ]
