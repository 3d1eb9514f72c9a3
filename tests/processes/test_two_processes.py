"""Two web processes, one line: PostgreSQL, Redis, a worker, and the carrier in a process of its own.

The carrier's webhooks all go to the first web process; the agents' browsers are on the second.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.servers import CONTROL_TOKEN, wait_ready
from tests.line import RemoteLine
from tests.people import People

if TYPE_CHECKING:
    from tests.fixtures.servers import Served

PASSWORD = "permanence-demo"
CAMILLE, NADIA = "camille@demo.permanence", "nadia@demo.permanence"
SAMIRA = "+33639980105"
SOON = 20_000


@pytest.fixture
def line(cluster: Served) -> Iterator[RemoteLine]:
    """The carrier's line; quiet again at the end."""
    line = RemoteLine(cluster.carrier_url, CONTROL_TOKEN)
    yield line
    line.quiet()


@pytest.fixture
def staff(browser: Browser, cluster: Served) -> Iterator[People]:
    """Agents on the second web process."""
    staff = People(browser, cluster.base_urls[1], name="two-processes")
    yield staff
    staff.close(failed=False)


def phase(page: Page, wanted: str, timeout: int = SOON) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=timeout)


def accept(page: Page) -> None:
    """Take the call; a button that has just appeared ignores clicks for half a second."""
    page.wait_for_timeout(700)
    page.locator("#act-accept").click()
    phase(page, "talking")


def available(staff: People, email: str) -> Page:
    """An agent at her desk, on the second process, ready to answer."""
    page = staff.agent(email, PASSWORD)
    page.locator("#act-available").click()
    phase(page, "available")
    return page


def test_an_agent_on_one_process_gets_a_call_that_came_to_the_other(
    cluster: Served, line: RemoteLine, staff: People
) -> None:
    agent = available(staff, CAMILLE)
    call = line.dial(SAMIRA)
    phase(agent, "ringing")
    expect(agent.locator("[data-slot=name]")).to_have_text("Samira Haddad")
    accept(agent)
    assert call.snapshot()["status"] == "in-progress"
    call.hang_up()
    phase(agent, "wrap_up")
    agent.locator("#act-done").click()
    phase(agent, "available")
    # Both processes tell the same story.
    metrics = [requests.get(f"{url}/health/ready", timeout=5).json() for url in cluster.base_urls]
    assert [answer["status"] for answer in metrics] == ["ok", "ok"]


def test_the_worker_takes_back_an_offer_that_nobody_answers(
    line: RemoteLine, staff: People
) -> None:
    """Deadlines are the worker's: after 20 s of ringing the call goes to somebody else."""
    deaf = available(staff, CAMILLE)
    call = line.dial(SAMIRA)
    phase(deaf, "ringing")
    other = available(staff, NADIA)
    phase(other, "ringing", timeout=40_000)
    phase(deaf, "missed")
    accept(other)
    call.hang_up()
    phase(other, "wrap_up")


def test_a_web_process_that_dies_in_mid_call_does_not_lose_it(
    cluster: Served, line: RemoteLine, staff: People
) -> None:
    agent = available(staff, NADIA)
    call = line.dial(SAMIRA)
    phase(agent, "ringing")
    accept(agent)
    second = cluster.processes[2]
    second.stop(signal.SIGKILL)
    assert call.snapshot()["status"] == "in-progress", "the conversation goes on without us"
    second.start()
    wait_ready(f"{cluster.base_urls[1]}/health/ready", second)
    phase(agent, "talking")
    call.hang_up()
    phase(agent, "wrap_up")
