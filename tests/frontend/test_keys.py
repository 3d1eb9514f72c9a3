"""Keys click what they are shown on, and sleep while somebody types (static/js/page/keys.js)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

HTML = """
<button data-key="R">Raccrocher</button>
<button data-key="M" data-hurts="" aria-label="Couper le micro">M</button>
<button data-key="Z" data-hurts="hold">Fin</button>
<button data-key="!">Alerte</button>
<button data-key="! 1">3114</button>
<button data-key="1">Oui</button>
<button data-key="L" disabled>Laisser</button>
<button data-key="H" hidden>Cache</button>
<input id="note">
<label><input type="radio" name="reason" data-key="Q 1">Motif</label>
<input id="find" data-key="I" data-key-focus aria-label="Chercher">
<button data-key="I 1">Candidat</button>
<dialog><button data-key="1">Chiffre</button></dialog>
"""

MENU = """
<details><summary>Menu</summary><button data-key="P">Pause</button></details>
<button data-key="P">Promettre</button>
<details><summary>Compte</summary><button data-key="?" data-key-anywhere>Touches</button></details>
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


def pause(page: Page, ms: int = 300) -> None:
    """As long as it takes somebody who does not type to press another key."""
    page.wait_for_timeout(ms)


@pytest.mark.parametrize("word", ["mr", "merci", "mm", "zut", "am", "rm"])
def test_a_word_typed_into_nothing_hurts_nobody(page: Page, word: str) -> None:
    page.keyboard.type(word)
    pause(page, 900)
    assert not {"M", "Fin"} & set(clicked(page)), clicked(page)


@pytest.mark.parametrize("word", ["merci", "om", "bonjourm"])
def test_a_slow_hand_that_types_into_nothing_hurts_nobody(page: Page, word: str) -> None:
    """Three letters a second: what hurts waits longer than that, and sleeps after a letter that did nothing."""
    page.keyboard.type(word, delay=330)
    pause(page, 900)
    assert not {"M", "Fin"} & set(clicked(page)), clicked(page)


def test_with_control_a_key_is_another_one_and_wakes_in_a_field(page: Page) -> None:
    page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend",
            '<button data-key="Ctrl K">Chercher</button><button data-key="Ctrl Z">Annuler</button>')"""
    )
    page.keyboard.press("Control+k")
    page.keyboard.press("Control+z")
    assert clicked(page) == ["Chercher", "Annuler"]
    page.locator("#note").focus()
    page.keyboard.press("Control+k")
    page.keyboard.press("Control+z")  # the field's own
    assert clicked(page) == ["Chercher", "Annuler", "Chercher"]


def test_a_letter_after_a_key_with_control_is_no_word(page: Page) -> None:
    """Done, taken back, done: as quick as one likes, none of the three was typed astray."""
    page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend", '<button data-key="Ctrl Z">Annuler</button>')"""
    )
    for key in ("r", "Control+z", "r"):
        page.keyboard.press(key)
    assert clicked(page) == ["Raccrocher", "Annuler", "Raccrocher"]


def test_alt_shows_the_caps_while_it_is_held(page: Page) -> None:
    page.keyboard.down("Alt")
    assert page.evaluate("document.documentElement.dataset.caps") == "shown"
    page.keyboard.up("Alt")
    assert page.evaluate("'caps' in document.documentElement.dataset") is False
    assert clicked(page) == []


def test_what_hurts_acts_when_nothing_follows(page: Page) -> None:
    page.keyboard.press("m")
    page.wait_for_function("window.clicked.length === 1")
    assert clicked(page) == ["M"]


def test_hanging_up_wants_its_key_held_and_a_click_acts_at_once(page: Page) -> None:
    page.keyboard.press("z")
    pause(page, 900)
    assert clicked(page) == []
    page.keyboard.down("z")
    page.wait_for_function("document.querySelector('[data-holding]')")
    page.wait_for_function("window.clicked.length === 1")
    page.keyboard.up("z")
    page.get_by_text("Fin").click()
    assert clicked(page) == ["Fin", "Fin"]
    assert page.locator("[data-holding]").count() == 0


def test_a_key_held_long_enough_counts_on_a_busy_page_too(page: Page) -> None:
    """The page wakes after her hand: the key's release comes before the timer that is late."""
    page.evaluate(
        """() => {
            const key = (kind, timeStamp) => {
                const event = new KeyboardEvent(kind, { key: "z", bubbles: true });
                Object.defineProperty(event, "timeStamp", { value: timeStamp });
                document.dispatchEvent(event);
            };
            key("keydown", 1000);
            key("keyup", 1700);
        }"""
    )
    assert clicked(page) == ["Fin"]


def test_distress_acts_at_once_and_its_numbers_follow(page: Page) -> None:
    page.keyboard.press("!")
    assert clicked(page) == ["Alerte"]
    page.keyboard.press("1")
    assert clicked(page) == ["Alerte", "3114"]


def test_the_sheet_has_every_key_of_the_page_and_nothing_else(page: Page) -> None:
    """It is made from what the keys press: the page, without what a dialog or a hidden page holds."""
    page.evaluate(
        """() => {
            const away = document.createElement("div");
            away.dataset.outOfSight = "";
            away.innerHTML = '<button data-key="W">Ailleurs</button>';
            document.body.append(away);
        }"""
    )
    found = page.evaluate("async () => (await import('/static/js/page/key-sheet.js')).keysOf()")
    listed = {each["key"]: (each["words"], each["now"]) for each in found}
    assert listed == {
        "R": ("Raccrocher", True), "M": ("Couper le micro", True), "Z": ("Fin", True),
        "!": ("Alerte", True), "! 1": ("3114", True), "1": ("Oui", True),
        "L": ("Laisser", False), "H": ("Cache", False), "Q 1": ("Motif", True),
        "I 1": ("Candidat", True), "I": ("Chercher", True),
    }  # fmt: skip
    for key, (_words, now) in listed.items():
        pressed = page.evaluate(
            "async (k) => Boolean((await import('/static/js/page/keys.js')).target(k))", key
        )
        assert pressed == now, key
    assert page.evaluate(
        "async () => (await import('/static/js/page/keys.js')).target('W') !== null"
    ), "in this page it is in sight; the frame hides it too"


def test_the_alarm_is_heard_in_the_middle_of_a_note_too(page: Page) -> None:
    page.locator("#note").focus()
    page.keyboard.press("!")
    assert clicked(page) == [], "in a field it is a sign like another"
    page.keyboard.press("Control+!")
    assert clicked(page) == ["Alerte"]


def test_what_must_not_wait_goes_before_whatever_has_the_same_key(page: Page) -> None:
    page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend",
            '<div id="numbers"><button data-key="1" data-hurts="">15</button></div>')"""
    )
    page.keyboard.press("1")
    page.evaluate("document.getElementById('numbers').dataset.keysFirst = ''")
    page.keyboard.press("1")
    pause(page, 900)
    assert clicked(page) == ["Oui", "15"]


def clicked(page: Page) -> list[str]:
    return list(page.evaluate("window.clicked"))


def test_a_key_clicks_its_button(page: Page) -> None:
    for key in ("r", "R", "l", "h", "x"):  # disabled, hidden and unknown ones do nothing
        page.keyboard.press(key)
        pause(page)
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


def test_a_key_in_a_closed_menu_is_the_pages(page: Page) -> None:
    page.evaluate(f"document.body.insertAdjacentHTML('beforeend', `{MENU}`)")
    page.keyboard.press("P")
    assert clicked(page) == ["Promettre"]
    pause(page)
    page.keyboard.press(
        "?"
    )  # but for the sheet of keys, which must be found without knowing where it is
    assert clicked(page)[-1] == "Touches"
    found = page.evaluate("async () => (await import('/static/js/page/key-sheet.js')).keysOf()")
    now = {(each["key"], each["words"]): each["now"] for each in found}
    assert now["P", "Promettre"]
    assert now["?", "Touches"]
    assert not now["P", "Pause"]
    page.evaluate("document.querySelector('details').open = true")
    pause(page)
    page.keyboard.press("P")
    assert clicked(page)[-1] == "Pause"
