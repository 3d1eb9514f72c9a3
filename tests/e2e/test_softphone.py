"""Seven hours a day with it: devices, meters, reload, a second tab, a dead browser, tokens, a session
that ends. In real browsers with real WebRTC voice over the local carrier; one agent's browser is a
process of its own that is killed or frozen.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Route, expect

from app.foundation import clock
from tests.own_browser import OwnBrowser
from tests.people import act, assert_axe, become_available, keep_screen, sign_in
from tests.remote import Line

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, NADIA = "camille@demo.permanence", "nadia@demo.permanence"
SAMIRA = "+33639980105"
SOON = 15_000

# What a test may do to the devices of a page, before its scripts run.
DEVICES = """
if (navigator.mediaDevices && location.protocol !== "about:") {
  const media = navigator.mediaDevices;
  const list = media.enumerateDevices.bind(media);
  const open = media.getUserMedia.bind(media);
  const there = async (wanted) => (await media.enumerateDevices()).some(wanted);
  window.gone = [];
  window.denied = sessionStorage.getItem("denied") === "yes";
  window.silent = false;
  media.enumerateDevices = async () =>
    (await list()).filter(({ label }) => !window.gone.some((name) => label.includes(name)));
  media.getUserMedia = async (wanted) => {
    const exact = wanted.audio?.deviceId?.exact;
    if (window.denied) throw new DOMException("", "NotAllowedError");
    if (!(await there(({ kind }) => kind === "audioinput"))) throw new DOMException("", "NotFoundError");
    const found = !exact || await there(({ deviceId }) => deviceId === exact);
    if (!found) throw new DOMException("", "OverconstrainedError");
    return window.silent ? new AudioContext().createMediaStreamDestination().stream : open(wanted);
  };
  window.plugs = (...names) => {
    window.gone = names;
    media.dispatchEvent(new Event("devicechange"));
  };
}
"""


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    """The line as each test wants to find it: no call of the test before."""
    Line(served.carrier_url).clear()


@pytest.fixture
def desk(people: People) -> Callable[[str], Page]:
    """An agent at her desk, available, whose devices the test may pull out."""

    def sit(email: str) -> Page:
        page = people.agent(email, PASSWORD)
        page.add_init_script(DEVICES)
        page.reload()
        become_available(page)
        return page

    return sit


@pytest.fixture
def own_browser(browser: Browser) -> Iterator[Callable[[], OwnBrowser]]:
    """Browsers that may be killed."""
    started: list[OwnBrowser] = []

    def start() -> OwnBrowser:
        started.append(OwnBrowser(browser))
        return started[-1]

    yield start
    for one in started:
        one.close()


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


def note(page: Page) -> Any:
    return page.locator("[data-slot=note-text]")


def talks(phone: Page, agent: Page) -> None:
    """Voice goes both ways from now on: packets counted at both ends grow."""
    for page, hook in ((phone, "carrierPhone"), (agent, "permanence")):
        page.evaluate(f"async () => {{ window.before = await window.{hook}.stats(); }}")
        page.wait_for_function(
            f"async () => {{ const s = await window.{hook}.stats();"
            " return s && s.packetsSent > window.before.packetsSent + 20"
            " && s.packetsReceived > window.before.packetsReceived + 20; }",
            timeout=SOON,
        )


def speaks_into(page: Page, microphone: str) -> None:
    """The conversation takes its sound from the microphone whose name begins so."""
    page.wait_for_function(
        "(name) => permanence.microphone().startsWith(name)", arg=microphone, timeout=SOON
    )


def conversation(agent: Page, ring: Callable[[str], Page]) -> Page:
    """A caller rings and is answered; her telephone."""
    phone = ring(SAMIRA)
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    talks(phone, agent)
    return phone


def finish(agent: Page) -> None:
    act(agent, "#act-hang-up")
    phase(agent, "wrap_up")
    act(agent, "#act-done")
    phase(agent, "available")


# --- devices and meters ----------------------------------------------------------------------


def test_devices_are_chosen_once_and_heard_on_the_meter(
    people: People, desk: Any, ring: Any
) -> None:
    agent = desk(CAMILLE)
    agent.locator(".sound-strip").click()
    panel = agent.locator("#sound")
    expect(panel).to_be_visible(timeout=SOON)
    assert_axe(agent)
    own = panel.locator("[data-meter=own]")
    panel.locator("#mic-test").click()
    expect(own).to_have_attribute("aria-valuetext", re.compile("vous entend"), timeout=SOON)
    expect(panel.locator("#mic-result")).to_contain_text("fonctionne", timeout=SOON)
    for kind, place in (("microphone", 1), ("headset", 1), ("ring", 2)):
        panel.locator(f"[data-device={kind}]").select_option(index=place)
    chosen = [panel.locator("[data-device] option:checked").nth(n).inner_text() for n in range(3)]
    agent.keyboard.press("Escape")
    expect(panel).to_be_hidden(timeout=SOON)
    agent.reload()
    phase(agent, "available")
    agent.locator(".sound-strip").click()
    expect(panel.locator("[data-device] option:checked")).to_have_text(chosen, timeout=SOON)

    phone = conversation(agent, ring)  # the keys of the desk work beside the open panel
    speaks_into(agent, "Fake Audio Input")
    expect(panel).to_be_visible(timeout=SOON)
    others = panel.locator("[data-meter=others]")
    expect(own).to_have_attribute("aria-valuetext", re.compile("vous entend"), timeout=SOON)
    expect(others).to_have_attribute("aria-valuetext", re.compile("parle"), timeout=SOON)
    expect(panel.locator("[data-word=network]")).to_have_text("réseau bon", timeout=SOON)
    expect(panel.locator("[data-word=measures]")).to_contain_text("aller-retour", timeout=SOON)
    keep_screen(agent, "desk-sound", full=False)
    assert_axe(agent)
    agent.keyboard.press("Escape")
    finish(agent)
    assert phone


def test_a_headset_unplugged_in_mid_call_is_replaced_then_taken_back(
    people: People, desk: Any, ring: Any
) -> None:
    agent = desk(CAMILLE)
    agent.locator(".sound-strip").click()
    agent.locator("[data-device=microphone]").select_option(label="Fake Audio Input 1")
    agent.keyboard.press("Escape")
    phone = conversation(agent, ring)
    agent.evaluate("plugs('Fake Audio Input 1')")
    expect(agent.locator(".toast", has_text="plus branché")).to_be_visible(timeout=SOON)
    expect(agent.locator("[data-slot=phase-word]")).to_have_text("En conversation", timeout=SOON)
    talks(phone, agent)
    speaks_into(agent, "Fake Default Audio Input")
    agent.evaluate("plugs()")
    expect(agent.locator(".toast", has_text="de retour")).to_be_visible(timeout=SOON)
    talks(phone, agent)
    speaks_into(agent, "Fake Audio Input 1")
    finish(agent)


def test_she_is_not_rung_without_a_microphone(people: People, desk: Any, ring: Any) -> None:
    agent = desk(CAMILLE)
    agent.evaluate("plugs('Input')")  # all microphones
    phase(agent, "away")
    expect(agent.locator("[data-slot=presence-word]")).to_have_text(
        "Problème technique", timeout=SOON
    )
    expect(note(agent)).to_contain_text("Aucun micro", timeout=SOON)
    agent.keyboard.press("D")
    agent.wait_for_timeout(400)  # the key waits: is it the first letter of a word?
    expect(note(agent)).to_contain_text("Aucun micro", timeout=SOON)
    expect(agent.locator("#act-available")).not_to_have_attribute("aria-busy", "true", timeout=SOON)
    phase(agent, "away")
    keep_screen(agent, "desk-no-microphone", full=False)
    assert_axe(agent)
    agent.evaluate("plugs()")
    expect(note(agent)).not_to_contain_text("Aucun micro", timeout=SOON)
    agent.keyboard.press("D")
    phase(agent, "available")

    # Forbidden meanwhile, then the page is opened again: she is not left available and unheard.
    agent.evaluate("sessionStorage.setItem('denied', 'yes')")
    agent.reload()
    phase(agent, "away")
    expect(note(agent)).to_contain_text("refuse le micro", timeout=SOON)
    agent.evaluate("sessionStorage.clear()")
    agent.reload()
    expect(agent.locator("html[data-live]")).to_be_attached(timeout=SOON)
    expect(agent.locator("#act-available")).to_be_enabled(timeout=SOON)
    agent.keyboard.press("D")
    phase(agent, "available")


def test_a_microphone_switched_off_in_mid_call_gives_a_calm_warning(
    people: People, desk: Any, ring: Any
) -> None:
    agent = desk(CAMILLE)
    agent.evaluate("silent = true")
    conversation(agent, ring)
    expect(note(agent)).to_contain_text("Aucun son de votre micro", timeout=25_000)
    expect(agent.locator(".sound-strip")).to_contain_text("aucun son du micro", timeout=SOON)
    keep_screen(agent, "desk-silent-microphone", full=False)
    assert_axe(agent)
    agent.keyboard.press("M")  # on purpose: nothing to warn of
    expect(note(agent)).not_to_contain_text("Aucun son de votre micro", timeout=SOON)
    finish(agent)


def test_every_notice_fits_in_its_place(desk: Any) -> None:
    """On a screen of 1280 px, in French; the place never grows, so the sentence must be short."""
    agent = desk(CAMILLE)
    agent.evaluate(
        "document.querySelectorAll('[data-acts]').forEach((one) => { one.hidden = true; })"
    )
    too_long = agent.evaluate(
        """() => {
          const sentences = {};
          document.querySelectorAll('script[id^="i18n"]')
            .forEach((block) => Object.assign(sentences, JSON.parse(block.textContent)));
          const notices = /^(note|net|phone|mic|network\\.poor|sound|session|tab)\\./;
          const elsewhere = new Set(["note.trouble", "mic.ok", "mic.device"]);
          const place = document.querySelector("[data-slot=note]");
          place.dataset.tone = "stop";
          const shown = Object.entries(sentences)
            .filter(([name]) => notices.test(name) && !elsewhere.has(name));
          return shown.filter(([name, words]) => {
            document.getElementById("act-take-tab").hidden = !name.startsWith("tab.");
            document.getElementById("act-sign-in").hidden = !name.startsWith("session.");
            document.querySelector("[data-slot=note-text]").textContent = words;
            return place.scrollHeight > place.clientHeight + 1;
          }).map(([name, words]) => `${name} (${words.length}): ${words}`);
        }"""
    )
    assert not too_long, "\n".join(too_long)


# --- reload, tabs, sessions, tokens ----------------------------------------------------------


def test_a_reload_in_mid_call_keeps_her_muted_and_says_so(
    people: People, desk: Any, ring: Any
) -> None:
    agent = desk(NADIA)
    phone = conversation(agent, ring)
    agent.keyboard.press("M")
    expect(agent.locator("#act-mute")).to_have_attribute("aria-pressed", "true", timeout=SOON)
    agent.reload()
    phase(agent, "talking")
    expect(agent.locator(".toast", has_text="resté coupé")).to_be_visible(timeout=SOON)
    phase(agent, "talking")  # the server knows too that she is back
    expect(agent.locator("#act-mute")).to_have_attribute("aria-pressed", "true", timeout=SOON)
    agent.keyboard.press("M")
    expect(agent.locator("#act-mute")).to_have_attribute("aria-pressed", "false", timeout=SOON)
    talks(phone, agent)
    finish(agent)


def test_a_second_tab_takes_the_conversation_over_and_gives_it_back(
    people: People, desk: Any, ring: Any
) -> None:
    first = desk(NADIA)
    phone = conversation(first, ring)
    second = first.context.new_page()
    second.goto("/desk")
    expect(note(second)).to_contain_text("autre onglet", timeout=SOON)
    expect(second.locator("#act-mute")).to_be_disabled(timeout=SOON)
    second.locator("#act-take-tab").click()
    phase(second, "talking")
    talks(phone, second)
    expect(note(first)).to_contain_text("autre onglet", timeout=SOON)
    first.wait_for_function("!permanence.microphone()", timeout=SOON)  # let go
    second.close()
    # The first tab is the only one left: it takes the voice back by itself.
    phase(first, "talking")
    talks(phone, first)
    finish(first)


def test_short_tokens_are_renewed_in_mid_call(people: People, desk: Any, ring: Any) -> None:
    agent = desk(CAMILLE)
    given: list[str] = []

    def short(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        given.append(body["token"])
        body["expires_at"] = (clock.now() + timedelta(seconds=4)).isoformat()
        route.fulfill(response=answer, body=json.dumps(body))

    agent.route("**/desk/token", short)
    agent.reload()
    phase(agent, "available")
    phone = conversation(agent, ring)
    before = len(given)
    deadline = time.monotonic() + SOON / 1000
    while len(given) < before + 2:
        assert time.monotonic() < deadline, "no new token"
        agent.wait_for_timeout(200)
    phase(agent, "talking")
    talks(phone, agent)
    finish(agent)


def test_a_session_that_ends_in_mid_call_does_not_end_the_call(
    people: People, desk: Any, ring: Any
) -> None:
    agent = desk(CAMILLE)
    phone = conversation(agent, ring)
    sign_out_unseen(agent)
    agent.keyboard.press("F")  # she only finds out when she asks for something
    expect(note(agent)).to_contain_text("Session fermée", timeout=SOON)
    expect(agent.locator("#act-sign-in")).to_be_visible(timeout=SOON)
    talks(phone, agent)
    keep_screen(agent, "desk-session-over", full=False)
    assert_axe(agent)
    other = agent.context.new_page()
    sign_in(other, CAMILLE, PASSWORD)
    other.close()
    expect(note(agent)).not_to_contain_text("Session fermée", timeout=SOON)
    agent.keyboard.press("F")
    phase(agent, "held")
    agent.keyboard.press("F")
    phase(agent, "talking")
    finish(agent)


def sign_out_unseen(page: Page) -> None:
    """Her session is over, the page does not know. An answer on its way brings the cookie back: again, then."""
    for _again in range(20):
        page.context.clear_cookies()
        page.wait_for_timeout(300)
        if not page.context.cookies():
            return
    raise AssertionError("the cookie always comes back")


# --- a dead browser --------------------------------------------------------------------------


@pytest.mark.parametrize("death", ["kill", "freeze"])
def test_a_browser_that_dies_while_it_rings_rings_the_next_agent(
    served: Served, people: People, own_browser: Any, ring: Any, death: str
) -> None:
    doomed = own_browser()
    first = doomed.agent(served.url, CAMILLE, PASSWORD)
    become_available(first)
    phone = ring(SAMIRA)
    phase(first, "ringing")
    other = people.agent(NADIA, PASSWORD)
    become_available(other)
    getattr(doomed, death)()
    phase(other, "ringing", timeout=15_000)
    other.keyboard.press("A")
    phase(other, "talking")
    talks(phone, other)
    finish(other)


def test_a_browser_that_dies_in_mid_call_resumes_it_when_it_is_opened_again(
    served: Served, own_browser: Any, ring: Any
) -> None:
    doomed = own_browser()
    phone = conversation_of(doomed, served, ring)
    doomed.kill()
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "held", timeout=SOON)
    agent = own_browser().agent(served.url, CAMILLE, PASSWORD)
    phase(agent, "rejoin")
    expect(agent.locator("[data-slot=name]")).to_have_text("Samira Haddad", timeout=SOON)
    agent.keyboard.press("V")
    phase(agent, "talking")
    talks(phone, agent)
    finish(agent)


def conversation_of(browser: OwnBrowser, served: Served, ring: Any) -> Page:
    """Camille talks with Samira in that browser; Samira's telephone."""
    agent = browser.agent(served.url, CAMILLE, PASSWORD)
    become_available(agent)
    return conversation(agent, ring)
