"""Runs of scripts beside a contact, through the pane: stored step by step, undone, escaped."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.assist import loader, service, store
from app.assist.acts.actions import ACTIONS
from app.assist.editing import reviews
from app.assist.models import ScriptRun, ScriptRunStep, ScriptVersion
from app.dossiers.vocabulary import PortalEventKind
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.tickets.models import Contact
from tests.clients import StaffClient
from tests.dossiers.build import (
    NOW,
    create_contact,
    create_dossier,
    create_event,
    create_mandate,
    create_person,
)

ROLES = ("front", "back", "manager")


def contact_of(**person: str) -> Contact:
    """A contact with a person and a dossier."""
    values = {"email": "ana@tests.example", **person}
    dossier = create_dossier(create_person(**values))
    return create_contact(person_id=dossier.person_id, dossier_id=dossier.id)


def begin(contact: Contact, agent_id: int, script: str = "S01") -> int:
    return service.start_run(
        script, contact_id=contact.id, dossier_id=None, agent_id=agent_id, now=NOW
    )


def choose(run_id: int, choice: int, seconds: int, agent_id: int, **posture: str) -> int:
    run = store.run(run_id)
    state = service.state_of(run)
    return service.answer(
        run_id, moves=run.moves, step_id=state.step_id, choice=choice,
        posture=service.Posture(**posture), agent_id=agent_id, now=NOW + timedelta(seconds=seconds),
    )  # fmt: skip


def stays(run_id: int) -> list[ScriptRunStep]:
    return list(store.run(run_id).steps)


def test_each_stay_is_stored_with_its_times_and_posture(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    run_id = begin(contact_of(), agent.id)
    choose(run_id, 0, 40, agent.id, code="alone")
    choose(run_id, 0, 55, agent.id, code="for", reason="urgency")
    first, second, third = stays(run_id)
    assert (first.step_id, first.choice, first.posture) == ("adresse", 0, "alone")
    assert (first.left_at or NOW) - first.entered_at == timedelta(seconds=40)
    assert (second.posture, second.posture_reason) == ("for", "urgency")
    assert (third.step_id, third.left_at, third.choice) == ("devant", None, None)


def test_a_double_click_and_an_old_page_change_nothing(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    run_id = begin(contact_of(), agent.id)
    for _again in range(3):
        service.answer(
            run_id, moves=0, step_id="adresse", choice=0, posture=service.Posture(),
            agent_id=agent.id, now=NOW,
        )  # fmt: skip
    assert [s.step_id for s in stays(run_id)] == ["adresse", "parti"]


def test_back_hides_and_never_erases(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    run_id = begin(contact_of(), agent.id)
    choose(run_id, 0, 10, agent.id)
    service.back(run_id, moves=store.run(run_id).moves, now=NOW + timedelta(seconds=20))
    kept = stays(run_id)
    assert [(s.step_id, s.undone_at is None) for s in kept] == [
        ("adresse", False), ("parti", False), ("adresse", True),
    ]  # fmt: skip
    assert service.state_of(store.run(run_id)).step_id == "adresse"


def test_another_script_follows_and_back_returns_to_the_first(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    contact = contact_of()
    first = begin(contact, agent.id)
    second = choose(first, 2, 10, agent.id)  # no mailbox password: S04
    assert store.run(second).script_id == "S04"
    assert store.run(first).outcome == "other_script"
    assert service.scripts_used(contact.id) == ["S01", "S04"]
    for seconds in (
        30,
        40,
    ):  # first to what was passed over (the mailbox, said in S01), then to S01
        at = NOW + timedelta(seconds=seconds)
        back = service.back(second, moves=store.run(second).moves, now=at)
    assert back == first
    assert service.state_of(store.run(first)).step_id == "adresse"
    assert service.scripts_used(contact.id) == ["S01"]


def walk(run_id: int, agent_id: int, *steps: tuple[str, str], **posture: str) -> int:
    """Answer by (step, label of the choice); the run where it ends up."""
    for step_id, label in steps:
        state = service.state_of(store.run(run_id))
        assert state.step_id == step_id
        labels = [choice.label.fr.replace("\u00a0", " ") for choice in state.step.choices]
        number = next(n for n, text in enumerate(labels) if text.startswith(label))
        run_id = choose(run_id, number, next(SECONDS), agent_id, **posture)
    return run_id


SECONDS = itertools.count(1)  # an answer comes after the one before


TO_THE_MAILBOX = (
    ("ecouter", "Elle n’arrive pas"), ("qui", "C’est bien elle, personne"), ("lire", "Oui, l’inscription"),
    ("fait", "C’est clair"), ("adresse", "C’est la bonne, mais"),
)  # fmt: skip
MAILBOX_FOUND = (
    ("ailleurs", "Oui, elle est ouverte"), ("renvoi", "Elle voit un"),
    ("lire_message", "C’est celui"), ("ouvrir", "Oui, elle continue"),
)  # fmt: skip


def test_a_script_called_on_the_way_returns_to_its_caller(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    contact = contact_of()
    s13 = begin(contact, agent.id, "S13")
    s04 = walk(s13, agent.id, *TO_THE_MAILBOX)
    assert store.run(s04).script_id == "S04"
    back = walk(s04, agent.id, *MAILBOX_FOUND)
    assert back == s13
    assert service.state_of(store.run(s13)).step_id == "dedans"
    assert store.run(s13).ended_at is None
    assert store.run(s04).outcome == "under_way"
    walk(s13, agent.id, ("dedans", "Elle le fera plus tard"), ("contact", "C’est redit, elle la"))
    assert store.run(s13).outcome == "follow_up"
    # The call is about what was taken up again last.
    assert service.scripts_used(contact.id) == ["S04", "S13"]


def test_the_nearest_caller_that_waits_goes_on(app: Flask, create_agent) -> None:
    """S13 → S04 → S03: when the message is found, S13 goes on, not S04."""
    agent = create_agent("front")
    s13 = begin(contact_of(), agent.id, "S13")
    s04 = walk(s13, agent.id, *TO_THE_MAILBOX)
    s03 = walk(s04, agent.id, *MAILBOX_FOUND[:1], ("renvoi", "Rien n’arrive"))
    assert store.run(s03).script_id == "S03"
    found = walk(
        s03, agent.id, ("appareil", "Téléphone, une"), ("application", "Oui"), ("liste", "Oui"),
        ("message", "C’est le bon"), ("sortir", "C’est fait"),
        ("ouvrir", "La page du mot de passe : elle continue"),
    )  # fmt: skip
    assert found == s13


def test_a_caller_can_be_taken_up_by_decision_but_not_beside_a_third(app: Flask, login) -> None:
    client, contact = login("front"), contact_of()
    s13 = begin(contact, client.agent.id, "S13")
    s04 = walk(s13, client.agent.id, *TO_THE_MAILBOX)
    page = pane(client, contact)
    assert "on revient à S13" in page
    html = client.post(f"/assist/runs/{s04}/go-on", data={"moves": store.run(s04).moves}).text
    assert "Êtes-vous dans la demande déjà remplie" in html
    assert store.run(s04).outcome == "interrupted"
    # An ended call to S04 waits for nobody any more; a third script keeps the place.
    s04 = walk(s13, client.agent.id, ("dedans", "Le mot de passe est refusé"))
    begin(contact, client.agent.id, "S25")
    again = client.post(f"/assist/runs/{s04}/go-on", data={"moves": store.run(s04).moves})
    assert again.status_code == 409
    assert store.run(s13).ended_at is not None


def test_an_end_that_leaves_it_open_offers_the_way_back(app: Flask, login) -> None:
    client, contact = login("front"), contact_of()
    s13 = begin(contact, client.agent.id, "S13")
    s04 = walk(s13, client.agent.id, *TO_THE_MAILBOX)
    walk(s04, client.agent.id, ("ailleurs", "Non"), ("fournisseur", "Une adresse de"),
         ("pro", "Elle va le demander"))  # fmt: skip
    assert store.run(s04).outcome == "third_party"
    assert "Revenir à S13" in pane(client, contact)


def test_starting_another_script_ends_the_one_that_runs(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    contact = contact_of()
    first = begin(contact, agent.id)
    begin(contact, agent.id, "S18")
    assert store.run(first).outcome == "other_script"
    assert service.scripts_used(contact.id) == ["S01", "S18"]


def test_a_run_opened_by_mistake_tells_nothing(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    contact = contact_of()
    run_id = begin(contact, agent.id)
    assert service.digital_observed(contact.id)
    service.finish(run_id, moves=0, outcome="not_this", now=NOW)
    assert service.scripts_used(contact.id) == []
    assert not service.digital_observed(contact.id)


@pytest.mark.parametrize(("script", "digital"), [("S01", True), ("S18", True), ("S25", False)])
def test_what_a_script_says_of_the_call(
    app: Flask, create_agent, script: str, digital: bool
) -> None:
    contact = contact_of()
    begin(contact, create_agent("front").id, script)
    assert service.digital_observed(contact.id) is digital
    assert [s.reason for s in service.suggestions(contact.id)] == [loader.get(script).reason]


@pytest.mark.parametrize(("minutes", "observed"), [(-1, False), (1, True), (20, False)])
def test_a_failure_seen_by_the_portal_during_the_contact_counts(
    app: Flask, minutes: int, observed: bool
) -> None:
    contact = contact_of()
    contact.closed_at = contact.opened_at + timedelta(minutes=10)
    dossier = store.dossier(contact.dossier_id or 0)
    at = contact.opened_at + timedelta(minutes=minutes)
    create_event(dossier, PortalEventKind.PASSWORD_REFUSED, at)
    assert service.digital_observed(contact.id) is observed


def test_a_run_keeps_the_version_it_began_with(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    run_id = begin(contact_of(), agent.id)
    version = db.session.scalar(select(ScriptVersion))
    assert version is not None
    # A later publication changes the house's file, not the run's copy.
    assert service.state_of(store.run(run_id)).script == loader.parse(version.source)
    assert version.content_hash == loader.get("S01").content_hash


def test_a_run_left_open_is_interrupted_when_the_contact_closes(app: Flask, create_agent) -> None:
    contact = contact_of()
    run_id = begin(contact, create_agent("front").id)
    service.settle(contact.id, NOW)
    db.session.commit()
    assert store.run(run_id).outcome == "interrupted"
    assert service.scripts_used(contact.id) == ["S01"]


def test_postures_are_checked(app: Flask) -> None:
    with pytest.raises(InvalidInput):
        service.Posture("alone and fast")
    with pytest.raises(InvalidInput):
        service.Posture("for")
    with pytest.raises(InvalidInput):
        service.Posture("for", "lazy")
    assert service.Posture("with", "urgency").reason is None


def test_a_posture_that_nobody_said_is_not_stored(app: Flask, login) -> None:
    client, contact = login("front"), contact_of()
    html = client.post("/assist/runs", data={"script": "S04", "contact": contact.id}).text
    posture = html[html.index('class="posture"') :]
    assert " checked" not in posture
    assert " selected" not in posture
    run = db.session.scalar(select(ScriptRun))
    assert run is not None
    client.post(f"/assist/runs/{run.id}/answer", data={"moves": 0, "step": "lequel", "choice": 0})
    assert [(s.posture, s.posture_reason, s.basis) for s in stays(run.id)] == [(None,) * 3] * 2


def test_in_the_persons_place_is_said_with_why_and_on_what_agreement(app: Flask, login) -> None:
    client = login("front")
    run_id = begin(contact_of(), client.agent.id)
    data = {"moves": 0, "step": "adresse", "choice": 0, "posture": "for"}
    for more in ({}, {"posture_reason": "urgency"}, {"posture_basis": "spoken"},
                 {"posture_reason": "urgency", "posture_basis": "assumed"}):  # fmt: skip
        answer = client.post(f"/assist/runs/{run_id}/answer", data={**data, **more})
        assert answer.status_code == 422, more
    said = {**data, "posture_reason": "no_device", "posture_basis": "mandate"}
    assert (
        client.post(f"/assist/runs/{run_id}/answer", data=said).status_code == 422
    )  # none is noted
    contact = db.session.get_one(Contact, store.run(run_id).contact_id)
    create_mandate(contact.person_id or 0, client.agent.id)
    assert client.post(f"/assist/runs/{run_id}/answer", data=said).status_code == 200
    first = stays(run_id)[0]
    assert (first.posture, first.posture_reason, first.basis) == ("for", "no_device", "mandate")
    told = client.get(f"/dossiers/persons/{contact.person_id}/help").text
    assert "fait à sa place (elle n’a pas d’appareil)" in told
    assert "Ce n’est ni une note ni un motif pour refuser" in told


def test_a_step_done_in_the_persons_place_asks_who_did_it(app: Flask, create_agent) -> None:
    """S30 books a place: whoever did it says so, and the proposed posture is not taken for it."""
    agent = create_agent("front")
    run_id = begin(contact_of(), agent.id, "S30")
    walk(run_id, agent.id, ("rassurer", "Un téléphone simple"), ("qui", "Non, personne"),
         ("lieu", "Un lieu est"))  # fmt: skip
    assert service.state_of(store.run(run_id)).step.posture == "for"
    with pytest.raises(InvalidInput):
        walk(run_id, agent.id, ("reserver", "Réservé"))
    walk(run_id, agent.id, ("reserver", "Réservé"), code="with")
    assert service.state_of(store.run(run_id)).step_id == "rappel"


@pytest.mark.parametrize("script", loader.library().values(), ids=lambda script: script.id)
def test_distress_and_the_service_itself_never_wait_for_an_agreement(script) -> None:
    """An alert, an incident, a question to the owner are not done in the person's name."""
    for step in script.steps:
        if step.action in ("alert_manager", "link_incident", "consult_owner", "flag_priority"):
            assert not ACTIONS[step.action].for_person
            assert step.posture != "for", (script.id, step.id)


def test_a_run_needs_somebody(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    with pytest.raises(InvalidInput):
        service.start_run("S01", contact_id=None, dossier_id=None, agent_id=agent.id, now=NOW)
    with pytest.raises(NotFound):
        service.start_run("S01", contact_id=999, dossier_id=None, agent_id=agent.id, now=NOW)
    with pytest.raises(NotFound):
        begin(contact_of(), agent.id, "S77")
    assert db.session.scalar(select(ScriptRun)) is None


# --- through the browser ---


def pane(client: StaffClient, contact: Contact) -> str:
    return client.get(f"/assist/pane?contact={contact.id}").get_data(as_text=True)


def test_the_pane_offers_scripts_then_shows_the_question(app: Flask, login) -> None:
    client, contact = login("front"), contact_of()
    assert "Chercher un script" in pane(client, contact)
    html = client.post("/assist/runs", data={"script": "S01", "contact": contact.id}).text
    assert "lettre par lettre" in html
    assert re.findall(r'data-key="(\d)"', html) == ["1", "2", "3", "4"]
    assert "C’est bon si" in html


def test_the_whole_path_by_the_forms(app: Flask, login) -> None:
    client, contact = login("back"), contact_of()
    client.post("/assist/runs", data={"script": "S01", "contact": contact.id})
    run = db.session.scalar(select(ScriptRun))
    assert run is not None
    html = client.post(
        f"/assist/runs/{run.id}/answer",
        data={
            "moves": 0,
            "step": "adresse",
            "choice": 0,
            "posture": "with",
            "posture_reason": "asked",
        },
    ).text
    assert "D’après le dossier" in html
    html = client.post(f"/assist/runs/{run.id}/back", data={"moves": 1}).text
    assert "lettre par lettre" in html
    assert "C’est réglé" not in html  # in mid-script nobody has seen it yet
    refused = client.post(f"/assist/runs/{run.id}/finish", data={"moves": 2, "outcome": "solved"})
    assert refused.status_code == 422
    html = client.post(
        f"/assist/runs/{run.id}/finish", data={"moves": 2, "outcome": "follow_up"}
    ).text
    assert "À suivre" in html
    assert "Reprendre" in html


@pytest.mark.parametrize(
    "data",
    [{}, {"moves": "0"}, {"moves": "x", "choice": "0"}, {"moves": "0", "choice": "99"},
     {"moves": "-1", "choice": "0"}, {"moves": "0", "choice": "0", "posture": "for"},
     {"moves": "9" * 40, "choice": "0"}],
)  # fmt: skip
def test_a_bad_answer_is_refused_and_changes_nothing(app: Flask, login, data) -> None:
    client = login("front")
    run_id = begin(contact_of(), client.agent.id)
    answer = client.post(f"/assist/runs/{run_id}/answer", data={"step": "adresse", **data})
    assert answer.status_code == 422
    assert [s.step_id for s in stays(run_id)] == ["adresse"]


def test_only_who_takes_calls_may_move_a_run_and_only_with_the_form_token(
    app: Flask, login, client: StaffClient
) -> None:
    run_id = begin(contact_of(), login("front").agent.id)
    paths = [f"/assist/runs/{run_id}/{act}" for act in ("answer", "back", "finish", "action")]
    for path in (*paths, "/assist/runs"):
        assert login("admin").post(path).status_code == 403
        assert client.post(path, headers={"Accept": "application/json"}).status_code == 401
        staff = login("front")
        staff.csrf = ""
        assert staff.post(path).status_code == 422
    assert len(stays(run_id)) == 1


def test_what_callers_are_named_cannot_run_in_the_pane(app: Flask, login) -> None:
    client = login("front")
    contact = contact_of(first_name="<script>alert(1)</script>", email="a@x.example")
    client.post("/assist/runs", data={"script": "S01", "contact": contact.id})
    assert "<script>alert" not in pane(client, contact)
    assert "<script>" not in client.get("/assist/search?q=<script>alert(1)</script>").text


def test_the_sentence_to_say_is_in_the_callers_language(app: Flask, login) -> None:
    contact = contact_of(language="en")
    client = login("front")
    html = client.post("/assist/runs", data={"script": "S01", "contact": contact.id}).text
    assert re.search(r'<p class="say-words" lang="en">\W*Let&#39;s check together', html)
    assert "On va vérifier ensemble" in html  # the agent's own language, smaller


def test_scripts_are_listed_searched_and_read(app: Flask, login) -> None:
    client = login("front")
    everything = client.get("/scripts").text
    assert all(script_id in everything for script_id in loader.library())
    found = client.get("/scripts?q=indesirables", headers={"HX-Request": "true"}).text
    assert "S03" in found
    assert "S25" not in found
    assert "Aucun script" in client.get("/scripts?q=zzz").text
    narrow = client.get("/scripts?digital=link_expired&sort=-title").text
    assert 'href="/scripts/S02"' in narrow
    assert 'href="/scripts/S25"' not in narrow
    assert 'aria-sort="descending"' in narrow
    assert "Aucun script ne répond" in client.get("/scripts?reason=unqualified").text
    assert 'id="scripts-count" hx-swap-oob="true">1 script<' in (
        client.get("/scripts?q=indesirables", headers={"HX-Request": "true"}).text
    )
    for script_id in loader.library():
        assert client.get(f"/scripts/{script_id}").status_code == 200
    assert client.get("/scripts/S77").status_code == 404


def test_an_unread_script_says_so_once_where_it_begins(app: Flask, login, create_agent) -> None:
    agent = login("front")
    contact = contact_of()
    contact.agent_id = agent.agent.id
    db.session.commit()
    run_id = begin(contact, agent.agent.id)
    line = "Pas encore relu par un praticien"
    address = f"/assist/pane?contact={contact.id}"
    assert agent.get(address).text.count(line) == 1
    choose(run_id, 0, 10, agent.agent.id)
    assert line not in agent.get(address).text
    service.back(run_id, moves=store.run(run_id).moves, now=NOW + timedelta(seconds=20))
    reviews.review("S01", reviewer="Mme B., gestionnaire", agent_id=agent.agent.id, now=NOW)
    assert line not in agent.get(address).text


def test_a_script_read_from_a_dossier_says_that_nothing_is_noted(login) -> None:
    agent = login("front")
    page = agent.get("/scripts/S02?dossier=7").text
    assert "rien n’est noté dans le dossier" in page
    assert 'href="/dossiers/7"' in page
    for address in ("/scripts/S02", "/scripts/S02?dossier=x"):
        assert "rien n’est noté" not in agent.get(address).text
