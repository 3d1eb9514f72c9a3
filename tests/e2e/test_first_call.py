"""The newcomer's five minutes, in real browsers: ring → agent → dossier → script → reason → report.

A caller's telephone, two front-office agents, one back-office agent and a manager, each in a
browser of their own, over the local carrier with real WebRTC voice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from app.foundation import clock
from tests.people import act, assert_axe, become_available, hold, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, NADIA = "camille@demo.permanence", "nadia@demo.permanence"
BRUNO, ISABELLE = "bruno@demo.permanence", "isabelle@demo.permanence"
GOOD = "Soleil-36"  # a password of the demo Portal
SAMIRA = "+33639980105"  # her link has expired: S02
SOON = 15_000


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    """The line as each test wants to find it: no call of the test before."""
    Line(served.carrier_url).clear()


@pytest.fixture
def desk(people: People) -> Callable[[str], Page]:
    """An agent at her desk, available, microphone allowed, done with what the last test left."""

    def sit(email: str) -> Page:
        page = people.agent(email, PASSWORD)
        become_available(page)
        return page

    return sit


@pytest.fixture
def ring(people: People) -> Callable[[str], Page]:
    """Somebody who rings the line from one of the demo numbers."""

    def call(number: str) -> Page:
        page = people.caller()
        page.locator(f"input[name=caller][value='{number}']").check(force=True)
        expect(page.locator("#telephone")).to_have_attribute("data-state", "idle", timeout=SOON)
        page.locator("#call").click()
        return page

    return call


def phase(page: Page, wanted: str, timeout: int = SOON) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=timeout)


def hears(phone: Page, words: str, timeout: int = SOON) -> None:
    expect(phone.locator("body")).to_contain_text(re.compile(words), timeout=timeout)


def packets(page: Page, hook: str) -> Any:
    return page.evaluate(f"async () => await window.{hook}.stats()")


def talks(phone: Page, agent: Page) -> None:
    """Voice really goes both ways: packets are counted at both ends, and they grow."""
    for page, hook in ((phone, "carrierPhone"), (agent, "permanence")):
        page.wait_for_function(
            f"async () => {{ const s = await window.{hook}.stats();"
            " return s && s.packetsSent > 20 && s.packetsReceived > 20; }",
            timeout=SOON,
        )


def finish(agent: Page) -> None:
    act(agent, "#act-hang-up")
    phase(agent, "wrap_up")
    act(agent, "#act-done")
    phase(agent, "available")


def test_the_first_call(people: People, desk: Any, ring: Any) -> None:
    agent = desk(CAMILLE)
    phone = ring(SAMIRA)
    hears(phone, "permanence téléphonique")
    phase(agent, "ringing")
    # Before accepting: who, the status sentence, the likely trouble.
    expect(agent.locator("[data-slot=name]")).to_have_text("Samira Haddad")
    expect(agent.locator("#call")).to_contain_text("expiré")
    expect(agent.locator("#pane-script")).to_contain_text("S02")
    expect(agent.locator("#pane-dossier")).to_contain_text("Pièces")
    keep_screen(agent, "desk-ringing", full=False)
    assert_axe(agent)

    agent.keyboard.press("A")
    phase(agent, "talking")
    talks(phone, agent)
    keep_screen(agent, "desk-talking-no-script", full=False)
    keep_screen(phone, "telephone-talking")

    # Hold: nobody hears her; resume; mute.
    agent.keyboard.press("F")
    phase(agent, "held")
    agent.keyboard.press("F")
    phase(agent, "talking")
    agent.keyboard.press("M")
    expect(agent.locator("#act-mute")).to_have_attribute("aria-pressed", "true")
    agent.keyboard.press("M")

    # The script runs beside the call; its action sends a mail whose link is seen to be opened.
    agent.get_by_role("button", name=re.compile("Suivre le script : Le lien a plus")).click()
    script = agent.locator("#script-run")
    expect(script.locator(".question")).to_be_visible()
    is_guided(people, phone, agent)
    open_action(agent)
    expect(script).to_contain_text(re.compile("envoyé", re.IGNORECASE), timeout=SOON)
    keep_screen(agent, "desk-talking", full=False)
    assert_axe(agent)

    caller = people.context().new_page()
    link = last_link(people)
    caller.goto(link)
    keep_screen(caller, "portal-link")
    # Shown in a browser that runs scripts, it is not opened yet: a person's press is.
    expect(script.locator("[data-stage=opened][data-pending]")).to_be_visible()
    caller.get_by_role("button", name="Commencer").click()
    expect(script.locator("[data-stage=opened] time")).to_be_visible()  # told, not asked
    expect(caller.locator("h1")).to_contain_text("créez votre mot de passe")
    lives_the_portal(caller, script, link)
    assert_axe(caller)

    # The caller hangs up: the reason is suggested from the script; one key confirms it.
    phone.locator("#hangup").click()
    phase(agent, "wrap_up")
    chosen = agent.locator("#pane-qualification input[name=reason]:checked")
    expect(chosen).to_have_value("accounts")
    keep_screen(agent, "desk-qualifying", full=False)
    assert_axe(agent)
    agent.keyboard.press("T")
    phase(agent, "available")

    # The manager reads it.
    manager = people.agent(ISABELLE, PASSWORD, path="/wall")
    keep_screen(manager, "wall", full=False)
    day = clock.local_day(clock.now()).isoformat()
    report = manager.request.get(f"/reports/{day}.json").json()
    assert report["presented"] >= 1
    assert report["reasons"]["Question de connexion et de comptes"] >= 1
    assert report["digital"]["observed"] >= 1
    manager.goto(f"/reports/{day}")
    expect(manager.locator(".js-plotly-plot, .plotly").first).to_be_visible(timeout=SOON)


def is_guided(people: People, phone: Page, agent: Page) -> None:
    """The caller follows the script on a page of a small phone, by an SMS and the code said aloud."""
    guided = agent.locator("#guided")
    guided.get_by_role("button", name="par SMS").click()
    code = guided.locator(".guided-code").inner_text()
    found = re.search(r"https?://\S+/guide/[\w-]+", sms_on(phone))
    assert found
    page = people.context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(found[0])
    assert_axe(page)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Commencer").click()
    expect(guided).to_contain_text("suit le script")
    question = agent.locator("#script-run .question")
    expect(page.locator("h1")).to_have_text(question.inner_text())
    page.get_by_role("button", name="C’est fait").click()
    expect(guided).to_contain_text("« C’est fait »")
    expect(page.locator("main")).to_contain_text("La suite arrive")
    keep_screen(page, "guided-phone", full=False)
    keep_screen(agent, "desk-guiding", full=False)
    assert_axe(page)
    before = question.inner_text()
    agent.locator("#script-run .choices button").first.click()
    expect(question).not_to_have_text(before)
    expect(page.locator("main")).not_to_contain_text("La suite arrive")
    expect(page.locator("main")).not_to_contain_text(before)
    page.close()


def sms_on(phone: Page) -> str:
    """The text messages that the telephone shows."""
    expect(phone.locator("body")).to_contain_text("/guide/")
    return phone.locator("body").inner_text()


def lives_the_portal(caller: Page, script: Any, link: str) -> None:
    """Step 1 with its rule, back to the mail, step 2, « suivre ma demande », all on a telephone's screen."""
    caller.set_viewport_size({"width": 390, "height": 844})
    assert_axe(caller)
    for first, again in (("soleil36", "soleil36"), ("Soleil-36", "Soleil–36"), (GOOD, GOOD)):
        caller.get_by_label("Mot de passe", exact=True).fill(first)
        caller.get_by_label("Confirmez le mot de passe").fill(again)
        caller.get_by_role("button", name="Valider").click()
    expect(caller.locator("h1")).to_have_text("Votre mot de passe est créé")
    keep_screen(caller, "portal-step1-done", full=False)
    expect(script.locator("[data-stage=step1] time")).to_be_visible(timeout=SOON)
    caller.goto(f"{link}/etape-2")  # back to the mail, and its « Étape 2 »
    caller.get_by_role("link", name="Me connecter au Portail").click()
    caller.get_by_label("Identifiant").fill("samira.haddad@courriel.example")
    caller.get_by_label("Mot de passe").fill(GOOD)
    caller.get_by_role("button", name="Se connecter").click()
    expect(caller.locator("h1")).to_have_text("Votre espace")
    expect(script.locator("[data-stage=step2] time")).to_be_visible(timeout=SOON)
    caller.get_by_role("link", name="Suivre ma demande").click()
    keep_screen(caller, "portal-request")


def open_action(agent: Page) -> None:
    """Answer the script's questions until it offers to send the link, then send it."""
    script = agent.locator("#script-run")
    for _step in range(8):
        action = script.locator(".script-action button", has_text=re.compile("[Rr]envoyer|Envoyer"))
        if action.count():
            action.first.click()
            return
        before = script.locator(".question").inner_text()
        script.locator(".choices button").first.click()
        expect(script.locator(".question")).not_to_have_text(before)
    raise AssertionError("the script never offered to send the link")


def last_link(people: People) -> str:
    """The link of the newest mail in the outbox."""
    page = people.agent(CAMILLE, PASSWORD, path="/outbox")
    page.locator("main a[href^='/outbox/']").first.click()
    expect(page.locator("#page")).to_contain_text("/portail/lien/")
    text = page.locator("#page").inner_text()
    found = re.search(r"https?://\S+/portail/lien/[\w-]+", text)
    assert found, text
    page.close()
    return found[0]


def test_a_surge_reaches_the_back_office_then_waits_its_turn(
    people: People, desk: Any, ring: Any
) -> None:
    front = [desk(CAMILLE), desk(NADIA)]
    back = desk(BRUNO)
    for number in ("+33639980103", "+33639980104"):
        phone = ring(number)
        agent = rung(front)
        agent.keyboard.press("A")
        phase(agent, "talking")
    third = ring("+33639980107")
    phase(back, "ringing", timeout=40_000)
    expect(back.locator("[data-slot=overflow]")).to_be_visible()
    back.keyboard.press("A")
    phase(back, "talking")
    talks(third, back)

    # Everybody is busy: the fourth hears her place, and gets the first free agent.
    fourth = ring("+33639980110")
    hears(fourth, "prochain", timeout=20_000)
    wall = people.agent(ISABELLE, PASSWORD, path="/wall")
    expect(wall.locator("main")).not_to_contain_text("Personne n’attend")
    keep_screen(wall, "wall-busy", full=False)
    assert_axe(wall)
    act(front[0], "#act-hang-up")
    phase(front[0], "wrap_up")
    act(front[0], "#act-done")
    phase(front[0], "ringing")
    front[0].keyboard.press("A")
    phase(front[0], "talking")
    talks(fourth, front[0])
    for page in (*front, back):
        finish(page)
    assert phone


def rung(agents: list[Page]) -> Page:
    """The desk that rings, of those."""
    for _ in range(150):
        for page in agents:
            if page.locator("#call").get_attribute("data-phase") == "ringing":
                return page
        agents[0].wait_for_timeout(100)
    raise AssertionError("no desk rings")


def test_a_reload_in_mid_call_resumes_it(people: People, desk: Any, ring: Any) -> None:
    agent = desk(NADIA)
    phone = ring("+33639980112")
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    talks(phone, agent)
    agent.reload()
    try:
        phase(agent, "talking", timeout=8000)
    except AssertionError:
        act(agent, "#act-rejoin")
        phase(agent, "talking")
    talks(phone, agent)
    finish(agent)


def test_a_tab_closed_in_mid_ring_rings_the_next_agent(
    people: People, desk: Any, ring: Any
) -> None:
    front = [desk(CAMILLE), desk(NADIA)]
    ring("+33639980111")
    first = rung(front)
    other = front[1 - front.index(first)]
    first.context.close()
    people.contexts.remove(first.context)
    phase(other, "ringing", timeout=12_000)
    other.keyboard.press("A")
    phase(other, "talking")
    finish(other)


def test_fast_keys_and_a_note_without_reason_lose_nothing(
    people: People, desk: Any, ring: Any
) -> None:
    agent = desk(CAMILLE)
    ring(SAMIRA)
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    # The bar is read again when the call ends: a slow answer must not take the form away.
    agent.route("**/tickets/qualification?*", lambda route: (sleep(0.4), route.continue_()))
    hold(agent, "R")  # a letter typed astray hangs up on nobody
    phase(agent, "wrap_up")
    agent.keyboard.press("T")
    phase(agent, "available")
    assert agent.url.endswith("/desk"), "the bar went into the address"

    phone = people.caller()
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle", timeout=SOON)
    phone.locator("#hidden").check()
    phone.locator("#call").click()
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    bar = agent.locator("#pane-qualification")
    bar.locator("[name=note]").fill("appelle pour sa voisine")
    agent.locator("#act-hang-up").click()
    phase(agent, "wrap_up")
    agent.locator("#act-done").click()
    expect(bar).to_contain_text("Choisissez un motif")
    expect(bar.locator("[name=note]")).to_have_value("appelle pour sa voisine")
    bar.locator("label", has_text="Suivi du dossier").click()
    agent.locator("#act-done").click()
    phase(agent, "available")
    agent.goto("/tickets")
    expect(agent.locator("main")).to_contain_text("appelle pour sa voisine")


def test_hidden_and_shared_numbers_say_so_before_the_call_is_taken(
    people: People, desk: Any
) -> None:
    agent = desk(CAMILLE)
    phone = people.caller()
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle", timeout=SOON)
    phone.locator("#hidden").check()
    phone.locator("#call").click()
    phase(agent, "ringing")
    expect(agent.locator("[data-slot=name]")).to_have_text("Numéro masqué")
    phone.locator("#hangup").click()
    phase(agent, "available")
