"""Correcting a dossier on its page: read back, kept, journaled, put back, the second editor told."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts.models import JournalEntry
from app.dossiers.models import Dossier, DossierIban, Organisation, PersonChange, PersonNir, Piece
from app.dossiers.vocabulary import Inside, Outside, PieceKind, PieceState, Rejection
from app.foundation.extensions import db
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person, create_piece
from tests.tickets.test_correction import form_in

NIR = "285057800608441"
IBAN = "FR1420041010050500013M02606"


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


class Sheet:
    """One agent with the form of one sheet open."""

    def __init__(self, client: StaffClient, dossier_id: int, name: str, around: str = "") -> None:
        self.client, self.path = client, f"/dossiers/{dossier_id}/sheets/{name}"
        self.form = form_in(client.get(f"{self.path}/edit?{around}").text)

    def send(self, **typed: str) -> Any:
        """Send the form: what is to be read back, what is wrong, or what somebody changed."""
        self.form |= typed
        response = self.client.post(self.path, data=self.form)
        self.form |= form_in(response.text) if "correcting" in response.text else {}
        return response

    def correct(self, **typed: str) -> Any:
        assert "Relisez" in self.send(**typed).text
        return self.send()


def fresh(dossier_id: int) -> Dossier:
    db.session.expire_all()
    return db.session.get_one(Dossier, dossier_id)


def entries(*acts: str) -> list[JournalEntry]:
    found = select(JournalEntry).where(JournalEntry.act.in_(acts)).order_by(JournalEntry.id)
    return list(db.session.scalars(found))


def test_every_sheet_is_corrected_read_back_and_put_back(login: Any) -> None:
    client = login("front", display_name="Camille")
    db.session.add(Organisation(name="Greta du Val"))
    db.session.commit()
    of = db.session.scalar(select(Organisation.id))
    dossier = create_dossier(create_person(last_name="Perrin"))
    training = Sheet(client, dossier.id, "training")
    page = training.send(theme="Numérique", organisation_id=str(of), payments="2", distance_km="42")
    assert "<s>" not in page.text or "Relisez" in page.text
    assert fresh(dossier.id).theme == ""  # nothing is stored before it was read back
    training.send()
    Sheet(client, dossier.id, "rights").correct(
        youth_guarantee="no", minimum_income="rsa", residence_permit_until="2031-01-02"
    )
    Sheet(client, dossier.id, "money").correct(
        tax_income_cents="9 820", tax_quarters="2,5", payee="Z. Perrin", iban="FR14 2004 1010 0505 0001 3M02 606"
    )  # fmt: skip
    done = Sheet(client, dossier.id, "decision").correct(
        inside="rejected", rejection="youth_guarantee", decided_on="2026-06-02", notified_on="2026-06-02"
    )  # fmt: skip
    assert "le dossier dit le contraire" in done.text  # the study's dispute
    found = fresh(dossier.id)
    assert (found.theme, found.organisation_id, found.payments, found.distance_km) == (
        "Numérique", of, 2, 42,
    )  # fmt: skip
    assert (found.tax_income_cents, found.tax_quarters) == (982_000, 10)
    assert (found.inside, found.rejection) == (Inside.REJECTED, Rejection.YOUTH_GUARANTEE)
    assert found.outside is Outside.PROCESSED  # what the person reads follows
    assert found.person.youth_guarantee is False
    account = db.session.get_one(DossierIban, dossier.id)
    assert (account.iban, account.payee, found.iban_masked[-3:]) == (IBAN, "Z. Perrin", "606")
    shown = client.get(f"/dossiers/{dossier.id}").text
    assert IBAN not in shown
    assert "garantie jeune verse déjà" in shown
    assert "corrigé par Camille" in shown
    kept = entries("correct_dossier", "correct_person")
    assert [each.subject for each in kept] == [
        f"dossier:{dossier.id}", f"person:{found.person_id}", f"dossier:{dossier.id}", f"dossier:{dossier.id}",
    ]  # fmt: skip
    assert kept[0].detail["fields"] == ["distance_km", "organisation_id", "payments", "theme"]
    assert not any(IBAN in str(each.detail) for each in kept)
    raw = db.session.execute(text("SELECT after FROM person_changes")).scalars().all()
    assert not any("Perrin" in each or "3M02" in each for each in raw)  # encrypted
    change = db.session.scalar(select(PersonChange.id).where(PersonChange.field == "theme"))
    back = Sheet(client, dossier.id, "training", f"restore={change}")
    assert back.form["theme"] == ""
    back.correct()
    assert fresh(dossier.id).theme == ""


def test_a_protected_number_is_masked_checked_and_its_sight_is_journaled(login: Any) -> None:
    client = login("front")
    dossier = create_dossier(create_person())
    rights = Sheet(client, dossier.id, "rights")
    assert "clé ne correspond pas" in rights.send(nir=NIR[:-1] + "2").text
    rights.form["nir"] = NIR
    assert "2 85 05 78 006 084 41" in rights.send().text  # read back whole, in groups
    rights.send()
    assert db.session.get_one(PersonNir, dossier.person_id).nir == NIR
    page = client.get(f"/dossiers/{dossier.id}").text
    assert "2 •• •• •• ••• ••• 41" in page
    assert NIR not in page
    assert entries("reveal_nir") == []
    empty = Sheet(client, dossier.id, "rights")
    assert empty.form["nir"] == ""
    empty.correct(minimum_income="ass")  # left empty, the number stays
    assert db.session.get_one(PersonNir, dossier.person_id).nir == NIR
    other = "285057800608599"
    assert "clé" in Sheet(client, dossier.id, "rights").send(nir=other).text
    change = db.session.scalar(select(PersonChange.id).where(PersonChange.field == "nir"))
    client.get(f"/dossiers/{dossier.id}/sheets/rights/edit?restore={change}")
    assert entries("reveal_nir") == []  # there was none before


def test_the_second_editor_is_told_and_loses_nothing(login: Any) -> None:
    dossier = create_dossier(create_person())
    mine = Sheet(login("front"), dossier.id, "training")
    theirs = Sheet(login("back", display_name="Bruno"), dossier.id, "training")
    theirs.correct(theme="Industrie", distance_km="12")
    mine.send(theme="Numérique")
    told = mine.send()
    assert told.status_code == 409
    assert "Bruno" in told.text
    assert "Industrie" in told.text
    assert "vous avez écrit : Numérique" in told.text
    assert fresh(dossier.id).theme == "Industrie"
    assert (mine.form["theme"], mine.form["distance_km"]) == ("Numérique", "12")
    mine.correct()
    found = fresh(dossier.id)
    assert (found.theme, found.distance_km) == ("Numérique", 12)


def test_a_piece_is_handed_back_replaced_awaited_and_accepted(login: Any) -> None:
    client = login("front")
    dossier = create_dossier(create_person())
    create_piece(dossier, kind=PieceKind.RIB, state=PieceState.ORANGE)
    assert (
        client.post(f"/dossiers/{dossier.id}/pieces", data={"kind": "tax_notice"}).status_code
        == 200
    )
    assert (
        client.post(f"/dossiers/{dossier.id}/pieces", data={"kind": "tax_notice"}).status_code
        == 409
    )
    rib, tax = db.session.scalars(select(Piece.id).order_by(Piece.id))
    assert "Redonner la main sur RIB" in client.get(f"/dossiers/{dossier.id}").text
    Sheet(client, dossier.id, "piece", f"piece={rib}&preset=hand_back").correct()
    found = db.session.get_one(Piece, rib, populate_existing=True)
    assert (found.state, found.defect) == (PieceState.RED, "empty")
    assert found.asked_at is not None
    Sheet(client, dossier.id, "piece", f"piece={tax}").correct(
        instead="tax_regularisation", third_party="ancien employeur", remind_on="2031-01-02"
    )
    page = client.get(f"/dossiers/{dossier.id}").text
    assert "à la place : Régularisation du service des impôts" in page
    assert "attendue, détenue par ancien employeur, à relancer le" in page
    assert (
        Sheet(client, dossier.id, "piece", f"piece={rib}").send(message="", defect="").status_code
        == 422
    )
    Sheet(client, dossier.id, "piece", f"piece={rib}").correct(state="green")
    assert db.session.get_one(Piece, rib, populate_existing=True).defect is None
    assert [(e.act, e.subject) for e in entries("correct_piece", "add_piece")] == [
        ("add_piece", f"dossier:{dossier.id}"), *[("correct_piece", f"dossier:{dossier.id}")] * 3,
    ]  # fmt: skip
    assert client.get(f"/dossiers/{dossier.id}/sheets/piece/edit?piece=999999").status_code == 404
    assert client.get(f"/dossiers/{dossier.id}/sheets/nothing").status_code == 404


def test_the_origin_is_corrected_alone_read_back_and_journaled(login: Any) -> None:
    """A sheet of one field: nothing else is asked in the middle of a call. Its history is that of « Formation »."""
    agent, dossier = login("front"), create_dossier()
    sheet = Sheet(agent, dossier.id, "origin")
    assert "Relu et confirmé" in sheet.send(descends_from_of="no").text
    db.session.expire_all()
    assert db.session.get_one(Dossier, dossier.id).descends_from_of is True, (
        "not before it is read back"
    )
    sheet.send()
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Dossier, dossier.id).descends_from_of is False
    change = db.session.scalars(select(PersonChange)).one()
    assert (change.field, change.before, change.after) == ("descends_from_of", "yes", "no")
    assert "Remettre" in agent.get(f"/dossiers/{dossier.id}/sheets/training").text
