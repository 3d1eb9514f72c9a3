"""A press acts once in a real browser: double clicks, Enter kept pressed, answers lost, back by history."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.people import keep_screen

if TYPE_CHECKING:
    from tests.people import People

PASSWORD = "permanence-demo"
Held = list[Route]


@pytest.fixture
def manager(people: People) -> Page:
    page = people.agent("isabelle@demo.permanence", PASSWORD, path="/dossiers")
    page.locator("main tbody a[href^='/dossiers/']").first.click()
    page.wait_for_url(re.compile(r"/dossiers/\d+$"))
    return page


@pytest.fixture
def hold(manager: Page) -> Callable[[str], Held]:
    """``hold(path)``: requests to it wait in a list, until the test lets each go."""

    def wait(path: str) -> Held:
        held: Held = []
        manager.route(path, lambda route: held.append(route))
        return held

    return wait


def caught(page: Page, held: Held, number: int) -> Route:
    """The request of this number, once the browser has sent it: the button waits an instant before that."""
    for _ in range(150):
        if len(held) >= number:
            break
        page.wait_for_timeout(100)
    assert len(held) == number
    return held[number - 1]


def note_form(page: Page) -> tuple[Locator, Locator, str]:
    """The form that annotates, filled with words of its own: its field, its button, the words."""
    words = f"Remarque {secrets.token_hex(4)}"
    field = page.get_by_label("Annoter : court et factuel")
    field.fill(words)
    return field, page.get_by_role("button", name="Enregistrer l’annotation"), words


def written(page: Page, words: str) -> int:
    """How often the dossier says it, read anew."""
    page.unroute_all()
    page.reload()
    return page.locator("main").inner_text().count(words)


def test_a_double_click_makes_one_annotation(manager: Page, hold: Callable[[str], Held]) -> None:
    held = hold("**/annotations")
    _field, button, words = note_form(manager)
    button.dblclick()
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("aria-busy", "true")
    keep_screen(manager, "once-waiting", full=False)
    caught(manager, held, 1).continue_()
    expect(manager.locator("main")).to_contain_text(words)
    assert len(held) == 1
    assert written(manager, words) == 1


def test_enter_kept_pressed_promises_once(manager: Page, hold: Callable[[str], Held]) -> None:
    held = hold("**/priority")
    why = f"Motif {secrets.token_hex(4)}"
    manager.locator(".dossier-acts").get_by_role("button", name="Promettre").click()
    manager.get_by_label("Promis pour le").fill("2031-01-02")
    manager.get_by_label("Pourquoi", exact=True).fill(why)
    for _press in range(4):
        manager.get_by_label("Pourquoi", exact=True).press("Enter")
    expect(manager.locator("dialog").get_by_role("button", name="Promettre")).to_be_disabled()
    caught(manager, held, 1).continue_()
    expect(manager.locator("main")).to_contain_text(why)
    assert len(held) == 1


def test_an_answer_that_is_lost_is_asked_again_and_the_act_is_not(
    people: People, manager: Page, hold: Callable[[str], Held]
) -> None:
    held = hold("**/annotations")
    field, button, words = note_form(manager)
    button.click()
    expect(button).to_be_disabled()
    first = caught(manager, held, 1)
    first.fetch()  # it is done, and the network goes
    first.abort()
    expect(button).to_be_enabled()
    expect(button).not_to_have_attribute("aria-busy", "true")
    expect(field).to_have_value(words)
    button.click()
    expect(button).to_be_disabled()
    caught(manager, held, 2).continue_()
    expect(manager.locator("main")).to_contain_text(words)
    assert written(manager, words) == 1
    people.problems.found.clear()  # the console has said that the network failed


def test_a_pages_own_form_is_sent_once_and_serves_again_when_one_comes_back(
    manager: Page,
) -> None:
    name = f"Interprète {secrets.token_hex(4)}"
    manager.goto("/admin/directory")
    sent: list[str] = []
    manager.on("request", lambda request: sent.append(request.method))
    manager.get_by_label("Nom", exact=False).first.fill(name)
    manager.get_by_label(re.compile("^Numéro")).fill(
        f"06 39 98 {secrets.randbelow(90) + 10} {secrets.randbelow(90) + 10}"
    )
    manager.get_by_role("button", name="Ajouter à l’annuaire").dblclick()
    expect(manager.get_by_text(name).first).to_be_visible()
    assert sent.count("POST") == 1
    manager.go_back()
    expect(manager.get_by_role("button", name="Ajouter à l’annuaire")).to_be_enabled()
    manager.goto("/admin/directory")
    assert manager.locator("main").inner_text().count(name) == 1
