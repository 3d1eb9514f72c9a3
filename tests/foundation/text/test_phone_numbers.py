"""What carriers send, read without ever failing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

from app.foundation.text.overseas_numbers import in_france, placed
from app.foundation.text.phone_numbers import (
    Hidden,
    Number,
    display,
    is_mobile,
    mask,
    parse,
    stored,
)

DIGITS = "0123456789"


def _kinds(plan: PhoneMetadata) -> list[PhoneNumberDesc]:
    """The kinds of a plan that are told apart: numbers in 09 overlap between territories there."""
    found = (plan.fixed_line, plan.mobile)
    return [kind for kind in found if kind and kind.national_number_pattern]


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+33612345678", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("+33639980102", "+33639980102"),  # kept by Arcep for fiction
        ("+3225551212", "+3225551212"),
        # pasted
        ("06\u201112\u201134\u201156\u201178", "+33612345678"),  # hyphens that do not break
        ("06\u221212\u201334\u201456-78", "+33612345678"),  # minus, en dash, em dash
        ("06\u202f12\u200934\u00a056\u300078", "+33612345678"),  # narrow, thin, wide spaces
        ("\u202a06 12 34 56 78\u202c", "+33612345678"),  # a direction, as phones copy it
        ("06\u200b12\u200d34\ufeff56\u00ad78", "+33612345678"),
        ("\u200e+33 6 12 34 56 78\u200f", "+33612345678"),
        ("０６１２３４５６７８", "+33612345678"),
        ("＋３３ ６ 12 34 56 78", "+33612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+33612345678"),
        ("06/12/34/56/78", "+33612345678"),
        ("06·12·34·56·78", "+33612345678"),
        ("06\t12\n34 56 78", "+33612345678"),
        ("tel:+33-6-12-34-56-78", "+33612345678"),
        ("tel:+33612345678;ext=12", "+33612345678"),
        ("Tél. : 06 12 34 56 78", "+33612345678"),
        ("'0612345678", "+33612345678"),  # a spreadsheet's text
        ("0033 (0) 6 12 34 56 78", "+33612345678"),
        ("33612345678", "+33612345678"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+39 (0)6 1234567", "+39061234567"),
        ("+689 (0)40 12 34 56", "+68940123456"),
        ("06 12 34 56 78,", "+33612345678"),  # a piece of a sentence
        ("06 12 34 56 78 ;", "+33612345678"),
        ("06 12 34 56 78 :", "+33612345678"),
        ("06 12 34 56 78.", "+33612345678"),
        ("« 06 12 34 56 78 »", "+33612345678"),
        ("06_12_34_56_78", "+33612345678"),
        ("06,12,34,56,78", "+33612345678"),
        ("N° 06 12 34 56 78", "+33612345678"),
        ("n°06 12 34 56 78", "+33612345678"),
        ("№ 06 12 34 56 78", "+33612345678"),
        ("Numéro : 06 12 34 56 78", "+33612345678"),
        ("Port. 06 12 34 56 78", "+33612345678"),
        ("Mob : 06 12 34 56 78", "+33612345678"),
        ("N° de tél. : 06 12 34 56 78", "+33612345678"),
        ("06 12 34 56 78 (ma fille)", "+33612345678"),
        ("(fille) 06 12 34 56 78,", "+33612345678"),
        ("06 12 34 56 78 portable", "+33612345678"),
        # overseas, as written there and in France
        ("0262 12 34 56", "+262262123456"),
        ("02 62 12 34 56", "+262262123456"),
        ("0263 12 34 56", "+262263123456"),
        ("0692 12 34 56", "+262692123456"),
        ("0693 12 34 56", "+262693123456"),
        ("0269 61 23 45", "+262269612345"),
        ("0639 12 34 56", "+262639123456"),
        ("0590 12 34 56", "+590590123456"),
        ("0690 12 34 56", "+590690123456"),
        ("0691 22 34 56", "+590691223456"),
        ("0594 12 34 56", "+594594123456"),
        ("0694 12 34 56", "+594694123456"),
        ("0596 12 34 56", "+596596123456"),
        ("0696 12 34 56", "+596696123456"),
        ("0697 12 34 56", "+596697123456"),
        ("0508 41 12 34", "+508411234"),
        ("0976 01 23 45", "+590976012345"),
        ("0976 21 23 45", "+262976212345"),
        ("0976 41 23 45", "+594976412345"),
        ("0976 61 23 45", "+596976612345"),
        ("0976 91 23 45", "+262976912345"),
        ("0939 91 23 45", "+262939912345"),
        ("0947 51 23 45", "+590947512345"),
        ("0708 41 12 34", "+508708411234"),
        ("0709 31 23 45", "+594709312345"),
        ("+33 262 12 34 56", "+262262123456"),  # wrongly behind the metropolis' code
        ("+33 (0)690 12 34 56", "+590690123456"),
        ("0033 696 12 34 56", "+596696123456"),
        ("00 262 692 12 34 56", "+262692123456"),
        ("+262 (0)692 12 34 56", "+262692123456"),
        ("262692123456", "+262692123456"),
        ("+508 41 12 34", "+508411234"),
        # the country's code, then the number as it is dialled from France
        ("+508 0508 41 12 34", "+508411234"),
        ("+508 508 41 12 34", "+508411234"),
        ("+508 (0)508 41 12 34", "+508411234"),
        ("00508 508 41 12 34", "+508411234"),
        ("508 508 41 12 34", "+508411234"),
        ("508 0508 41 12 34", "+508411234"),
        ("+508 0708 41 12 34", "+508708411234"),
        ("+262 0262 12 34 56", "+262262123456"),
        ("+262 0692 12 34 56", "+262692123456"),
        ("262 0262 12 34 56", "+262262123456"),
        ("+590 0590 12 34 56", "+590590123456"),
        ("+594 0594 12 34 56", "+594594123456"),
        ("+596 0696 12 34 56", "+596696123456"),
        ("+687 24 12 34", "+687241234"),
        ("00 689 40 12 34 56", "+68940123456"),
        ("0639 98 01 01", "+33639980101"),  # fiction is of the metropolis
        ("0262", None),
        ("0261 91 00 01", "+33261910001"),  # beside Réunion's, and fiction too
    ],
)
def test_numbers_are_stored_in_one_form(raw: str, e164: str | None) -> None:
    assert parse(raw) == (Number(e164) if e164 else Hidden())


@pytest.mark.parametrize(
    "raw",
    [
        None, "", "  ", "anonymous", "Anonymous", "RESTRICTED", "unavailable", "+266696687",
        "+7378742833", "+86282452253", "+2562533", "+8656696", "client:agent-3",
        "sip:x@example.org", "15", "112", "3114", "3949", "118218", "01 23 45 67 8",
        "0000000000", "3,36E+10", "06 12 34 56 78 / 01 23 45 67 89", "\u200b" * 50, "0" * 2_000_000,
        "0612345678,0123456789", "06 12 34 56 78 (12)", "+", "0", "abc", "+33" + "6" * 30, "<script>",
    ],
)  # fmt: skip
def test_anything_else_is_hidden(raw: str | None) -> None:
    assert parse(raw) == Hidden()
    assert stored(raw) is None


# Of each territory, the plan that libphonenumber knows: a second source than our table.
PLANS = {
    code: [
        kind.national_number_pattern
        for region in regions
        for kind in _kinds(PhoneMetadata.metadata_for_region(region))
    ]
    for code, regions in {
        "+262": ("RE", "YT"),
        "+590": ("GP", "BL", "MF"),
        "+594": ("GF",),
        "+596": ("MQ",),
        "+508": ("PM",),
    }.items()
}


@pytest.mark.parametrize("code", sorted(PLANS))
@given(data=st.data())
def test_a_number_of_overseas_written_as_in_france_is_the_one_that_exists(
    code: str, data: st.DataObject
) -> None:
    digits = data.draw(
        st.one_of([st.from_regex(p, fullmatch=True, alphabet=DIGITS) for p in PLANS[code]])
    )
    if digits.startswith("8"):  # services: the same everywhere
        return
    written = f"0508{digits}" if len(digits) == 6 else f"0{digits}"
    e164 = code + digits
    assert stored(written) == e164
    assert stored("+33" + written[1:]) == e164
    assert stored(code + written) == e164
    assert stored(code[1:] + written) == e164
    assert stored(e164) == e164
    assert stored(display(e164)) == e164
    assert is_mobile(e164) == (written[1] in "67") or written.startswith("0508")


@given(st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True, alphabet=DIGITS))
def test_any_number_of_france_is_read_shown_and_read_again(written: str) -> None:
    e164 = stored(written)
    assert e164 is not None
    assert stored(display(e164)) == e164
    assert stored("+33" + written[1:]) == e164
    assert in_france(e164) == written
    assert placed(e164) == e164


def test_display_and_mask() -> None:
    assert display("+33612345678") == "06 12 34 56 78"
    assert display("+3225551212") == "+32 2 555 12 12"
    assert display("+262692123456") == "0692 12 34 56"
    assert display("+508411234") == "0508 41 12 34"
    assert display("+687241234") == "+687 24.12.34"
    assert display(None) == ""
    assert mask("+33612345678") == "06 •• •• •• 78"
    assert mask(None) == ""


@given(st.one_of(st.none(), st.text(max_size=60)))
def test_parsing_never_raises_and_is_stable(raw: str | None) -> None:
    first = parse(raw)
    if isinstance(first, Number):
        assert parse(first.e164) == first
        assert display(first.e164)
        assert sum(c.isdigit() for c in mask(first.e164)) <= 4
