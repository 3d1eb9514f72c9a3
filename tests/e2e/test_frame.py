"""One frame: changing page in mid-call changes nothing for the caller, and being available is not a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.people import assert_axe, become_available, keep_screen, sign_in
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
NADIA, BRUNO = "nadia@demo.permanence", "bruno@demo.permanence"
SAMIRA = "+33639980105"


# The tab is hidden, and the browser may tell of it: what it is asked to tell is kept.
KNOCKS = """() => {
  window.knocks = [];
  Object.defineProperty(document, "hidden", { get: () => true });
  window.Notification = class {
    static permission = "granted";
    constructor(title, { body }) { window.knocks.push({ title, body }); }
    close() {}
  };
}"""


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    Line(served.carrier_url).clear()


def bar(page: Page, phase: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", phase, timeout=20_000)
    expect(page.locator("#call")).to_be_visible()


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=20_000)


def rings(people: People, number: str = SAMIRA) -> Page:
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{number}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle")
    phone.locator("#call").click()
    return phone


def heard(phone: Page) -> Any:
    return phone.evaluate("async () => (await window.carrierPhone.stats()).packetsReceived")


def sent(agent: Page) -> Any:
    return agent.evaluate("async () => (await window.permanence.stats()).packetsSent")


def goes_on(phone: Page, agent: Page, since: tuple[Any, Any]) -> None:
    """The same leg is spoken into, and heard, more than it was."""
    ears, voice = since
    phone.wait_for_function(
        "async (n) => (await window.carrierPhone.stats()).packetsReceived > n + 5",
        arg=ears,
        timeout=20_000,
    )
    agent.wait_for_function(
        "async (n) => (await window.permanence.stats()).packetsSent > n",
        arg=voice,
        timeout=20_000,
    )


def test_five_pages_in_mid_call_and_the_caller_hears_the_agent(people: People) -> None:
    agent = people.agent(NADIA, PASSWORD)
    become_available(agent)
    phone = rings(people)
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    note = agent.locator("#pane-qualification [name=note]")
    note.fill("note commencée")
    commands: list[str] = []
    agent.on(
        "request",
        lambda request: commands.append(request.url) if "/desk/calls/" in request.url else None,
    )
    phone.wait_for_function(
        "async () => (await window.carrierPhone.stats()).packetsReceived > 20", timeout=20_000
    )
    before = sent(agent)
    for href, title in (
        ("/dossiers", "Dossiers"), ("/tickets", "Contacts"), ("/scripts", "Scripts"),
        ("/reports", "Rapport"), ("/wall", "Mur"),
    ):  # fmt: skip
        agent.locator(f".nav a[href='{href}']").click()
        expect(agent).to_have_title(re.compile(f"^{title}.* · Permanence$"))
        expect(agent.locator("#announce")).to_contain_text(title)  # to a screen reader
        expect(agent.locator(".rail-place[aria-current]")).to_have_attribute("href", href)
        expect(agent.locator("#page")).to_be_visible()
        agent.wait_for_url(f"**{href}**")
        bar(agent, "talking")
        expect(agent.locator("[data-slot=name]")).to_have_text("Samira Haddad")
        expect(agent.locator("#page:focus, #page :focus")).to_have_count(1)  # the keyboard is there
        goes_on(phone, agent, (heard(phone), before))
        now = sent(agent)
        assert now > before, "it is the same leg, and it goes on"
        before = now
    keep_screen(agent, "frame-wall", full=False)
    # A link within a part that htmx fetches again is a link like another.
    agent.locator("#wall-report").click()
    agent.wait_for_url("**/reports/**")
    bar(agent, "talking")
    agent.go_back()
    agent.wait_for_url("**/wall")
    agent.locator(".nav a[href='/dossiers']").click()
    expect(agent.locator("#announce")).to_contain_text("Dossiers")
    assert_axe(agent)
    keep_screen(agent, "frame-dossiers", full=False)
    # The search too: who waits on the line hears the agent while one looks, not music.
    agent.keyboard.press("Control+k")
    for typed, found in (("haddad", "Samira Haddad"), ("rappels", "Rappels")):
        since = heard(phone), sent(agent)
        field = agent.get_by_role("combobox", name="Une personne, un dossier")
        field.press("Control+A")
        field.press_sequentially(typed, delay=10)
        expect(agent.locator("#search [role=option]", has_text=found).first).to_be_visible()
        goes_on(phone, agent, since)
    agent.keyboard.press("Escape")
    call = agent.request.get("/desk/state").json()["desk"]["call"]
    assert (call["state"], call["held_since"], call["needs_rejoin"]) == ("talking", None, False)
    assert commands == [], "nothing was asked of the call: no hold, no coming back"

    # The keys of the bar are those of the desk; back is back; the note is as it was left.
    agent.keyboard.press("M")
    expect(agent.locator("#act-mute")).to_have_attribute("aria-pressed", "true")
    agent.keyboard.press("M")
    agent.go_back()
    agent.wait_for_url("**/wall")
    agent.locator(".rail a[href='/desk']").click()
    phase(agent, "talking")
    expect(note).to_have_value("note commencée")
    expect(agent).to_have_title("Poste · Permanence")

    # A full reload on another page finds the call again.
    agent.locator(".nav a[href='/tickets']").click()
    agent.wait_for_url("**/tickets")
    agent.reload()
    bar(agent, "talking")
    agent.wait_for_url("**/tickets")
    phone.locator("#hangup").click()
    bar(agent, "wrap_up")
    agent.locator(".rail a[href='/desk']").click()
    phase(agent, "wrap_up")
    agent.locator("#act-done").click()
    phase(agent, "available")


def test_available_on_a_dossier_and_an_offer_accepted_there(people: People) -> None:
    agent = people.agent(BRUNO, PASSWORD)
    become_available(agent)
    agent.locator(".nav a[href='/dossiers']").click()
    agent.wait_for_url("**/dossiers")
    agent.locator("#page tbody a").first.click()
    agent.wait_for_url("**/dossiers/*")
    bar(agent, "available")
    agent.evaluate(KNOCKS)
    phone = rings(people)
    bar(agent, "ringing")
    agent.wait_for_function("window.knocks.length > 0")
    [told] = agent.evaluate("window.knocks")
    assert "Samira Haddad" in told["title"]
    assert "expiré" in told["body"]
    expect(agent.locator("[data-slot=name]")).to_have_text("Samira Haddad")
    expect(agent.locator("[data-slot=cause]")).to_contain_text("expiré")
    expect(
        agent.locator("[data-slot=overflow]")
    ).to_be_visible()  # the back office, while nobody is free
    assert_axe(agent)
    keep_screen(agent, "frame-offer", full=False)
    agent.keyboard.press("A")
    bar(agent, "talking")
    assert "/dossiers/" in agent.url, "the page beneath is untouched"

    # The panels of the band are there too: sound, and whom to ask.
    agent.locator(".sound-strip").click()
    expect(agent.locator("#sound")).to_be_visible()
    agent.keyboard.press("Escape")
    agent.keyboard.press("X")
    expect(agent.locator("#transfer-box")).to_be_focused()
    agent.keyboard.press("Escape")

    # A hang-up by a click can be undone: nothing was asked of the call, and the voice goes on.
    asked: list[str] = []
    agent.on("request", lambda r: asked.append(r.url) if "hang-up" in r.url else None)
    agent.locator("#act-hang-up").click()
    expect(agent.locator("#call")).to_have_attribute("data-acts", "leaving")
    agent.locator("#act-hang-up-undo").click()
    expect(agent.locator("#call")).to_have_attribute("data-acts", "call")
    goes_on(phone, agent, (heard(phone), sent(agent)))
    assert asked == []
    assert agent.request.get("/desk/state").json()["desk"]["call"]["state"] == "talking"
    agent.locator("#act-hang-up").click()
    bar(agent, "wrap_up")
    agent.goto("/desk")
    phase(agent, "wrap_up")
    agent.locator("#act-done").click()
    phase(agent, "available")


def test_somebody_else_signs_in_beside_and_the_first_page_says_so(people: People) -> None:
    """One browser, one session: the first window is told in a sentence, and stays as it was."""
    context = people.context()
    first = context.new_page()
    sign_in(first, NADIA, PASSWORD)
    first.goto("/desk")
    expect(first.locator("#call")).to_have_attribute("data-acts", "idle")
    second = context.new_page()
    sign_in(second, BRUNO, PASSWORD)
    second.goto("/dossiers")
    over = first.locator("#session-over")
    expect(over).to_be_visible()
    expect(over).to_contain_text("Bruno Keller utilise maintenant ce navigateur")
    expect(over).to_contain_text("n’agit plus pour vous")
    first.wait_for_timeout(4000)  # its line and its telephone have been refused meanwhile
    assert first.url.endswith("/desk"), "it stays"
    expect(over).to_be_visible()
    expect(first.locator(".call-note")).to_be_hidden()  # one sentence, not two
    assert_axe(first)
    keep_screen(first, "frame-session-taken", full=False)
    over.get_by_role("link").click()
    expect(first.locator(".account")).to_contain_text("Bruno")
    people.problems.found.clear()  # what the browser says of a connection that was refused


def test_a_desk_that_never_reaches_the_line_says_so(people: People) -> None:
    """Its page came, its connection never does: what it shows is the past, and it says so."""
    agent = people.agent(NADIA, PASSWORD, path="/scripts")
    agent.route_web_socket("**/socket.io/**", lambda route: route.close())
    agent.route("**/socket.io/**", lambda route: route.abort())
    agent.goto("/desk")
    expect(agent.locator("[data-slot=note-text]")).to_contain_text("Connexion perdue")
    agent.close()
    people.problems.found.clear()  # what the browser says of a network that is not there


def test_a_network_cut_gives_the_agent_back_as_before(people: People) -> None:
    """The tab is gone for longer than the grace: offline for the line, and available again after it."""
    agent = people.agent(NADIA, PASSWORD, path="/scripts")
    away = {"cut": False}
    sockets: list[Any] = []

    def web_socket(route: Any) -> None:
        if away["cut"]:
            route.close()
            return
        route.connect_to_server()
        sockets.append(route)

    agent.route_web_socket("**/socket.io/**", web_socket)
    agent.route("**/*", lambda route: route.abort() if away["cut"] else route.fallback())
    agent.goto("/desk")
    become_available(agent)
    for _ in range(100):  # the desk's and the softphone's: a poll under way would outlive the cut
        if len(sockets) >= 2:
            break
        agent.wait_for_timeout(100)
    away["cut"] = True
    for socket in sockets:
        socket.close()
    expect(agent.locator("[data-slot=note-text]")).to_contain_text("Connexion perdue")
    manager = people.agent("isabelle@demo.permanence", PASSWORD, path="/wall")
    row = manager.locator(".wall-agents .wall-tile", has_text="Nadia")
    expect(row).to_contain_text("Hors ligne", timeout=60_000)
    people.problems.found.clear()  # what the browser says of a network that is not there
    away["cut"] = False
    expect(agent.locator("#toasts")).to_contain_text("de nouveau disponible", timeout=60_000)
    phase(agent, "available")
    people.problems.found.clear()
