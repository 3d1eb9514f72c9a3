"""The one list: every table that keeps something owed, late first, whoever looks; and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Agent, JournalEntry
from app.dossiers.models import Piece, PriorityFlag
from app.dossiers.vocabulary import Inside, PieceKind, PieceState, PortalEventKind, Rejection
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue import works
from app.tickets.callbacks import Wish, ask
from app.tickets.consultations import service as consultations
from app.tickets.models import CallBack, CallBackSource, Channel
from app.tickets.promises import service
from app.tickets.promises.models import Promise, PromiseKind
from app.tickets.promises.routes import _next_day
from tests.clients import StaffClient
from tests.dossiers.build import (
    create_contact,
    create_dossier,
    create_event,
    create_person,
    create_piece,
)

Login = Callable[..., StaffClient]


def subjects(client: StaffClient, scope: str = "mine") -> list[str]:
    page = client.get(f"/tickets/owed?scope={scope}").text
    return [part.split('"')[0] for part in page.split('name="subject" value="')[1:]]


def shown(client: StaffClient, scope: str = "mine", what: str = "") -> str:
    return client.get(f"/tickets/owed?scope={scope}&what={what}").text


def owing(line: Line, me: int, other: int) -> dict[str, str]:
    """One thing of each kind, all mine; the keys by kind."""
    now = clock.now()
    person = create_person("+33639980131", last_name="Dumont")
    dossier = create_dossier(person, owner_id=me, inside=Inside.AWAITED)
    contact = create_contact("+33639980131", person_id=person.id, dossier_id=dossier.id, agent_id=me,
                             follow_up_on=clock.local_day(now) - timedelta(days=1), note="retrouver son mail",
                             now=now - timedelta(days=3))  # fmt: skip
    create_event(dossier, PortalEventKind.LINK_SENT, now - timedelta(days=9))
    seen = create_dossier(owner_id=me, inside=Inside.AWAITED)
    create_event(seen, PortalEventKind.LINK_SENT, now - timedelta(days=9))
    create_event(seen, PortalEventKind.LINK_OPENED, now - timedelta(days=8))
    create_piece(
        dossier, kind=PieceKind.RIB, state=PieceState.RED, asked_at=now - timedelta(days=12)
    )
    create_piece(
        dossier, kind=PieceKind.IDENTITY, state=PieceState.RED, asked_at=now - timedelta(days=2)
    )
    decided = clock.local_day(now) - timedelta(days=10)
    create_dossier(create_person(last_name="Perrot"), owner_id=me, inside=Inside.REJECTED,
                   rejection=Rejection.DUPLICATE, decided_on=decided)  # fmt: skip
    promise = service.promise("answer", agent_id=me, owner_id=me, due_at=now + timedelta(minutes=30),
                              reason="lui dire si l'avis suffit", now=now, dossier_id=dossier.id)  # fmt: skip
    asked = consultations.ask(dossier.id, "Une seule cause ?", agent_id=other, now=now)
    with unit_of_work():
        flag = PriorityFlag(dossier_id=dossier.id, author_id=other, reason="étudier d'abord",
                            due_on=clock.local_day(now), created_at=now)  # fmt: skip
        db.session.add(flag)
        callback = ask(Wish("+33639980131", line.id, CallBackSource.AGENT, now, now + timedelta(days=1),
                            contact_id=contact.id, agent_id=me, chosen=True)).callback  # fmt: skip
        written = create_contact("+33639980132", channel=Channel.SMS).id
        works.arrive(written, line.queue_id, now=now - timedelta(days=9))
        return {"promise": f"promise:{promise.id}", "consultation": f"consultation:{asked.id}",
                "flag": f"flag:{flag.id}", "callback": f"callback:{callback.id}"}  # fmt: skip


def test_everything_owed_is_in_one_list_and_leaves_it(app: Flask, login: Login, line: Line) -> None:
    me, other = login("front", display_name="Nadia"), login("back", display_name="Bruno")
    keys = owing(line, me.agent.id, other.agent.id)
    mine = subjects(me)
    found = {each.partition(":")[0] for each in mine}
    assert found == {
        "promise",
        "consultation",
        "flag",
        "callback",
        "follow_up",
        "mail",
        "piece",
        "rejection",
    }
    assert len(mine) == 8  # neither the opened mail nor the pièce of two days ago
    assert (
        subjects(other) == []
    )  # the consultation is at whom it was put to; the priority at the dossier's owner
    assert "message sans réponse" in shown(me, "team")
    page = shown(me)
    assert page.index("En retard") < page.index("retrouver son mail") < page.index(keys["callback"])
    assert "retrouver son mail" in page
    assert "mail pas ouvert" in shown(me, what="mail")
    assert "retrouver son mail" not in shown(me, what="mail")
    assert set(mine) <= set(subjects(login("manager"), "all"))
    # What a colleague owes is read, and not touched.
    assert keys["promise"] not in subjects(other, "all")
    assert "lui dire si l’avis suffit" in shown(other, "all") or "lui dire si l" in shown(
        other, "all"
    )
    for path, more in (
        ("keep", {}),
        ("move", {"day": "2027-01-04", "time": "10:00"}),
        ("hand", {"colleague": ""}),
    ):
        answer = other.post(f"/tickets/owed/{path}", data={"subject": keys["promise"], **more})
        assert (answer.status_code, "Nadia" in answer.text) == (403, True)

    # One key keeps; found things become promises; what is kept elsewhere says where.
    for subject in mine:
        kind = subject.partition(":")[0]
        answer = me.post("/tickets/owed/keep", data={"subject": subject})
        assert answer.status_code == (409 if kind in ("consultation", "callback") else 200), subject
        if kind == "mail":
            step = answer.text.split('name="steps" value="')[1].split('"')[0]
            assert me.post("/tickets/owed/undo", data={"steps": step}).status_code == 200
            again = next(
                each
                for each in subjects(me)
                if each.startswith("promise:") and each != keys["promise"]
            )
            assert me.post("/tickets/owed/keep", data={"subject": again}).status_code == 200
    assert sorted(subjects(me)) == sorted([keys["consultation"], keys["callback"]])
    caught = db.session.scalars(select(Promise).where(Promise.origin.is_not(None))).all()
    assert {each.origin.partition(":")[0] for each in caught} == {
        "mail",
        "piece",
        "rejection",
        "follow_up",
    }  # type: ignore[union-attr]
    acts = set(db.session.scalars(select(JournalEntry.act)))
    assert {
        "promise_made",
        "promise_kept",
        "promise_undone",
        "finish_flag",
        "consultation_asked",
    } <= acts


def test_more_than_a_page_is_counted_and_leafed_through(
    app: Flask, login: Login, line: Line
) -> None:
    """Three kinds of seventy, sixty and fifty-five: what is most urgent of all comes first, and nothing is left out."""
    me, now = login("front"), clock.now()
    person = create_person("+33639980133", last_name="Vasseur")
    dossier = create_dossier(person, owner_id=me.agent.id, inside=Inside.AWAITED)
    old = {"made_at": now, "kind": PromiseKind.ANSWER, "made_by_id": me.agent.id, "owner_id": me.agent.id,
           "dossier_id": dossier.id, "person_id": person.id, "reason": "le lui dire"}  # fmt: skip
    with unit_of_work():
        for rank in range(70):
            due = now - timedelta(days=2, minutes=rank)
            waits = {"waits_since": now, "waits_for": "la CAF", "left_s": 60} if rank >= 66 else {}
            db.session.add(Promise(**old, **waits, due_at=due, first_due_at=due))
        for rank in range(60):
            day = clock.local_day(now) + timedelta(days=9 if rank < 40 else -1)
            db.session.add(PriorityFlag(dossier_id=dossier.id, author_id=me.agent.id, reason="étudier d'abord",
                                        created_at=now, due_on=day))  # fmt: skip
        for rank in range(55):
            asked = now - timedelta(days=60, minutes=rank)
            db.session.add(Piece(dossier_id=create_dossier(owner_id=me.agent.id, inside=Inside.AWAITED).id,
                                 kind=PieceKind.RIB, state=PieceState.RED, asked_at=asked))  # fmt: skip
    pages = [me.get(f"/tickets/owed?page={number}").text for number in (1, 2, 3, 4)]
    found = [
        [part.split('"')[0] for part in page.split('name="subject" value="')[1:]] for page in pages
    ]
    assert [len(each) for each in found] == [50, 50, 50, 35]
    assert len({subject for each in found for subject in each}) == 185
    assert all(
        each.startswith("piece:") for each in found[0]
    )  # two months late: before all the others
    assert found[3][-1].startswith("promise:")  # what waits for a third party comes last
    assert "185 engagements" in pages[0]
    assert "Page 4 sur 4" in pages[3]
    headings = [part.split("</span>")[0] for part in pages[0].split('<span class="muted num">')[1:]]
    assert headings == [
        "141"
    ]  # 55 pièces, 66 promises, 20 priorities: all late, listed on this page or not
    assert "<h2" in pages[3]
    assert ">4<" in pages[3].split('id="owed-paused"')[1][:80]
    assert ">141<" in me.get("/tickets/owed/count").text
    # Of one kind: counted and leafed through as well.
    assert "60 engagements" in me.get("/tickets/owed?what=flag").text
    assert "Page 2 sur 2" in me.get("/tickets/owed?what=promise&page=9").text
    # An act concerns the page that is seen, and comes back to it.
    kept = me.post("/tickets/owed/keep", data={"subject": found[1][0], "page": "2"})
    assert "Page 2 sur 4" in kept.text


def test_several_are_moved_and_given_at_once_never_ended(
    app: Flask, login: Login, line: Line
) -> None:
    me, other = login("front"), login("back")
    keys = owing(line, me.agent.id, other.agent.id)
    both = [keys["promise"], keys["callback"]]
    assert me.post("/tickets/owed/keep", data={"subject": both}).status_code == 422
    day = _next_day().date()
    moved = me.post(
        "/tickets/owed/move", data={"subject": both, "day": day.isoformat(), "time": "10:00"}
    )
    assert moved.status_code == 200
    assert moved.headers["HX-Trigger"] == "owed-moved"
    given = me.post(
        "/tickets/owed/hand", data={"subject": [*both, keys["flag"]], "colleague": other.agent.id}
    )
    assert "1 laissée telle quelle" in given.text
    assert set(both) <= set(subjects(other))
    callback = db.session.scalars(select(CallBack)).one()
    assert callback.agent_id == other.agent.id
    steps = given.text.split('name="steps" value="')[1].split('"')[0]
    assert me.post("/tickets/owed/undo", data={"steps": steps}).status_code == 200
    assert set(both) <= set(subjects(me))
    assert (
        me.post("/tickets/owed/drop", data={"subject": keys["promise"], "why": " "}).status_code
        == 422
    )
    assert (
        me.post(
            "/tickets/owed/wait", data={"subject": keys["promise"], "why": "l'employeur"}
        ).status_code
        == 200
    )
    assert "on attend : l" in shown(me)
    dropped = me.post(
        "/tickets/owed/drop", data={"subject": keys["promise"], "why": "il a tout reçu"}
    )
    assert keys["promise"] not in dropped.text.split("owed-form")[-1]
    history = me.get(f"/tickets/owed/{keys['promise'].partition(':')[2]}").text
    assert "il a tout reçu" in history
    assert "déplacé ; c’était" in history


def test_a_promise_is_made_from_a_contact(app: Flask, login: Login, line: Line) -> None:
    me = login("front")
    dossier = create_dossier()
    contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
    assert "Promettre" in me.get(f"/tickets/owed/new?contact={contact.id}").text
    form: dict[str, Any] = {"contact": contact.id, "promised": "answer", "owner": me.agent.id, "basis": "spoken",
                            "day": (clock.now() + timedelta(days=2)).date().isoformat(), "time": "10:00"}  # fmt: skip
    refused = me.post("/tickets/owed/new", data={**form, "reason": "mot de passe : Soleil2021!"})
    assert refused.status_code == 422
    assert "mot de passe se note" in refused.text or "mot de passe ne se note" in refused.text
    made = me.post("/tickets/owed/new", data={**form, "reason": "je lui redis si l'avis suffit"})
    assert made.status_code == 200
    held = db.session.scalars(select(Promise)).one()
    assert (held.dossier_id, held.basis, held.owner_id) == (dossier.id, "spoken", me.agent.id)
    assert (
        me.post("/tickets/owed/new", data={**form, "promised": "caught", "reason": "x"}).status_code
        == 422
    )


def test_the_rail_counts_what_presses(app: Flask, login: Login, line: Line) -> None:
    me = login("front")
    assert me.get("/tickets/owed/count").text.strip() == ""
    service.promise("answer", agent_id=me.agent.id, owner_id=me.agent.id, due_at=clock.now() + timedelta(minutes=5),
                    reason="rappeler le centre", now=clock.now())  # fmt: skip
    assert ">1<" in me.get("/tickets/owed/count").text
    assert "rappeler le centre" in me.get("/tickets/owed/due").text
    assert login("admin").get("/tickets/owed").status_code == 403


def test_another_service_says_that_it_has_what_was_given_to_it(login: Login) -> None:
    me, now = login("front"), clock.now()
    dossier = create_dossier(create_person(), owner_id=me.agent.id)
    owed = service.promise(
        "transfer",
        agent_id=me.agent.id,
        owner_id=me.agent.id,
        now=now,
        dossier_id=dossier.id,
        due_at=now + timedelta(days=1),
        reason="sa demande de logement",
        service="CCAS de Valclair",
    )
    page = shown(me)
    assert "CCAS de Valclair" in page
    assert page.count("Réception confirmée") == 1
    answer = me.post("/tickets/owed/keep", data={"subject": f"promise:{owed.id}"})
    assert "C’est noté" in answer.text
    db.session.expire_all()
    assert db.session.get_one(Promise, owed.id).outcome == "kept"


def test_what_somebody_owed_who_left_is_the_teams(app: Flask, login: Login, line: Line) -> None:
    me, gone = login("front", display_name="Nadia"), login("back", display_name="Bruno")
    keys = owing(line, gone.agent.id, me.agent.id)
    listed = set(subjects(gone))
    assert not listed & set(subjects(me, "team"))
    with unit_of_work():
        db.session.get_one(Agent, gone.agent.id).active = False
    db.session.expire_all()
    question = {keys["consultation"]}  # mine: it waits for anybody but me
    assert listed - question <= set(subjects(me, "team"))
    flag = {keys["flag"]}  # I promised it: it was in my list already
    assert not (listed - flag) & set(subjects(me, "mine"))
    page = shown(me, "team")
    assert "Bruno ne travaille plus ici" in page
    late = int(
        me.get("/tickets/owed/count").text.split('<span aria-hidden="true">')[1].split("<")[0]
    )
    assert late >= 4  # the rail counts them too
    # Anybody may keep it, give it, answer it; a new question about the dossier goes to everybody.
    assert me.post("/tickets/owed/keep", data={"subject": keys["promise"]}).status_code == 200
    handed = me.post(
        "/tickets/owed/hand", data={"subject": keys["callback"], "colleague": me.agent.id}
    )
    assert handed.status_code == 200
    assert keys["callback"] in subjects(me)
    asked = int(keys["consultation"].partition(":")[2])
    other = login("front", display_name="Camille")
    assert question <= set(subjects(other, "team"))
    answered = other.post(
        f"/tickets/consultations/{asked}/answer", data={"text": "Une seule cause."}
    )
    assert answered.status_code == 200
    dossier = db.session.get_one(Promise, int(keys["promise"].partition(":")[2])).dossier_id
    assert "Bruno" not in me.get(f"/tickets/consultations/whom/{dossier}").text
    again = consultations.ask(dossier or 0, "Et la suite ?", agent_id=me.agent.id, now=clock.now())
    assert (again.to_id, again.to_role, again.group) == (None, None, [])
