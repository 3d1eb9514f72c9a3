"""The page of a script's figures: read from runs of calls, with their denominators, for the whole team."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from flask import Flask

from app.assist import service, store
from app.assist.figures import counting
from app.assist.figures import store as figures
from app.assist.figures.counting import HOLDS
from app.assist.runs import resuming
from app.foundation import clock
from app.tickets.reasons import Reason
from tests.assist.test_runs import begin, choose, contact_of
from tests.dossiers.build import NOW, create_contact

SPACES = re.compile(r"\s+")
START, END = NOW - timedelta(days=1), NOW + timedelta(days=1)


def said(html: str) -> str:
    """What a reader sees of a page, on one line."""
    return SPACES.sub(" ", unescape(re.sub(r"<[^>]+>", " ", html)))


def counted(script_id: str = "S01", *, later: timedelta = timedelta()) -> counting.ScriptFigures:
    return counting.count(figures.courses(script_id, START, END), NOW + later)


def test_from_calls_to_the_page(app: Flask, login, create_agent, monkeypatch) -> None:
    agent = create_agent("front")
    # Twelve follow S01: ten answer the first step, one is cut there, one stands there.
    for _ in range(10):
        choose(begin(contact_of(), agent.id), 0, 10, agent.id)
    cut, standing = contact_of(), contact_of()
    cut_run = begin(cut, agent.id)
    begin(standing, agent.id)
    service.settle(cut.id, NOW + timedelta(seconds=20))
    step = counted().step("adresse")
    assert (step.arrived, step.answered, step.abandoned, step.open) == (12, 10, 1, 1)
    assert step.branches[0].chosen == 10
    # An answer taken back is no arrival.
    taken_back = begin(contact_of(), agent.id)
    choose(taken_back, 0, 10, agent.id)
    service.back(taken_back, moves=store.run(taken_back).moves, now=NOW + timedelta(seconds=20))
    assert counted().step("adresse").arrived == 13
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
    page = said(login("front").get("/scripts/S01/figures").text)
    assert "10 sur 13" in page
    assert "Interrompu (ligne coupée) : 1" in page
    assert "13 arrivées" in page
    assert store.run(cut_run).outcome == "interrupted"
    day = clock.local_day(NOW).isoformat()
    report = login("manager").get(f"/reports/{day}.json").get_json()
    (of_day,) = [each for each in report["scripts"] if each["script"] == "S01"]
    assert (of_day["followed"], of_day["left"], of_day["open"]) == (13, 1, 12)
    assert "S01" in login("front").get(f"/reports/{day}").text
    few = said(login("back").get("/scripts/S02/figures").text)
    assert "Personne n’a suivi ce script dans cette période" in few
    for wrong in ("?from=9999-99-99&to=x", "?from=2026-01-01&to=2020-01-01", "?version=abc"):
        assert login("manager").get(f"/scripts/S01/figures{wrong}").status_code == 200


def test_taken_up_again_is_the_same_course(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    contact = contact_of()
    run = begin(contact, agent.id)
    choose(run, 0, 10, agent.id)
    service.settle(contact.id, NOW + timedelta(seconds=20))
    before = counted()
    assert (before.followed, before.abandoned) == (1, 1)
    again = create_contact(person_id=contact.person_id, dossier_id=contact.dossier_id)
    resuming.take_up(run, contact_id=again.id, agent_id=agent.id, now=NOW + timedelta(minutes=5))
    after = counted()
    assert (after.followed, after.abandoned, after.open) == (1, 0, 1)
    assert after.step("adresse").arrived == 1


def test_solved_is_followed_for_seven_days(app: Flask, create_agent) -> None:
    agent = create_agent("front")
    first, second, third = contact_of(), contact_of(), contact_of()
    runs = [begin(each, agent.id, "S07") for each in (first, second, third)]
    ended = NOW + timedelta(minutes=1)
    for run_id in runs:
        run = store.run(run_id)
        run.outcome, run.ended_at = "solved", ended  # as a step that saw it ends it
        run.steps[-1].choice, run.steps[-1].left_at = 0, ended
    reason = Reason(service.state_of(store.run(runs[0])).script.reason)
    other = next(each for each in Reason if each not in (reason, Reason.UNQUALIFIED))
    create_contact(now=ended + timedelta(days=2), person_id=first.person_id, reason=reason)
    create_contact(now=ended + timedelta(days=2), person_id=second.person_id, reason=other)
    create_contact(now=ended + HOLDS, person_id=third.person_id, reason=reason)
    solved = counted("S07", later=timedelta(days=3)).solved
    assert (solved.at_once, solved.held, solved.came_back, solved.too_soon) == (3, 0, 1, 2)
    solved = counted("S07", later=timedelta(days=9)).solved
    assert (solved.held, solved.came_back, solved.too_soon) == (2, 1, 0)
