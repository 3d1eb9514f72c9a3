"""A manager changes a script: written, reviewed, published, used by the next run, and taken back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.assist import loader, service, store
from app.assist.editing import library, source, standing
from app.assist.editing import service as editing
from app.assist.editing.models import DraftState, ScreenReport, ScriptDraft, ScriptPublication
from app.foundation import clock
from app.foundation.exceptions import Conflict, InvalidInput
from app.foundation.extensions import db
from tests.assist.test_runs import begin, contact_of, walk
from tests.clients import StaffClient

FORM = re.compile(r'<form class="stack" method="post".*?</form>', re.DOTALL)


@pytest.fixture(autouse=True)
def _forget() -> None:
    """Each test has a database of its own: what another published is not in use here."""
    library._published.cache_clear()
    library._scripts.cache_clear()


def open_one(boss: StaffClient, script_id: str = "S07") -> ScriptDraft:
    where = boss.post(f"/scripts/{script_id}/draft").headers["Location"]
    return editing.draft(int(where.rsplit("/", 1)[1]))


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the form of a step, as it was drawn."""
    form = next(f for f in FORM.findall(page) if 'name="headline_fr"' in f)
    sent = {}
    for name, inner in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        sent[name] = inner
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        sent[name] = next((v for v, chosen in values if chosen), values[0][0])
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf' {n}="([^"]*)"', tag) for n in ("name", "value"))
        if name and ("checkbox" not in tag or " checked" in tag):
            sent[name[1]] = value[1] if value else ""
    return {name: unescape(value) for name, value in sent.items() if name != "csrf_token"}


def text_with(draft: ScriptDraft, **changes: Any) -> str:
    document, _problem = source.document_of(draft.source)
    document["steps"][0] |= changes
    return source.write(document)


def test_from_a_form_to_the_next_run(app: Flask, login, create_agent) -> None:
    boss, agent = login("manager"), create_agent("front")
    other = login("manager")
    before = begin(contact_of(), agent.id, "S07")  # goes on during all this
    draft = open_one(boss)
    assert open_one(boss).id == draft.id  # one at a time
    first = library.get("S07").start
    page = boss.get(f"/scripts/drafts/{draft.id}?step={first.id}").text
    assert first.headline.fr in page.replace("&#39;", "'").replace("’", "'") or first.id in page
    text = text_with(draft, patience=123)
    answer = boss.post(f"/scripts/drafts/{draft.id}/text", data={"edition": 0, "text": text})
    assert answer.status_code == 302
    page = boss.get(f"/scripts/drafts/{draft.id}").text
    assert "Des agents sont en ce moment sur une étape qui change" in page
    assert "<ins>" in page
    early = boss.post(f"/scripts/drafts/{draft.id}/publish", data={"edition": 1})
    assert early.status_code == 422  # read again first
    assert boss.post(f"/scripts/drafts/{draft.id}/review", data={"edition": 1}).status_code == 302
    assert library.get("S07").start.patience != 123
    why = {"edition": 2, "why": "Plus de temps", "alone": "je suis pressé"}
    own = boss.post(f"/scripts/drafts/{draft.id}/publish", data=why)
    assert own.status_code == 422  # who wrote it is not the only one who reads it
    assert "une autre personne de l’encadrement" in boss.get(f"/scripts/drafts/{draft.id}").text
    published = other.post(f"/scripts/drafts/{draft.id}/publish", data=why)
    assert published.headers["Location"] == "/scripts/S07/history"
    now = library.get("S07")
    assert now.start.patience == 123
    assert now.version == loader.get("S07").version + 1
    assert service.state_of(store.run(before)).step.patience != 123  # kept its text
    after = begin(contact_of(), agent.id, "S07")
    assert service.state_of(store.run(after)).step.patience == 123
    history = boss.get("/scripts/S07/history").text
    assert "Plus de temps" in history
    assert f"Écrite par {boss.agent.display_name}, relue par {other.agent.display_name}" in history
    assert "Pas encore relu par un praticien" in history
    boss.post("/scripts/S07/reviewed", data={"reviewer": "Mme B., gestionnaire"})
    assert "Relu par Mme B., gestionnaire" in boss.get("/scripts/S07").text
    # Back to the house's own text: a draft like any other.
    where = boss.post("/scripts/S07/restore", data={"version": 0}).headers["Location"]
    back = editing.draft(int(where.rsplit("/", 1)[1]))
    editing.ask_review(back.id, edition=0, agent_id=boss.agent.id, now=clock.now())
    editing.publish(back.id, edition=1, why="", agent_id=other.agent.id, now=clock.now())
    assert library.get("S07").start.patience != 123
    assert "non relu" not in boss.get("/scripts/S07").text
    assert len(editing.history("S07")) == 2


def test_a_faulty_draft_keeps_what_was_typed_and_is_not_published(app: Flask, login) -> None:
    boss = login("manager")
    draft = open_one(boss)
    broken = "id: S07\nsteps: [oops"
    boss.post(f"/scripts/drafts/{draft.id}/text", data={"edition": 0, "text": broken})
    page = boss.get(f"/scripts/drafts/{draft.id}")
    assert page.status_code == 200
    assert "YAML illisible" in page.text
    assert "oops" in page.text
    assert boss.post(f"/scripts/drafts/{draft.id}/review", data={"edition": 1}).status_code == 422
    step = boss.post(f"/scripts/drafts/{draft.id}/steps/un", data={"edition": 1})
    assert step.status_code == 422
    assert editing.draft(draft.id).source == broken
    typed = boss.post(f"/scripts/drafts/{draft.id}/check", data={"text": "a: &a 1\nb: *a"})
    assert "renvoi YAML" in typed.text
    assert boss.post("/scripts/drafts", data={"text": "id: ["}).status_code == 422
    other = loader.source("S08")
    boss.post(f"/scripts/drafts/{draft.id}/text", data={"edition": 1, "text": other})
    with pytest.raises(InvalidInput):  # another script's text would take its place
        editing.ask_review(draft.id, edition=2, agent_id=boss.agent.id, now=clock.now())


def test_two_managers_do_not_write_over_one_another(app: Flask, login) -> None:
    boss = login("manager")
    draft = open_one(boss)
    text = text_with(draft, patience=50)
    boss.post(f"/scripts/drafts/{draft.id}/text", data={"edition": 0, "text": text})
    late = boss.post(f"/scripts/drafts/{draft.id}/text", data={"edition": 0, "text": "perdu"})
    assert late.status_code == 409
    assert editing.draft(draft.id).source == text
    with pytest.raises(Conflict):
        editing.begin("S07", agent_id=boss.agent.id, now=clock.now(), text="autre")
    boss.post(f"/scripts/drafts/{draft.id}/drop", data={"edition": 1})
    assert editing.draft(draft.id).state is DraftState.DROPPED


def test_steps_are_added_filled_and_taken_away_by_forms(app: Flask, login) -> None:
    boss = login("manager")
    draft = open_one(boss)
    first = library.get("S07").start.id
    boss.post(f"/scripts/drafts/{draft.id}/steps", data={"edition": 0, "new": "nouvelle"})
    assert any(p.step == "nouvelle" for p in editing.read_draft(editing.draft(draft.id)).problems)
    filled = {"edition": 1, "kind": "ask", "headline_fr": "Et là ?", "headline_en": "And now?",
              "choice0_fr": "Oui", "choice0_en": "Yes", "choice0_way": f"next:{first}",
              "choice1_fr": "Non", "choice1_en": "No", "choice1_way": "script:S30"}  # fmt: skip
    boss.post(f"/scripts/drafts/{draft.id}/steps/nouvelle", data=filled)
    page = boss.get(f"/scripts/drafts/{draft.id}?step=nouvelle").text
    assert "Et là" in page
    boss.post(f"/scripts/drafts/{draft.id}/steps/nouvelle/drop", data={"edition": 2})
    assert editing.read_draft(editing.draft(draft.id)).good


# Every step of a script, and no way to a row that the tests above do not go on both.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_forms_of_a_script_sent_back_change_nothing_and_a_fact_is_changed_by_form(
    app: Flask, login
) -> None:
    boss = login("manager")
    draft = open_one(boss, "S13")
    before = source.document_of(draft.source)[0]
    edition = 0
    for step in library.get("S13").steps:
        page = boss.get(f"/scripts/drafts/{draft.id}?step={step.id}").text
        sent = fields(page) | {"edition": str(edition)}
        assert (
            boss.post(f"/scripts/drafts/{draft.id}/steps/{step.id}", data=sent).status_code == 302
        )
        edition += 1
    assert source.document_of(editing.draft(draft.id).source)[0] == before
    first = library.get("S13").start
    page = boss.get(f"/scripts/drafts/{draft.id}?step={first.id}").text
    sent = fields(page) | {
        "edition": str(edition), "choice0_obstacle": "time", "choice0_learns_device": "phone",
        "asks_device": "yes",
    }  # fmt: skip
    boss.post(f"/scripts/drafts/{draft.id}/steps/{first.id}", data=sent)
    page = boss.get(f"/scripts/drafts/{draft.id}?step={first.id}").text
    assert "pas le temps maintenant" in page
    assert "Passée si c’est déjà connu" in page
    step = source.document_of(editing.draft(draft.id).source)[0]["steps"][0]
    assert step["asks"] == ["device"]
    assert step["choices"][0]["learns"]["device"] == "phone"
    assert step["choices"][0]["obstacle"] == "time"


@pytest.mark.parametrize("steps", ["3", "[1, a]", "[{id: un, asks: [{a: b}], choices: [x]}]"])
def test_a_text_being_typed_never_breaks_its_page(app: Flask, login, steps: str) -> None:
    boss = login("manager")
    draft = open_one(boss)
    boss.post(
        f"/scripts/drafts/{draft.id}/text", data={"edition": 0, "text": f"id: S07\nsteps: {steps}"}
    )
    assert boss.get(f"/scripts/drafts/{draft.id}?step=un").status_code == 200
    sent = {"edition": 1, "headline_fr": "x"}
    assert boss.post(f"/scripts/drafts/{draft.id}/steps/un", data=sent).status_code == 422


def test_who_stands_on_a_changed_step_is_counted_while_the_call_lasts(
    app: Flask, login, create_agent
) -> None:
    boss, agent = login("manager"), create_agent("front")
    other = login("manager")
    first = library.get("S07").start.id
    here, gone = contact_of(), contact_of()
    for contact in (here, gone):
        begin(contact, agent.id, "S07")
    begin(contact_of(), agent.id, "S08")
    assert standing.on("S07", {first}, clock.now()).total() == 2
    assert standing.on("S07", {"elsewhere"}, clock.now()).total() == 0
    gone.closed_at = gone.opened_at
    db.session.commit()
    assert standing.on("S07", {first}, clock.now()) == {first: 1}
    draft = open_one(boss)
    text = text_with(draft, patience=99)
    boss.post(f"/scripts/drafts/{draft.id}/text", data={"edition": 0, "text": text})
    editing.ask_review(draft.id, edition=1, agent_id=boss.agent.id, now=clock.now())
    told = other.post(
        f"/scripts/drafts/{draft.id}/publish", data={"edition": 2}, follow_redirects=True
    ).text
    assert "1 suivi est sur une étape qui a changé" in told


def test_a_new_script_from_a_text_is_in_use_once_published(app: Flask, login) -> None:
    boss = login("manager")
    text = loader.source("S07").replace("id: S07", "id: S77")
    where = boss.post("/scripts/drafts", data={"text": text}).headers["Location"]
    draft_id = int(where.rsplit("/", 1)[1])
    editing.ask_review(draft_id, edition=0, agent_id=boss.agent.id, now=clock.now())
    alone = {"edition": 1, "why": "", "alone": " "}
    assert "seul compte d’encadrement" in boss.get(f"/scripts/drafts/{draft_id}").text
    assert boss.post(f"/scripts/drafts/{draft_id}/publish", data=alone).status_code == 422
    alone["alone"] = "l'écran a changé ce matin"
    assert boss.post(f"/scripts/drafts/{draft_id}/publish", data=alone).status_code == 302
    assert "Sans relecture : l&#39;écran a changé ce matin" in boss.get("/scripts/S77/history").text
    assert db.session.scalar(
        select(JournalEntry).where(JournalEntry.act == "script.published_alone")
    )
    assert "S77" in library.scripts()
    assert boss.get("/scripts/S77").status_code == 200
    assert boss.get("/scripts/S77/yaml").text.startswith("id: S77")
    row = db.session.scalar(select(ScriptPublication))
    assert row is not None
    row.source = "id: [broken"  # as a later version of the application may judge it
    db.session.commit()
    library._published.cache_clear()
    library._scripts.cache_clear()
    assert "S77" not in library.scripts()
    assert list(library.scripts())[:1] == ["S01"]


def test_a_changed_screen_reaches_who_owns_the_scripts(app: Flask, login) -> None:
    desk, boss = login("front"), login("manager")
    run_id = begin(contact_of(), desk.agent.id, "S13")
    walk(run_id, desk.agent.id, ("ecouter", "Elle n’arrive pas"))
    told = desk.post("/scripts/S13/steps/qui/screen", data={"seen": "Le bouton est en bas"})
    assert "Signalé" in told.text
    page = boss.get("/scripts/drafts").text
    assert "S13 · qui" in page
    assert "Le bouton est en bas" in page
    report = db.session.scalar(select(ScreenReport))
    assert report is not None
    assert boss.post(f"/scripts/screens/{report.id}/handled").status_code == 302
    assert boss.post(f"/scripts/screens/{report.id}/handled").status_code == 409
    assert "Aucun écran signalé" in boss.get("/scripts/drafts").text
    for path in ("/scripts/drafts", "/scripts/S07/history"):
        assert desk.get(path).status_code == 403
    assert desk.post("/scripts/S07/draft").status_code == 403


def test_lists_of_a_step_say_words_and_keep_codes_to_themselves(login: Any) -> None:
    boss = login("manager")
    draft = open_one(boss, "S02")
    page = boss.get(f"/scripts/drafts/{draft.id}?step=renvoi").text
    options = dict(re.findall(r'<option value="([^"]+)"[^>]*>(.*?)</option>', page))
    shown = [unescape(each) for each in options.values()]
    assert "Renvoyer le lien" in shown
    assert not [each for each in shown if re.search(r"[a-z]_[a-z]", each)]
    steps = {code: each for code, each in options.items() if "renvoi_seul" in code}
    assert steps
    assert all("Pourrez-vous ouvrir le mail" in each for each in steps.values())
