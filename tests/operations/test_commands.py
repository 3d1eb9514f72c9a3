"""The command line: what it prints, and what it says of bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Agent
from app.accounts.signing_in import sign_in
from app.calls.call.models import Call
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.tickets.models import Contact

Run = Callable[..., Result]
MAPPING = """
[columns]
received_at = "Date"
wait_s = "Attente"
talk_s = "Durée"
number = "Appelant"
reason = "Motif"
[formats]
received_at = "%d/%m/%Y %H:%M:%S"
"""
CSV = (
    "Date;Attente;Durée;Appelant;Motif\r\n"
    "22/06/2021 09:05:00;0:30;5:36;0639980101;Suivi du dossier\r\n"
    "22/06/2021 09:10:00;3;;anonymous;\r\n"
    "pas une date;3;;;\r\n"
    "22/06/2021 09:20:00;douze;;;\r\n"
    ";;;;\r\n"
    "22/06/2021 09:30:00;40;60;;Motif inventé\r\n"
)


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=[str(w) for w in words])


@pytest.fixture
def line(app: Flask, create_agent: Callable[..., object]) -> None:
    create_agent("front")
    db.session.add(Line(name="Portail", number="+33199000100", mode="open"))
    db.session.commit()


def files(folder: Path, content: bytes) -> tuple[Path, Path]:
    data, mapping = folder / "appels.csv", folder / "appels.toml"
    data.write_bytes(content)
    mapping.write_text(MAPPING)
    return data, mapping


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_tired_secretarys_csv_keeps_the_good_lines(
    run: Run, line: None, tmp_path: Path, encoding: str
) -> None:
    data, mapping = files(tmp_path, CSV.encode(encoding))
    result = run("calls", "import", data, "--mapping", mapping)
    assert result.exit_code == 0, result.output
    assert "Appels importés : 2. Déjà connus : 0. Lignes refusées : 3." in result.output
    assert all(f"ligne {n}" in result.output for n in (4, 5, 7))
    again = run("calls", "import", data, "--mapping", mapping)
    assert "Appels importés : 0. Déjà connus : 2." in again.output
    figures = json.loads(run("report", "2021-06-22", "--format", "json").stdout)
    assert (figures["presented"], figures["answered"], figures["short_abandoned"]) == (2, 1, 1)
    assert (figures["mean_wait_s"], figures["mean_talk_s"]) == (30, 336)
    assert figures["reasons"]["Suivi du dossier"] == 1


def test_an_import_is_tried_first_and_its_refused_lines_are_kept(
    run: Run, line: None, tmp_path: Path
) -> None:
    data, mapping = files(tmp_path, CSV.encode())
    out = tmp_path / "refus.csv"
    tried = run("calls", "import", data, "--mapping", mapping, "--dry-run", "--rejected", out)
    assert tried.exit_code == 0, tried.output
    assert "rien n'est enregistré" in tried.output
    assert "Appels importés : 2. Déjà connus : 0. Lignes refusées : 3." in tried.output
    assert db.session.scalar(select(func.count()).select_from(Call)) == 0
    refused = out.read_text(encoding="utf-8-sig").splitlines()
    assert refused[0] == "Date;Attente;Durée;Appelant;Motif;Motif du refus"
    assert len(refused) == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "est vide"),
        (b"   \n", "est vide"),
        (b"Jour;Attente\n1;2\n", "Colonnes absentes"),
        (b"\x81\x8d\x8f\x90\x9d", "lisible"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(
    run: Run, line: None, tmp_path: Path, content: bytes, says: str
) -> None:
    data, mapping = files(tmp_path, content)
    result = run("calls", "import", data, "--mapping", mapping)
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output
    assert db.session.scalar(select(func.count()).select_from(Call)) == 0


def test_a_broken_mapping_is_named(run: Run, line: None, tmp_path: Path) -> None:
    data, mapping = files(tmp_path, CSV.encode())
    mapping.write_text("[columns\n")
    assert "illisible" in run("calls", "import", data, "--mapping", mapping).output
    mapping.write_text('[columns]\nnumber = "Appelant"\n')
    assert "received_at" in run("calls", "import", data, "--mapping", mapping).output


def test_a_report_of_no_day(run: Run) -> None:
    result = run("report", "demain")
    assert result.exit_code == 1
    assert "n'est pas une date" in result.output


def test_a_report_that_cannot_be_written(run: Run, line: None, tmp_path: Path) -> None:
    result = run("report", "2021-06-22", "--out", tmp_path / "none" / "report.csv")
    assert result.exit_code == 1
    assert "Choisissez un autre dossier" in result.output


def test_a_rebuilt_call_is_named_by_its_ref(run: Run) -> None:
    result = run("calls", "rebuild", "nowhere")
    assert result.exit_code == 1
    assert "n'existe pas" in result.output


def test_the_journal_is_checked(run: Run) -> None:
    assert "intact" in run("journal-check").output


def test_retention_says_then_erases_what_is_past_its_term(run: Run, line: None) -> None:
    now = clock.now()
    for age in (400, 10):
        opened = now - timedelta(days=age)
        contact = Contact(
            channel="phone", direction="in", opened_at=opened, note="rappeler",
            caller_number="+33639980101", reason="unqualified",
        )  # fmt: skip
        db.session.add(contact)
        db.session.flush()
        db.session.add(
            Call(
                ref=f"r{age}",
                provider_sid=f"CA{age}",
                line_id=1,
                contact_id=contact.id,
                number="+33639980101",
                received_at=opened,
                last_at=opened,
            )
        )
    db.session.commit()
    dry = run("retention", "--dry-run").output
    assert "call_numbers: 1" in dry
    assert "contact_details: 1" in dry
    assert numbers() == [True, True]
    run("retention")
    assert numbers() == [False, True]
    assert "call_numbers: 0" in run("retention", "--dry-run").output


def numbers() -> list[bool]:
    db.session.expire_all()
    return [
        call.number is not None
        for call in db.session.scalars(select(Call).order_by(Call.received_at))
    ]


# --- a new installation ----------------------------------------------------------------------------


def test_the_first_account_and_the_lines(app: Flask, run: Run) -> None:
    word = "un mot de passe assez long\n"
    runner = app.test_cli_runner()
    words = ["account", "add", "Chef@exemple.fr", "Isabelle", "--role", "admin"]
    made = runner.invoke(args=words, input=word * 2)
    assert made.exit_code == 0, made.output
    assert "assez long" not in made.output
    agent = db.session.scalars(select(Agent)).one()
    assert (agent.email, agent.role) == ("chef@exemple.fr", "admin")
    assert sign_in.authenticate("chef@exemple.fr", word.strip(), (), now=clock.now())
    again = runner.invoke(args=words, input=word * 2)
    assert (again.exit_code, "a déjà un compte" in again.output) == (1, True)
    short = runner.invoke(args=["account", "password", "chef@exemple.fr"], input="court\n" * 2)
    assert (short.exit_code, "12 caractères" in short.output) == (1, True)
    other = "encore un mot de passe\n"
    assert (
        runner.invoke(args=["account", "password", "chef@exemple.fr"], input=other * 2).exit_code
        == 0
    )
    assert sign_in.authenticate("chef@exemple.fr", word.strip(), (), now=clock.now()) is None
    assert sign_in.authenticate("chef@exemple.fr", other.strip(), (), now=clock.now())
    last = run("account", "close", "chef@exemple.fr")
    assert (last.exit_code, "dernier compte d'administration" in last.output) == (1, True)
    second = ["account", "add", "autre@exemple.fr", "Alex", "--role", "admin"]
    assert runner.invoke(args=second, input=word * 2).exit_code == 0
    assert run("account", "close", "chef@exemple.fr").exit_code == 0
    assert sign_in.authenticate("chef@exemple.fr", other.strip(), (), now=clock.now()) is None
    assert run("account", "close", "personne@exemple.fr").exit_code == 1

    added = run("line", "add", "01 99 00 01 00", "Portail des aides")
    assert (added.exit_code, "+33199000100" in added.output) == (0, True)
    for bad in (("01 99 00 01 00", "Encore"), ("abc", "Rien"), ("01 99 00 01 01", " ")):
        assert run("line", "add", *bad).exit_code == 1
    assert run("line", "list").output.split() == ["1", "+33199000100", "Portail", "des", "aides"]
