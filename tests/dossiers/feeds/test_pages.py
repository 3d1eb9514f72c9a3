"""The pages and the address of programs: sent, tried, imported, corrected; keys; the list of duplicates."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.dossiers.duplicates import comparing, merging
from app.dossiers.feeds import service
from app.dossiers.feeds.models import FeedRun, RunState
from app.dossiers.models import Person
from app.foundation import clock
from app.foundation.extensions import db
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person

FILE = "Nom;Prénom;Né le;Téléphone\r\nHédard;Zoé;24/12/1985;3,36E+10\r\nOuali;Nour;13/01/1990;639980101\r\n"


def persons() -> int:
    return int(db.session.scalar(select(func.count()).select_from(Person)) or 0)


def test_a_manager_sends_a_file_tries_it_imports_it_and_corrects(
    app: Flask, login: Callable[[str], StaffClient]
) -> None:
    manager = login("manager")
    sent = {"kind": "persons", "file": (io.BytesIO(FILE.encode("cp1252")), "p.csv")}
    answer = manager.post("/admin/feeds", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    page = manager.get(answer.location).text
    assert "notation scientifique" in page
    assert "+33639980101" in page
    run_id = db.session.scalars(select(FeedRun.id)).one()
    manager.post(f"/admin/feeds/{run_id}/start", data={"trial": "1"})
    service.work(pause=lambda: None)
    assert persons() == 0
    manager.post(f"/admin/feeds/{run_id}/start")
    service.work(pause=lambda: None)
    assert (service.run_of(run_id).state, persons()) == (RunState.DONE, 1)
    page = manager.get(f"/admin/feeds/{run_id}").text
    assert "importé" in page
    lines = manager.get(f"/admin/feeds/{run_id}/refusals.csv").get_data()
    assert "Corriger" in page
    fixed = lines.decode().replace("3,36E+10", "06 39 98 01 02").encode()
    again = {"kind": "persons", "file": (io.BytesIO(fixed), "refus.csv")}
    where = manager.post("/admin/feeds", data=again, content_type="multipart/form-data").location
    manager.post(f"{where}/start")
    service.work(pause=lambda: None)
    assert persons() == 2
    exported = manager.get("/admin/feeds/export/persons.csv").get_data().decode("utf-8-sig")
    assert "'+33639980102" in exported
    nothing = {"kind": "persons", "file": (io.BytesIO(b""), "vide.csv")}
    assert (
        manager.post("/admin/feeds", data=nothing, content_type="multipart/form-data").status_code
        == 422
    )
    acts = set(db.session.scalars(select(JournalEntry.act)))
    assert {
        "feed_sent",
        "feed_tried",
        "feed_started",
        "feed_done",
        "feed_refusals_read",
        "export_persons",
    } <= acts
    assert login("admin").get("/admin/feeds").status_code == 403  # persons are not theirs to read


def test_a_program_sends_with_its_key_and_twice_is_once(
    app: Flask, login: Callable[[str], StaffClient], client: StaffClient
) -> None:
    manager = login("manager")
    page = manager.post("/admin/feeds/keys", data={"name": "Portail"}).text
    key = page.split('<p class="mono">')[1].split("<")[0]
    headers = {"Authorization": f"Bearer {key}"}
    records = [
        {"external_id": "1", "last_name": "Hédard", "first_name": "Zoé", "born_on": "1985-12-24"},
        {"external_id": "2", "last_name": "Ouali", "first_name": "Nour", "born_on": "13/01/90"},
        {"external_id": "3", "nom": "X"},
    ]
    answer = client.post(
        "/api/feeds/persons", json={"records": records, "dry_run": True}, headers=headers
    )
    assert (answer.status_code, persons()) == (200, 0)
    first = client.post("/api/feeds/persons", json={"records": records}, headers=headers).get_json()
    assert [each["did"] for each in first["records"]] == ["created", "refused", "refused"]
    again = client.post("/api/feeds/persons", json={"records": records}, headers=headers).get_json()
    assert again["counts"]["unchanged"] == 1
    assert persons() == 1
    for wrong in ({}, {"records": []}, {"records": [1] * 201}, {"records": "x"}):
        assert client.post("/api/feeds/persons", json=wrong, headers=headers).status_code == 422
    assert client.post("/api/feeds/persons", json={"records": records}).status_code == 401
    token_id = 1
    manager.post(f"/admin/feeds/keys/{token_id}/revoke")
    assert (
        client.post("/api/feeds/persons", json={"records": records}, headers=headers).status_code
        == 401
    )
    acts = list(db.session.scalars(select(JournalEntry.act)))
    assert acts.count("feed_received") == 3
    assert {"feed_key_made", "feed_key_revoked"} <= set(acts)


def test_two_files_are_compared_merged_and_parted_on_their_page(
    app: Flask, login: Callable[[str], StaffClient]
) -> None:
    front = login("front")
    one = create_person(
        "0639980101", last_name="Hadad", first_name="Samira", born_on=date(1985, 5, 7)
    )
    two = create_person(
        "0639980102", last_name="Haddad", first_name="Samira", born_on=date(1985, 5, 7)
    )
    dossier = create_dossier(one)
    ids, dossier_id = (one.id, two.id), dossier.id
    comparing.work(clock.now())
    sentence = "Similaire à 82 % : nom à une lettre près, même date de naissance"
    assert sentence in front.get("/dossiers/duplicates").text.replace("\u202f", " ").replace(
        "\u00a0", " "
    )
    assert "Similaire à 82" in front.get(f"/dossiers/{dossier_id}").text
    where = f"/dossiers/duplicates/person/{ids[0]}/{ids[1]}"
    assert "field-last_name" in front.get(where).text
    assert front.post(f"{where}/merge", data={"field-last_name": str(ids[0])}).status_code == 422
    assert (
        front.post(f"{where}/merge", data={"field-last_name": str(ids[0]), "sure": "1"}).status_code
        == 303
    )
    assert persons() == 1
    assert "Hadad" in front.get(f"/dossiers/{dossier_id}").text
    assert "Annuler la fusion" in front.get("/dossiers/duplicates").text
    front.post("/dossiers/duplicates/merges/1/undo")
    assert persons() == 2
    comparing.work(clock.now())
    assert len(merging.open_pairs(ids)) == 1
    front.post(f"/dossiers/duplicates/{ids[0]}/{ids[1]}/apart")
    assert merging.open_pairs(ids) == []
