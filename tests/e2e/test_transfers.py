"""Consult, talk in three, hand over, transfer, call again, call out: in real browsers, with voice.

Two agents' browsers, the caller's telephone, and outside numbers: a second telephone, or one of
the carrier's numbers that never answer. Audio packets are counted at both ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_first_call import phase, talks
from tests.people import act, assert_axe, assert_fits, become_available, hold, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, BRUNO = "camille@demo.permanence", "bruno@demo.permanence"
SAMIRA = "+33639980105"
VASSEUR = "+33639980115"  # Bruno follows her dossier
SWITCHBOARD = "+33353010152"  # Passerelle Formation
NEVER_ANSWERS = "01 99 00 99 02"
SOON = 15_000
NOTE = "Demande si son absence compte."

Sit = Callable[[str], Page]


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    """The line as each test wants to find it."""
    Line(served.carrier_url).clear()


@pytest.fixture
def sit(people: People) -> Sit:
    """An agent at her desk, available."""

    def at_desk(email: str) -> Page:
        page = people.agent(email, PASSWORD)
        become_available(page)
        return page

    return at_desk


@pytest.fixture
def telephone(people: People) -> Callable[[str], Page]:
    """Somebody's telephone, switched on."""

    def take(number: str) -> Page:
        page = people.caller()
        page.locator(f"input[name=caller][value='{number}']").check(force=True)
        expect(page.locator("#telephone")).to_have_attribute("data-state", "idle", timeout=SOON)
        return page

    return take


def connect(agent: Page, phone: Page) -> None:
    """She rings, the agent accepts with a key, they talk."""
    phone.locator("#call").click()
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    talks(phone, agent)


def choose(agent: Page, words: str, how: str = "Enter") -> None:
    """X, a few letters, Enter: from the keyboard alone."""
    expect(agent.locator("#act-transfer")).to_be_enabled()
    agent.keyboard.press("X")
    expect(agent.locator("#transfer [role=option]").first).to_be_visible()
    agent.keyboard.type(words)
    expect(agent.locator("#transfer [aria-selected=true]")).to_contain_text(words)
    agent.keyboard.press(how)
    expect(agent.locator("#transfer")).to_be_hidden()


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-slot=party]")).to_contain_text(words, timeout=SOON)


def told(page: Page, words: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(re.compile(words), timeout=SOON)


def test_consult_then_three_then_hand_over(sit: Sit, telephone: Sit) -> None:
    first, second, phone = sit(CAMILLE), sit(BRUNO), telephone(VASSEUR)
    connect(first, phone)
    first.locator("#pane-qualification [name=note]").fill(NOTE)
    first.keyboard.press("Escape")

    first.keyboard.press("X")
    owner = first.locator("#transfer [role=option]").first
    expect(owner).to_contain_text("Bruno Keller")
    expect(owner).to_contain_text("suit ce dossier")
    keep_screen(first, "desk-transfer", full=False)
    assert_axe(first)
    first.keyboard.press("Enter")
    phase(first, "held")
    says(first, "Ça sonne sur le poste de Bruno Keller")

    phase(second, "asked")
    says(second, "Camille Aubert vous demande un avis")
    expect(second.locator("[data-slot=name]")).to_have_text("Nathalie Vasseur")
    expect(second.locator("#pane-qualification")).to_contain_text(NOTE)
    keep_screen(second, "desk-asked", full=False)
    assert_axe(second)
    second.keyboard.press("A")
    says(first, "Bruno Keller est en ligne avec vous")
    keep_screen(first, "desk-consulting", full=False)
    assert_axe(first)
    voice(second)

    first.keyboard.press("F")
    phase(first, "talking")
    says(first, "tout le monde s’entend")
    says(second, "tout le monde s’entend")
    talks(phone, second)
    keep_screen(first, "desk-three", full=False)

    first.keyboard.press("H")
    phase(first, "available")
    told(first, "continue avec Bruno")
    phase(second, "talking")
    talks(phone, second)
    note = second.locator("#pane-qualification [name=note]")
    expect(note).to_have_value(NOTE)
    expect(second.locator("[data-slot=name]")).to_have_text("Nathalie Vasseur")
    keep_screen(second, "desk-handed-over", full=False)
    act(second, "#act-hang-up")
    phase(second, "wrap_up")


def voice(page: Page) -> None:
    """This desk's own voice passes, and it hears somebody."""
    page.wait_for_function(
        "async () => { const s = await window.permanence.stats();"
        " return s.packetsSent > 20 && s.packetsReceived > 20; }",
        timeout=SOON,
    )


def test_a_consultation_declined_leaves_the_person_one_key_away(sit: Sit, telephone: Sit) -> None:
    first, second, phone = sit(CAMILLE), sit(BRUNO), telephone(SAMIRA)
    connect(first, phone)
    choose(first, "Bruno")
    phase(second, "asked")
    second.keyboard.press("L")
    phase(second, "available")
    told(first, "n’a pas répondu")
    phase(first, "held")
    first.keyboard.press("F")
    phase(first, "talking")
    talks(phone, first)
    # While she types nothing fires: R would hang up.
    first.keyboard.press("X")
    first.keyboard.type("rrrFMR")
    phase(first, "talking")
    expect(first.locator("#transfer-empty")).to_contain_text("Rien ne correspond")
    first.keyboard.press("Escape")
    expect(first.locator("#transfer")).to_be_hidden()
    expect(first.locator("#act-transfer")).to_be_focused()
    act(first, "#act-hang-up")
    phase(first, "wrap_up")


def test_a_blind_transfer_outside_that_nobody_answers_comes_back(sit: Sit, telephone: Sit) -> None:
    agent, phone = sit(CAMILLE), telephone(SAMIRA)
    connect(agent, phone)
    choose(agent, NEVER_ANSWERS, "Shift+Enter")
    phase(agent, "wrap_up")
    chosen = agent.locator("#pane-qualification input[name=reason]:checked")
    expect(chosen).to_have_value("transfer")
    keep_screen(agent, "desk-sent-outside", full=False)
    expect(agent.locator("[data-slot=note-text]")).to_contain_text(
        "la personne attend de nouveau", timeout=SOON
    )
    agent.keyboard.press("T")
    phase(agent, "ringing")
    expect(agent.locator("[data-slot=phase-word]")).to_have_text("Appel transféré")
    agent.keyboard.press("A")
    phase(agent, "talking")
    talks(phone, agent)
    act(agent, "#act-hang-up")
    phase(agent, "wrap_up")


def test_call_again_when_the_line_drops(sit: Sit, telephone: Sit) -> None:
    agent, phone = sit(CAMILLE), telephone(SAMIRA)
    connect(agent, phone)
    agent.locator("#pane-qualification [name=note]").fill(NOTE)
    agent.keyboard.press("Escape")
    phone.locator("#hangup").click()
    phase(agent, "wrap_up")
    expect(agent.locator("#act-call-again")).to_be_visible()
    keep_screen(agent, "desk-call-again", full=False)
    assert_axe(agent)
    agent.keyboard.press("K")
    phase(agent, "dialling")
    expect(phone.locator("#answer")).to_be_visible(timeout=SOON)
    expect(phone.locator("#who")).to_contain_text(re.compile(r"99 00 01 00|99000100"))
    phone.locator("#answer").click()
    phase(agent, "talking")
    talks(phone, agent)
    expect(agent.locator("#pane-qualification [name=note]")).to_have_value(NOTE)
    act(agent, "#act-hang-up")
    phase(agent, "wrap_up")


def test_call_the_training_centre_from_the_dossier(
    people: People, sit: Sit, telephone: Sit
) -> None:
    agent, phone = sit(CAMILLE), telephone(SWITCHBOARD)
    page = agent.context.new_page()
    page.goto("/dossiers")
    page.locator(".table tr", has_text="Passerelle Formation").locator("a").first.click()
    called = page.get_by_role("button", name="Appeler Passerelle Formation")
    expect(called).to_be_visible()
    keep_screen(page, "dossier-call")
    assert_axe(page)
    called.click()
    told(page, "dans l’autre onglet")

    phase(agent, "dialling")
    expect(agent.locator("[data-slot=name]")).to_have_text("Passerelle Formation")
    keep_screen(agent, "desk-dialling", full=False)
    assert_axe(agent)
    expect(phone.locator("#answer")).to_be_visible(timeout=SOON)
    phone.locator("#answer").click()
    phase(agent, "talking")
    talks(phone, agent)
    expect(agent.locator("#pane-qualification form")).to_be_visible()
    act(agent, "#act-hang-up")
    phase(agent, "wrap_up")
    act(agent, "#act-done")
    phase(agent, "available")

    # Given up while it rings.
    agent.keyboard.press("X")
    agent.keyboard.type(NEVER_ANSWERS)
    expect(agent.locator("#transfer [aria-selected=true]")).to_contain_text(NEVER_ANSWERS)
    keep_screen(agent, "desk-dial", full=False)
    agent.keyboard.press("Enter")
    phase(agent, "dialling")
    hold(agent, "R")
    phase(agent, "available")


def test_the_panel_at_200_percent_and_the_directory_page(
    people: People, sit: Sit, telephone: Sit
) -> None:
    agent, phone = sit(CAMILLE), telephone(SAMIRA)
    connect(agent, phone)
    agent.set_viewport_size({"width": 640, "height": 400})
    agent.keyboard.press("X")
    expect(agent.locator("#transfer [role=option]").first).to_be_visible()
    assert_fits(agent)
    assert_axe(agent)
    keep_screen(agent, "desk-transfer-narrow", full=False)
    agent.keyboard.press("Escape")
    agent.set_viewport_size({"width": 1280, "height": 800})
    act(agent, "#act-hang-up")
    phase(agent, "wrap_up")

    manager = people.agent("isabelle@demo.permanence", PASSWORD, path="/admin/directory")
    manager.fill("[name=label]", "Interprète portugais")
    manager.fill("[name=number]", "trois fois rien")
    manager.locator("main button[type=submit]").first.click()
    expect(manager.locator("[name=number]")).to_have_value("trois fois rien")
    assert_axe(manager)
    keep_screen(manager, "directory-refused")
    manager.fill("[name=number]", "06.39.98.01.69")
    manager.locator("main button[type=submit]").first.click()
    expect(manager.locator(".table")).to_contain_text("06 39 98 01 69")
    assert_axe(manager)
    assert_fits(manager)
    keep_screen(manager, "directory")
