"""Files as spreadsheets write them: encodings, titles after other lines, cells of several lines, workbooks."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.dossiers.feeds import passes, plan
from app.dossiers.feeds.kinds import PERSONS
from app.dossiers.feeds.plan import Told
from app.dossiers.tables import cells, days, reading, workbook
from app.foundation.exceptions import InvalidInput

TITLES = "Nom;Prénom;Date de naissance;Adresse\r\n"
BODY = 'Hédard;Zoé;24/12/1985;"3, rue du Puits\n75011 Paris"\r\n'


def read(path: Path, told: Told | None = None) -> list[dict[str, str]]:
    """The lines of a file of persons, by our names."""
    how = plan.check(PERSONS, found(path, told))
    lines = (
        line
        for block, _behind, _left in passes.blocks(passes.table_of(path, how), done=0)
        for line in block
    )
    return [{**line.cells, **({"wrong": line.wrong} if line.wrong else {})} for line in lines]


def found(path: Path, told: Told | None = None) -> plan.Found:
    told = told or Told()
    layout = plan.Plan({}, told.separator, told.encoding, told.header, told.skip or 0, told.sheet)
    peek = reading.first_rows(path, layout, 60)
    return plan.find(PERSONS, peek.rows, told, peek.separator, told.encoding)


@pytest.mark.parametrize(
    "written",
    [
        lambda s: s.encode("utf-8"), lambda s: s.encode("utf-8-sig"), lambda s: s.encode("cp1252"),
        lambda s: s.encode("utf-16"), lambda s: s.encode("utf-16-le"), lambda s: b"\xfe\xff" + s.encode("utf-16-be"),
        lambda s: s.replace(";", "\t").encode(), lambda s: s.replace(", ", " ").replace(";", ",").encode(),
        lambda s: ("sep=;\r\n" + s).encode(),
        lambda s: ("Export du 26/11/2026;;;\r\n;;;\r\n\r\nListe des stagiaires;;;\r\n" + s).encode(),
    ],
)  # fmt: skip
def test_a_file_is_read_however_it_was_saved(
    tmp_path: Path, written: Callable[[str], bytes]
) -> None:
    path = tmp_path / "personnes.csv"
    path.write_bytes(written(TITLES + BODY + ";;;\r\n" + BODY.replace("Zoé", "Anaïs")))
    lines = read(path)
    assert [line["first_name"] for line in lines] == ["Zoé", "Anaïs"]
    assert all(line["last_name"] == "Hédard" for line in lines)
    assert all(
        line["address"].startswith("3") and "75011 Paris" in line["address"] for line in lines
    )


def test_titles_that_come_again_are_no_person(tmp_path: Path) -> None:
    path = tmp_path / "deux.csv"
    path.write_text(
        TITLES + BODY + TITLES + BODY.replace("Zoé", "Anaïs"), encoding="utf-8", newline=""
    )
    assert [line["first_name"] for line in read(path)] == ["Zoé", "Anaïs"]


def test_a_quote_that_is_not_closed_swallows_nobody(tmp_path: Path) -> None:
    path = tmp_path / "guillemet.csv"
    good = "Nom{0};Zoé;24/12/1985;Paris\r\n"
    text = (
        TITLES
        + good.format(1)
        + '"Nom2;Zoé;24/12/1985;Paris\r\n'
        + "".join(good.format(n) for n in range(3, 60))
    )
    path.write_text(text, encoding="utf-8", newline="")
    lines = read(path)
    assert len(lines) == 59
    assert [n for n, line in enumerate(lines) if "wrong" in line] == [1]


def test_a_title_that_two_columns_have_is_nobody_s(tmp_path: Path) -> None:
    path = tmp_path / "double.csv"
    path.write_text("Nom;Nom;Prénom;Né le\r\nA;B;C;24/12/1985\r\n", encoding="utf-8", newline="")
    with pytest.raises(InvalidInput, match="Nom"):
        read(path)
    assert read(path, Told(columns={"last_name": 2}))[0]["last_name"] == "B"


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_a_workbook_gives_true_days_in_both_systems(tmp_path: Path, epoch: object) -> None:
    book = Workbook()
    if epoch:
        book.epoch = epoch  # type: ignore[assignment]
    sheet = book.active
    assert sheet is not None
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "Stagiaires"
    sheet.append(["Nom", "Prénom", "Date de naissance", "Téléphone", "Identifiant"])
    sheet.append(["Hédard", "Zoé", date(1985, 3, 4), 612345678, 7])
    sheet.append(["Hédard", "=A3", date(1985, 3, 4), "#N/A", "007"])
    path = tmp_path / "personnes.xlsx"
    book.save(path)
    first, second = read(path)
    assert days.day(
        first["born_on"], days.Order.UNSEEN, date(1900, 1, 1), date(2026, 1, 1)
    ) == date(1985, 3, 4)
    assert cells.phone(first["phone"]) == "+33612345678"
    with pytest.raises(cells.Unusable, match="zéros"):
        cells.identifier(first["external_id"])
    assert cells.identifier(second["external_id"]) == "007"
    for name in ("first_name", "phone"):  # a formula without a value, an error: not empty cells
        with pytest.raises(cells.Unusable):
            cells.plain(second[name])


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 3_000_000)
    path = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    for size in (5_000_000, 1000):  # what it announces, then a lie
        raw = path.read_bytes().replace(
            (5_000_000).to_bytes(4, "little"), size.to_bytes(4, "little")
        )
        path.write_bytes(raw)
        with pytest.raises(InvalidInput):
            list(workbook.rows(path))


def test_what_is_no_table_is_refused_in_words(tmp_path: Path) -> None:
    for name, content in {
        "a.csv": b"", "b.pdf": b"%PDF-1.7\n", "c.xlsx": b"PK\x03\x04nothing", "d.csv": b"\x00\x01\x02\x03" * 40,
    }.items():  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InvalidInput):
            read(path)


def test_a_mapping_says_what_titles_do_not() -> None:
    told = plan.read_mapping(
        b'[file]\nseparator = ";"\nskip = 2\n[columns]\nlast_name = "Patronyme"\nfirst_name = 2\n'
        b'[formats]\ndates = "mdy"\n',
        PERSONS,
    )
    assert (told.separator, told.skip, told.order) == (";", 2, days.Order.MONTH_FIRST)
    for wrong in (
        b"[x]", b'[columns]\nnom = "Nom"', b"[file]\nskip = -1", b'[formats]\ndates = "ymd"', b"\xff\xfe",
        b"[columns]\nlast_name = 0",
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            plan.read_mapping(wrong, PERSONS)
