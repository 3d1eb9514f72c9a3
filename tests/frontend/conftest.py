"""A page of a real browser with our own modules and no server: the files come from static/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

ROOT = Path(__file__).resolve().parents[2]
STATIC, CARRIER = ROOT / "static", ROOT / "carrier" / "static"
ORIGIN = "http://frontend.test"
TYPES = {".js": "text/javascript", ".css": "text/css"}


def answer(route: Route, html: str) -> None:
    """Our file when the address names one, else the page."""
    address = route.request.url.removeprefix(ORIGIN)
    of_carrier = address.startswith("/carrier/static/")
    folder, start = (CARRIER, "/carrier/static/") if of_carrier else (STATIC, "/static/")
    path = folder / address.removeprefix(start)
    if path.suffix in TYPES and path.is_file():
        route.fulfill(body=path.read_text(), content_type=TYPES[path.suffix])
    else:
        route.fulfill(body=html, content_type="text/html")


@pytest.fixture(scope="module")
def kept_page(browser: Browser) -> Iterator[Page]:
    """One page for the tests of a module: each loads it anew."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def open_page(browser: Browser, kept_page: Page) -> Iterator[Any]:
    """``open_page(html)``: a page with this body, where modules of /static/js can be imported.

    ``own``: in a browser of its own, for a test that changes what a new page would not forget (its clock).
    """
    contexts = []

    def open_(html: str = "", *, own: bool = False) -> Page:
        page = kept_page
        if own:
            contexts.append(browser.new_context())
            page = contexts[-1].new_page()
        if page.url.startswith(ORIGIN):
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
            page.unroute_all()
        page.route("**/*", lambda route: answer(route, f"<!doctype html><body>{html}</body>"))
        page.goto(f"{ORIGIN}/")
        return page

    yield open_
    for context in contexts:
        context.close()
