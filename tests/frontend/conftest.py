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


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:
    """``open_page(html)``: a page with this body, where modules of /static/js can be imported."""
    context = browser.new_context()

    def open_(html: str = "") -> Page:
        page = context.new_page()
        page.route("**/*", lambda route: answer(route, f"<!doctype html><body>{html}</body>"))
        page.goto(f"{ORIGIN}/")
        return page

    yield open_
    context.close()
