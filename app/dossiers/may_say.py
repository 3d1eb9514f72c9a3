"""What may be said to who speaks: by how they stand to the person, and whether identity was confirmed. Pure.

The field: a formateur calls *for* or *with* a stagiaire, a neighbour for somebody who does not read. The
caller is not always the person of the dossier, and a number proves nobody. ``DEFAULTS`` is the house's own table
(no lawyer has reviewed it; docs/limits.md says so); managers set another (``saying``), within ``LEVELS_FOR``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Relation(StrEnum):
    """How who speaks stands to the person of the dossier."""

    UNKNOWN = "unknown"
    SELF = "self"
    DUO = "duo"
    ORGANISATION = "organisation"
    THIRD = "third"


class Basis(StrEnum):
    """On what ground somebody speaks for the person: a yes said just now, one given by SMS, a written mandate."""

    SPOKEN = "spoken"
    REMOTE = "remote"
    MANDATE = "mandate"


class Topic(StrEnum):
    """What is asked about, the most open first."""

    WAY = "way"  # the link, its limit, what to do next
    STATE = "state"  # where the request stands, which pièces
    MONEY = "money"  # amounts and days of payment
    SECRET = "secret"  # IBAN, NIR: read by nobody to anybody  # noqa: S105


class Level(StrEnum):
    """What a topic wants of who asks, the most open first."""

    OPEN = "open"
    IDENTITY = "identity"
    AGREED = "agreed"  # and the person's agreement, however it was given
    RECORDED = (
        "recorded"  # and an agreement that the person gave herself: by SMS, or a written mandate
    )
    MANDATED = "mandated"  # and a written mandate
    NEVER = "never"


BASES_OF: Mapping[Level, frozenset[Basis]] = {
    Level.OPEN: frozenset(),
    Level.IDENTITY: frozenset(),
    Level.AGREED: frozenset(Basis),
    Level.RECORDED: frozenset({Basis.REMOTE, Basis.MANDATE}),
    Level.MANDATED: frozenset({Basis.MANDATE}),
    Level.NEVER: frozenset(),
}
"""Any of these grounds will do; empty: none is needed (or none opens it)."""


class Answer(StrEnum):
    """May it be said now? If not, what is missing."""

    YES = "yes"
    AFTER_IDENTITY = "after_identity"
    WITH_AGREEMENT = "with_agreement"
    WITH_RECORD = "with_record"
    WITH_MANDATE = "with_mandate"
    NEVER = "never"


Table = Mapping[Relation, Mapping[Topic, Level]]

DEFAULTS: Table = {
    Relation.UNKNOWN: {
        Topic.WAY: Level.OPEN,
        Topic.STATE: Level.IDENTITY,
        Topic.MONEY: Level.IDENTITY,
    },
    Relation.SELF: {
        Topic.WAY: Level.OPEN,
        Topic.STATE: Level.IDENTITY,
        Topic.MONEY: Level.IDENTITY,
    },
    Relation.DUO: {
        Topic.WAY: Level.OPEN,
        Topic.STATE: Level.IDENTITY,
        Topic.MONEY: Level.AGREED,
    },
    Relation.ORGANISATION: {
        Topic.WAY: Level.OPEN,
        Topic.STATE: Level.AGREED,
        Topic.MONEY: Level.MANDATED,
    },
    Relation.THIRD: {
        Topic.WAY: Level.OPEN,
        Topic.STATE: Level.AGREED,
        Topic.MONEY: Level.AGREED,
    },
}
"""By relation, what each topic wants; a topic that is not there (a secret) is said to nobody."""

SET = (Topic.WAY, Topic.STATE, Topic.MONEY)
"""The topics that managers set. A secret is nobody's to open."""

_MISSING = {
    Level.AGREED: Answer.WITH_AGREEMENT,
    Level.RECORDED: Answer.WITH_RECORD,
    Level.MANDATED: Answer.WITH_MANDATE,
}


def levels_for(relation: Relation, topic: Topic) -> tuple[Level, ...]:
    """What managers may choose for a cell, whatever they would like.

    Nothing of a dossier is said before the identity; and the person, or somebody of whom nothing is said yet,
    speaks for nobody else: an agreement would mean nothing there.
    """
    if topic not in SET:
        return (Level.NEVER,)
    alone = relation in (Relation.UNKNOWN, Relation.SELF)
    return tuple(
        level
        for level in Level
        if not (level is Level.OPEN and topic is not Topic.WAY)
        and not (BASES_OF[level] and alone)
        and not (level is Level.NEVER and relation is Relation.SELF)
    )


def answer(
    topic: Topic,
    relation: Relation,
    *,
    identity: bool,
    basis: Basis | None = None,
    table: Table = DEFAULTS,
) -> Answer:
    """May ``topic`` be said to who speaks? The first thing that is missing, else yes."""
    level = table[relation].get(topic, Level.NEVER)
    if level is Level.NEVER:
        return Answer.NEVER
    if level is not Level.OPEN and not identity:
        return Answer.AFTER_IDENTITY
    if BASES_OF[level] and basis not in BASES_OF[level]:
        return _MISSING[level]
    return Answer.YES


def answers(
    relation: Relation, *, identity: bool, basis: Basis | None = None, table: Table = DEFAULTS
) -> tuple[tuple[Topic, Answer], ...]:
    """Each topic with its answer, the most open first."""
    return tuple(
        (t, answer(t, relation, identity=identity, basis=basis, table=table)) for t in Topic
    )


def texts(table: Table) -> dict[str, str]:
    """A table as a form shows it: « organisation.money » → « mandated »."""
    return {
        f"{relation.value}.{topic.value}": table[relation].get(topic, Level.NEVER).value
        for relation in Relation
        for topic in SET
    }


def read(values: Mapping[str, str], over: Table = DEFAULTS) -> Table:
    """The table that texts say; a cell that they leave out, or that may not be so, is ``over``'s."""

    def cell(relation: Relation, topic: Topic) -> Level:
        said = values.get(f"{relation.value}.{topic.value}", "")
        if said in set(Level) and Level(said) in levels_for(relation, topic):
            return Level(said)
        return over[relation].get(topic, Level.NEVER)

    return {relation: {topic: cell(relation, topic) for topic in SET} for relation in Relation}
