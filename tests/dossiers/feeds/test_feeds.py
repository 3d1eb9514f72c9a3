"""Files that are sent: imported once, refused line by line, gone on with after a death, nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.dossiers.feeds import blocks, service
from app.dossiers.feeds.models import FeedRefusal, FeedRun, RunState
from app.dossiers.feeds.plan import Told
from app.dossiers.feeds.refused import lines as refusals
from app.dossiers.finding import index
from app.dossiers.models import Dossier, Organisation, Person, PersonNir, Piece, PortalEvent
from app.dossiers.vocabulary import Inside, Outside
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from tests.dossiers.build import found_persons

TITLES = "Identifiant;Nom;Prénom;Date de naissance;Mail;Téléphone;Adresse;NIR\r\n"


def people(count: int, start: int = 0) -> str:
    return "".join(
        f"ST-{n:05d};Zagrebelsky{n};Anaïs;{1 + n % 28:02d}/{1 + n % 12:02d}/1985;a{n}@exemple.example;"
        f'63998{n:04d};"{n}, rue\nParis";\r\n'
        for n in range(start, start + count)
    )


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="cp1252", newline="")
    return path


def counts(model: type) -> int:
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def send(path: Path, kind: str = "persons", *, trial: bool = False) -> FeedRun:
    return service.run_of(service.import_path(path, kind, Told(), source="", trial=trial))


def test_a_file_is_imported_once_and_what_is_wrong_is_corrected(app: Flask, tmp_path: Path) -> None:
    wrong = "ST-X;Hédard;Zoé;24/12/1985;zoe@exemple.example;3,36E+10;Paris;\r\nST-Y;;Zoé;24/12/1985;;;;\r\n"
    path = write(tmp_path / "p.csv", TITLES + people(30) + wrong + TITLES + ";;;;;;;\r\n")
    trial = send(path, trial=True)
    assert (trial.counts["created"], trial.counts["refused"], counts(Person)) == (30, 2, 0)
    run = send(path)
    assert run.state is RunState.DONE
    assert run.counts == {"created": 30, "kept": 0, "refused": 2, "left_out": 2}
    corrected = tmp_path / "refus.csv"
    refusals.write(run, corrected)
    assert counts(Person) == 30
    assert index.stale(db.session.connection()) == []
    assert len(found_persons("zagrebelsky7 anais")) == 1
    one = db.session.scalars(select(Person).where(Person.last_name == "Zagrebelsky7")).one()
    assert (one.born_on, one.phones[0].e164, one.address) == (
        date(1985, 8, 8),
        "+33639980007",
        "7, rue Paris",
    )

    again = send(path)
    assert again.counts["unchanged"] == 30
    assert not again.counts.get("updated")
    text = corrected.read_text(encoding="utf-8-sig")
    assert "notation scientifique" in text
    text = text.replace("3,36E+10", "06 39 98 01 01").replace('"ST-Y";""', '"ST-Y";"Quatremère"')
    corrected.write_text(text, encoding="utf-8-sig", newline="")
    assert send(corrected).counts["created"] == 2
    acts = list(db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))
    assert acts == ["feed_tried", *["feed_started", "feed_done"] * 3]


def test_a_trial_counts_what_the_import_will(app: Flask, tmp_path: Path) -> None:
    """Lines of one person in several blocks: new once, then the same, then changed."""
    changed = people(1).replace("a0@exemple.example", "b0@exemple.example")
    path = write(tmp_path / "p.csv", TITLES + people(blocks.AT_ONCE + 20) + people(3) + changed)
    tried = dict(send(path, trial=True).counts)
    assert counts(Person) == 0
    assert tried == send(path).counts
    assert (tried["created"], tried["unchanged"], tried["updated"]) == (blocks.AT_ONCE + 20, 3, 1)


def test_a_correction_made_here_stays_and_is_told(app: Flask, tmp_path: Path) -> None:
    line = (
        "Identifiant;Nom;Prénom;Né le;Mail;Adresse\r\nST-1;Hédard;Zoé;1985-12-24;{mail};Paris\r\n"
    )
    send(write(tmp_path / "a.csv", line.format(mail="zoe@exemple.example")))
    with unit_of_work():
        person = db.session.scalars(select(Person)).one()
        person.email = "zoe.hedard@exemple.example"
        db.session.add(PersonNir(person_id=person.id, nir="284017512345678"))
    assert send(tmp_path / "a.csv").counts["unchanged"] == 1  # the same again says nothing
    changed = send(
        write(
            tmp_path / "b.csv", line.format(mail="autre@exemple.example").replace("Paris", "Lyon")
        )
    )
    person = db.session.scalars(select(Person)).one()
    assert (person.email, person.address) == ("zoe.hedard@exemple.example", "Lyon")
    assert changed.counts["kept"] == 1


def test_namesakes_are_told_apart_by_their_number(app: Flask, tmp_path: Path) -> None:
    titles = "Identifiant;Nom;Prénom;Né le\r\n"
    send(
        write(
            tmp_path / "a.csv",
            titles + "ST-1;Hédard;Zoé;1985-12-24\r\nST-2;HEDARD;Zoe;1985-12-24\r\n",
        )
    )
    assert counts(Person) == 2
    bare = send(write(tmp_path / "b.csv", "Nom;Prénom;Né le\r\nHédard;Zoé;1985-12-24\r\n"))
    assert bare.counts["refused"] == 1
    other = send(write(tmp_path / "c.csv", titles + "ST-1;Ouali;Nour;1990-01-13\r\n"))
    assert other.counts["refused"] == 1  # the number of somebody else


def test_dossiers_pieces_and_events_follow_their_persons(app: Flask, tmp_path: Path) -> None:
    send(
        write(tmp_path / "p.csv", "Identifiant;Nom;Prénom;Né le\r\nST-1;Hédard;Zoé;1985-12-24\r\n")
    )
    send(
        write(tmp_path / "o.csv", "Organisme;Ville;Téléphone\r\nAFTEC;Tours;247000000\r\n"),
        "organisations",
    )
    titles = "Référence;Identifiant;Organisme;Statut;Motif;Déposé le;Montant;Formation;IBAN\r\n"
    dossiers = titles + (
        "PF-1;ST-1;aftec;Votée;;2021-06-14;1 234,50;Soudeur;FR1420041010050500013M02606\r\n"
        "PF-2;ST-1;;Rejetée;;2021-06-14;;Soudeur;\r\nPF-3;ST-9;;;;;;;\r\nPF-4;ST-1;Inconnu;;;;;;\r\n"
    )
    run = send(write(tmp_path / "d.csv", dossiers), "dossiers")
    assert (run.counts["created"], run.counts["refused"]) == (1, 3)
    dossier = db.session.scalars(select(Dossier)).one()
    assert (dossier.inside, dossier.outside, dossier.amount_cents) == (
        Inside.VOTED,
        Outside.PROCESSED,
        123450,
    )
    assert dossier.organisation is not None
    assert db.session.scalars(select(Organisation.phone)).one() == "+33247000000"
    assert send(tmp_path / "d.csv", "dossiers").counts["unchanged"] == 1
    paid = send(
        write(tmp_path / "d2.csv", "Référence;Statut;Payé le\r\nPF-1;Payée;08/07/2021\r\n"),
        "dossiers",
    )
    assert paid.counts["refused"] == 1  # 8 July, or 7 August?
    paid = send(
        write(tmp_path / "d2.csv", "Référence;Statut;Payé le\r\nPF-1;Payée;2021-07-08\r\n"),
        "dossiers",
    )
    assert paid.counts["updated"] == 1

    pieces = "Référence;Pièce;État;Défaut;Transmise le\r\n"
    pieces += "PF-1;RIB;Redemandée;illisible;2021-06-22 09:05\r\nPF-9;RIB;Acceptée;;\r\n"
    run = send(write(tmp_path / "pi.csv", pieces), "pieces")
    assert (run.counts["created"], run.counts["refused"]) == (1, 1)
    assert send(tmp_path / "pi.csv", "pieces").counts["unchanged"] == 1
    events = "Référence;Événement;Date et heure\r\n" + "PF-1;deposited;2021-06-14 10:00\r\n" * 2
    run = send(write(tmp_path / "e.csv", events), "events")
    assert (run.counts["created"], run.counts["unchanged"]) == (1, 1)
    assert (counts(Piece), counts(PortalEvent)) == (1, 1)


def test_a_process_that_dies_leaves_whole_blocks_and_another_goes_on(
    app: Flask, tmp_path: Path, create_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "AT_ONCE", 10)
    monkeypatch.setattr("app.dossiers.feeds.passes.AT_ONCE", 10)
    manager_id = create_agent("manager").id
    path = write(tmp_path / "p.csv", TITLES + people(45))
    with path.open("rb") as file:
        run_id = service.upload(
            file, "C:\\p.csv", "persons", Told(), source="", by_id=manager_id, now=clock.now()
        )
    service.start(run_id, trial=False, by_id=manager_id, now=clock.now())

    class Killed(BaseException):
        pass

    rounds = iter(range(100))

    def dies() -> None:
        if next(rounds) == 2:
            raise Killed

    with pytest.raises(Killed):
        service.work(pause=dies)
    db.session.rollback()
    assert counts(Person) == 30
    assert service.work(pause=lambda: None) is None  # its lease still runs
    later = lambda: clock.now() + 2 * service.LEASE  # noqa: E731
    assert service.work(now=later, pause=lambda: None) == run_id
    run = service.run_of(run_id)
    assert (run.state, run.done, run.counts["created"], counts(Person)) == (
        RunState.DONE,
        45,
        45,
        45,
    )

    forgotten = service.KEEP_FILES + 2 * service.LEASE
    with unit_of_work():
        service.forget_old(clock.now() + forgotten, dry_run=False)
    assert service.run_of(run_id).file_gone_at is not None
    assert db.session.scalar(select(func.count()).select_from(FeedRefusal)) == 0


def test_one_who_stops_an_import_is_heard_between_two_blocks(
    app: Flask, tmp_path: Path, create_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.dossiers.feeds.passes.AT_ONCE", 10)
    manager_id = create_agent("manager").id
    path = write(tmp_path / "p.csv", TITLES + people(40))
    with path.open("rb") as file:
        run_id = service.upload(
            file, "p.csv", "persons", Told(), source="", by_id=manager_id, now=clock.now()
        )
    service.start(run_id, trial=False, by_id=manager_id, now=clock.now())
    service.work(pause=lambda: service.stop(run_id, by_id=manager_id, now=clock.now()))
    assert (service.run_of(run_id).state, counts(Person)) == (RunState.STOPPED, 10)
    service.start(run_id, trial=False, by_id=manager_id, now=clock.now())
    service.work(pause=lambda: None)
    assert (service.run_of(run_id).state, counts(Person)) == (RunState.DONE, 40)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_is_read_again_and_runs_no_formula(
    app: Flask, tmp_path: Path, form: str
) -> None:
    with unit_of_work():
        person = Person(
            first_name="=cmd|'/C calc'!A0",
            last_name="@Hédard",
            created_at=clock.now(),
            born_on=date(1985, 12, 24),
        )
        db.session.add(person)
    out = tmp_path / f"out.{form}"
    result: Result = app.test_cli_runner().invoke(
        args=["persons", "export", "--format", form, "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    if form == "xlsx":
        sheet = load_workbook(out).active
        assert sheet is not None
        written = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    else:
        written = (
            out.read_text(encoding="utf-8-sig").replace('"', "").replace("\r\n", ";").split(";")
        )
    assert not [cell for cell in written if cell.startswith(("=", "+", "@", "-"))]
    result = app.test_cli_runner().invoke(args=["persons", "import", str(out)])
    assert result.exit_code == 0, result.output
    assert "déjà connue" in result.output
    assert db.session.scalars(select(Person.first_name)).one() == "=cmd|'/C calc'!A0"
    assert "export_persons" in set(db.session.scalars(select(JournalEntry.act)))
