"""The desk in its three moments, as somebody new reads it: what is in sight, said once, and how many keys it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.people import act, assert_axe, become_available, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE = "camille@demo.permanence"
SAMIRA = "+33639980105"  # her link has expired: S02
SOON = 20_000
WINDOWS = [(1366, 768), (1366, 650)]


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    Line(served.carrier_url).clear()


@pytest.fixture
def desk(people: People) -> Page:
    page = people.agent(CAMILLE, PASSWORD)
    page.set_viewport_size({"width": 1366, "height": 768})
    become_available(page)
    return page


@pytest.fixture
def ring(people: People) -> Callable[[str], Page]:
    def call(number: str) -> Page:
        page = people.caller()
        page.locator(f"input[name=caller][value='{number}']").check(force=True)
        expect(page.locator("#telephone")).to_have_attribute("data-state", "idle", timeout=SOON)
        page.locator("#call").click()
        return page

    return call


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=SOON)


def moment(page: Page, wanted: str) -> None:
    expect(page.locator("#desk")).to_have_attribute("data-moment", wanted)


def in_sight(page: Page, *places: Locator) -> None:
    """Each is whole within the window and within the pane that it scrolls in: nobody has to scroll."""
    size = page.viewport_size
    assert size is not None
    for place in places:
        expect(place).to_be_visible()
        seen = place.evaluate(
            """(element) => {
              const box = element.getBoundingClientRect();
              let [top, bottom, left, right] = [0, innerHeight, 0, innerWidth];
              for (let each = element.parentElement; each; each = each.parentElement) {
                if (!/auto|scroll|hidden/.test(getComputedStyle(each).overflowY)) continue;
                const pane = each.getBoundingClientRect();
                [top, bottom] = [Math.max(top, pane.top), Math.min(bottom, pane.bottom)];
                [left, right] = [Math.max(left, pane.left), Math.min(right, pane.right)];
              }
              return {whole: box.height > 0 && box.top >= top - 1 && box.bottom <= bottom + 1
                && box.left >= left - 1 && box.right <= right + 1, box: box.toJSON(), top, bottom};
            }"""
        )
        assert seen["whole"], (size, place, seen)


def said(page: Page, words: str) -> int:
    """How often these words are read on the page, by somebody who looks at it."""
    return int(
        page.evaluate(
            """(words) => {
              const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              let count = 0;
              for (let node = walk.nextNode(); node; node = walk.nextNode()) {
                const box = node.parentElement.getBoundingClientRect();
                if (node.parentElement.checkVisibility({visibilityProperty: true}) && box.width > 2
                  && node.textContent.includes(words)) count += 1;
              }
              return count;
            }""",
            words,
        )
    )


def contact(desk: Page) -> None:
    """From the ring to the first step of S02: back to it, where her last call broke off further on."""
    phase(desk, "ringing")
    desk.keyboard.press("A")
    phase(desk, "talking")
    desk.keyboard.press("S")
    question = desk.locator(".question")
    expect(question).to_be_visible()
    while "De quel jour" not in (here := question.inner_text()):
        desk.locator("#script-run [data-key=B]").click()
        expect(question).not_to_have_text(here)


def to_resend(desk: Page) -> None:
    """To the step that resends the link."""
    for words in ("vingtaine", "Renvoyez le lien"):
        desk.keyboard.press("1")
        expect(desk.locator(".question")).to_contain_text(words)


def finish(desk: Page) -> None:
    act(desk, "#act-hang-up")
    phase(desk, "wrap_up")
    desk.keyboard.press("T")
    phase(desk, "available")
    moment(desk, "idle")


def dark(page: Page) -> None:
    """The same, in the dark."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert_axe(page)


def light(page: Page) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def test_idle_then_ringing_says_each_fact_once(desk: Page, ring: Any) -> None:
    moment(desk, "idle")
    in_sight(
        desk, desk.locator(".idle-sentence"), desk.locator(".strip"), desk.locator(".idle-last h3")
    )
    assert said(desk, "Disponible") == 1
    keep_screen(desk, "desk-idle", full=False)
    assert_axe(desk)
    dark(desk)
    keep_screen(desk, "desk-idle-dark", full=False)
    light(desk)
    ring(SAMIRA)
    phase(desk, "ringing")
    expect(desk.locator("#pane-script .script-choose")).to_be_visible()
    expect(desk.locator(".beside-pieces")).to_be_visible()
    expect(desk.locator(".caller-may")).to_be_visible()
    # Who, the state and the likely cause, before accepting, each read once.
    assert said(desk, "Samira Haddad") == 1
    assert said(desk, "Le lien envoyé le") == 1
    assert said(desk, "a expiré le") == 1
    keep_screen(desk, "desk-ringing", full=False)
    assert_axe(desk)
    desk.keyboard.press("A")
    phase(desk, "talking")
    assert said(desk, "Samira Haddad") == 1
    finish(desk)


def test_all_that_is_needed_while_talking_is_in_sight(desk: Page, ring: Any) -> None:
    ring(SAMIRA)
    contact(desk)
    to_resend(desk)
    for width, height in WINDOWS:
        desk.set_viewport_size({"width": width, "height": height})
        script = desk.locator(".script-column")
        in_sight(
            desk,
            desk.locator("#act-distress"),
            desk.locator(".caller-flags"),
            desk.locator("#status-sentence"),
            desk.locator(".caller-speaker"),
            desk.locator(".caller-identity"),
            desk.locator(".caller-may"),
            script.locator(".question"),
            script.locator(".say"),
            script.locator(".script-action"),
            script.locator(".mail-life"),
            script.locator(".mail-life-limit"),
            script.locator(".choices"),
            desk.locator(".beside-owner"),
            desk.locator(".beside-pieces"),
            desk.locator(".beside-before"),
            desk.locator(".beside-note"),
            desk.locator(".beside-promise"),
            desk.locator(".reason-now"),
            desk.locator(".qualification-note textarea"),
        )
        keep_screen(desk, f"desk-contact-{height}", full=False)
    assert_axe(desk)
    dark(desk)
    keep_screen(desk, "desk-contact-dark", full=False)
    light(desk)
    desk.set_viewport_size({"width": 1920, "height": 1080})
    in_sight(desk, desk.locator(".beside-events"))
    assert desk.locator(".script-step").bounding_box()["width"] <= 840  # type: ignore[index]
    keep_screen(desk, "desk-contact-1920", full=False)
    desk.set_viewport_size({"width": 683, "height": 768})  # 200 %: one column, the script first
    tops = [
        desk.locator(each).bounding_box()["y"]
        for each in (".script-column", "#pane-line", "#pane-dossier")
    ]  # type: ignore[index]
    assert tops == sorted(tops)
    assert_axe(desk)
    desk.set_viewport_size({"width": 1366, "height": 768})
    # Identity: asked, confirmed, and what may be said opens.
    desk.keyboard.press("I")
    desk.keyboard.press("1")
    expect(desk.locator(".caller-identity")).to_contain_text("vérifiée")
    expect(desk.locator(".caller-may [data-answer=after_identity]")).to_have_count(0)
    desk.keyboard.press("Q")
    expect(desk.locator("dialog.reasons")).to_be_visible()
    keep_screen(desk, "desk-reasons", full=False)
    assert_axe(desk)
    desk.keyboard.press("5")
    expect(desk.locator("dialog.reasons")).to_be_hidden()
    expect(desk.locator("[data-reason-said]")).to_have_text("Suivi du dossier")
    finish(desk)


def test_after_one_card_and_a_receipt_that_takes_it_back(desk: Page, ring: Any) -> None:
    ring(SAMIRA)
    contact(desk)
    act(desk, "#act-hang-up")
    phase(desk, "wrap_up")
    moment(desk, "after")
    expect(desk.locator("#after-done")).to_contain_text("S02")
    expect(desk.locator("select[name=digital_kind]")).to_have_value(
        ""
    )  # unset until somebody sets it
    in_sight(desk, desk.locator(".qualify"), desk.locator("#act-done"))
    keep_screen(desk, "desk-after", full=False)
    assert_axe(desk)
    dark(desk)
    light(desk)
    desk.keyboard.press("5")
    desk.keyboard.press("T")
    phase(desk, "available")
    expect(desk.locator("#receipt")).to_be_visible()
    keep_screen(desk, "desk-receipt", full=False)
    assert_axe(desk)
    desk.keyboard.press("Control+z")
    phase(desk, "wrap_up")
    moment(desk, "after")
    expect(desk.locator("input[name=reason]:checked")).to_have_value("follow_up")
    desk.keyboard.press("T")
    phase(desk, "available")
    expect(desk.locator(".idle-contact").first).to_contain_text("Suivi du dossier")
    desk.locator(".idle-contact").first.click()  # reopened in a click
    expect(desk).to_have_url(re.compile(r"/dossiers/\d+$"))


def test_a_note_half_written_survives_everything(desk: Page, ring: Any) -> None:
    ring(SAMIRA)
    contact(desk)
    note = desk.locator("#pane-qualification [name=note]")
    desk.keyboard.press("/")
    desk.keyboard.type("Lien renvoyé, elle est sur l")
    desk.locator(".rail a[href='/dossiers']").click()  # another page, the field half written
    expect(desk).to_have_url(re.compile("/dossiers$"))
    desk.locator(".rail a[href='/desk']").click()
    expect(note).to_have_value("Lien renvoyé, elle est sur l")
    note.press("End")
    desk.keyboard.type("’ordinateur")
    desk.context.set_offline(True)
    desk.wait_for_timeout(0)
    desk.context.set_offline(False)
    note.press("End")
    desk.keyboard.type(" de la")
    desk.reload()  # at once: nobody waits until her last letters are kept
    phase(desk, "talking")
    expect(note).to_have_value("Lien renvoyé, elle est sur l’ordinateur de la")
    act(desk, "#act-hang-up")
    phase(desk, "wrap_up")
    expect(note).to_have_value("Lien renvoyé, elle est sur l’ordinateur de la")
    desk.keyboard.press("T")
    phase(desk, "available")


def test_from_ring_to_available_with_s02_in_seven_keys(desk: Page, ring: Any) -> None:
    """The last of this module: the link is sent anew, and S02 is not the likely script any more."""
    keys: list[str] = []

    def press(key: str, **options: Any) -> None:
        keys.append(key)
        desk.keyboard.press(key, **options)

    ring(SAMIRA)
    phase(desk, "ringing")
    press("A")
    phase(desk, "talking")
    press("S")
    for words in ("vingtaine", "Renvoyez le lien"):
        expect(desk.locator(".question")).not_to_contain_text(words)
        press("1")
        expect(desk.locator(".question")).to_contain_text(words)
    press("N")
    expect(desk.locator(".script-action")).to_contain_text("Renvoyer encore")
    press("R", delay=800)
    phase(desk, "wrap_up")
    press("T")
    phase(desk, "available")
    assert len(keys) <= 7, keys
