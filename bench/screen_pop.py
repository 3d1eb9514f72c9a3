"""From a call's first webhook to the dossier drawn in the agent's browser (embedded, SQLite).

Zero is when the caller dials: the time of ``/voice/incoming``, ``/voice/wait``, routing, the live
message and the pane's own request are all in it. Announcements take no time (SPEECH_RATE=0).
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.crowd.installation import PATIENCE
from tests.browser import find
from tests.fixtures.browsers import ARGUMENTS
from tests.fixtures.servers import serve_embedded
from tests.people import sign_in
from tests.remote import PASSWORD, Line, wait_until

ROUNDS = 40
WATCH = """
() => {
  window.drawnAt = null;
  const look = () => {
    const pane = document.querySelector('#pane-dossier .beside-pieces');
    if (pane && !window.drawnAt && document.querySelector('#call').dataset.phase === 'ringing')
      requestAnimationFrame(() => { window.drawnAt = window.drawnAt || Date.now(); });
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
}
"""


def measure() -> list[float] | None:
    """Milliseconds of each round; None where there is no browser."""
    path = find()
    if path is None:
        return None
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served = serve_embedded("bench-pop", Path(folder), patience=PATIENCE, SPEECH_RATE="0")
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=[*ARGUMENTS, "--no-sandbox"]
            )
            page = browser.new_context(base_url=served.url, permissions=["microphone"]).new_page()
            sign_in(page, "camille@demo.permanence", PASSWORD)
            page.goto("/desk")
            page.locator("#act-available").click()
            wait_phase(page, "available")
            page.evaluate(WATCH)
            line = Line(served.carrier_url)
            return [one(page, line) for _ in range(ROUNDS)]
        finally:
            served.stop()


def one(page: Page, line: Line) -> float:
    """One ring, until the dossier is drawn; the caller then hangs up."""
    page.evaluate("window.drawnAt = null")
    start = time.time()
    sid = line.dial("+33639980105")
    page.wait_for_function("() => window.drawnAt !== null", timeout=15_000)
    elapsed = page.evaluate("window.drawnAt") - 1000 * start
    line.hang_up(sid)
    wait_phase(page, "available")
    wait_until(lambda: page.locator("#pane-dossier .beside-pieces").count() == 0)
    return float(elapsed)


def wait_phase(page: Page, phase: str) -> None:
    """Wait until the desk shows ``phase``."""
    page.wait_for_selector(f"#call[data-phase={phase}]", timeout=15_000)
