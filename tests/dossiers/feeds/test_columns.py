"""Every field of a person is sent, kept, sent back and read again; the contract names each."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from flask import Flask
from sqlalchemy import select

from app.dossiers.feeds import exporting, kinds, service
from app.dossiers.feeds.kinds import KINDS, Reading
from app.dossiers.feeds.plan import Told
from app.dossiers.models import Person
from app.dossiers.vocabulary import LegalStatus, MinimumIncome, Reach
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db

ROOT = Path(__file__).resolve().parents[3]
FILE = (
    "Identifiant;Nom;Prénom;Né le;Téléphone;Téléphone 2;Téléphone 3;Téléphone 4;Canal préféré;Langue;Aidant;Lien;"
    "Tél aidant;Qualité;Demandeur d'emploi;Allocation chômage;Garantie jeunes;RSA/ASS;Titre de séjour\r\n"
    "1;Hédard;Zoé;24/12/1985;639980101;639980102;639980103;639980104;courriel;ukrainien;Mme Roy;voisine;"
    "639980109;Indépendante;oui;non;non;RSA;31/01/2027\r\n"
)


def send(path: Path) -> Any:
    return service.run_of(service.import_path(path, "persons", Told(), source="", trial=False))


def test_a_person_goes_in_and_out_whole(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(FILE, encoding="utf-8", newline="")
    assert send(path).counts["created"] == 1
    person = db.session.scalars(select(Person)).one()
    assert [phone.e164[-1] for phone in person.phones] == ["1", "2", "3", "4"]
    kept = {
        "prefers": Reach.MAIL, "language": "uk", "helper": "Mme Roy", "helper_relation": "voisine",
        "helper_phone": "+33639980109", "legal_status": LegalStatus.SELF_EMPLOYED, "employment_registered": True,
        "employment_benefit": False, "youth_guarantee": False, "minimum_income": MinimumIncome.RSA,
        "residence_permit_until": date(2027, 1, 31),
    }  # fmt: skip
    assert {name: getattr(person, name) for name in kept} == kept
    out = tmp_path / "out.csv"
    exporting.export("persons", out, "csv", agent_id=None, now=clock.now())
    assert ";À son compte;" in out.read_text(encoding="utf-8-sig")
    assert send(out).counts["unchanged"] == 1
    # What nobody said yet is no correction of ours; what somebody corrected here is.
    with unit_of_work():
        person = db.session.scalars(select(Person)).one()
        person.legal_status, person.prefers = LegalStatus.COMPANY, Reach.SMS
    path.write_text(FILE.replace("courriel", "SMS").replace("Indépendante", "Particulier"))
    run = send(path)
    assert run.counts["kept"] == 1
    person = db.session.scalars(select(Person)).one()
    assert (person.legal_status, person.prefers) == (LegalStatus.COMPANY, Reach.SMS)


def test_a_status_that_nobody_said_is_taken_from_the_file(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("Identifiant;Nom;Prénom\r\n1;Hédard;Zoé\r\n", newline="")
    send(path)
    path.write_text("Identifiant;Nom;Prénom;Langue;Qualité\r\n1;Hédard;Zoé;ar;société\r\n")
    assert send(path).counts["updated"] == 1
    person = db.session.scalars(select(Person)).one()
    assert (person.language, person.legal_status) == ("ar", LegalStatus.COMPANY)


def test_every_value_of_a_list_is_read_by_its_code_and_its_words() -> None:
    reading, kind = Reading(today=date(2026, 11, 26)), KINDS["persons"]
    for name, values in (
        ("prefers", Reach), ("legal_status", LegalStatus), ("minimum_income", MinimumIncome),
    ):  # fmt: skip
        for value in values:
            assert kind.named(name).read(value.value, name, reading) is value


def test_no_title_is_two_fields() -> None:
    for kind in KINDS.values():
        titles = [title for each in kind.fields for title in each.recognised]
        assert sorted(titles) == sorted(set(titles)), kind.name
        labels = [each.label for each in kind.fields]
        assert kinds.recognised(kind, labels) == {n: i for i, n in enumerate(kind.names, 1)}


def test_the_contract_names_each_column_of_a_person() -> None:
    contract = yaml.safe_load((ROOT / "docs/feeds.openapi.yaml").read_text())
    body = contract["paths"]["/api/feeds/{kind}"]["post"]["requestBody"]
    record = body["content"]["application/json"]["schema"]["properties"]["records"]["items"]
    assert set(record["properties"]) == set(KINDS["persons"].names)
    page = (ROOT / "docs/feeds.md").read_text()
    for name in KINDS["persons"].fields:
        assert name.label.partition(" 3")[0].partition(" 4")[0] in page, name.label
