"""A text message, in real browsers: written on a telephone, seen on the wall, taken, interrupted by a call,
found as it was, sent, read on the telephone, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.test_first_call import phase
from tests.people import assert_axe, become_available, keep_screen
from tests.remote import Line, wait_until

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, ISABELLE = "camille@demo.permanence", "isabelle@demo.permanence"
WRITER, CALLER = "+33639980105", "+33639980103"
ANSWER = "Votre dossier est à l’étude, réponse jeudi."


@pytest.fixture(autouse=True)
def line(served: Served) -> Line:
    """The line as the test wants to find it."""
    line = Line(served.carrier_url)
    line.clear()
    return line


def test_a_message_is_answered_between_two_calls(people: People, line: Line) -> None:
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{WRITER}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle", timeout=20_000)
    phone.get_by_label("Écrire un SMS au numéro composé").fill("Bonjour, où en est mon dossier ?")
    phone.get_by_role("button", name="Envoyer").click()
    expect(phone.locator("#messages .own")).to_contain_text("où en est mon dossier")
    expect(phone.locator("#words")).to_have_value("")
    assert_axe(phone)
    wall = people.agent(ISABELLE, PASSWORD, path="/wall")
    expect(wall.locator(".wall-notices")).to_contain_text("1 message attend", timeout=20_000)
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    card = agent.locator("#home [data-message-card]").locator("visible=true")
    expect(card).to_contain_text("SMS reçu", timeout=20_000)
    assert_axe(agent)
    agent.keyboard.press("W")
    text = agent.locator("#composer-text")
    expect(text).to_be_visible(timeout=20_000)
    text.focus()
    agent.keyboard.type(ANSWER)
    expect(agent.locator("#composer-said")).to_contain_text("1 SMS", timeout=20_000)
    assert_axe(agent)
    keep_screen(agent, "desk-answering-message")

    line.dial(CALLER)
    phase(agent, "ringing")
    agent.keyboard.press("Escape")
    agent.keyboard.press("A")
    phase(agent, "talking")
    expect(card).to_contain_text("mis de côté")
    line.clear()
    phase(agent, "wrap_up")
    agent.locator("#act-done").click()
    phase(agent, "available")
    expect(text).to_have_value(ANSWER, timeout=20_000)

    text.focus()
    agent.keyboard.press("Tab")
    agent.keyboard.press("Enter")
    messages = agent.locator("#pane-thread [data-messages]")
    expect(messages).to_contain_text(ANSWER.replace("’", "'"), timeout=20_000)
    expect(messages).to_contain_text("arrivé", timeout=30_000)
    expect(phone.locator("#messages")).to_contain_text("réponse jeudi", timeout=20_000)
    keep_screen(phone, "telephone-messages")
    expect(wall.locator(".wall-notices")).not_to_contain_text("message attend", timeout=20_000)
    expect(text).to_have_value("")
    card.get_by_role("button", name="Terminer").click()
    dialog = agent.locator("#message-act")
    expect(dialog.get_by_text("Répondu par écrit")).to_be_visible()
    assert_axe(agent)
    dialog.locator("label", has_text="Répondu par écrit").click()
    dialog.get_by_role("button", name="Terminer ce message").click()
    expect(card).to_be_hidden(timeout=20_000)

    page = people.agent(CAMILLE, PASSWORD, path="/reports/today")
    wait_until(
        lambda: page.reload() and "Messages écrits" in page.content(), why="no written messages"
    )
    assert_axe(page)
