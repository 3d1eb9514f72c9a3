"""The journal in words: every act has its sentence, by person, subject and day, a page at a time."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.accounts import journal
from app.administration import journal_words
from app.administration.journal_search import PAGE
from app.assist.portal.models import CommandKind
from app.calls.call.life.record import Kind
from app.dossiers.service import Protected
from app.foundation.database.unit_of_work import unit_of_work
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime.fromisoformat("2026-06-22T10:00:00+00:00")
# Acts whose name is put together: the pieces are known elsewhere.
MADE = (
    {f"reveal_{field}" for field in Protected}
    | {f"portal.{kind}" for kind in CommandKind}
    | {kind.value for kind in (Kind.CONSULTED, Kind.COACHED, Kind.SENT_TO, Kind.SENT_OUTSIDE)}
)
RECORDERS = ("journal.record", "_record", "_journal", "staff.change", "_change", "_take_off")


def recorded() -> Iterator[str]:
    """The acts that the code records, as they stand in it."""
    for file in (ROOT / "app").rglob("*.py"):
        tree = ast.parse(file.read_text())
        named = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id == "act"
        }
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in RECORDERS:
                given = [
                    named.get("act", a) if ast.unparse(a) == "act" else a for a in call.args[:2]
                ]
                for each in given:
                    yield from _texts(each)


def _texts(expression: ast.expr) -> Iterator[str]:
    if isinstance(expression, ast.IfExp):
        yield from _texts(expression.body)
        yield from _texts(expression.orelse)
    elif isinstance(expression, ast.Constant) and re.fullmatch(
        r"[a-z_]+(\.[a-z_]+)?", str(expression.value)
    ):
        yield str(expression.value)


def test_every_act_of_the_code_has_a_sentence() -> None:
    acts = set(recorded()) | MADE
    assert len(acts) > 60
    assert acts - set(journal_words.SENTENCES) == set()


def test_no_sentence_is_for_an_act_that_nobody_does() -> None:
    source = "\n".join(
        file.read_text() for file in (ROOT / "app").rglob("*.py") if file.name != "journal_words.py"
    )
    assert [a for a in journal_words.SENTENCES if a not in MADE and f'"{a}"' not in source] == []


def write(
    agent_id: int | None, act: str, subject: str, at: datetime = NOON, **detail: object
) -> None:
    with unit_of_work():
        journal.record(act, subject, agent_id=agent_id, now=at, detail=detail)


def said(client: StaffClient, **query: object) -> list[str]:
    page = client.get("/admin/journal", query_string=query)
    assert page.status_code == 200
    rows = re.findall(r"<tr>\s*<th scope=\"row\".*?</tr>", page.text, re.DOTALL)
    cells = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", cell[-1])).strip() for cell in cells]


def test_lines_are_sentences_with_names_and_local_hours(
    app: Flask, login: Callable[..., StaffClient]
) -> None:
    manager = login("manager", display_name="Isabelle Roy")
    nadia = login("front", display_name="Nadia <b>Ferhat").agent
    dossier = create_dossier()
    write(nadia.id, "qualify", "contact:82")
    write(nadia.id, "annotate", f"dossier:{dossier.id}")
    write(manager.agent.id, "call_given", "call:5", agent=nadia.id)
    write(None, "sign_in_refused", "agent:unknown")
    write(None, "account_closed", f"agent:{nadia.id}")
    write(nadia.id, "act.callback", "contact:82")
    write(nadia.id, "something_new", "planet:9")
    lines = said(manager)
    assert lines[:7] == [
        "Nadia &lt;b&gt;Ferhat : « something_new » (planet:9).",
        "Nadia &lt;b&gt;Ferhat a noté un acte d’un script (contact n° 82).",
        "Le serveur (une commande ou une tâche) a fermé le compte de Nadia &lt;b&gt;Ferhat.",
        "Un compte inconnu : mot de passe refusé.",
        "Isabelle Roy a confié l’appel n° 5 à Nadia &lt;b&gt;Ferhat.",
        f"Nadia &lt;b&gt;Ferhat a écrit une annotation (dossier {dossier.reference}). Ouvrir le dossier",
        "Nadia &lt;b&gt;Ferhat a qualifié le contact n° 82.",
    ]
    page = manager.get("/admin/journal").text
    assert "22 juin 2026, 12:00:00" in page
    assert "Ouvrir le dossier" not in login("admin").get("/admin/journal").text


def test_by_person_subject_and_day(login: Callable[..., StaffClient]) -> None:
    admin = login("admin")
    nadia, bruno = login("front").agent, login("back").agent
    write(nadia.id, "qualify", "contact:1", NOON)
    write(bruno.id, "qualify", "contact:2", NOON + timedelta(days=1))
    write(admin.agent.id, "account_role", f"agent:{nadia.id}", NOON)
    write(
        nadia.id, "act.callback", "contact:1", datetime.fromisoformat("2026-06-22T22:30:00+00:00")
    )
    assert len(said(admin, agent=nadia.id)) == 3
    assert len(said(admin, theme="contacts")) == 2
    assert len(said(admin, theme="accounts", agent=bruno.id)) == 0
    assert len(said(admin, theme="dossiers")) == 1
    assert len(said(admin, day="2026-06-22")) == 2
    assert len(said(admin, day="2026-06-23")) == 2  # half past midnight in Paris is that day
    assert len(said(admin, agent="x", theme="x", day="9999-99-99", before="-1")) == 4


def test_by_act_period_and_dossier(login: Callable[..., StaffClient]) -> None:
    admin = login("admin")
    nadia = login("front").agent
    dossier = create_dossier()
    for days in range(3):
        write(nadia.id, "annotate", f"dossier:{dossier.id}", NOON + timedelta(days=days))
    write(nadia.id, "qualify", "contact:9001", NOON)
    assert len(said(admin, act="annotate")) == 3
    assert len(said(admin, since="2026-06-23", until="2026-06-24")) == 2
    assert len(said(admin, until="2026-06-22", act="annotate")) == 1
    assert len(said(admin, dossier=dossier.id)) == 3
    found = admin.get("/admin/journal", query_string={"dossier": dossier.reference.lower()})
    assert found.location == f"/admin/journal?dossier={dossier.id}"  # not what was typed
    unknown = admin.get("/admin/journal", query_string={"dossier": "Z-none"})
    assert "Aucun dossier n’a cette référence" in unknown.text
    options = re.findall(r'<option value="([\w.]+)"', unknown.text)
    assert set(journal_words.SENTENCES) <= set(options)


def test_nothing_for_developers_in_a_managers_pages(login: Callable[..., StaffClient]) -> None:
    page = login("manager").get("/admin").text
    assert "/admin/components" not in page
    assert "/outbox" not in page
    assert page.index("/admin/line") < page.index("/admin/journal")


def test_a_page_at_a_time(login: Callable[..., StaffClient]) -> None:
    admin = login("admin")
    with unit_of_work():
        for number in range(PAGE + 3):
            journal.record("qualify", f"contact:{number}", agent_id=admin.agent.id, now=NOON)
    page = admin.get("/admin/journal", query_string={"agent": admin.agent.id}).text
    older = re.search(r'href="(/admin/journal\?[^"]*before=\d+[^"]*)"', page)
    assert older
    assert f"agent={admin.agent.id}" in older[1]
    assert len(said(admin)) == PAGE
    rest = admin.get(older[1].replace("&amp;", "&")).text
    assert rest.count("a qualifié le contact") == 3
    assert "Plus anciennes" not in rest


@pytest.mark.parametrize("role", ["front", "back"])
def test_agents_do_not_read_it(login: Callable[..., StaffClient], role: str) -> None:
    assert login(role).get("/admin/journal").status_code == 403
