"""Workbooks as offices send them: a notice before, sheets that are hidden, several that could be read; and totals."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.feeds import kinds, passes, service
from app.dossiers.feeds.kinds import KINDS
from app.dossiers.feeds.plan import Told
from app.dossiers.tables.layout import Row

TITLES = ["Nom", "Prénom", "Date de naissance"]
LINES = [["Haddad", "Samira", "24/12/1985"], ["Le Goff", "Anne", "31/01/1990"]]


def workbook(folder: Path, **sheets: tuple[str, list[list[str]]]) -> Path:
    """A workbook of these sheets: (visible, hidden or veryHidden; lines)."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, (state, lines) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for line in lines:
            sheet.append(line)
    path = folder / "envoi.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_not_what_was_sent(tmp_path: Path, state: str) -> None:
    others = [["Durand", "Paul", "01/01/1960"]]
    path = workbook(tmp_path, Ancien=(state, [TITLES, *others]), Juin=("visible", [TITLES, *LINES]))
    found = service.found_in(path, KINDS["persons"], Told())
    assert (found.plan.sheet, found.others) == ("Juin", ())
    shown = passes.look(path, KINDS["persons"], found.plan).first
    assert [line.cells["last_name"] for line in shown] == ["Haddad", "Le Goff"]


def test_a_notice_may_stand_before_the_sheet_with_the_columns(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        Lisezmoi=("visible", [["Export du Portail"], ["Contact : le référent SI"]]),
        Vide=("visible", []),
        Données=("visible", [["Export du 3 juin"], [], TITLES, *LINES]),
    )
    found = service.found_in(path, KINDS["persons"], Told())
    assert (found.plan.sheet, found.plan.skip, found.others) == ("Données", 2, ())


def test_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path, Mai=("visible", [TITLES, *LINES]), Juin=("visible", [TITLES, *LINES]))
    found = service.found_in(path, KINDS["persons"], Told())
    assert (found.plan.sheet, found.others) == ("Mai", ("Juin",))
    told = service.found_in(path, KINDS["persons"], Told(sheet="Juin"))
    assert (told.plan.sheet, told.others) == ("Juin", ())


def total(**cells: str) -> bool:
    return passes._is_total(Row(9, cells))


@given(
    st.sampled_from(
        [
            "Total",
            "TOTAL :",
            "Total général",
            "Sous-total",
            "Somme",
            "Total : 12 organismes",
            "totaux",
        ]
    ),
    st.lists(st.sampled_from(["", "12", "1 240", " "]), max_size=3),
)
def test_a_line_of_totals_is_nobody(label: str, figures: list[str]) -> None:
    assert total(name=label, **{f"x{n}": each for n, each in enumerate(figures)})


@pytest.mark.parametrize(
    "cells",
    [
        {"last_name": "Total", "first_name": "Marie"}, {"name": "Totalis Formation"}, {"name": "Total Compétences"},
        {"name": "Total", "town": "Paris"}, {"name": "12"}, {},
    ],
)  # fmt: skip
def test_a_name_like_a_total_is_somebody(cells: dict[str, str]) -> None:
    assert not total(**cells)


@pytest.mark.parametrize(
    "titles",
    [
        ["NOM *", "PRENOM(S)", "Né(e) le"],
        ["Nom (obligatoire)", "Prénom (usuel)", "Date de naissance (JJ/MM/AAAA)"],
        ["Nom", "PrÃ©nom", "Date de naissance"],
    ],
)
def test_a_remark_or_lost_accents_in_a_title_change_nothing(titles: list[str]) -> None:
    found = kinds.recognised(KINDS["persons"], titles)
    assert (found["last_name"], found["first_name"], found["born_on"]) == (1, 2, 3)


def test_a_title_of_two_lines_is_one_title(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('Nom;Prénom;"Date de\nnaissance"\nHaddad;Samira;24/12/1985\n')
    found = service.found_in(path, KINDS["persons"], Told())
    (line,) = passes.look(path, KINDS["persons"], found.plan).first
    assert (line.cells["last_name"], line.wrong) == ("Haddad", "")
