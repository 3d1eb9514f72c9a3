"""The manager's side of the telephone: settings of the line, and the wall with its dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_pages import PASSWORD, WHO, check
from tests.people import act, assert_axe, assert_fits, become_available, keep_screen

if TYPE_CHECKING:
    from tests.people import People


@pytest.fixture
def manager(people: People) -> Page:
    return people.agent(WHO["manager"], PASSWORD, path="/wall")


@pytest.mark.parametrize("path", ["/admin/line", "/admin/line/rules", "/admin/line/announcements"])
def test_settings_of_the_line(manager: Page, path: str) -> None:
    manager.goto(path)
    check(manager, f"manager{path}")


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


def test_the_wall_acts_on_a_waiting_call_by_keyboard(people: People, manager: Page) -> None:
    agent = people.agent(WHO["front"], PASSWORD)
    become_available(agent)
    act(agent, "[data-presence=away][data-reason=pause]#act-pause")
    caller = people.caller()
    caller.fill("#number, [name=number]", "") if False else None
    manager.goto("/wall")
    for dialog in ("#wall-line", "#wall-thresholds"):
        manager.locator(dialog).focus()
        manager.keyboard.press("Enter")
        expect(manager.locator("#supervise-body form").first).to_be_visible()
        manager.wait_for_timeout(800)
        keep_screen(manager, f"wall-dialog{dialog.replace('#', '-')}", full=False)
        assert_axe(manager)
        manager.keyboard.press("Escape")
        expect(manager.locator(dialog)).to_be_focused()
    assert_fits(manager)
