"""The seven labels are exact; every script and every trouble suggests one of them."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers import trouble
from app.tickets import reasons
from app.tickets.reasons import CallerRole, DigitalKind, Reason, suggest_digital, suggest_reason

SCRIPTS = [f"S{n:02d}" for n in range(1, 31)]


def test_the_seven_exact_labels() -> None:
    assert [str(r) for r in Reason] == [
        "Pas de qualification",
        "Complétude du dossier",
        "Modalités de dépôt des demandes",
        "Question de connexion et de comptes",
        "Renseignement général sur le dispositif",
        "Suivi du dossier",
        "Transfert vers autres services",
    ]


@pytest.mark.parametrize("locale", ["fr", "en", "fr_FR", "de"])
def test_every_value_has_a_label(locale: str) -> None:
    for value in [*Reason, *CallerRole, *DigitalKind]:
        assert reasons.label(value, locale)


def test_every_script_suggests_a_reason() -> None:
    for script in SCRIPTS:
        assert suggest_reason([script]) in set(Reason) - {Reason.UNQUALIFIED}


def test_every_trouble_code_suggests_a_reason() -> None:
    source = inspect.getsource(trouble)
    codes = set(re.findall(r'case\.make\(\s*"(\w+)"', source))
    codes |= {code for code, *_ in trouble._DEFECTS.values()}
    assert len(codes) > 12
    for code in codes:
        assert suggest_reason([], code), code


def test_the_last_script_wins_over_the_guess() -> None:
    assert suggest_reason(["S02", "S25"], "link_expired") is Reason.FOLLOW_UP
    assert suggest_reason([], "link_expired") is Reason.ACCOUNTS
    assert suggest_reason([]) is None


def test_a_digital_script_counts_even_when_it_is_not_the_last() -> None:
    assert suggest_digital(["S02", "S25"]) is DigitalKind.LINK_EXPIRED
    assert suggest_digital(["S25"], "link_expired") is None
    assert suggest_digital([], "link_expired") is DigitalKind.LINK_EXPIRED


@given(st.lists(st.text(max_size=4)), st.none() | st.text(max_size=20))
def test_unknown_scripts_and_codes_suggest_nothing(ids: list[str], code: str | None) -> None:
    unknown = [i for i in ids if i not in SCRIPTS]
    assert suggest_reason(unknown, "no such code " + (code or "")) is None
