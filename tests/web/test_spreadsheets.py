"""Whatever leaves as a table is safe to open in a spreadsheet: each way out is listed, and looked through."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from flask import Flask
from openpyxl import load_workbook

from app.dossiers.feeds import service
from app.dossiers.feeds.plan import Told
from app.dossiers.models import Dossier, Organisation, Person
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from tests.clients import StaffClient

ROOT = Path(__file__).resolve().parents[2]
# Each module that sends a file to be kept, and the addresses of its tables; "" for no table (a paper, a script).
WAYS_OUT = {
    "app/dossiers/feeds/routes.py": [
        f"/admin/feeds/export/{kind}.{form}"
        for kind in ("persons", "organisations", "dossiers")
        for form in ("csv", "xlsx")
    ],
    "app/dossiers/feeds/refused/routes.py": ["/admin/feeds/{run}/refusals.csv"],
    "app/reporting/routes.py": ["/reports/2026-11-25.csv", "/reports/2026-11-25.xlsx"],
    "app/administration/privacy/routes.py": [],  # one person's own data: PDF and JSON
    "app/assist/editing/pages.py": [],  # a guided script: YAML
}
RUNS = ("=", "+", "-", "@", "\t", "\r")
BAD = ["=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1"]


def cells_of(content: bytes, address: str) -> Iterator[str]:
    """All the texts of a table."""
    if address.endswith(".xlsx"):
        for sheet in load_workbook(io.BytesIO(content)).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", f"{address}: {cell.coordinate} is a formula"
                    if isinstance(cell.value, str):
                        yield cell.value
        return
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"):
        yield from row


def is_number(text: str) -> bool:
    """« -12,5 » is a figure, nobody's formula."""
    try:
        float(text.replace(",", ".").replace("\u202f", "").removesuffix("%").strip())
    except ValueError:
        return False
    return True


def test_every_way_out_of_a_table_is_listed() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.py")
        if "Content-Disposition" in path.read_text(encoding="utf-8")
    }
    assert found == set(WAYS_OUT)


def test_no_table_that_leaves_runs_anything(
    app: Flask, login: Callable[[str], StaffClient], tmp_path: Path
) -> None:
    with unit_of_work():
        for n, bad in enumerate(BAD):
            person = Person(
                first_name=bad, last_name=bad, address=bad, helper=bad, created_at=clock.now()
            )
            centre = Organisation(name=f"{bad}{n}", town=bad)
            db.session.add_all([person, centre])
            db.session.flush()
            db.session.add(
                Dossier(
                    reference=f"{bad[:16]}{n}",
                    person_id=person.id,
                    organisation_id=centre.id,
                    training_title=bad,
                    enrolled_on=date(2026, 11, 2),
                    created_at=clock.now(),
                )
            )
    path = tmp_path / "p.csv"
    lines = "".join(f"{n};{bad.strip()};;31/02/1985\r\n" for n, bad in enumerate(BAD))
    path.write_text("Identifiant;Nom;Prénom;=Né le;Date de naissance\r\n" + lines, newline="")
    run = service.import_path(path, "persons", Told(), source="", trial=False)
    assert service.run_of(run).counts["refused"] == len(BAD)
    manager = login("manager")
    for address in (each for ways in WAYS_OUT.values() for each in ways):
        answer = manager.get(address.format(run=run))
        assert answer.status_code == 200, address
        texts = list(cells_of(answer.get_data(), address))
        assert texts, address
        running = [text for text in texts if text.startswith(RUNS) and not is_number(text)]
        assert running == [], address
