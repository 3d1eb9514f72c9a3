"""Two web processes, one worker, PostgreSQL, Redis and a carrier apart: one line.

All that is asked of them is in this file: they are started once. The test that kills one of them goes first.
"""

from __future__ import annotations

import re
import secrets
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import make_url

from app.web.acts.keys import FIELD
from tests.fixtures.servers import wait_ready
from tests.people import People, act, become_available
from tests.remote import Line, Staff, wait_until

if TYPE_CHECKING:
    from tests.fixtures.databases import Postgres
    from tests.fixtures.servers import Served

CAMILLE, NADIA = "camille@demo.permanence", "nadia@demo.permanence"
PASSWORD = "permanence-demo"
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


def test_eight_presses_on_two_processes_make_one_annotation(cluster: Served) -> None:
    nadia, words = Staff(cluster.base_urls[0], NADIA), f"Remarque {secrets.token_hex(4)}"
    try:
        listed = nadia.http.get(f"{nadia.base_url}/dossiers", timeout=20).text
        dossier = re.search(r'href="(/dossiers/\d+)"', listed)
        assert dossier
        page = nadia.http.get(nadia.base_url + dossier[1], timeout=20).text
        form = page.partition(f'{dossier[1]}/annotations"')[2]
        key = re.search(rf'name="{FIELD}" value="([^"]+)"', form)
        assert key
        cookies, asked = nadia.http.cookies.copy(), {"text": words, FIELD: key[1]}

        def press(number: int) -> requests.Response:
            return requests.post(
                f"{cluster.base_urls[number % 2]}{dossier[1]}/annotations",
                data=asked,
                cookies=cookies,
                headers={"X-CSRFToken": nadia.csrf},
                timeout=30,
            )

        with ThreadPoolExecutor(8) as crowd:
            answers = list(crowd.map(press, range(8)))
        assert [answer.status_code for answer in answers] == [200] * 8
        assert len({answer.text for answer in answers}) == 1
        assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
        again = nadia.http.get(nadia.base_url + dossier[1], timeout=20).text
        assert again.count(words) == answers[0].text.count(words) == 1
    finally:
        nadia.close()


@pytest.fixture
def line(cluster: Served) -> Line:
    return Line(cluster.carrier_url)


@pytest.fixture
def nadia_on_second(cluster: Served, line: Line) -> Iterator[Staff]:
    """Nadia at her desk on process 2, while calls arrive on process 1."""
    agent = Staff(cluster.base_urls[1], NADIA)
    line.softphone(agent.desk()["agent"]["id"])
    agent.become_available()
    yield agent
    agent.close()


def test_a_call_that_arrives_on_one_process_rings_on_the_other(
    line: Line, nadia_on_second: Staff
) -> None:
    agent = nadia_on_second
    agent.heard.clear()
    sid = line.dial("+33639980105")
    call = wait_until(lambda: agent.call_in("offered"), why="her desk never rang")
    # Pushed through Redis, not only found when asked (which may be quicker by an instant).
    wait_until(lambda: "desk" in agent.heard, why="her desk was never told")
    assert call["caller"]["display"] == "Samira Haddad"
    assert agent.post(f"/desk/calls/{call['ref']}/accept").ok
    wait_until(lambda: agent.call_in("talking"), why="they never talked")
    wait_until(lambda: line.call(sid)["company"], why="nobody is with her")
    line.hang_up(sid)
    wait_until(lambda: agent.call_in("wrap_up"), why="the end was not seen")
    assert agent.post(f"/desk/calls/{call['ref']}/wrap-up-done").ok
    assert agent.desk()["presence"]["state"] == "available"


def test_two_agents_on_two_processes_get_a_call_each(
    cluster: Served, line: Line, nadia_on_second: Staff
) -> None:
    camille = Staff(cluster.base_urls[0], CAMILLE)
    line.softphone(camille.desk()["agent"]["id"])
    camille.become_available()
    sids = [line.dial(number) for number in ("+33639980103", "+33639980104")]
    staff = (camille, nadia_on_second)
    calls = [wait_until(lambda who=who: who.call_in("offered")) for who in staff]
    assert calls[0]["ref"] != calls[1]["ref"]
    stranger = camille.post(f"/desk/calls/{calls[1]['ref']}/accept")
    assert stranger.status_code == 409
    for who, call in zip(staff, calls, strict=True):
        assert who.post(f"/desk/calls/{call['ref']}/accept").ok
    for who in staff:
        wait_until(lambda who=who: who.call_in("talking"))
    for sid in sids:
        line.hang_up(sid)
    for who, call in zip(staff, calls, strict=True):
        wait_until(lambda who=who: who.call_in("wrap_up"))
        assert who.post(f"/desk/calls/{call['ref']}/wrap-up-done").ok
    camille.close()


def test_the_worker_moves_an_unanswered_call_on(line: Line, nadia_on_second: Staff) -> None:
    sid = line.dial("+33639980107")
    wait_until(lambda: nadia_on_second.call_in("offered"))
    wait_until(
        lambda: nadia_on_second.desk()["presence"]["state"] == "missed",
        30,
        "the offer never expired",
    )
    assert line.call(sid)["state"] != "ended"  # she keeps her place
    line.hang_up(sid)


def test_the_database_goes_away_and_the_caller_is_kept(
    cluster: Served, line: Line, nadia_on_second: Staff, postgres: Postgres
) -> None:
    agent = nadia_on_second
    database = str(make_url(cluster.environment["DATABASE_URL"]).database)
    talking = line.dial("+33639980110")
    call = wait_until(lambda: agent.call_in("offered"))
    agent.post(f"/desk/calls/{call['ref']}/accept")
    wait_until(lambda: agent.call_in("talking"))
    cut(postgres, database)
    try:
        newcomer = line.dial("+33639980111")
        line.hears(newcomer, "souci technique", 30)
        page = agent.http.get(f"{agent.base_url}/desk/state", timeout=20)
        assert page.status_code == 503
        assert "Traceback" not in page.text
        assert line.call(talking)["company"], "the conversation was cut"
    finally:
        postgres.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')
    line.hears(newcomer, "prochain", 40)
    line.hang_up(talking)
    wait_until(lambda: agent.call_in("wrap_up"), 30)
    assert agent.post(f"/desk/calls/{call['ref']}/wrap-up-done").ok
    wait_until(lambda: agent.call_in("offered"), 30, "the kept caller never rang")
    line.hang_up(newcomer)


def cut(postgres: Postgres, database: str) -> None:
    """Refuse and end every connection to one database."""
    postgres.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
    postgres.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    )


def test_signing_out_on_one_process_ends_the_cookie_and_the_socket_on_the_other(
    cluster: Served, line: Line
) -> None:
    first, second = cluster.base_urls
    bruno = Staff(first, "bruno@demo.permanence")
    line.softphone(bruno.desk()["agent"]["id"])
    bruno.become_available()
    copy = bruno.http.cookies.copy()
    there = bruno.http.post(
        f"{second}/sign-out",
        headers={"X-CSRFToken": bruno.csrf},
        timeout=10,
        allow_redirects=False,
    )
    assert there.status_code == 302, there.text
    wait_until(lambda: not bruno.live.connected, why="his tab on the first process stays open")
    for url in cluster.base_urls:
        answer = requests.get(f"{url}/desk/state", cookies=copy, timeout=10, allow_redirects=False)
        assert (answer.status_code, "/sign-in" in answer.headers["Location"]) == (302, True)
    sid = line.dial("+33639980107")
    time.sleep(2)  # nobody else is there: it would ring by now
    assert not line.call(sid)["company"]
    line.hang_up(sid)
    again = Staff(second, "bruno@demo.permanence")
    assert again.desk()["presence"]["state"] == "offline"
    again.close()
    bruno.close()


def test_two_processes_know_of_the_same_wrong_passwords(cluster: Served) -> None:
    """One stranger, two processes: ten tries in all."""

    def guess(number: int) -> int:
        session = requests.Session()
        url = cluster.base_urls[number % 2]
        page = session.get(f"{url}/sign-in", timeout=10).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        form = {"email": "isabelle@demo.permanence", "password": "no", "csrf_token": token[1]}
        return session.post(f"{url}/sign-in", data=form, timeout=20).status_code

    assert [guess(number) for number in range(12)] == [401] * 10 + [429] * 2
