"""A merge loses nothing, whatever refers to the one who goes; undone, everything is as it was."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.dossiers import service, store
from app.dossiers.duplicates import comparing, merging
from app.dossiers.duplicates.models import DuplicatePair, DuplicatePending, PairState
from app.dossiers.feeds.models import FeedKey
from app.dossiers.finding import index
from app.dossiers.merged.models import Merge
from app.dossiers.models import Dossier, DossierIban, Person, PersonChange, PersonNir, Piece
from app.dossiers.vocabulary import Inside, PieceKind, PieceState, PortalEventKind, Rejection
from app.foundation import clock
from app.foundation.database import references
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db
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

ASIDE = {
    "journal",
    "merges",
    "person_tokens",
    "duplicate_keys",
    "duplicate_pending",
    "search_words",
    "alembic_version",
}


def dump() -> dict[str, list[str]]:
    """All rows of all tables, but those that only follow."""
    db.session.expire_all()
    return {
        table.name: sorted(
            repr(tuple(row)) for row in db.session.connection().execute(select(table))
        )
        for table in db.metadata.tables.values()
        if table.name not in ASIDE
    }


def world(seed: int, agent_id: int) -> tuple[int, int]:
    """Two files of one person, with what may hang on them, some of it on both."""
    rnd = random.Random(seed)
    one = create_person(
        "0639980101", "0639980102", last_name="Hadad", first_name="Samira", born_on=date(1985, 5, 7)
    )
    two = create_person(
        "0639980102", last_name="Haddad", first_name="Samira", email="s@exemple.example"
    )
    ids = [one.id, two.id]
    for person_id in ids:
        person = db.session.get_one(Person, person_id)
        if rnd.random() < 0.7:
            db.session.add(PersonNir(person_id=person_id, nir="284017512345678"))
            person.nir_masked = f"2 •• {person_id}"
        db.session.add(
            PersonChange(
                person_id=person_id, field="email", before="", after="x", agent_id=agent_id, at=NOW
            )
        )
        db.session.add(
            FeedKey(
                kind="persons", source="", key=f"k{person_id}", person_id=person_id, sent={"a": "b"}
            )
        )
        for _n in range(rnd.randrange(3)):
            dossier = create_dossier(person, training_title=rnd.choice(["Soudeur", "Cuisine"]))
            for kind in rnd.sample(list(PieceKind), 2):
                create_piece(dossier, kind=kind)
            create_event(dossier, PortalEventKind.LINK_SENT, NOW, expires_at="x")
            create_contact(person_id=person_id, dossier_id=dossier.id)
        create_contact("+33639980101", person_id=person_id)
    values = {"percent": 82, "reasons": ["one_letter"], "state": PairState.OPEN, "found_at": NOW}
    db.session.add(DuplicatePair(one_id=min(ids), other_id=max(ids), **values))
    db.session.commit()
    return ids[0], ids[1]


def test_a_merge_loses_nothing_and_undone_it_never_was(
    app: Flask, create_agent: Callable[..., Any]
) -> None:
    agent_id = create_agent("manager").id
    db.session.commit()
    for seed in range(6):
        one, other = world(seed, agent_id)
        before = dump()
        counted = {name: len(rows) for name, rows in before.items()}
        chosen = {
            "last_name": one,
            "born_on": one,
            "email": other,
            "nir_masked": random.Random(seed).choice((one, other)),
        }
        merge_id = merging.merge("person", one, other, chosen, by_id=agent_id, now=clock.now())

        kept, gone = max(one, other), min(one, other)
        person = store.person(gone)  # its address still leads somewhere
        assert (person.id, person.last_name, person.email, person.born_on) == (
            kept,
            "Hadad",
            "s@exemple.example",
            date(1985, 5, 7),
        )
        for reference in references.to(db.metadata, "persons"):
            rows = db.session.execute(
                select(reference.column).where(reference.column == gone)
            ).all()
            assert rows == [], reference.table.name
        after = {name: len(rows) for name, rows in dump().items()}
        lost = {
            name: counted[name] - after[name] for name in counted if counted[name] != after[name]
        }
        assert set(lost) <= {"persons", "person_phones", "person_nirs", "duplicate_pairs"}
        assert lost["person_phones"] == 1  # the number that both had stands once
        assert {kept} <= set(found_persons("hadad samira")) & set(found_persons("haddad samira"))
        assert index.stale(db.session.connection()) == []

        with pytest.raises(NotFound):
            merging.merge("person", one, other, {}, by_id=agent_id, now=clock.now())
        merging.undo(merge_id, by_id=agent_id, now=clock.now())
        assert dump() == before
        assert index.stale(db.session.connection()) == []
        with pytest.raises(Conflict):
            merging.undo(merge_id, by_id=agent_id, now=clock.now())
    acts = [
        act
        for act in db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id))
        if act.startswith("persons_")
    ]
    assert acts == ["persons_merged", "persons_merged", "persons_parted", "persons_parted"] * 6


def test_merges_of_merges_go_back_in_their_order_and_in_no_other(
    app: Flask, create_agent: Callable[..., Any]
) -> None:
    """A into B, B into C, two demandes of what is then one person, whatever the order: the latest goes back first,
    another is refused in words and changes nothing; all taken back, everything is as it was."""
    agent_id = create_agent("manager").id
    db.session.commit()
    for seed in range(4):
        rnd = random.Random(seed)
        persons = [
            create_person(last_name=f"Haddad{seed}{n}", first_name="Samira") for n in range(3)
        ]
        for person in persons:
            dossier = create_dossier(person, training_title="Soudeur")
            create_contact(person_id=person.id, dossier_id=dossier.id)
        ids = [person.id for person in persons]
        states, merges = [dump()], []
        while len(ids) > 1 or rnd.random() < 0.5:
            person_id = rnd.choice(ids)
            query = select(Dossier.id).where(Dossier.person_id == person_id).order_by(Dossier.id)
            theirs = list(db.session.scalars(query))
            if len(theirs) > 1 and rnd.random() < 0.6:
                kind, (one, other) = "dossier", rnd.sample(theirs, 2)
            elif len(ids) > 1:
                kind, (one, other) = "person", rnd.sample(ids, 2)
                ids.remove(min(one, other))
            else:
                break
            merges.append(merging.merge(kind, one, other, {}, by_id=agent_id, now=clock.now()))
            states.append(dump())
        for place in reversed(range(len(merges))):
            for earlier in merges[:place]:
                with pytest.raises(Conflict, match="depuis"):
                    merging.undo(earlier, by_id=agent_id, now=clock.now())
                assert dump() == states[place + 1]
            merging.undo(merges[place], by_id=agent_id, now=clock.now())
            assert dump() == states[place]


def test_what_comes_after_a_merge_stays_with_the_kept_one(
    app: Flask, create_agent: Callable[..., Any]
) -> None:
    agent_id = create_agent("manager").id
    db.session.commit()
    one, other = world(3, agent_id)
    merge_id = merging.merge("person", one, other, {}, by_id=agent_id, now=clock.now())
    kept, gone = max(one, other), min(one, other)
    later = create_contact("+33639980101", person_id=kept)
    person = db.session.get_one(Person, kept)
    person.address = "Corrigée depuis"
    db.session.commit()
    merging.undo(merge_id, by_id=agent_id, now=clock.now())
    db.session.refresh(later)
    assert later.person_id == kept
    assert db.session.get_one(Person, kept).address == "Corrigée depuis"
    assert db.session.get(Person, gone) is not None


def test_two_demandes_of_one_training_are_one(app: Flask, create_agent: Callable[..., Any]) -> None:
    agent_id = create_agent("manager").id
    person = create_person("0639980101", last_name="Quatremère")
    first, second = (
        create_dossier(person, reference="PF-OLD-1"),
        create_dossier(person, reference="PF-NEW-2"),
    )
    ids = (first.id, second.id)
    for dossier in (first, second):
        create_piece(dossier, kind=PieceKind.RIB)
        create_contact(person_id=person.id, dossier_id=dossier.id)
    before = dump()
    merge_id = merging.merge("dossier", *ids, {}, by_id=agent_id, now=clock.now())
    assert store.dossier(ids[0]).id == ids[1]
    assert db.session.scalar(select(func.count()).select_from(Piece)) == 1
    assert found_persons("PF-OLD-1") == [person.id]
    service.annotate(
        ids[0], "Une remarque.", agent_id=agent_id, now=clock.now(), locale="fr"
    )  # from an open page
    assert len(store.annotations_page(ids[1]).items) == 1
    merging.undo(merge_id, by_id=agent_id, now=clock.now())
    found = dump()
    assert {n: r for n, r in found.items() if n != "annotations"} == {
        n: r for n, r in before.items() if n != "annotations"
    }
    stranger = create_dossier(create_person())
    with pytest.raises(Exception, match="même personne"):
        merging.merge("dossier", ids[0], stranger.id, {}, by_id=agent_id, now=clock.now())


def test_pairs_are_found_in_the_background_and_what_was_said_stays(
    app: Flask, create_agent: Callable[..., Any]
) -> None:
    agent_id = create_agent("manager").id
    one = create_person(
        "0639980101", last_name="Hadad", first_name="Samira", born_on=date(1985, 5, 7)
    )
    two = create_person(
        "0639980102", last_name="Haddad", first_name="Samira", born_on=date(1985, 5, 7)
    )
    create_person("0639980101", last_name="Haddad", first_name="Yanis", born_on=date(2004, 5, 7))
    assert comparing.work(NOW) == 3
    assert comparing.work(NOW) == 0
    (pair,) = merging.open_pairs([one.id])
    assert (pair.percent, pair.one_id, pair.other_id) == (82, one.id, two.id)
    merging.apart(two.id, one.id, by_id=agent_id, now=NOW)
    two.first_name = "Samyra"
    db.session.commit()
    comparing.work(NOW + timedelta(hours=1))
    assert merging.open_pairs([one.id, two.id]) == []
    assert db.session.scalar(select(func.count()).select_from(DuplicatePair)) == 1
    assert db.session.scalar(select(func.count()).select_from(DuplicatePending)) == 0
    assert "persons_apart" in set(db.session.scalars(select(JournalEntry.act)))
    assert db.session.scalar(select(func.count()).select_from(Merge)) == 0


def test_of_two_demandes_each_keeps_what_was_chosen_and_undone_it_never_was(
    app: Flask, login: Callable[[str], StaffClient]
) -> None:
    """By the page: a status with its reason, an IBAN with what it masks, the pièce that is further."""
    person = create_person("0639980101", last_name="Quatremère")
    first = create_dossier(
        person,
        reference="PF-OLD-1",
        inside=Inside.REJECTED,
        rejection=Rejection.DUPLICATE,
        iban_masked="FR76 •••• 111",
        training_title="",
    )
    second = create_dossier(person, reference="PF-NEW-2", iban_masked="FR76 •••• 222")
    ids = (first.id, second.id)
    for dossier, state in ((first, PieceState.GREEN), (second, PieceState.GREY)):
        create_piece(dossier, kind=PieceKind.RIB, state=state)
        db.session.add(DossierIban(dossier_id=dossier.id, iban=f"FR76{dossier.id}", payee="Elle"))
    create_contact(person_id=person.id, dossier_id=ids[0])
    db.session.commit()
    before, agent = dump(), login("front")
    looked_at = ("persons", "dossiers", "pieces", "dossier_ibans", "contacts", "annotations")
    where = f"/dossiers/duplicates/dossier/{ids[0]}/{ids[1]}"
    assert where in agent.get(f"/dossiers/{ids[0]}").text
    page = agent.get(where).text
    assert all(word in page for word in ("Acceptée", "PF-OLD-1", "reste", "contacts (1)"))
    chosen = {"field-inside": str(ids[0]), "field-iban_masked": str(ids[0])}
    assert agent.post(f"{where}/merge", data=chosen).status_code == 422
    done = agent.post(f"{where}/merge", data={**chosen, "sure": "1"})
    assert (done.status_code, done.location) == (303, f"/dossiers/{ids[1]}")
    kept = store.dossier(ids[0])
    assert (kept.id, kept.rejection, kept.training_title) == (
        ids[1],
        Rejection.DUPLICATE,
        "Soudeur",
    )
    assert db.session.scalars(select(Piece.state)).all() == [PieceState.GREEN]
    assert db.session.scalars(select(DossierIban.iban)).all() == [f"FR76{ids[0]}"]
    shown = agent.get(f"/dossiers/{ids[1]}").text
    assert "Réunie avec la demande PF-OLD-1" in shown
    merge_id = db.session.scalars(select(Merge.id)).one()
    back = agent.post(f"/dossiers/duplicates/merges/{merge_id}/undo", data={"back": str(ids[0])})
    assert back.location == f"/dossiers/{ids[0]}"
    found = dump()
    assert [found[name] for name in looked_at] == [before[name] for name in looked_at]
