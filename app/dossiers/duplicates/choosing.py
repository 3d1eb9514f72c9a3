"""What there is to choose between two files, what follows from a choice, what is proposed. Pure.

A status goes with its dates, its reason and its amount; a beginning with its end; a helper with her number: taken
apart they would say what neither file said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.dossiers.vocabulary import Inside, PieceState

Row = Mapping[str, Any]

NOT_CHOSEN = frozenset({"id", "search_name", "created_at", "person_id", "reference"})
# The first of each group is what somebody chooses; the others go with it, even those that are empty.
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "inside": (
        "outside", "rejection", "rejection_evidence", "taken_up_on", "decided_on", "notified_on",
        "notification_seen_at", "next_payment_on", "paid_on", "amount_cents",
    ),
    "training_start": ("training_end",),
    "helper": ("helper_relation", "helper_phone"),
    "email": ("email_confirmed_at",),
}  # fmt: skip
_LED = {name: first for first, others in TOGETHER.items() for name in others}
_ADVANCE = (PieceState.GREY, PieceState.RED, PieceState.ORANGE, PieceState.GREEN)


@dataclass(frozen=True)
class Field:
    """A field of which the two differ: its name and what each says; ``proposed``: the id of the one to take."""

    name: str
    one: Any
    other: Any
    proposed: int


def fields(one: Row, other: Row, kept: int, gone: int) -> tuple[Field, ...]:
    """The fields to choose, in the order of the columns."""
    found = []
    for name in one:
        if name in NOT_CHOSEN or name in _LED or not differs(name, one, other):
            continue
        sides = {one["id"]: one, other["id"]: other}
        proposed = gone if is_empty(name, sides[kept]) and not is_empty(name, sides[gone]) else kept
        found.append(Field(name, said(name, one), said(name, other), proposed))
    return tuple(found)


def differs(name: str, one: Row, other: Row) -> bool:
    """Do the two say something else, in this field or in what goes with it?"""
    return any(one[each] != other[each] for each in _group(name, one))


def said(name: str, row: Row) -> tuple[Any, ...]:
    """What a row says of a field: its value, and those of what goes with it and is read beside it."""
    beside = ("rejection", "amount_cents") if name == "inside" else TOGETHER.get(name, ())
    return tuple(row[each] for each in (name, *beside) if each in row)


def is_empty(name: str, row: Row) -> bool:
    """Does a row say nothing of a field? A dossier that only waits has no status worth keeping."""
    return row[name] in (None, "", Inside.AWAITED)


def taken(kept: Row, gone: Row, chosen: Mapping[str, int]) -> dict[str, Any]:
    """The columns of the kept row that become what the other's are; what nobody chose goes as proposed."""
    values: dict[str, Any] = {}
    for each in fields(kept, gone, kept["id"], gone["id"]):
        if chosen.get(each.name, each.proposed) == gone["id"]:
            values.update({name: gone[name] for name in _group(each.name, kept)})
    return values


def _group(name: str, row: Row) -> tuple[str, ...]:
    return tuple(each for each in (name, *TOGETHER.get(name, ())) if each in row)


def further(one: PieceState, other: PieceState) -> bool:
    """Is a pièce in the first state further than one in the other? What was accepted is not asked for again."""
    return _ADVANCE.index(one) > _ADVANCE.index(other)
