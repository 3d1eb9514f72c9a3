"""A person's details as they are typed: judged field by field, compared, put back. No database."""

from __future__ import annotations

from datetime import date

import pytest

from app.dossiers.details import (
    Correction,
    Details,
    Judged,
    Phone,
    corrections,
    form_of,
    judge,
    restored,
    sent,
)
from app.dossiers.mail.aloud import mask, spelled

TODAY = date(2021, 6, 22)
STORED = Details(
    {
        "last_name": "Silva", "first_name": "Ana", "born_on": "1985-05-07", "language": "pt",
        "email": "ana@gmial.com", "address": "", "helper": "", "helper_relation": "",
        "helper_phone": "",
    },
    (Phone(3, "+33639980101"), Phone(4, "+33139980102", "shared")),
)  # fmt: skip


def test_a_form_sent_back_untouched_changes_nothing() -> None:
    judged = judge(form_of(STORED), TODAY)
    assert judged.errors == {}
    assert corrections(STORED, judged) == ()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"email": " Ana@Gmail.com "}, [Correction("email", "ana@gmial.com", "ana@gmail.com")]),
        ({"email": ""}, [Correction("email", "ana@gmial.com", "")]),
        ({"born_on": "07/05/1958"}, [Correction("born_on", "1985-05-07", "1958-05-07")]),
        ({"born_on": ""}, [Correction("born_on", "1985-05-07", "")]),
        ({"language": "FR"}, [Correction("language", "pt", "fr")]),
        ({"last_name": " da  Silva "}, [Correction("last_name", "Silva", "da Silva")]),
        ({"helper_phone": "01 39 98 01 03"}, [Correction("helper_phone", "", "+33139980103")]),
        ({"address": "12 rue des\nLilas"}, [Correction("address", "", "12 rue des Lilas")]),
    ],
)
def test_only_what_the_form_sends_is_changed(typed: dict, expected: list) -> None:
    judged = judge(typed, TODAY)
    assert judged.errors == {}
    assert list(corrections(STORED, judged)) == expected


@pytest.mark.parametrize(
    ("phones", "expected"),
    [
        ({"phone-3": "06 39 98 01 09"}, [("+33639980101 own", "+33639980109 own")]),
        ({"phone-3": ""}, [("+33639980101 own", "")]),
        ({"owner-4": "helper"}, [("+33139980102 shared", "+33139980102 helper")]),
        ({"phone-new": "+32 2 555 12 12"}, [("", "+3225551212 own")]),
        (
            {"phone-3": "0139980102", "phone-4": "0639980101", "owner-3": "own"},
            [
                ("+33639980101 own", "+33139980102 own"),
                ("+33139980102 shared", "+33639980101 shared"),
            ],
        ),
        ({"phone-77": "06 39 98 01 09"}, [("", "+33639980109 own")]),  # its row is gone meanwhile
    ],
)
def test_telephones_are_corrected_one_by_one(phones: dict, expected: list) -> None:
    judged = judge({**form_of(STORED), **phones}, TODAY)
    assert judged.errors == {}
    assert [(c.before, c.after) for c in corrections(STORED, judged)] == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ana"), ("email", "ana @gmail.com"), ("email", "x" * 400),
        ("born_on", "31/02/1985"), ("born_on", "2031-01-01"), ("born_on", "01/01/1822"),
        ("born_on", "9" * 400), ("born_on", "¹²/05/1985"), ("born_on", "hier"), ("born_on", "1-2"),
        ("last_name", "  "), ("first_name", ""), ("last_name", "a" * 81),
        ("language", ""), ("language", "français"), ("language", "<b>"),
        ("helper_phone", "abc"), ("helper_phone", "12"), ("phone-3", "06"), ("phone-new", "zéro six"),
        ("phone-new", "0639980101"), ("owner-3", "nobody"),
        ("helper", "mot de passe : Azerty12!"), ("address", "4111 1111 1111 1111"),
        ("address", "a" * 241), ("helper_relation", "b" * 81),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_its_field(field: str, value: str) -> None:
    judged = judge({**form_of(STORED), field: value}, TODAY)
    named = "phone-3" if field == "owner-3" else field
    assert list(judged.errors) == [named]


def test_a_slip_is_doubted_never_refused() -> None:
    judged = judge({"email": "ana@gmial.com"}, TODAY)
    assert judged == Judged({"email": "ana@gmial.com"}, None, {}, "ana@gmail.com")


def test_no_more_telephones_than_can_be_shown() -> None:
    many = {f"phone-{n}": f"06 39 98 01 0{n}" for n in range(1, 8)}
    assert list(judge(many, TODAY).errors) == ["phone-new"]


def test_what_is_no_field_is_left_out() -> None:
    form = {"email": "a", "phone-3": "b", "owner-new": "c", "csrf_token": "d", "phone-x": "e",
            "phone-٣": "f", "agent_id": "1", "nir_masked": "x", "phone-99999999999": "g"}  # fmt: skip
    assert set(sent(form)) == {"email", "phone-3", "owner-new"}
    assert len(sent({"email": "x" * 100_000})["email"]) == 400


def test_a_former_value_is_put_back_in_the_form() -> None:
    shown = form_of(STORED)
    assert restored(shown, "email", "old@free.fr", "ana@gmial.com")["email"] == "old@free.fr"
    again = restored(shown, "phone", "+33639980109 helper", "+33639980101 own")
    assert (again["phone-3"], again["owner-3"]) == ("06 39 98 01 09", "helper")
    gone = restored(shown, "phone", "+33639980109 own", "")
    assert gone["phone-new"] == "06 39 98 01 09"
    taken_back = restored(shown, "phone", "", "+33139980102 shared")
    assert taken_back["phone-4"] == ""


def test_an_address_is_read_aloud_sign_by_sign() -> None:
    assert spelled("a.b-1_c@d.fr", "fr") == (
        "a", "point", "b", "tiret", "1", "tiret bas", "c", "arobase", "d", "point", "f", "r",
    )  # fmt: skip
    assert spelled("a@b.fr", "en")[1:4] == ("at", "b", "dot")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("martin@gmail.com", "m•••n@gmail.com"),
        ("ana@free.fr", "a•••@free.fr"),
        (None, ""),
        ("x", ""),
    ],
)
def test_in_lists_an_address_is_masked(address: str | None, shown: str) -> None:
    assert mask(address) == shown
