"""From row to row of a list by the keyboard (static/js/page/rows.js)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

HTML = """
<button data-key="K" data-hurts="">Rappeler</button>
<button data-key="M" data-hurts="">Micro</button>
<button data-key="J" data-row-step="1">Ligne suivante</button>
<input id="note">
<table data-rows><thead><tr><th>Personne</th></tr></thead><tbody>
<tr id="one"><td><a href="/tickets/1">09:12</a> <a data-row href="#1">Samira</a></td></tr>
<tr id="two"><td>Personne inconnue <button>Rappeler maintenant</button></td></tr>
<tr id="three"><td><a href="#3">Paul</a></td></tr>
</tbody></table>
<span data-rows-after><a href="#next">Suivante</a></span>
"""
AT = "document.activeElement.textContent.trim().split(' ')[0] || document.activeElement.id"


@pytest.fixture
def page(open_page: Any) -> Page:
    """A page with a list, that remembers what was clicked."""
    page: Page = open_page(HTML)
    page.evaluate(
        """async () => {
            window.clicked = [];
            document.addEventListener("click", (e) => window.clicked.push(e.target.textContent));
            (await import("/static/js/page/keys.js")).installKeys();
            (await import("/static/js/page/rows.js")).installRows();
        }"""
    )
    return page


def walk(page: Page, *keys: str) -> list[str]:
    """Where the focus is after each key."""
    found = []
    for key in keys:
        page.keyboard.press(key)
        found.append(page.evaluate(AT))
    return found


def test_j_enters_the_list_and_the_keys_go_through_it(page: Page) -> None:
    assert walk(page, "j", "j", "ArrowDown", "j", "j") == [
        "Samira", "Personne", "Paul", "Suivante", "Suivante",
    ]  # fmt: skip
    assert walk(page, "k", "ArrowUp", "k", "k") == ["Paul", "Personne", "Samira", "Samira"]
    page.keyboard.press("Enter")
    assert page.url.endswith("#1")


def test_k_is_the_lists_in_the_list_and_calls_nobody(page: Page) -> None:
    walk(page, "j", "j", "k")
    page.wait_for_timeout(600)  # longer than what hurts waits
    assert page.evaluate("window.clicked") == ["Ligne suivante"]


def test_a_letter_right_after_j_is_astray(page: Page) -> None:
    walk(page, "j", "j", "m")
    page.wait_for_timeout(600)
    assert "Micro" not in page.evaluate("window.clicked")


def test_rows_sleep_while_somebody_types_and_when_keys_are_off(page: Page) -> None:
    page.locator("#note").focus()
    page.keyboard.type("jk")
    assert page.locator("#note").input_value() == "jk"
    page.locator("#one a[data-row]").focus()
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    assert walk(page, "j", "ArrowDown") == ["Samira", "Samira"]


def test_hidden_rows_are_passed_and_an_empty_list_is_none(page: Page) -> None:
    page.evaluate("document.getElementById('two').hidden = true")
    assert walk(page, "j", "j") == ["Samira", "Paul"]
    page.evaluate(
        "document.activeElement.blur(); document.querySelector('tbody').replaceChildren()"
    )
    walk(page, "j")
    assert page.evaluate("document.activeElement === document.body")
