"""The manager's side of the telephone: settings of the line, and the wall with its dialog."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_pages import PASSWORD, WHO
from tests.people import act, assert_axe, assert_fits, become_available, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People


@pytest.fixture
def manager(people: People) -> Page:
    return people.agent(WHO["manager"], PASSWORD, path="/wall")


def test_a_tired_secretary_keeps_what_she_typed(manager: Page) -> None:
    manager.goto("/admin/line")
    manager.fill("#day-0", "9h-12h30, 11h-17h")
    manager.fill("#day-1", "09 h 00 - 12 h 30 et 13:30-17:00")
    manager.click("text=Enregistrer les horaires")
    expect(manager.locator("#day-0-error")).to_contain_text("se chevauchent")
    expect(manager.locator("#day-0")).to_have_value("9h-12h30, 11h-17h")
    keep_screen(manager, "line-hours-refused")
    assert_axe(manager)
    manager.fill("#day-0", "9-12h30 13h30-17")
    manager.click("text=Enregistrer les horaires")
    expect(manager.locator("#day-0")).to_have_value("9h-12h30, 13h30-17h")
    expect(manager.locator("#day-1")).to_have_value("9h-12h30, 13h30-17h")


def test_an_announcement_is_changed_and_put_back(manager: Page) -> None:
    manager.goto("/admin/line/announcements")
    card = manager.locator("#text-position")
    card.locator("textarea").fill("Vous êtes à la place {rang}.")
    card.locator("#save-position").click()
    expect(card.locator("[role=alert]")).to_contain_text("{rang}")
    expect(card.locator("textarea")).to_have_value("Vous êtes à la place {rang}.")
    card.locator("textarea").fill("Vous avez le numéro {position}.")
    card.locator("#save-position").click()
    expect(card.locator(".line-done")).to_contain_text("Enregistré")
    keep_screen(manager, "line-announcement-stored")
    card.locator("#reset-position").click()
    expect(card.locator("#reset-position")).to_have_count(0)


def test_the_wall_acts_by_keyboard_and_nothing_steals_the_focus(
    people: People, served: Served, manager: Page
) -> None:
    line = Line(served.carrier_url)
    line.clear()
    agent = people.agent(WHO["front"], PASSWORD)
    become_available(agent)
    act(agent, "#act-pause")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "away")
    for number in range(101, 106):
        line.dial(f"+33639980{number}")
    rows = manager.locator(".wall-queue .wall-row")
    expect(rows).to_have_count(5)
    expect(rows.filter(has_text="personne n’est en service")).to_have_count(5, timeout=30_000)
    keep_screen(manager, "wall-supervised", full=False)
    assert_axe(manager)
    assert_fits(manager)

    # The third one goes first; the button keeps the focus though the wall is drawn again.
    manager.locator(".wall-queue .wall-act").nth(2).focus()
    manager.keyboard.press("Enter")
    expect(manager.locator("#call-first")).to_be_visible()
    keep_screen(manager, "wall-dialog-call", full=False)
    assert_axe(manager)
    manager.wait_for_timeout(1500)
    expect(manager.locator("#supervise")).to_be_visible()
    manager.locator("#call-first").press("Enter")
    expect(rows.first).to_contain_text("en premier")
    expect(manager.locator(":focus")).to_have_attribute("id", re.compile("^act-call-"))

    # Back from her break by the manager's hand: she is told by whom, and the first call rings.
    manager.locator("[id^=act-agent-]").first.press("Enter")
    manager.locator("#supervise input[value=available]").check()
    keep_screen(manager, "wall-dialog-agent", full=False)
    assert_axe(manager)
    manager.locator("#agent-change").press("Enter")
    expect(agent.locator("#toasts")).to_contain_text("a changé votre état")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "ringing")
    expect(rows.filter(has_text="sonne chez")).to_have_count(1)
    act(agent, "#act-decline")
    line.clear()


def test_the_wall_fills_the_screen_and_says_when_it_is_not_live(
    people: People, manager: Page
) -> None:
    """Nothing under 28 px, acts out of sight until one points at them, no old figure that passes for a true one."""
    manager.set_viewport_size({"width": 1920, "height": 1080})
    smallest = manager.evaluate(
        "Math.min(...[...document.querySelectorAll('#wall-screen :is(p, li, h2, time, span)')]"
        ".filter(e => !e.closest('.wall-acts, .visually-hidden, button') && e.textContent.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 28, smallest
    for size in ({"width": 1366, "height": 768}, {"width": 1280, "height": 720}):
        manager.set_viewport_size(size)  # type: ignore[arg-type]
        manager.wait_for_function(  # the wall may be drawn anew at that instant
            """height => {
                const last = document.querySelector(".wall-service")?.getBoundingClientRect();
                return last && last.height > 0 && last.bottom <= height;
            }""",
            arg=size["height"],
        )
    manager.set_viewport_size({"width": 1920, "height": 1080})
    act = manager.locator("#wall-line")
    manager.mouse.move(0, 0)
    expect(manager.locator(".wall-line-acts")).to_have_css("opacity", "0")
    act.focus()
    expect(manager.locator(".wall-line-acts")).to_have_css("opacity", "1")
    manager.locator("#wall-full").click()
    expect(manager.locator(".rail")).to_be_hidden()
    keep_screen(manager, "wall-full", full=False)
    assert_axe(manager)
    manager.keyboard.press("Escape")
    expect(manager.locator(".rail")).to_be_visible()

    manager.route("**/wall/board", lambda route: route.abort())
    manager.evaluate("document.getElementById('wall').dispatchEvent(new Event('line-moved'))")
    expect(manager.locator("#wall-screen")).to_have_attribute("data-live", "off")
    expect(manager.locator("#wall-live")).to_contain_text("Pas en direct depuis")
    keep_screen(manager, "wall-not-live", full=False)
    manager.unroute("**/wall/board")
    manager.evaluate("document.getElementById('wall').dispatchEvent(new Event('line-moved'))")
    expect(manager.locator("#wall-screen")).to_have_attribute("data-live", "on")
    people.problems.found.clear()  # what the browser says of an answer that did not come


@pytest.mark.parametrize("dialog", ["#wall-line", "#wall-thresholds"])
def test_a_dialog_of_the_wall(served: Served, manager: Page, dialog: str) -> None:
    if dialog == "#wall-thresholds":  # a replay needs five callers, whatever the tests before left
        line = Line(served.carrier_url)
        line.clear()
        for number in range(101, 106):
            line.dial(f"+33639980{number}")
        rows = manager.locator(".wall-queue .wall-row")
        in_queue = rows.filter(has_text="personne n’est en service")
        expect(in_queue).to_have_count(5, timeout=30_000)
        line.clear()
        expect(rows).to_have_count(0)
    manager.locator(dialog).press("Enter")
    expect(manager.locator("#supervise-body form").first).to_be_visible()
    if dialog == "#wall-thresholds":
        expect(manager.locator("#preview")).to_contain_text("pas une prévision")
    keep_screen(manager, f"wall-dialog{dialog.replace('#', '-')}", full=False)
    assert_axe(manager)
    manager.keyboard.press("Escape")
    expect(manager.locator(dialog)).to_be_focused()


def test_an_incident_is_on_every_desk_in_one_click(people: People, manager: Page) -> None:
    agent = people.agent(WHO["front"], PASSWORD)
    manager.locator("#wall-line").click()
    manager.locator("text=Activer l’annonce d’incident").click()
    expect(agent.locator(".desk-incident")).to_contain_text("Un incident technique")
    expect(manager.locator(".wall-incident")).to_be_visible()
    keep_screen(agent, "desk-incident", full=False)
    keep_screen(manager, "wall-incident", full=False)
    assert_axe(agent)
    manager.locator("#wall-line").click()
    manager.locator("text=Désactiver l’annonce d’incident").click()
    expect(agent.locator(".desk-incident")).to_be_hidden()


def test_a_manager_listens_then_whispers_and_nobody_is_in_the_dark(
    people: People, served: Served, manager: Page
) -> None:
    line = Line(served.carrier_url)
    line.clear()
    manager.goto("/admin/line/rules")
    manager.locator("[name=coaching]").check()
    manager.click("text=Enregistrer les règles")
    agent = people.agent(WHO["front"], PASSWORD)
    become_available(agent)
    caller = line.dial("+33639980105")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "ringing", timeout=30_000)
    act(agent, "#act-accept")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "talking", timeout=15_000)

    manager.goto("/wall")
    manager.locator("[data-listen]").press("Enter")
    expect(manager.locator("#coach")).to_be_visible()
    keep_screen(manager, "wall-dialog-coach", full=False)
    assert_axe(manager)
    manager.locator("#coach-listen").press("Enter")
    expect(manager.locator("#coach-words")).to_contain_text("Vous écoutez", timeout=15_000)
    expect(agent.locator("[data-slot=party]")).to_contain_text("Isabelle")
    line.hears(caller, "écoute")
    keep_screen(manager, "wall-listening", full=False)
    keep_screen(agent, "desk-listened-to", full=False)
    assert_axe(manager)

    # Another page drops nothing: she hears on, and comes back to where she was.
    manager.locator(".rail a[href='/reports']").click()
    manager.wait_for_url("**/reports/**")
    expect(manager.locator("#page h1")).to_contain_text("Rapport")
    expect(manager.locator("#coach-words")).to_contain_text("Vous écoutez")
    expect(agent.locator("[data-slot=party]")).to_contain_text("Isabelle")
    manager.go_back()
    manager.wait_for_url("**/wall")

    manager.locator("#coach-speak").press("Enter")
    expect(manager.locator("#coach-words")).to_contain_text("Vous soufflez", timeout=20_000)
    manager.locator("#coach-stop").press("Enter")
    expect(manager.locator("#coach-bar")).to_be_hidden(timeout=15_000)
    expect(agent.locator("[data-slot=party]")).to_be_hidden()
    expect(agent.locator("#call")).to_have_attribute("data-phase", "talking")
    act(agent, "#act-hang-up")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "wrap_up", timeout=15_000)
    act(agent, "#act-done")
    line.clear()
