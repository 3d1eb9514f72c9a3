"""All that is held on a person is found by the schema's own keys, given as a file, erased for good; figures stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.administration.privacy import erasing, held, open_matters
from app.administration.privacy.models import Erasure
from app.dossiers.models import Annotation, Dossier, Person, PersonChange, PersonNir, PortalEvent
from app.dossiers.vocabulary import Inside, PieceKind, PortalEventKind
from app.foundation import clock
from app.foundation.database import references
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.lines.models import Line
from app.operations import retention
from app.queue import works
from app.tickets.callbacks import Wish, ask
from app.tickets.consultations import service as consultations
from app.tickets.consultations.models import Consultation
from app.tickets.models import (
    CallBack,
    CallBackSource,
    CallBackState,
    Channel,
    Contact,
    ContactPerson,
)
from app.tickets.promises import service as promises
from app.tickets.promises.models import Promise, PromiseEnd
from tests.clients import StaffClient
from tests.dossiers.build import (  # fmt: skip
    NOW,
    create_contact,
    create_dossier,
    create_event,
    create_person,
    create_piece,
    found_persons,
)

NAMES = (
    "Quatremere",
    "zoe.quatremere",
    "639980177",
    "Rendez-vous chez le médecin",
    "284017512345678",
)


def reachable() -> set[str]:
    """The tables that refer to a person, or to what does: walked apart from the code that is proved."""
    found, waiting = {"persons"}, ["persons"]
    while waiting:
        name = waiting.pop()
        for table in db.metadata.tables.values():
            if table.name not in found and any(
                key.target_fullname == f"{name}.id" for c in table.columns for key in c.foreign_keys
            ):
                found.add(table.name)
                waiting.append(table.name)
    return found


def test_no_table_that_names_a_person_is_forgotten(app: Flask) -> None:
    assert set(held.tables()) == reachable()
    loose = [
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        for column in table.columns
        if column.name in ("person_id", "dossier_id", "contact_id") and not column.foreign_keys
    ]
    assert loose == []  # a column that names a person without a key would be out of sight
    assert {r.table.name for r in references.to(db.metadata, "persons")} <= set(held.tables())


def world(agent_id: int) -> int:
    person = create_person(
        "0639980177",
        last_name="Quatremere",
        first_name="Zoé",
        email="zoe.quatremere@exemple.example",
    )
    person.address, person.born_on = "3 rue Quatremere", date(1985, 5, 7)
    dossier = create_dossier(
        person, inside=Inside.PAID, amount_cents=65_000, paid_on=date(2021, 7, 8)
    )
    create_piece(dossier, kind=PieceKind.RIB, message="RIB de Quatremere")
    create_event(dossier, PortalEventKind.PAID, NOW)
    create_contact(
        "+33639980177", person_id=person.id, dossier_id=dossier.id, note="Quatremere rappelle"
    )
    db.session.add_all([
        PersonNir(person_id=person.id, nir="284017512345678"),
        Annotation(dossier_id=dossier.id, author_id=agent_id, text="Rendez-vous chez le médecin", created_at=NOW),
        PersonChange(person_id=person.id, field="last_name", before="Quatremere", after="x", agent_id=agent_id, at=NOW),
    ])  # fmt: skip
    db.session.commit()
    return person.id


def everything() -> str:
    """All that the tables hold, read as the code reads it."""
    db.session.expire_all()
    rows = [
        repr(tuple(r))
        for t in db.metadata.tables.values()
        if t.name not in ("journal", "search_words")
        for r in db.session.connection().execute(select(t))
    ]
    return "\n".join(rows)


def test_what_is_held_is_given_then_erased_and_figures_stay(
    app: Flask, login: Callable[[str], StaffClient], create_agent: Callable[..., Any]
) -> None:
    agent_id = create_agent("front").id
    person_id = world(agent_id)
    manager = login("manager")
    assert "Quatremere" in manager.post("/admin/privacy", data={"q": "quatremere"}).text
    page = manager.get(f"/admin/privacy/persons/{person_id}")
    assert page.status_code == 200
    told = json.loads(manager.get(f"/admin/privacy/persons/{person_id}/held.json").get_data())
    whole = json.dumps(told, ensure_ascii=False)
    assert all(name in whole for name in NAMES)
    assert "token" not in whole
    assert (
        manager.get(f"/admin/privacy/persons/{person_id}/held.pdf").get_data().startswith(b"%PDF")
    )
    assert any("export" in line.lower() for line in told["journal"]) or told["journal"]

    where = f"/admin/privacy/persons/{person_id}/erase"
    assert manager.post(where).status_code == 422
    assert manager.post(where, data={"sure": "1"}).status_code == 303
    left = everything()
    assert [name for name in NAMES if name in left] == []
    assert found_persons("quatremere") == []
    dossier = db.session.scalars(select(Dossier)).one()
    assert (dossier.inside, dossier.amount_cents, dossier.paid_on) == (
        Inside.PAID,
        65_000,
        date(2021, 7, 8),
    )
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1
    assert db.session.scalar(select(func.count()).select_from(PortalEvent)) == 1
    made = db.session.scalars(select(Erasure)).one()
    assert made.counts["person_phones"] == 1
    assert manager.get(f"/admin/privacy/erasures/{made.id}.pdf").get_data().startswith(b"%PDF")
    assert manager.post(where, data={"sure": "1"}).status_code == 409
    acts = list(db.session.scalars(select(JournalEntry.act)))
    assert acts.count("person_exported") == 2
    assert acts.count("person_erased") == 1


def test_a_person_s_term_comes_five_years_after_the_last_step(
    app: Flask, create_agent: Callable[..., Any]
) -> None:
    person_id = world(create_agent("front").id)
    late = NOW + erasing.KEEP_PERSONS + timedelta(days=60)
    assert erasing.past_term(NOW + timedelta(days=400)) == []
    assert erasing.past_term(late) == [person_id]
    assert retention.run(now=late, dry_run=True)["persons"] == 1
    assert db.session.get_one(Person, person_id).last_name == "Quatremere"
    counts = retention.run(now=late, dry_run=False)
    assert counts["persons"] == 1
    assert db.session.get_one(Person, person_id).last_name == erasing.GONE_LAST
    assert erasing.past_term(late) == []
    create_dossier(create_person(), inside=Inside.TAKEN_UP)
    assert erasing.past_term(late) == []  # a living dossier keeps its person
    assert clock.now() > NOW


def test_one_call_about_two_persons_leaves_the_other_hers(
    app: Flask, login: Callable[[str], StaffClient], create_agent: Callable[..., Any], line: Line
) -> None:
    """A mother calls for herself and for her son: what he was promised is neither in her file, nor erased with her."""
    agent_id = create_agent("front").id
    mother = world(agent_id)
    son = create_person("0639980178", last_name="Quatremere", first_name="Noé")
    his = create_dossier(son, inside=Inside.AWAITED)
    contact = create_contact("+33639980177", person_id=mother, note="pour elle et pour Noé")
    contact_id = contact.id
    db.session.add_all([
        ContactPerson(contact_id=contact_id, person_id=mother, added_at=NOW),
        ContactPerson(contact_id=contact_id, person_id=son.id, dossier_id=his.id, added_at=NOW),
    ])  # fmt: skip
    db.session.commit()
    son_id, now = son.id, clock.now()
    later = {"agent_id": agent_id, "owner_id": agent_id, "now": now, "due_at": now + timedelta(days=1),
             "contact_id": contact_id}  # fmt: skip
    to_her = promises.promise("answer", reason="lui dire pour elle", person_id=mother, **later).id
    to_him = promises.promise(
        "answer", reason="lui dire pour Noé", dossier_id=his.id, person_id=son_id, **later
    ).id
    asked = consultations.ask(
        his.id, "Noé a-t-il droit au cumul ?", agent_id=agent_id, now=now, contact_id=contact_id
    )
    with unit_of_work():
        back = ask(Wish("+33639980177", line.id, CallBackSource.AGENT, now, now + timedelta(days=1),
                        contact_id=contact_id, agent_id=agent_id, chosen=True)).callback.id  # fmt: skip
    asked_id = asked.id

    hers, theirs = json.dumps(held.of(mother)), json.dumps(held.of(son_id))
    assert "lui dire pour elle" in hers
    assert "pour No" not in hers.replace("pour elle et pour No", "")
    assert "cumul" not in hers
    assert "cumul" in theirs
    assert "lui dire pour elle" not in theirs
    assert {row["person_id"] for row in held.of(mother)["contact_persons"]} == {mother}

    manager = login("manager")
    assert (
        manager.post(f"/admin/privacy/persons/{mother}/erase", data={"sure": "1"}).status_code
        == 303
    )
    db.session.expire_all()
    assert db.session.get_one(Promise, to_her).outcome == PromiseEnd.DROPPED  # nobody could keep it
    assert db.session.get_one(CallBack, back).state == CallBackState.CANCELLED
    kept = db.session.get_one(Promise, to_him)
    assert (kept.ended_at, kept.reason) == (None, "lui dire pour Noé")
    assert "cumul" in db.session.get_one(Consultation, asked_id).question
    assert db.session.get_one(Person, son_id).first_name == "Noé"
    owed = login("manager").get("/tickets/owed?scope=all").text
    assert erasing.GONE_LAST not in owed
    assert "lui dire pour Noé" in owed


def test_nobody_is_erased_while_we_are_answering_them(
    app: Flask, login: Callable[[str], StaffClient], create_agent: Callable[..., Any], line: Line
) -> None:
    person_id = world(create_agent("front").id)
    contact = create_contact("+33639980177", channel=Channel.SMS, person_id=person_id)
    with unit_of_work():
        works.arrive(contact.id, line.queue_id, now=clock.now())
    manager = login("manager")
    where = f"/admin/privacy/persons/{person_id}/erase"
    refused = manager.post(where, data={"sure": "1"})
    assert (refused.status_code, "attend une réponse" in refused.text) == (409, True)
    db.session.expire_all()
    assert db.session.get_one(Person, person_id).last_name == "Quatremere"
    rows = held.ids_of(person_id)
    for table, over in (("calls", "ended_at"), ("alerts", "closed_at")):
        with pytest.raises(Conflict):
            open_matters.refuse({table: {(1,): {over: None}}})
        open_matters.refuse({table: {(1,): {over: NOW}}})
    assert "works" in rows
