"""The one search, by the keyboard, from any page and while somebody is on the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.test_once import caught
from tests.people import assert_axe, become_available, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    """The line as each test wants to find it: no call of the test before."""
    Line(served.carrier_url).clear()


@pytest.fixture
def agent(people: People) -> Page:
    return people.agent("camille@demo.permanence", PASSWORD)


def ask(page: Page, typed: str) -> None:
    field = page.get_by_role("combobox", name="Une personne, un dossier")
    field.press("Control+A")
    field.press_sequentially(typed, delay=10)


def test_somebody_is_found_and_opened_without_a_mouse(agent: Page) -> None:
    agent.goto("/scripts")
    agent.locator("body").press("Control+k")
    field = agent.get_by_role("combobox", name="Une personne, un dossier")
    expect(field).to_be_focused()
    keep_screen(agent, "search-open", full=False)
    ask(agent, "hadad")
    first = agent.locator("#search [role=option]").first
    expect(first).to_contain_text("Samira Haddad")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(agent.locator("#search-count")).to_contain_text("résultat")
    keep_screen(agent, "search-found", full=False)
    assert_axe(agent)
    field.press("ArrowDown")
    field.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", "search-option-0")
    field.press("Enter")
    expect(agent.locator("#page h1")).to_contain_text("Samira Haddad")
    assert "haddad" not in agent.url.lower()
    expect(agent.locator("#search")).to_be_hidden()


def test_places_and_acts_are_found_too_and_escape_gives_the_focus_back(agent: Page) -> None:
    agent.goto("/dossiers")
    box = agent.get_by_role("searchbox").first
    box.focus()
    box.press("Control+k")
    ask(agent, "rappels")
    place = agent.locator("#search [role=option]", has_text="Rappels").first
    expect(place).to_be_visible()
    agent.keyboard.press("Escape")
    expect(agent.locator("#search")).to_be_hidden()
    expect(box).to_be_focused()
    agent.locator("#search-open").click()
    ask(agent, "zzzzzz")
    expect(agent.locator("#search")).to_contain_text("Rien ne correspond")
    ask(agent, "rappels")
    agent.locator("#search [role=option]", has_text="Rappels").first.click()
    expect(agent).to_have_url("/callbacks")
    # A page that was asked for before, and comes late, does not take the keyboard from who types.
    held: list[Route] = []
    agent.route("**/scripts", lambda route: held.append(route))
    agent.locator(".rail a[href='/scripts']").click()
    late = caught(agent, held, 1)
    agent.locator("#search-open").click()
    ask(agent, "had")
    late.continue_()
    expect(agent.locator("#page h1")).to_contain_text("Scripts")
    ask(agent, "haddad")
    expect(agent.locator("#search [role=option]").first).to_contain_text("Samira Haddad")


def test_the_person_on_the_line_is_said_from_any_page_and_the_call_goes_on(
    agent: Page, served: Served
) -> None:
    become_available(agent)
    line = Line(served.carrier_url)
    line.dial("+33639989778")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "ringing")
    agent.keyboard.press("a")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "talking")
    expect(agent.locator("#pane-caller")).to_contain_text("Numéro inconnu")
    agent.keyboard.press("Control+k")
    ask(agent, "samira had")
    expect(agent.locator("#search [role=option]").first).to_contain_text(
        "Lier à l’appel : Samira Haddad"
    )
    keep_screen(agent, "search-call", full=False)
    assert_axe(agent)
    agent.keyboard.press("Enter")
    expect(agent.locator("#pane-dossier")).to_contain_text("PF-")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "talking")
