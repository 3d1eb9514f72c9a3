"""What is chosen between two files: nothing that neither of them said, and nothing lost."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.duplicates import choosing
from app.dossiers.vocabulary import GRANTED, Inside, PieceState, Rejection

DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def dossiers(draw: st.DrawFn, row_id: int) -> dict[str, Any]:
    """A dossier as the database allows it."""
    inside = draw(st.sampled_from(list(Inside)))
    start = draw(DAYS)
    end = draw(st.none() | st.dates(start, date(2027, 1, 1))) if start else draw(DAYS)
    return {
        "id": row_id,
        "reference": f"PF-{row_id}",
        "inside": inside,
        "outside": inside.value,
        "rejection": draw(st.sampled_from(Rejection)) if inside is Inside.REJECTED else None,
        "next_payment_on": draw(DAYS) if inside in GRANTED else None,
        "amount_cents": draw(st.none() | st.integers(0, 9_999)),
        "training_start": start,
        "training_end": end,
        "training_title": draw(st.sampled_from(["", "Soudeur", "Cuisine"])),
        "iban_masked": draw(st.sampled_from(["", "FR76 ••• 1", "FR76 ••• 2"])),
    }


@given(dossiers(1), dossiers(2), st.data())
def test_what_is_kept_is_what_the_database_allows(
    gone: dict[str, Any], kept: dict[str, Any], data: st.DataObject
) -> None:
    offered = choosing.fields(kept, gone, 2, 1)
    assert choosing.fields(gone, kept, 2, 1) == tuple(
        choosing.Field(f.name, f.other, f.one, f.proposed) for f in offered
    )
    chosen = {f.name: data.draw(st.sampled_from([1, 2])) for f in offered}
    made = {**kept, **choosing.taken(kept, gone, chosen)}
    assert made["id"] == 2
    assert made["reference"] == "PF-2"
    assert (made["inside"] is Inside.REJECTED) == (made["rejection"] is not None)
    assert made["outside"] == made["inside"].value
    assert made["next_payment_on"] is None or made["inside"] in GRANTED
    if made["training_start"] and made["training_end"]:
        assert made["training_start"] <= made["training_end"]
    for name, whose in chosen.items():
        assert made[name] == (gone if whose == 1 else kept)[name]
    proposed = {**kept, **choosing.taken(kept, gone, {})}
    for name in ("training_title", "iban_masked", "training_start"):
        assert not choosing.is_empty(name, proposed) or choosing.is_empty(name, gone)


def test_what_was_accepted_is_not_asked_for_again() -> None:
    order = [PieceState.GREY, PieceState.RED, PieceState.ORANGE, PieceState.GREEN]
    assert all(choosing.further(b, a) for a, b in pairwise(order))
    assert not choosing.further(PieceState.RED, PieceState.RED)
