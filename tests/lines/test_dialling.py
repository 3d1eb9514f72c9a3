"""Which numbers the line may call: one rule, and every door obeys it."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from app.foundation.exceptions import InvalidInput
from app.lines.dialling import (
    DEFAULT_COUNTRIES,
    SENTENCES,
    Allowed,
    Policy,
    Reason,
    Refused,
    Use,
    judge,
)
from app.lines.numbers import countries

OURS = "+33199000100"
POLICY = Policy(ours=frozenset({OURS}))
R = Reason


@pytest.mark.parametrize(
    "number",
    [
        "+33612345678", "+33123456789", "+33912345678", "+33639980101",
        "+262692123456", "+262269612345", "+590690123456", "+594694123456", "+596596123456",
        "+508411234", "+687241234", "+68940123456", "+681721234",
        "+3225551212", "+352621123456", "+4915112345678", "+41791234567", "+39061234567",
        "+33639980199", "+33700123456", "+34822123456", "+34912345678", "+35227123456", "+493012345678",
        "+34612345678", "+37793123456", "+376312345", "+442079460958",
    ],
)  # fmt: skip
def test_persons_of_the_chosen_countries_are_called(number: str) -> None:
    assert all(judge(number, use, POLICY) == Allowed(number) for use in (Use.DIAL, Use.CALL_BACK))


@pytest.mark.parametrize(
    ("number", "receives"),
    [
        ("+33612345678", True), ("+33700123456", True), ("+33639980101", True), ("+262692123456", True),
        ("+681721234", True), ("+352621123456", True), ("+4915112345678", True), ("+376312345", True),
        ("+33123456789", False), ("+33912345678", False), ("+262269612345", False),
        ("+3225551212", False), ("+493012345678", False), ("+442079460958", False),
    ],
)  # fmt: skip
def test_a_landline_is_written_to_by_nobody(number: str, receives: bool) -> None:
    judged = judge(number, Use.WRITE, POLICY)
    assert judged == Allowed(number) if receives else judged.reason is R.LANDLINE  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (None, R.NO_NUMBER),
        ("", R.NO_NUMBER),
        ("bonjour", R.NO_NUMBER),
        ("15", R.SHORT),
        ("3114", R.SHORT),
        ("118218", R.SHORT),
        (OURS, R.OURS),
        ("+33012345678", R.NO_NUMBER),
        ("+336123456", R.NO_NUMBER),
        ("+9991234567", R.NO_NUMBER),
        # premium and shared cost
        ("+33892123456", R.COSTLY),
        ("+33899123456", R.COSTLY),
        ("+33825123456", R.COSTLY),
        ("+33810123456", R.COSTLY),
        ("+33836123456", R.COSTLY),
        ("+262892123456", R.COSTLY),
        ("+596810123456", R.COSTLY),
        ("+3290012345", R.COSTLY),
        ("+32900123456", R.COSTLY),  # a digit too many is dialled all the same
        ("+41900123456", R.COSTLY),
        ("+449098790000", R.COSTLY),
        ("+491805123456", R.COSTLY),
        ("+39899123456", R.COSTLY),
        ("+19005551234", R.COSTLY),
        (
            "+34905123456",
            R.COSTLY,
        ),  # votes by telephone: libphonenumber does not know
        ("+34907123456", R.COSTLY),
        ("+491901234567", R.COSTLY),
        ("+491212345678", R.COSTLY),
        ("+4913712", R.COSTLY),
        ("+3270123456", R.COSTLY),
        ("+32905123", R.COSTLY),
        ("+411811", R.COSTLY),
        ("+41181112345", R.COSTLY),
        # directory enquiries, wherever
        ("+4911822", R.COSTLY),
        ("+4911833", R.COSTLY),
        ("+35211812", R.COSTLY),
        ("+44118500", R.COSTLY),
        ("+34118181", R.COSTLY),
        ("+376118", R.COSTLY),
        ("+33118218", R.COSTLY),
        # too short for a subscriber of its plan, or dialled in its own town alone
        ("+689123456", R.NO_NUMBER),
        ("+4418123456", R.NO_NUMBER),
        ("+322555", R.NO_NUMBER),
        ("+33123456", R.NO_NUMBER),
        # a service behind a 1
        ("+687123456", R.SERVICE),
        ("+35212345", R.SERVICE),
        ("+97912345678", R.COSTLY),
        ("+80812345678", R.COSTLY),
        # satellite, networks that are no country's
        ("+870123456789", R.SATELLITE),
        ("+8816123456", R.SATELLITE),
        ("+8821612345678", R.SATELLITE),
        ("+883510012345", R.SATELLITE),
        # pagers, forwarded numbers, services
        ("+447640123456", R.SERVICE),
        ("+447012345678", R.SERVICE),
        ("+3278150150", R.SERVICE),
        ("+80012345678", R.SERVICE),
        # elsewhere
        ("+212612345678", R.COUNTRY),
        ("+12125551234", R.COUNTRY),
        ("+18095551234", R.COUNTRY),
        ("+2348031234567", R.COUNTRY),
    ],
)
def test_what_is_refused_and_why(number: str | None, reason: Reason) -> None:
    for use in Use:
        judged = judge(number, use, POLICY)
        assert isinstance(judged, Refused)
        assert judged.reason is reason
        told = judged.error().told()
        assert told.message
        assert "%" not in told.message
        assert told.todo


@pytest.mark.parametrize("number", ["+33800123456", "+33805123456", "+33809123456"])
def test_a_free_or_ordinary_service_is_dialled_and_nobody_is_called_back_there(number: str) -> None:
    assert judge(number, Use.DIAL, POLICY) == Allowed(number)
    for use in (Use.CALL_BACK, Use.WRITE):
        assert judge(number, use, POLICY) == Refused(Reason.SERVICE, "+33")


def test_managers_choose_the_countries() -> None:
    morocco, reunion = "+212612345678", "+262692123456"
    chosen = Policy(("FR", "MA"))
    assert judge(morocco, Use.CALL_BACK, chosen) == Allowed(morocco)
    assert judge(reunion, Use.CALL_BACK, chosen) == Refused(Reason.COUNTRY, "+262")
    # One code for twenty-five countries: Jamaica is not the United States.
    america = Policy(("FR", "US"))
    assert judge("+12125551234", Use.DIAL, america) == Allowed("+12125551234")
    assert judge("+18765551234", Use.DIAL, america) == Refused(Reason.COUNTRY, "+1")
    assert judge("+10005551234", Use.DIAL, america) == Refused(Reason.COUNTRY, "+1")


@given(
    st.text(max_size=20) | st.from_regex(r"\+[0-9]{3,15}", fullmatch=True),
    st.sampled_from(Use),
)
def test_it_never_fails_and_refuses_with_a_word(number: str, use: Use) -> None:
    judged = judge(number, use, POLICY)
    assert judged == Allowed(number) or judged.reason in SENTENCES


@given(st.from_regex(r"\+338[1-9][0-9]{7}", fullmatch=True), st.sampled_from(Use))
def test_no_number_in_08_that_costs_is_ever_called(number: str, use: Use) -> None:
    assert judge(number, use, POLICY) == Refused(Reason.COSTLY, "+33")


@given(
    st.sampled_from(["BE", "LU", "DE", "CH", "IT", "ES", "MC", "AD", "GB", "NC", "PF", "WF", "MA"]),
    st.sampled_from([PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE]),
    st.data(),
)
def test_no_subscriber_of_a_plan_is_refused(region: str, kind: int, data: st.DataObject) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return
    national = phonenumbers.national_significant_number(example)
    ending = data.draw(st.from_regex(r"[0-9]{4}", fullmatch=True, alphabet="0123456789"))
    number = f"+{example.country_code}{national[:-4]}{ending}"
    if phonenumbers.number_type(phonenumbers.parse(number)) == kind:
        assert judge(number, Use.DIAL, Policy((region,))) == Allowed(number)


# --- how countries are typed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", []),
        ("Maroc", ["MA"]),
        ("maroc, ALGÉRIE ; Tunisie", ["MA", "DZ", "TN"]),
        ("Morocco\nma", ["MA"]),
        ("+221", ["SN"]),
        ("00 221", ["SN"]),
        ("Côte d'Ivoire, cote d’ivoire", ["CI"]),
        ("Royaume-Uni", ["GB"]),
        ("États-Unis", ["US"]),
        ("+1", ["US", "CA"]),
    ],
)
def test_countries_are_read_as_people_name_them(typed: str, codes: list[str]) -> None:
    assert countries.read(typed) == codes


@pytest.mark.parametrize("typed", ["Marocc", "zz", "+999", "+870", "Maroc, ?, Narnia", "," * 3000])
def test_an_unknown_country_is_named(typed: str) -> None:
    with pytest.raises(InvalidInput):
        countries.read(typed)


def test_every_default_country_has_a_name_that_is_read_again() -> None:
    for locale in ("fr", "en"):
        assert sorted(countries.read(countries.named(DEFAULT_COUNTRIES, locale))) == sorted(
            DEFAULT_COUNTRIES
        )
