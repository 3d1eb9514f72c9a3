"""Refused lines: corrected on the page and sent alone, once; downloaded without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.dossiers.feeds import kinds, service
from app.dossiers.feeds.kinds import KINDS, Reading
from app.dossiers.feeds.models import FeedRefusal, FeedRun, RunState
from app.dossiers.feeds.plan import Told
from app.dossiers.feeds.refused import lines
from app.dossiers.models import Person
from app.dossiers.tables.cells import Unusable, plain, shown_safely
from app.dossiers.tables.days import Order
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from tests.clients import StaffClient
from tests.dossiers.build import create_person

TITLES = "Identifiant;Nom;Prénom;Date de naissance;Téléphone\r\n"
WRONG = (
    "1;Hédard;Zoé;12/24/1985;3,36E+10\r\n"  # line 2: its number lost digits
    "2;;Nour;03/25/1990;639980101\r\n"  # line 3: no name
    "3;=1+1;Léa;04/03/1991;639980102\r\n"  # line 4: a formula; its day is sure by the others
    '4;"Ouvert;Max;05/05/1992;639980103\r\n'  # line 5: a quote that nobody closes
)
HTMX = {"HX-Request": "true"}


def import_wrong(tmp_path: Path) -> int:
    path = tmp_path / "p.csv"
    path.write_text(TITLES + WRONG, encoding="cp1252", newline="")
    return service.import_path(path, "persons", Told(), source="", trial=False)


def persons() -> int:
    return int(db.session.scalar(select(func.count()).select_from(Person)) or 0)


def test_a_refused_line_is_corrected_on_the_page_and_sent_alone(
    app: Flask, login: Callable[[str], StaffClient], tmp_path: Path
) -> None:
    run_id = import_wrong(tmp_path)
    assert (service.run_of(run_id).counts["refused"], persons()) == (4, 0)
    manager, where = login("manager"), f"/admin/feeds/{run_id}/refusals"
    page = manager.get(f"/admin/feeds/{run_id}").text
    assert "4 lignes à corriger" in page

    form = manager.get(f"{where}/2", headers=HTMX).text
    assert 'value="24/12/1985"' in form  # the file is month first: shown the day first
    assert "notation scientifique" in form
    typed = {
        "cell-external_id": "1",
        "cell-last_name": "Hédard",
        "cell-first_name": "Zoé",
        "cell-born_on": "24/12/1985",
        "cell-phone": "3,36E+10",
    }
    again = manager.post(f"{where}/2", data=typed, headers=HTMX)
    assert (again.status_code, persons()) == (422, 0)
    assert "Votre saisie est gardée" in again.text
    typed["cell-phone"] = "06 39 98 01 05"
    done = manager.post(f"{where}/2", data=typed, headers=HTMX)
    assert done.status_code == 200
    assert "3 lignes à corriger" in done.text.replace("\u202f", " ")
    person = db.session.scalars(select(Person)).one()
    assert (person.born_on, person.phones[0].e164) == (date(1985, 12, 24), "+33639980105")
    assert service.run_of(run_id).counts == {
        "created": 1, "kept": 0, "refused": 3, "corrected": 1, "left_out": 0,
    }  # fmt: skip
    # Sent again, nothing is done twice.
    assert manager.post(f"{where}/2", data=typed, headers=HTMX).status_code == 404
    assert persons() == 1
    # One whose cells are right and which the rules refuse says so, and stays.
    double = typed | {"cell-last_name": "Autre", "cell-born_on": "25/03/1990"}
    refused = manager.post(f"{where}/3", data=double, headers=HTMX)
    assert refused.status_code == 422
    assert "identifiant" in refused.text
    assert service.run_of(run_id).counts["refused"] == 3
    # Without scripts: a page of its own, and back to the run.
    assert "<html" in manager.get(f"{where}/3").text
    second = {"cell-external_id": "2", "cell-last_name": "Ouali", "cell-first_name": "Nour"}
    assert manager.post(f"{where}/3", data=second).status_code == 303
    assert "Corriger" in manager.get(f"{where}/4/row", headers=HTMX).text
    # What remains is still downloaded; nobody else reads it; each reading and each act is told.
    left = manager.get(f"{where}.csv").get_data(as_text=True)
    assert "Ouvert" in left
    assert "Hédard" not in left
    assert login("front").get(f"{where}/4").status_code == 403
    acts = list(db.session.scalars(select(JournalEntry.act)))
    assert acts.count("feed_line_corrected") == 2
    assert acts.count("feed_refusals_read") >= 3


def test_lines_whose_person_came_since_are_sent_again_together(
    app: Flask, login: Callable[[str], StaffClient], tmp_path: Path
) -> None:
    path = tmp_path / "d.csv"
    path.write_text(
        "Référence;Nom;Prénom;Date de naissance;Inscrit le\r\n"
        "PF-1;Hédard;Zoé;04/03/1985;25/03/2026\r\nPF-2;Personne;Nul;05/03/1985;26/03/2026\r\n",
        encoding="cp1252",
        newline="",
    )
    # The births alone show no order: the file's other column of days does not say it for them.
    mapping = Told(order=Order.DAY_FIRST)
    run_id = service.import_path(path, "dossiers", mapping, source="", trial=False)
    assert service.run_of(run_id).counts["refused"] == 2
    create_person(last_name="Hédard", first_name="Zoé", born_on=date(1985, 3, 4))
    manager, where = login("manager"), f"/admin/feeds/{run_id}"
    answer = manager.post(f"{where}/refusals/again")
    assert answer.status_code == 303
    service.work(pause=lambda: None)
    new = db.session.scalars(select(FeedRun.id).order_by(FeedRun.id.desc())).first()
    assert new
    assert answer.location == f"/admin/feeds/{new}"
    counts = service.run_of(new).counts
    assert (counts["created"], counts["refused"]) == (1, 1)
    assert service.run_of(run_id).counts["again"] == 2
    assert not service.run_of(run_id).counts["refused"]
    assert manager.post(f"{where}/refusals/again").status_code == 404  # once
    # The one that is still refused may be corrected, or sent again, where it is now.
    assert manager.get(f"{answer.location}/refusals/3", headers=HTMX).status_code == 200


@pytest.mark.parametrize(
    ("state", "trial"),
    [(RunState.RUNNING, False), (RunState.QUEUED, False), (RunState.READY, True)],
)
def test_a_line_waits_while_its_run_goes(
    app: Flask, login: Callable[[str], StaffClient], tmp_path: Path, state: RunState, trial: bool
) -> None:
    run_id = import_wrong(tmp_path)
    with unit_of_work():
        run = service.run_of(run_id)
        run.state, run.trial = state, trial
    typed = {"cell-external_id": "9", "cell-last_name": "Hédard", "cell-first_name": "Zoé"}
    where = f"/admin/feeds/{run_id}"
    assert login("manager").post(f"{where}/refusals/2", data=typed).status_code == 409
    assert persons() == 0
    assert f"{where}/refusals/2" not in login("manager").get(where).text


def test_what_is_downloaded_runs_nothing_and_means_the_same(app: Flask, tmp_path: Path) -> None:
    run_id = import_wrong(tmp_path)
    out = tmp_path / "refus.csv"
    lines.write(db.session.get_one(FeedRun, run_id), out)
    read = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert [len(row) for row in read] == [6] * 5
    assert not [cell for row in read for cell in row if cell.startswith(("=", "+", "-", "@"))]
    again = service.import_path(out, "persons", Told(), source="", trial=False)
    kinds_again = db.session.scalars(
        select(FeedRefusal.line).where(FeedRefusal.run_id == again).order_by(FeedRefusal.line)
    ).all()
    assert list(kinds_again) == [2, 3, 4]  # the formula is still one; only the open quote is closed


@given(st.text(max_size=12) | st.sampled_from(['="0612"', "=A1", "+33612345678", "'x", "-3", "@a"]))
def test_a_cell_in_a_file_to_correct_runs_nothing_and_means_the_same(cell: str) -> None:
    shown = shown_safely(cell)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    try:
        meant = plain(cell)
    except Unusable:
        with pytest.raises(Unusable):
            plain(shown)
    else:
        assert plain(shown) == meant


def test_all_that_is_wrong_in_a_line_is_said_at_once() -> None:
    wrong = kinds.problems(
        KINDS["persons"],
        {"external_id": "1", "first_name": "Zoé", "born_on": "31/02/1990", "phone": "3,36E+10"},
        Reading(today=date(2026, 11, 26)),
    )
    assert set(wrong) == {"last_name", "born_on", "phone"}
