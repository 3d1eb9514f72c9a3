"""From the key « ! » at a desk to the alert drawn on a manager's page (embedded, SQLite), in real browsers.

Zero is just before the key is pressed; the agent is on the line with somebody, the manager on another
page. The press, the request, the socket, the banner's own request and the drawing are all in it. Both
browsers are on the same machine.
``python -m bench.distress``
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.crowd import figures
from bench.crowd.installation import PATIENCE
from tests.browser import find
from tests.fixtures.browsers import ARGUMENTS
from tests.fixtures.servers import serve_embedded
from tests.people import sign_in
from tests.remote import PASSWORD, Line

ROUNDS = 15
WATCH = """
() => {
  window.alertAt = null;
  const look = () => {
    if (!window.alertAt && document.querySelector('#alerts .alert-row'))
      requestAnimationFrame(() => { window.alertAt = window.alertAt || Date.now(); });
  };
  new MutationObserver(look).observe(document.getElementById('alerts'), {subtree: true, childList: true});
}
"""


def measure() -> list[float] | None:
    """Milliseconds of each round; None where there is no browser."""
    path = find()
    if path is None:
        return None
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served = serve_embedded("bench-distress", Path(folder), patience=PATIENCE, SPEECH_RATE="0")
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=[*ARGUMENTS, "--no-sandbox"]
            )
            desk = browser.new_context(base_url=served.url, permissions=["microphone"]).new_page()
            sign_in(desk, "camille@demo.permanence", PASSWORD)
            desk.goto("/desk")
            desk.locator("#act-available").click()
            desk.wait_for_selector("#call[data-phase=available]", timeout=15_000)
            page = browser.new_context(base_url=served.url).new_page()
            sign_in(page, "isabelle@demo.permanence", PASSWORD)
            page.goto("/scripts")
            page.evaluate(WATCH)
            Line(served.carrier_url).dial("+33639980105")
            desk.wait_for_selector("#call[data-phase=ringing]", timeout=15_000)
            desk.locator("#act-accept").click()
            desk.wait_for_selector("#call[data-phase=talking]", timeout=15_000)
            return [one(desk, page) for _ in range(ROUNDS)]
        finally:
            served.stop()


def one(desk: Page, page: Page) -> float:
    """One alert, until the manager reads it; the manager then closes it."""
    page.evaluate("window.alertAt = null")
    start = time.time()
    desk.keyboard.press("!")
    page.wait_for_function("() => window.alertAt !== null", timeout=15_000)
    elapsed = page.evaluate("window.alertAt") - 1000 * start
    row = page.locator("#alerts .alert-row")
    row.locator("select").select_option("no_danger")
    row.get_by_role("button", name="Clore").click()
    row.wait_for(state="detached", timeout=15_000)
    desk.wait_for_selector('#distress-status[data-closed="1"]', timeout=15_000)
    return float(elapsed)


def main() -> None:
    """Measure, and print the median and the worst."""
    found = measure()
    print("From the key « ! » to the alert on a manager's page")
    if found is None:
        print("  not measured: no Chromium on this machine")
        return
    median, worst = figures.percentile(found, 0.5), max(found)
    print(f"  {len(found)} alerts: p50 {median:.0f} ms, worst {worst:.0f} ms (goal: 2000)")


if __name__ == "__main__":
    main()
