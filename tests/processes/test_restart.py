"""A web process dies in mid-call: the conversation goes on, and the desk finds it again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.servers import wait_ready
from tests.people import People, act, become_available
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
    become_available(page)
    yield page
    for context in people.contexts:
        context.close()


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=SOON)


def test_a_web_process_that_dies_in_mid_call_does_not_lose_it(cluster: Served, desk: Page) -> None:
    line = Line(cluster.carrier_url)
    call = line.dial("+33639980105")
    phase(desk, "ringing")
    act(desk, "#act-accept")
    phase(desk, "talking")
    second = cluster.processes[2]
    second.stop(signal.SIGKILL)
    assert line.call(call)["company"], "the conversation goes on without us"
    second.start()
    wait_ready(f"{cluster.base_urls[1]}/health/ready", second)
    phase(desk, "talking")
    line.hang_up(call)
    phase(desk, "wrap_up")
    act(desk, "#act-done")
    phase(desk, "available")
