"""People in browsers: agents who sign in, callers with a telephone, and what a test asks of pages."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).resolve().parent.parent
ARTEFACTS = ROOT / "test-artefacts" / "screens"
AXE = ROOT / "static" / "vendor" / "axe.min.js"
SERIOUS = {"serious", "critical"}
OF_COLOURS = [
    "color-contrast",
    "link-in-text-block",
]  # those of axe's rules of colour that it asks by itself
# What a browser writes in its console that is not a fault of the page.
HARMLESS = (
    "Failed to load resource: the server responded with a status of 4",
    # A part of a page that is asked for again before its first answer: htmx drops the first, and says
    # so twice. A request that failed is « htmx:sendError », which is not forgiven.
    "htmx:sendAbort",
    "htmx:afterRequest",
)
# How long a page may take before a test gives up, in ms: the machine may be doing other things.
PATIENCE = 15_000
BETWEEN_KEYS = (
    300  # ms: two letters in quicker succession are typed astray, and do nothing (page/keys.js)
)
expect.set_options(timeout=PATIENCE)

SESSIONS: dict[tuple[str, str], Any] = {}
# Browsers that a test has left, by server and by whose they are: the next test of the same person takes one.
# It is still signed in, and need not fetch style sheets and scripts again.
LEFT: dict[tuple[str, str], list[BrowserContext]] = {}
CALLER = "a caller"


@dataclass
class Problems:
    """What went wrong in a page without anybody seeing it."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note script failures and console errors of this page."""
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self.note(page, message))

    def note(self, page: Page, message: Any) -> None:
        """Keep an error of the console, but for what is harmless."""
        if message.type == "error" and not message.text.startswith(HARMLESS):
            where = message.location.get("url", "")
            self.found.append(f"{page.url}: {message.text} ({where})")


class People:
    """Opens a context for each person, and keeps pictures when the test fails."""

    def __init__(self, browser: Browser, base_url: str, name: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.name = name
        self.problems = Problems()
        self.contexts: list[BrowserContext] = []
        self.lent: dict[BrowserContext, tuple[str, str]] = {}

    def context(self, base_url: str | None = None, **options: Any) -> BrowserContext:
        """A new person's browser: French, microphone allowed, 1280 × 800."""
        context = self.browser.new_context(
            base_url=base_url or self.base_url,
            locale=options.pop("locale", "fr-FR"),
            timezone_id="Europe/Paris",
            viewport=options.pop("viewport", {"width": 1280, "height": 800}),
            permissions=["microphone"],
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", self.problems.watch)
        context.on("page", pace)
        self.contexts.append(context)
        return context

    def browser_of(self, who: str, base_url: str | None) -> BrowserContext:
        """The browser of somebody known by name: one that an earlier test has left, or a new one."""
        key = (base_url or self.base_url, who)
        forget_others(key[0])
        left = LEFT.setdefault(key, [])
        if left:
            context = left.pop()
            context.on("page", self.problems.watch)
            self.contexts.append(context)
        else:
            context = self.context(base_url, storage_state=SESSIONS.get(key))
        self.lent[context] = key
        return context

    def agent(
        self, email: str, password: str, *, path: str = "/desk", base_url: str | None = None
    ) -> Page:
        """Somebody of the staff, signed in, on ``path``.

        Her session is kept for the next tests of the same server: the form lets ten people in a
        minute, and no more.
        """
        key = (base_url or self.base_url, email)
        page = self.browser_of(email, base_url).new_page()
        page.goto(path)
        if "/sign-in" in page.url:
            sign_in(page, email, password)
            SESSIONS[key] = page.context.storage_state()
            page.goto(path)
        return page

    def caller(self, *, base_url: str | None = None) -> Page:
        """Somebody with a telephone in hand."""
        page = self.browser_of(CALLER, base_url).new_page()
        page.goto("/telephone")
        return page

    def close(self, *, failed: bool) -> None:
        """Keep a picture of each page of a failed test, close all, report what pages hid."""
        for number, page in enumerate(p for c in self.contexts for p in c.pages):
            if failed:
                picture(page, f"FAILED-{self.name}-{number}")
        for context in self.contexts:
            for page in context.pages:  # a question that is being answered by the test is left
                page.unroute_all(behavior="ignoreErrors")
            if failed or not self.leave(context):
                context.close()
        if not failed:
            assert not self.problems.found, "\n".join(self.problems.found)

    def leave(self, context: BrowserContext) -> bool:
        """Leave a browser to the next test: no page, nothing remembered, signed in. Does it serve again?"""
        key = self.lent.get(context)
        if key is None or not context.pages:
            return False
        page = context.pages[0]
        session = context.new_cdp_session(page)
        session.send(
            "Storage.clearDataForOrigin", {"origin": key[0], "storageTypes": "local_storage"}
        )
        context.unroute_all(behavior="ignoreErrors")
        context.remove_listener("page", self.problems.watch)
        for page in context.pages:
            page.close()
        LEFT[key].append(context)
        return True


def forget_others(base_url: str) -> None:
    """Close the browsers left at servers that are no more."""
    for key in [key for key in LEFT if key[0] != base_url]:
        for context in LEFT.pop(key):
            context.close()


def pace(page: Page) -> None:
    """Letters pressed no faster than hands do: quicker ones are a word typed astray (page/keys.js).

    ``keyboard.type`` stays as fast as it is, for fields and for tests of what goes astray.
    """
    press = page.keyboard.press
    last = -1.0

    def paced(key: str, **how: Any) -> None:
        nonlocal last
        if len(key) == 1 and key.isalpha():
            left = BETWEEN_KEYS / 1000 - (time.monotonic() - last)
            if left > 0:
                page.wait_for_timeout(left * 1000)
            press(key, **how)
            last = time.monotonic()
        else:
            press(key, **how)

    page.keyboard.press = paced  # type: ignore[method-assign]


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in through the form, as a person does."""
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def act(page: Page, selector: str) -> None:
    """Click one of the desk's acts; they ignore clicks for a moment after they have changed."""
    expect(page.locator("#call:not(.is-settling)")).to_be_visible()
    page.locator(selector).click()


def become_available(page: Page, seconds: float = 30) -> None:
    """At her desk and ready to answer, whatever the day before left her in.

    The page says what it was drawn with until its socket is there: « available » may be of a tab that
    was closed ten seconds ago, whose absence is noted at that very moment.
    """
    deadline = time.monotonic() + seconds
    expect(page.locator("html[data-live]")).to_be_attached(timeout=PATIENCE)
    while (now := page.locator("#call").get_attribute("data-phase")) != "available":
        assert time.monotonic() < deadline, f"still {now} after {seconds} s"
        button = page.locator("#act-done" if now == "wrap_up" else "#act-available")
        busy = button.get_attribute("aria-busy")  # her microphone is being checked
        if button.is_visible() and button.is_enabled() and not busy:
            button.click()
        page.wait_for_timeout(700)


def hold(page: Page, key: str) -> None:
    """Keep a key pressed, as hanging up wants it, until the conversation has gone."""
    page.keyboard.down(key)
    expect(page.locator("#call:not([data-phase=talking], [data-phase=dialling])")).to_be_attached()
    page.keyboard.up(key)


def settled(page: Page) -> None:
    """No part of the page is on its way: what is looked at next stays as it is."""
    page.wait_for_function(
        "() => !document.querySelector('.htmx-request, #main[aria-busy], [id^=pane-][aria-busy]')"
    )


def keep_screen(page: Page, name: str, *, full: bool = True) -> None:
    """With KEEP_SCREENS=1, a picture of the page in test-artefacts/screens: it costs more than the page itself."""
    if os.environ.get("KEEP_SCREENS"):
        picture(page, name, full=full)


def picture(page: Page, name: str, *, full: bool = True) -> None:
    """A picture of the page in test-artefacts/screens."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=full, animations="disabled")


def assert_axe(page: Page, *, dark: bool = False) -> None:
    """No serious or critical finding of axe on the page as it is now.

    ``dark``: the same page was looked at in its light colours, and now has its dark ones, of which alone axe is asked.
    """
    if dark:
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.wait_for_function(
            "() => !document.getAnimations().some((each) => each instanceof CSSTransition)"
        )
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "(only) => axe.run(document, { resultTypes: ['violations'],"
        " ...(only && { runOnly: { type: 'rule', values: only } }) })",
        OF_COLOURS if dark else None,
    )
    violations = [
        f"{v['impact']} {v['id']}: {v['help']}\n    "
        + "\n    ".join(n["html"][:160] for n in v["nodes"][:4])
        for v in found["violations"]
        if v["impact"] in SERIOUS
    ]
    assert not violations, f"{page.url}\n" + "\n".join(violations)


def assert_fits(page: Page) -> None:
    """Nothing sticks out at the right: no horizontal scrolling."""
    extra = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert extra <= 0, f"{page.url} is {extra} px too wide"
