"""A web process dies in mid-call: the conversation goes on, and the desk finds it again."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.servers import wait_ready
from tests.people import People
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served

NADIA, PASSWORD = "nadia@demo.permanence", "permanence-demo"
SOON = 20_000


@pytest.fixture
def desk(browser: Browser, cluster: Served) -> Iterator[Page]:
    """Nadia's desk, available, on the second web process; calls come to the first."""
    people = People(browser, cluster.base_urls[1], name="restart")
    page = people.agent(NADIA, PASSWORD)
    expect(page.locator("#call")).to_have_attribute(
        "data-phase", re.compile("offline|missed|available"), timeout=SOON
    )
    if page.locator("#call").get_attribute("data-phase") != "available":
        page.locator("#act-available").click()
    phase(page, "available")
    yield page
    for context in people.contexts:
        context.close()


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=SOON)


def test_a_web_process_that_dies_in_mid_call_does_not_lose_it(cluster: Served, desk: Page) -> None:
    line = Line(cluster.carrier_url)
    call = line.dial("+33639980105")
    phase(desk, "ringing")
    desk.wait_for_timeout(700)  # a button that has just appeared ignores clicks for half a second
    desk.locator("#act-accept").click()
    phase(desk, "talking")
    second = cluster.processes[2]
    second.stop(signal.SIGKILL)
    assert line.call(call)["company"], "the conversation goes on without us"
    second.start()
    wait_ready(f"{cluster.base_urls[1]}/health/ready", second)
    phase(desk, "talking")
    line.hang_up(call)
    phase(desk, "wrap_up")
    desk.wait_for_timeout(700)
    desk.locator("#act-done").click()
    phase(desk, "available")
