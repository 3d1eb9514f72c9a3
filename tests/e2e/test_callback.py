"""A call-back in real browsers: asked for by a key, kept in place, the agent first, then « tapez 1 ».

And the pages beside: the list of call-backs, a promise, the form of the closed line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from app.web.acts.keys import HEADER, new_key
from tests.e2e.test_pages import check
from tests.people import act, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, ISABELLE = "camille@demo.permanence", "isabelle@demo.permanence"
SAMIRA = "+33639980105"
SOON = 20_000


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    """No call of the test before."""
    Line(served.carrier_url).clear()


def hears(phone: Page, words: str) -> None:
    expect(phone.locator("#transcript")).to_contain_text(re.compile(words), timeout=SOON)


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=SOON)


def ring(people: People) -> Page:
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{SAMIRA}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle", timeout=SOON)
    phone.locator("#call").click()
    return phone


def test_a_call_back_from_the_key_to_the_conversation(people: People) -> None:
    phone = ring(people)
    hears(phone, "tapez 1")
    phone.locator("[data-digit='1']").click()
    hears(phone, "C.est noté")
    over = re.compile("ended|idle")
    expect(phone.locator("#telephone")).to_have_attribute("data-state", over, timeout=SOON)

    manager = people.agent(ISABELLE, PASSWORD, path="/callbacks")
    expect(manager.locator("main")).to_contain_text("Samira Haddad")
    expect(manager.locator("main")).to_contain_text("0 / 3")
    check(manager, "callbacks")

    agent = people.agent(CAMILLE, PASSWORD)
    become_available_or_rung(agent)
    phase(agent, "ringing")
    expect(agent.locator("[data-slot=name]")).to_have_text("Samira Haddad")
    act(agent, "#act-accept")
    # Her telephone rings only once the agent is there; a person must press 1.
    expect(phone.locator("#answer")).to_be_visible(timeout=SOON)
    phone.locator("#answer").click()
    hears(phone, "Pour nous parler, tapez 1")
    phone.locator("[data-digit='1']").click()
    phase(agent, "talking")
    keep_screen(agent, "desk-called-back", full=False)
    act(agent, "#act-hang-up")
    phase(agent, "wrap_up")
    manager.goto("/callbacks?scope=over")
    expect(manager.locator("main")).to_contain_text("fait")
    act(agent, "#act-done")


def become_available_or_rung(agent: Page) -> None:
    """The attempt rings as soon as she is free: there may be no quiet instant."""
    expect(agent.locator("html[data-live]")).to_be_attached(timeout=SOON)
    button = agent.locator("#act-available")
    if agent.locator("#call").get_attribute("data-phase") not in ("available", "ringing"):
        expect(button).to_be_enabled(timeout=SOON)
        button.click()


def test_a_promise_is_made_beside_the_ticket(people: People) -> None:
    phone = ring(people)
    hears(phone, "tapez 1")
    phone.locator("#hangup").click()
    page = people.agent(CAMILLE, PASSWORD, path="/tickets")
    contact = page.locator("[data-dial]").first.get_attribute("data-dial") or ""
    number = re.search(r'"contact_id": ?(\d+)', contact)
    assert number
    page.goto(f"/callbacks/promise?contact={number.group(1)}")
    check(page, "callback-promise")
    page.get_by_role("button", name="Promettre ce rappel").click()
    expect(page.locator("main")).to_contain_text("Rappel promis")


def test_the_form_of_the_closed_line(people: People) -> None:
    manager = people.agent(ISABELLE, PASSWORD, path="/admin")
    close_line(manager, "closed")
    try:
        phone = ring(people)
        hears(phone, "fermée")
        hears(phone, "tapez 2")
        phone.locator("[data-digit='2']").click()
        message = phone.locator("#messages")
        expect(message).to_contain_text("/demande/", timeout=SOON)
        link = re.search(r"https?://\S+/demande/\S+", message.inner_text())
        assert link
        form = people.context(java_script_enabled=False).new_page()
        form.goto(link.group())
        keep_screen(form, "request-form")
        form.get_by_label("Votre message").fill("Je n'ai pas reçu le lien.")
        form.get_by_role("button", name="Envoyer ma demande").click()
        expect(form.locator("main")).to_contain_text("Votre demande est notée")
        keep_screen(form, "request-form-noted")
    finally:
        close_line(manager, "open")
    page = people.context().new_page()
    page.goto(link.group())
    check(page, "request-form-used")


def close_line(manager: Page, mode: str) -> None:
    """As the manager's button does."""
    token = manager.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = manager.request.post(
        "/supervision/line/mode",
        form={"mode": mode, "csrf_token": token},
        headers={"X-CSRFToken": token, HEADER: new_key()},
    )
    assert answer.ok, answer.status
