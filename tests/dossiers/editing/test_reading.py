"""Fields of a dossier as people write them, and what they say against one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.editing import masks, reading
from app.dossiers.editing.sheets import FIELDS
from app.dossiers.reasons import evidence
from app.dossiers.reasons.evidence import Fields, Verdict
from app.dossiers.vocabulary import Rejection
from app.foundation.exceptions import InvalidInput

NIR = "285057800608441"
IBAN = "FR1420041010050500013M02606"


def read(name: str, typed: str) -> str:
    return reading.read(FIELDS[name], typed)


def refused(name: str, typed: str) -> bool:
    try:
        read(name, typed)
    except InvalidInput:
        return True
    return False


@given(st.integers(1, 2), st.integers(0, 10**12 - 1))
def test_a_nir_holds_by_its_key_alone(sex: int, rest: int) -> None:
    body = f"{sex}{rest:012d}"
    key = 97 - int(body) % 97
    assert read("nir", masks.grouped_nir(f"{body}{key:02d}")) == f"{body}{key:02d}"
    assert refused("nir", f"{body}{(key % 97) + 1:02d}" if key < 97 else f"{body}01")


def test_a_nir_of_corsica_counts_as_19_and_18() -> None:
    for letters, digits in (("2A", "19"), ("2B", "18")):
        body = f"28505{digits}006084"
        text = f"28505{letters}006084{97 - int(body) % 97:02d}"
        assert read("nir", text.lower()) == text


@given(st.integers(4, 26), st.sampled_from("0123456789"))
def test_one_sign_of_an_iban_cannot_change_unseen(place: int, sign: str) -> None:
    changed = IBAN[:place] + sign + IBAN[place + 1 :]
    assert refused("iban", changed) == (changed != IBAN)


@given(st.integers(0, 9_999_999))
def test_an_amount_is_shown_as_it_is_read(cents: int) -> None:
    assert reading.hundredths(reading.said_hundredths(cents)) == cents


@given(st.text(max_size=40), st.sampled_from(sorted(FIELDS)))
def test_whatever_is_typed_is_read_or_refused(typed: str, name: str) -> None:
    if not refused(name, typed):
        text = read(name, typed)
        assert read(name, text) == text or not text


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("nir", "2 85 05 78 006 084 41", NIR),
        ("iban", "fr14 2004 1010 0505 0001 3M02 606", IBAN),
        ("tax_income_cents", "1 240,5 €", "1240,50"),
        ("amount_cents", "911.50", "911,50"),
        ("tax_quarters", "2.5", "2,5"),
        ("tax_quarters", "1,75", "1,75"),
        ("distance_km", " 042 ", "42"),
        ("decided_on", "02/06/2021", "2021-06-02"),
        ("training_title", "  Soudeur \n TIG ", "Soudeur TIG"),
    ],
)  # fmt: skip
def test_what_people_write_is_read(name: str, typed: str, kept: str) -> None:
    assert read(name, typed) == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [("nir", "2850578006084"), ("nir", NIR[:-1] + "2"), ("iban", IBAN[:-1]), ("iban", "FR14"),
     ("tax_quarters", "2,3"), ("amount_cents", "12,345"), ("distance_km", "12 km"), ("state", "blue"),
     ("decided_on", "31/02/2021"), ("theme", "mot de passe : Azerty12!"), ("inside", "")],
)  # fmt: skip
def test_what_is_wrong_is_refused(name: str, typed: str) -> None:
    assert refused(name, typed)


@pytest.mark.parametrize(
    ("sheet", "values", "wrong"),
    [
        ("training", {"training_start": "2021-06-02", "training_end": "2021-06-01"}, "training_end"),
        ("decision", {"inside": "rejected", "rejection": ""}, "rejection"),
        ("decision", {"inside": "voted", "rejection": "absences"}, "rejection"),
        ("decision", {"inside": "deposited", "next_payment_on": "2021-07-08"}, "next_payment_on"),
        ("decision", {"inside": "taken_up", "notified_on": "2021-07-08"}, "decided_on"),
        ("piece", {"state": "red", "message": "", "defect": ""}, "message"),
    ],
)  # fmt: skip
def test_fields_that_contradict_one_another_are_named(sheet: str, values: dict, wrong: str) -> None:
    assert set(reading.contradictions(sheet, values)) == {wrong}


FIELDS_OF = Fields(True, None, None, None, 0, 0)


@pytest.mark.parametrize(
    ("reason", "changed", "verdict"),
    [
        (Rejection.YOUTH_GUARANTEE, {"youth_guarantee": False}, Verdict.CONTRADICTS),
        (Rejection.YOUTH_GUARANTEE, {"youth_guarantee": True}, Verdict.PROVES),
        (Rejection.YOUTH_GUARANTEE, {}, Verdict.SILENT),
        (Rejection.OUTSIDE_PROCEDURE, {}, Verdict.CONTRADICTS),
        (Rejection.OUTSIDE_PROCEDURE, {"descends_from_of": False}, Verdict.PROVES),
        (Rejection.PIECES_MISSING, {"pieces_open": 2}, Verdict.PROVES),
        (Rejection.DUPLICATE, {}, Verdict.CONTRADICTS),
        (Rejection.ABSENCES, {}, Verdict.SILENT),
        (Rejection.RESOURCES_TOO_HIGH, {"tax_income_cents": 1}, Verdict.SILENT),
    ],
)  # fmt: skip
def test_the_field_that_proves_or_contradicts_a_reason_is_known(
    reason: Rejection, changed: dict, verdict: Verdict
) -> None:
    assert evidence.of(reason, Fields(**{**vars(FIELDS_OF), **changed})).verdict is verdict
