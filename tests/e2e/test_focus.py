"""The keyboard and the ear, on each page: tab order is reading order, live regions speak once, dialogs give back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.people import become_available, settled
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, ISABELLE = "camille@demo.permanence", "isabelle@demo.permanence"
SAMIRA = "+33639980105"
AGENT = [
    ("/dossiers", "Dossiers"),
    ("/dossiers/1", "Dossier PF-2026"),
    ("/tickets", "Contacts"),
    ("/tickets/owed", "Ce que nous devons"),
    ("/callbacks", "Rappels"),
    ("/messages", "Messages"),
    ("/scripts", "Scripts"),
    ("/scripts/S02", "S02"),
]
MANAGER = [("/reports/2021-06-22", "Rapport"), ("/incidents", "Incidents"), ("/admin", "Réglages")]

# What is seen, in the order of the document, and where it is. A later one may not stand before an earlier one of
# the same box: above it, or on its line and at its left. (Who floats over the page has an order of its own.)
OUT_OF_ORDER = """() => {
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length;
  const holds = (e) => e.matches("a[href], button, input, select, textarea, summary, [tabindex]")
    || e.querySelector("a[href], button, input, select, textarea, summary, [tabindex]");
  const floats = (e) => ["absolute", "fixed", "sticky"].includes(getComputedStyle(e).position);
  const found = [];
  for (const box of document.querySelectorAll("body, body *")) {
    const inside = [...box.children].filter((e) => shown(e) && holds(e) && !floats(e));
    inside.forEach((first, n) => inside.slice(n + 1).forEach((next) => {
      const a = first.getBoundingClientRect(), b = next.getBoundingClientRect();
      if (!a.width || !a.height || !b.width || !b.height) return;
      const besideIt = b.left >= a.right - 1;
      const line = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) / 2;
      if ((b.bottom <= a.top + 1 && !besideIt) || (line && b.right <= a.left + 1))
        found.push(`${next.outerHTML.slice(0, 90)} stands before ${first.outerHTML.slice(0, 90)}`);
    }));
  }
  return found;
}"""
TABBED = """() => [...document.querySelectorAll("[tabindex]")].filter((e) => e.tabIndex > 0).map((e) => e.outerHTML)"""
# Who says the same thing twice: a region in a region, a role that its own attribute contradicts.
VOICES = """() => {
  const byRole = { status: "polite", log: "polite", alert: "assertive" };
  const voice = (e) => e.getAttribute("aria-live") || byRole[e.getAttribute("role")] || "off";
  const all = document.querySelectorAll("[aria-live], [role=status], [role=log], [role=alert]");
  const found = [];
  for (const region of all) {
    const role = region.getAttribute("role"), said = voice(region);
    if (said === "off") continue;
    if (role === "alert" && said !== "assertive" || role === "status" && said !== "polite")
      found.push(`two minds: ${region.outerHTML.slice(0, 120)}`);
    for (let over = region.parentElement; over; over = over.parentElement)
      if (voice(over) !== "off") found.push(`said twice: ${region.outerHTML.slice(0, 120)} in #${over.id}`);
  }
  for (const [id, wanted] of [["announce", "polite"], ["announce-now", "assertive"]]) {
    const region = document.getElementById(id);
    if (!region || voice(region) !== wanted) found.push(`#${id} is not ${wanted}`);
  }
  return found;
}"""
# Where the keyboard goes, one key at a time: its place in the document, and that it is seen there.
HERE = """() => {
  const e = document.activeElement, all = [...document.querySelectorAll("*")], look = getComputedStyle(e);
  const ring = (s) => (s.outlineStyle !== "none" && s.outlineWidth !== "0px") || s.boxShadow !== "none";
  const label = e.closest("label"), near = e.nextElementSibling;
  return { place: all.indexOf(e), body: e === document.body, what: e.outerHTML.slice(0, 120),
    parts: e.matches("[type=date], [type=time]"),
    seen: ring(look) || (label && ring(getComputedStyle(label))) || (near && ring(getComputedStyle(near))) };
}"""


GO = """(path) => {
  const link = document.createElement("a");
  link.href = path;
  document.getElementById("main").append(link);
  link.click();
  link.remove();
}"""
AT = """() => {
  const e = document.activeElement;
  return [e.tagName, e.id, e.matches("h1, #page, #main, [autofocus]")];
}"""


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    Line(served.carrier_url).clear()


def check(page: Page, where: str, keys: int = 0) -> None:
    """What holds on every page, at whatever moment."""
    settled(page)
    assert page.evaluate(TABBED) == [], where
    assert page.evaluate(VOICES) == [], where
    assert page.evaluate(OUT_OF_ORDER) == [], where
    if keys:
        walk(page, where, keys)


def walk(page: Page, where: str, keys: int) -> None:
    """Tab from the top of the page: forward in the document, each stop seen, nothing that holds the keyboard."""
    page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    page.locator("body").evaluate(
        "(b) => { b.tabIndex = -1; b.focus(); b.removeAttribute('tabindex'); }"
    )
    last = -1
    for _key in range(keys):
        page.keyboard.press("Tab")
        now = page.evaluate(HERE)
        if now["body"]:
            return  # the whole page was walked
        same = now["place"] == last and now["parts"]  # a date has a day, a month and a year
        assert now["place"] > last or same, f"{where}: the keyboard goes back to {now['what']}"
        # The browser itself lights the part of a date that is typed.
        assert now["seen"] or now["parts"], (
            f"{where}: nobody sees where the keyboard is: {now['what']}"
        )
        last = now["place"]


def swapped(page: Page, path: str, title: str) -> None:
    """Another page in the same frame: the title is announced, once, and the keyboard is at the page's head."""
    page.evaluate(GO, path)
    expect(page.locator("#page")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(path) + r"($|\?)"))
    expect(page.locator("#announce")).to_contain_text(title)
    head: Any = page.evaluate(AT)
    assert head[2], f"{path}: the keyboard is left at {head}"


def dialog(page: Page, opened: str) -> None:
    """A dialog that is open takes the keyboard, keeps it, and gives it back where it was."""
    box = page.locator(opened)
    expect(box).to_be_visible()
    inside = "(box) => box.contains(document.activeElement)"
    assert box.evaluate(inside), f"{opened}: the keyboard stays outside"
    for key in ("Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"):
        page.keyboard.press(key)
        # The browser's own bar may be a stop of a modal dialog: never the page under it.
        assert box.evaluate(inside) or page.evaluate("document.activeElement === document.body")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_pages_of_an_agent(people: People) -> None:
    page = people.agent(CAMILLE, PASSWORD, path="/desk")
    check(page, "/desk", keys=25)
    for path, title in AGENT:
        swapped(page, path, title)
        check(page, path, keys=40 if path in ("/dossiers/1", "/tickets/owed") else 0)
    opener = page.locator("#search-open")
    opener.focus()
    page.keyboard.press("Control+k")
    expect(page.locator("#search-field")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_be_hidden()
    expect(opener).to_be_focused()
    page.goto("/dossiers/1")
    promise = page.locator("[data-dialog]", has_text="Renvoyer le lien").first
    promise.focus()
    page.keyboard.press("Enter")
    dialog(page, f"#{promise.get_attribute('data-dialog')}")
    expect(promise).to_be_focused()


def test_pages_of_a_manager(people: People) -> None:
    page = people.agent(ISABELLE, PASSWORD, path="/wall")
    check(page, "/wall", keys=15)
    for path, title in MANAGER:
        swapped(page, path, title)
        check(page, path, keys=30 if path.startswith("/reports") else 0)


def test_the_moments_of_the_desk(people: People) -> None:
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    check(agent, "idle")
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{SAMIRA}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle")
    phone.locator("#call").click()
    call = agent.locator("#call")
    expect(call).to_have_attribute("data-phase", "ringing", timeout=20_000)
    expect(agent.locator("#announce-now")).not_to_be_empty()  # an offer does not wait for its turn
    check(agent, "ringing", keys=25)
    agent.locator("#act-accept").click()
    expect(call).to_have_attribute("data-phase", "talking", timeout=20_000)
    expect(agent.locator("#pane-script")).to_contain_text("S02")
    check(agent, "talking", keys=40)
    agent.locator("#act-transfer").click()
    check(agent, "transfer")
    agent.keyboard.press("Escape")
    agent.locator("#act-hang-up").click()
    expect(call).to_have_attribute("data-phase", "wrap_up", timeout=20_000)
    check(agent, "after", keys=30)
