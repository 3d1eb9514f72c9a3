"""What is promised and what is asked in writing: a promise kept and counted; a question across desks, ruled on."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from app.foundation.clock import PARIS
from tests.people import assert_axe, assert_fits, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, NADIA, BRUNO = (f"{name}@demo.permanence" for name in ("camille", "nadia", "bruno"))
ISABELLE, ADMIN = "isabelle@demo.permanence", "admin@demo.permanence"
A_TICK = 30_000  # reminders look every ten seconds


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    """No call of the test before."""
    Line(served.carrier_url).clear()


def press(page: Page, named: Locator) -> None:
    """By keyboard: to the button, then Enter."""
    named.focus()
    page.keyboard.press("Enter")


def mail_of_the_morning(manager: Page, at: str) -> None:
    manager.goto("/tickets/owed/rules")
    manager.locator("input[name=mail_at]").fill(at)
    press(manager, manager.get_by_role("button", name="Enregistrer"))
    expect(manager.locator("input[name=mail_at]")).to_have_value(at)


def kept_on(page: Page, day: date) -> int:
    """How many promises the day's report counts as kept in time."""
    return int(page.request.get(f"/reports/{day}.json").json()["promises"]["kept"])


def test_a_promise_is_made_reminded_kept_and_counted(people: People) -> None:
    manager = people.agent(ISABELLE, PASSWORD, path="/tickets/owed/rules")
    mail_of_the_morning(manager, "00:00")
    agent = people.agent(CAMILLE, PASSWORD, path="/dossiers/10")
    due = datetime.now(PARIS) + timedelta(minutes=12)
    before, reason = kept_on(manager, due.date()), f"lui redire la règle, {due:%H%M%S}"

    # Made from the dossier, for a moment that comes soon.
    press(agent, agent.get_by_role("button", name="Promettre autre chose"))
    sheet = agent.get_by_role("dialog", name="Promettre, ou me le rappeler")
    sheet.get_by_label("En quelques mots").fill(reason)
    sheet.get_by_label("Jour").fill(due.date().isoformat())
    sheet.get_by_label("Heure").fill(f"{due:%H:%M}")
    assert_axe(agent)
    sheet.get_by_label("En quelques mots").press("Enter")
    expect(agent.locator("#toasts")).to_contain_text("Promis")
    agent.keyboard.press("Escape")
    expect(agent.locator("[data-consultations]")).to_contain_text(reason)

    # Reminded on whatever page one is, and by the mail of the morning, without a name.
    expect(agent.locator("#owed-due")).to_contain_text(reason, timeout=A_TICK)
    keep_screen(agent, "promise-reminded", full=False)
    assert_axe(agent)
    if due.weekday() < 5:  # no mail leaves on a day that the service is closed
        admin = people.agent(ADMIN, PASSWORD, path="/outbox")
        mails = "async () => (await (await fetch('/outbox')).text()).includes('camille@')"
        admin.wait_for_function(mails, timeout=A_TICK)
        admin.reload()
        press(admin, admin.get_by_role("link", name=re.compile("à tenir aujourd’hui")).first)
        expect(admin.locator("main")).to_contain_text("/tickets/owed")
        expect(admin.locator("main")).not_to_contain_text("Benali")
    mail_of_the_morning(manager, "")

    # Kept with one key, taken back, kept.
    agent.goto("/tickets/owed")
    row = agent.locator(".owed-row", has_text=reason)
    expect(row).to_have_class(re.compile("owed-soon"))  # before it is late
    for key in ("y", "Control+z", "y"):
        if key == "y":
            row.locator("a[data-row]").focus()
        agent.keyboard.press(key)
        expect(row).to_have_count(0 if key == "y" else 1)
    expect(agent.locator(".owed-receipt")).to_contain_text("C’est noté : fait.")
    keep_screen(agent, "promise-kept", full=False)
    assert_axe(agent)
    assert_fits(agent)
    assert kept_on(manager, due.date()) == before + 1


def test_a_question_goes_across_two_desks_to_a_ruling(people: People) -> None:
    """The dispute over garantie jeune: two causes in one refusal, a field that contradicts one of them."""
    asks = people.agent(NADIA, PASSWORD, path="/tickets/consultations/1")
    press(asks, asks.get_by_role("link", name=re.compile("Enzo Caron")).first)
    expect(asks).to_have_url(re.compile(r"/dossiers/\d+"))
    owner = people.agent(BRUNO, PASSWORD)
    expect(owner.locator("html[data-live]")).to_be_attached()
    question = (
        f"Deux causes dans ce refus. La garantie jeune tient-elle ? {datetime.now(PARIS):%H%M%S}"
    )

    # Asked from the dossier: the owner's list hears of it at once.
    asks.keyboard.press("i")
    asks.keyboard.press("q")
    sheet = asks.get_by_role("dialog", name="Consulter par écrit")
    expect(sheet.get_by_label("À qui")).to_contain_text("Bruno Keller, qui suit le dossier")
    sheet.get_by_label("Votre question").fill(question)
    keep_screen(asks, "consultation-asked", full=False)
    assert_axe(asks)
    press(asks, sheet.get_by_role("button", name="Poser la question"))
    expect(sheet).to_contain_text("Question posée à Bruno Keller.")
    asks.keyboard.press("Escape")
    beside = asks.locator("[data-consultations]").first
    expect(beside).to_contain_text(question)
    owner.goto("/tickets/owed?what=consultation")
    press(owner, owner.locator(".owed-row", has_text=question).locator("a[data-row]"))
    expect(owner.locator("#consultation")).to_contain_text(question)

    # Answered: both are there, the one who asked reads it as it is decided.
    said = owner.locator("form[hx-post$='/answer']")
    said.get_by_label("Répondre et décider").fill("Refus maintenu : il ne descend pas du logiciel.")
    press(owner, said.get_by_role("button", name="Répondre et décider"))
    expect(beside).to_contain_text("Refus maintenu")
    press(asks, beside.get_by_role("link", name=re.compile("Bruno Keller")).first)
    expect(asks.locator("#consultation")).to_contain_text("C’est ce qui vaut.")
    press(asks, asks.locator("summary", has_text="Je ne suis pas d’accord"))
    objects = asks.locator("form[hx-post$='/object']")
    objects.get_by_label("Je ne suis pas d’accord").fill("Ce parcours n’y descend jamais.")
    objects.get_by_label(re.compile("À l’appui")).fill("champ garantie jeune : non")
    press(asks, objects.get_by_role("button", name="Je ne suis pas d’accord"))
    expect(owner.locator("#consultation-said")).to_contain_text("l’encadrement va trancher")
    keep_screen(owner, "consultation-disputed", full=False)
    assert_axe(owner)

    # A manager rules: it holds for both, who read it without doing anything.
    manager = people.agent(ISABELLE, PASSWORD, path="/tickets/owed?what=consultation")
    press(manager, manager.locator(".owed-row", has_text=question).locator("a[data-row]"))
    rules = manager.locator("form[hx-post$='/rule']")
    ruling = "La provenance seule compte, et ce parcours en est dispensé : demander l’attestation."
    rules.get_by_label("Trancher").fill(ruling)
    press(manager, rules.get_by_role("button", name="Trancher"))
    for page in (asks, owner, manager):
        expect(page.locator("#consultation-said .alert")).to_contain_text(ruling)
    assert_axe(manager)
    assert_fits(asks)
    keep_screen(asks, "consultation-ruled", full=False)
    press(asks, asks.get_by_role("button", name="J’ai lu"))
    expect(asks.get_by_role("button", name="J’ai lu")).to_have_count(0)
