"""Pages that a caller opens, on a small phone: they fit, can be read and pressed, and give the number to dial.

The application answers in this process (``page.route``): each state is laid by hand, no server is started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.calls.callbacks import request_form
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.wiring import ports
from app.lines.models import Line
from tests.people import assert_axe, assert_fits, keep_screen
from tests.switchboard import LINE_NUMBER
from tests.tickets.consents import test_consents as consents
from tests.web.test_helpline import link_in
from tests.world import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from tests.fakes import FakeSms

pytestmark = [pytest.mark.parametrize("database_url", ["sqlite"], indirect=True), pytest.mark.e2e]

PHONE = {"width": 390, "height": 844}
HERE = "http://localhost"
STATES = ("valid", "begun", "step2", "done", "superseded", "expired", "unknown")
PAGES = [f"link-{state}" for state in STATES] + [
    "step2-asked",
    "step1-first",
    "request",
    "request-refused",
    "request-expired",
    "request-unknown",
    *(f"consent-{state}" for state in ("open", "agreed", "refused", "revoked", "unknown")),
    "error",
    "error-elsewhere",
]


@pytest.fixture
def phone(app: Flask, browser: Browser) -> Iterator[Page]:
    """A small phone whose every request this process answers."""
    client: Any = app.test_client()

    def answer(route: Route) -> None:
        request = route.request
        with app.app_context():  # Playwright calls from a greenlet of its own
            got = client.open(
                request.url.removeprefix(HERE),
                method=request.method,
                data=request.post_data_buffer,
                headers={k: v for k, v in request.headers.items() if k != "cookie"},
            )
        route.fulfill(
            status=got.status_code, headers=dict(got.headers.to_wsgi_list()), body=got.get_data()
        )

    context = browser.new_context(
        base_url=HERE, viewport=PHONE, locale="fr-FR", has_touch=True, reduced_motion="reduce"
    )
    context.route("**/*", answer)
    yield context.new_page()
    context.close()


def address(name: str, app: Flask, login: Callable[..., Any], telephony: Any) -> str:
    """Where the page of this name is, its state laid."""
    if name == "error":
        return "/portail/lien/x/rien"
    if name == "error-elsewhere":
        return "/nulle-part"
    if name == "request-unknown":
        return "/demande/x"
    if name.startswith("consent"):
        return consent(name.removeprefix("consent-"), app, login)
    if name.startswith("request"):
        world = build(app, login, telephony)
        age = timedelta(days=7, minutes=1) if name == "request-expired" else timedelta()
        return f"/demande/{request_form.token_for(world.call.ref, clock.now() - age)}"
    state = {"step2-asked": "step2", "step1-first": "valid"}.get(name, name.removeprefix("link-"))
    login("front")
    token = "x" * 43 if state == "unknown" else link_in(state)
    return f"/portail/lien/{token}" + ("/etape-2" if name.startswith("step") else "")


def consent(state: str, app: Flask, login: Callable[..., Any]) -> str:
    """A person was asked by SMS whether somebody may speak for them, and has answered so."""
    if state == "unknown":
        return "/accord/" + "a" * 22
    db.session.add(Line(name="Portail des aides", number=LINE_NUMBER, mode="open"))
    db.session.commit()
    agent = login("front")
    consents.ask(agent, consents.talk(agent, consents.HERS))
    where = consents.link(cast("FakeSms", ports().sms))
    for word in {"agreed": ["yes"], "refused": ["no"], "revoked": ["yes", "stop"]}.get(state, []):
        app.test_client().post(f"{where}/reponse", data={"word": word}, headers=consents.PRESS)
    return where


@pytest.mark.parametrize("name", PAGES)
def test_a_callers_page_serves_on_a_small_phone(
    phone: Page, app: Flask, login: Callable[..., Any], telephony: Any, name: str
) -> None:
    phone.goto(address(name, app, login, telephony))
    if name == "request-refused":
        phone.locator("textarea").fill("Mon mot de passe est Soleil-Bleu-7")
        phone.locator("button[type=submit]").click()
        expect(phone.locator("main")).to_contain_text("gardez-le pour vous")
    keep_screen(phone, f"phone-{name}")
    assert phone.locator("h1").count() == 1
    assert phone.locator("a[href^='tel:+']").count() >= 1
    assert large_enough(phone) == []
    assert_fits(phone)
    assert_axe(phone)
    assert_axe(phone, dark=True)
    phone.set_viewport_size({"width": 195, "height": 422})  # the same phone at 200 %
    assert_fits(phone)


def large_enough(page: Page) -> list[str]:
    """What in the page's own part is smaller than a thumb (44 px) or than readable text (16 px)."""
    return list(
        page.evaluate(
            """() => {
              const shown = e => e.checkVisibility() && e.getBoundingClientRect().width > 1;
              const all = s => [...document.querySelectorAll(s)].filter(shown);
              const name = e => `${e.tagName} ${e.textContent.trim().slice(0, 40)}`;
              const acts = all("main .button, main button, main select, main textarea, main input:not([type=radio])")
                .filter(e => e.getBoundingClientRect().height < 44).map(e => `low: ${name(e)}`);
              const small = all("main p, main li, main label, main h1, main h2, main a")
                .filter(e => parseFloat(getComputedStyle(e).fontSize) < 16 && e.textContent.trim())
                .map(e => `small: ${name(e)}`);
              return [...acts, ...small];
            }"""
        )
    )
