"""The seven labels are exact, and only shown; every script and every trouble suggests one of them."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.troubles import access as trouble_access
from app.dossiers.troubles import file as trouble_file
from app.dossiers.troubles import likely as trouble
from app.foundation.text.bilingual import Text
from app.tickets import labels, reasons
from app.tickets.reasons import CallerRole, DigitalKind, Reason, Suggestion, suggest


def test_the_seven_exact_labels() -> None:
    assert [reasons.label(r, "fr") for r in Reason] == [
        "Pas de qualification",
        "Complétude du dossier",
        "Modalités de dépôt des demandes",
        "Question de connexion et de comptes",
        "Renseignement général sur le dispositif",
        "Suivi du dossier",
        "Transfert vers autres services",
    ]


def test_what_is_stored_is_a_code_and_a_label_finds_it() -> None:
    assert [str(r) for r in Reason] == list(labels.REASONS)
    for reason in Reason:
        assert reason.isascii()
        assert Reason(reasons.label(reason, "fr")) is reason
        assert reason in labels.FORMERLY.values()


def test_changing_a_label_is_one_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was called otherwise is found still, and shown by its new name."""
    monkeypatch.setitem(
        labels.REASONS, "follow_up", Text("Où en est mon dossier", "Where it stands")
    )
    assert reasons.label(Reason("Suivi du dossier"), "fr") == "Où en est mon dossier"
    with pytest.raises(ValueError, match="Autre motif"):
        Reason("Autre motif")


@pytest.mark.parametrize("locale", ["fr", "en", "fr_FR", "de"])
def test_every_value_has_a_label(locale: str) -> None:
    for value in [*Reason, *CallerRole, *DigitalKind]:
        assert reasons.label(value, locale)


def test_the_three_lists_share_no_value() -> None:
    values = [str(v) for v in [*Reason, *CallerRole, *DigitalKind]]
    assert len(set(values) - {"autre", "other"}) == len(values) - 2


def test_every_trouble_code_suggests_a_reason() -> None:
    source = "".join(map(inspect.getsource, (trouble, trouble_access, trouble_file)))
    codes = set(re.findall(r'case\.make\(\s*"(\w+)"', source))
    codes |= {code for code, *_ in trouble_file._DEFECTS.values()}
    assert len(codes) > 12
    for code in codes:
        assert suggest([], code).reason not in (None, Reason.UNQUALIFIED), code


LINK = Suggestion(Reason.ACCOUNTS, DigitalKind.LINK_EXPIRED)
PAYMENT = Suggestion(Reason.FOLLOW_UP)


def test_the_last_script_gives_the_reason_and_any_digital_one_counts() -> None:
    assert suggest([LINK, PAYMENT], "rejected") == Suggestion(
        Reason.FOLLOW_UP, DigitalKind.LINK_EXPIRED
    )


def test_a_script_used_silences_the_guess() -> None:
    assert suggest([PAYMENT], "link_expired") == PAYMENT
    assert suggest([], "link_expired") == LINK


@given(st.none() | st.text(max_size=20))
def test_an_unknown_code_suggests_nothing(code: str | None) -> None:
    assert suggest([], "no such code " + (code or "")) == Suggestion()
