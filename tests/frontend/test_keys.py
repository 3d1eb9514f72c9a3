"""Keys click what they are shown on, and sleep while somebody types (static/js/page/keys.js)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

HTML = """
<button data-key="R">Raccrocher</button>
<button data-key="1">Oui</button>
<button data-key="L" disabled>Laisser</button>
<button data-key="H" hidden>Caché</button>
<input id="note">
<label><input type="radio" name="reason" data-key="Q 1">Motif</label>
<input id="find" data-key="I" data-key-focus>
<button data-key="I 1">Candidat</button>
<dialog><button data-key="1">Chiffre</button></dialog>
"""


@pytest.fixture
def page(open_page: Any) -> Page:
    """A page with keys, that remembers what was clicked."""
    page: Page = open_page(HTML)
    page.evaluate(
        """async () => {
            window.clicked = [];
            document.addEventListener("click", (e) => window.clicked.push(
                e.target.name || e.target.textContent));
            (await import("/static/js/page/keys.js")).installKeys();
        }"""
    )
    return page


def clicked(page: Page) -> list[str]:
    return list(page.evaluate("window.clicked"))


def test_a_key_clicks_its_button(page: Page) -> None:
    for key in ("r", "R", "l", "h", "x"):  # disabled, hidden and unknown ones do nothing
        page.keyboard.press(key)
    assert clicked(page) == ["Raccrocher", "Raccrocher"]


def test_keys_sleep_while_typing_and_escape_wakes_them(page: Page) -> None:
    page.locator("#note").focus()
    page.keyboard.type("rr1")
    assert clicked(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    assert clicked(page) == ["Raccrocher"]
    assert page.locator("#note").input_value() == "rr1"


def test_digits_go_by_place_as_on_azerty(page: Page) -> None:
    page.evaluate(
        """document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key: "&", code: "Digit1", bubbles: true}))"""
    )
    assert clicked(page) == ["Oui"]


def test_two_keys_choose_a_reason_and_focus_follows(page: Page) -> None:
    page.keyboard.press("q")
    page.keyboard.press("1")
    assert clicked(page) == ["reason"]
    page.keyboard.press("r")  # a radio is not a field that one types in
    assert clicked(page) == ["reason", "Raccrocher"]


def test_a_first_key_with_a_meaning_waits_for_the_second(page: Page) -> None:
    page.keyboard.press("i")
    page.keyboard.press("1")
    assert clicked(page) == ["Candidat"]
    page.keyboard.press("i")
    page.wait_for_function("document.activeElement.id === 'find'", timeout=4000)


def test_in_a_dialog_only_its_own_keys_act(page: Page) -> None:
    page.evaluate("document.querySelector('dialog').showModal()")
    page.keyboard.press("r")
    page.keyboard.press("1")
    assert clicked(page) == ["Chiffre"]


def test_all_can_be_switched_off(page: Page) -> None:
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("r")
    assert clicked(page) == []
