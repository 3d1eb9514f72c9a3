"""The public standard of places, row by row: what it demands is demanded."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.places.standard import FIELDS, REQUIRED, Read, Refused, missing_columns, read

ROW = {
    "id": "demo-1", "nom": "Médiathèque", "commune": "Valclair", "code_postal": "99130", "code_insee": "2A004",
    "adresse": "2 rue des Écoles", "latitude": "48.1", "longitude": "2.3", "telephone": "+33 1 99 00 91 31",
    "site_web": "https://exemple.invalid", "services": "Accès internet et matériel informatique|Danse",
    "frais_a_charge": "Gratuit", "date_maj": "2026-09-14", "horaires": "Tu-Sa 10:00-18:00",
}  # fmt: skip


def test_a_row_of_the_standard() -> None:
    found = read(ROW, 2)
    assert isinstance(found, Read)
    assert (found.name, found.postcode, found.insee, found.updated_on) == (
        "Médiathèque", "99130", "2A004", date(2026, 9, 14),
    )  # fmt: skip
    assert found.phone == "+33199009131"
    assert found.lists["services"] == ("Accès internet et matériel informatique",)
    assert found.unknown == ("Danse",)


def test_version_1_0_1_asks_for_no_service_and_closes_two_more_lists() -> None:
    found = read(
        {**ROW, "services": "", "modalites_accompagnement": "À distance|Par la poste",
         "dispositif_programmes_nationaux": "France Services"}, 2,
    )  # fmt: skip
    assert isinstance(found, Read)
    assert found.lists["services"] == ()
    assert found.lists["modalites_accompagnement"] == ("À distance",)
    assert found.lists["dispositif_programmes_nationaux"] == ("France Services",)
    assert found.unknown == ("Par la poste",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, "") for name in REQUIRED],
        ("code_postal", "00130"), ("code_postal", "991300"), ("code_insee", "2C004"),
        ("date_maj", "14/09/2026"), ("date_maj", "2026-02-30"), ("latitude", "91"), ("longitude", "est"),
    ],
)  # fmt: skip
def test_what_is_no_place_is_refused_with_its_column(name: str, value: str) -> None:
    found = read({**ROW, name: value}, 7)
    assert isinstance(found, Refused)
    assert found.number == 7
    assert name in dict(found.problems)


def test_a_leading_zero_that_a_spreadsheet_ate_is_given_back() -> None:
    found = read({**ROW, "code_postal": "1000", "code_insee": "1053"}, 2)
    assert isinstance(found, Read)
    assert (found.postcode, found.insee) == ("01000", "01053")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "exemple.fr"])
def test_an_address_that_would_act_is_not_kept(address: str) -> None:
    found = read({**ROW, "site_web": address}, 2)
    assert isinstance(found, Read)
    assert found.site == ""


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=900), max_size=12))
def test_whatever_is_written_is_read_or_refused(row: dict[str, str]) -> None:
    found = read({**ROW, **row}, 2)
    if isinstance(found, Refused):
        assert found.problems
        assert {name for name, _why in found.problems} <= set(FIELDS)
    else:
        assert len(found.hours) <= 300
        assert len(found.key) <= 120


def test_a_file_without_what_the_standard_demands() -> None:
    assert missing_columns(["ID", " nom "]) == REQUIRED[2:]
