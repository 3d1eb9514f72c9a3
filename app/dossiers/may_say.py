"""What may be said to who speaks: by how they stand to the person, and whether identity was confirmed. Pure.

The field: a formateur calls *for* or *with* a stagiaire, a neighbour for somebody who does not read. The
caller is not always the person of the dossier, and a number proves nobody. The table is the house's own
(no lawyer has reviewed it; docs/limits.md says so); it is one value, so that a later page may edit it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How who speaks stands to the person of the dossier."""

    UNKNOWN = "unknown"
    SELF = "self"
    DUO = "duo"
    ORGANISATION = "organisation"
    THIRD = "third"


class Basis(StrEnum):
    """On what ground somebody speaks for the person: she said yes just now, or a written mandate."""

    SPOKEN = "spoken"
    MANDATE = "mandate"


class Topic(StrEnum):
    """What is asked about, the most open first."""

    WAY = "way"  # the link, its limit, what to do next
    STATE = "state"  # where the request stands, which pièces
    MONEY = "money"  # amounts and days of payment
    SECRET = "secret"  # IBAN, NIR: read by nobody to anybody  # noqa: S105


class Answer(StrEnum):
    """May it be said now? If not, what is missing."""

    YES = "yes"
    AFTER_IDENTITY = "after_identity"
    WITH_AGREEMENT = "with_agreement"
    WITH_MANDATE = "with_mandate"
    NEVER = "never"


@dataclass(frozen=True)
class Rule:
    """What a topic wants of a relation. ``bases``: any of these will do; empty: none is needed."""

    identity: bool = False
    bases: frozenset[Basis] = frozenset()


_OPEN = Rule()
_CHECKED = Rule(identity=True)
_AGREED = Rule(identity=True, bases=frozenset(Basis))
_MANDATED = Rule(identity=True, bases=frozenset({Basis.MANDATE}))

RULES: dict[Relation, dict[Topic, Rule]] = {
    Relation.UNKNOWN: {Topic.WAY: _OPEN, Topic.STATE: _CHECKED, Topic.MONEY: _CHECKED},
    Relation.SELF: {Topic.WAY: _OPEN, Topic.STATE: _CHECKED, Topic.MONEY: _CHECKED},
    Relation.DUO: {Topic.WAY: _OPEN, Topic.STATE: _CHECKED, Topic.MONEY: _AGREED},
    Relation.ORGANISATION: {Topic.WAY: _OPEN, Topic.STATE: _AGREED, Topic.MONEY: _MANDATED},
    Relation.THIRD: {Topic.WAY: _OPEN, Topic.STATE: _AGREED, Topic.MONEY: _AGREED},
}
"""By relation, what each topic wants; a topic that is not there is said to nobody."""


def answer(
    topic: Topic, relation: Relation, *, identity: bool, basis: Basis | None = None
) -> Answer:
    """May ``topic`` be said to who speaks? The first thing that is missing, else yes."""
    rule = RULES[relation].get(topic)
    if rule is None:
        return Answer.NEVER
    if rule.identity and not identity:
        return Answer.AFTER_IDENTITY
    if rule.bases and basis not in rule.bases:
        return Answer.WITH_AGREEMENT if Basis.SPOKEN in rule.bases else Answer.WITH_MANDATE
    return Answer.YES


def answers(
    relation: Relation, *, identity: bool, basis: Basis | None = None
) -> tuple[tuple[Topic, Answer], ...]:
    """Each topic with its answer, the most open first."""
    return tuple((t, answer(t, relation, identity=identity, basis=basis)) for t in Topic)
