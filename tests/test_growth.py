"""No page costs more because years have passed: rows are counted, with little history and with three times as much.

Every page of the staff is walked, each role in turn, and what is pushed to open tabs. What is counted is
rows that the database gives: they are what the one event loop spends its time on.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.desk import live
from app.foundation import clock
from app.foundation.extensions import db
from app.reporting import service as reporting
from app.web import access
from tests.clients import StaffClient
from tests.history import About, grow
from tests.rows_read import Read, rows_read, total
from tests.web.test_whose import NUMBER, World, _some, world

__all__ = ["world"]  # a fixture

LITTLE = 60  # more than a page of any list
LEEWAY = 5  # « closed ten minutes ago » and the like

OTHERS = ("carrier", "telephone", "static")


@pytest.fixture
def about(world: World) -> About:
    dossier = world.dossier
    return About(
        agent_id=world.holder.agent.id,
        person_id=dossier.person_id,
        dossier_id=dossier.id,
        contact_id=world.contact.id,
        line_id=world.call.line_id,
        number=NUMBER,
    )


def pages(app: Flask, role: str) -> list[Any]:
    """The rules of the pages that this role may open."""
    found = []
    for rule in app.url_map.iter_rules():
        declared = access.access_of(app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(OTHERS):
            continue
        if declared and not declared.signed and (declared.public or role in declared.roles):
            found.append(rule)
    return found


def test_no_page_reads_more_because_time_has_passed(
    app: Flask, world: World, about: About, login: Callable[..., StaffClient]
) -> None:
    values = {**world.values(), "day": "2021-06-22"}
    readers = {"front": world.holder, "manager": login("manager"), "admin": login("admin")}

    def walk() -> dict[tuple[str, str], list[Read]]:
        found = {}
        reporting.shown_on_the_wall(clock.local_day(clock.now()))  # counted once, see below
        for role, reader in readers.items():
            for rule in pages(app, role):
                named = {name: values.get(name, _some(rule, name)) for name in rule.arguments}
                address = app.url_map.bind("localhost").build(rule.endpoint, named)
                db.session.remove()
                with rows_read() as reads:
                    answer = reader.get(
                        f"{address}?contact={about.contact_id}&dossier={about.dossier_id}"
                    )
                assert answer.status_code < 500, address
                found[rule.rule, role] = reads
        return found

    grow(about, LITTLE)
    before = walk()
    grow(about, 2 * LITTLE)
    after = walk()
    assert len(after) > 60
    grown = {
        where: [f"{each.rows} rows: {each.statement[:900]}" for each in reads if each.rows > LITTLE]
        for where, reads in after.items()
        if total(reads) > total(before[where]) + LEEWAY or len(reads) > len(before[where]) + LEEWAY
    }
    assert grown == {}


def test_nothing_is_pushed_that_grows(app: Flask, about: About) -> None:
    def read() -> int:
        db.session.remove()
        with rows_read() as reads:
            live.tell_line()
            live.tell_desks([about.agent_id])
            live.LineWatch().look()
        return total(reads)

    grow(about, LITTLE)
    before = read()
    grow(about, 2 * LITTLE)
    assert read() <= before + LEEWAY


def test_a_days_calls_are_counted_once_for_all_walls(
    app: Flask, about: About, login: Callable[..., StaffClient]
) -> None:
    manager, other = login("manager"), login("front")
    grow(about, LITTLE)
    manager.get("/wall/board")
    db.session.remove()
    with rows_read() as reads:
        other.get("/wall/board")
    assert max(read.rows for read in reads) < LITTLE
    shown = reporting.shown_on_the_wall(clock.local_day(clock.now())).presented
    grow(about, 1)
    assert reporting.shown_on_the_wall(clock.local_day(clock.now())).presented == shown + 1


SERVED = """
from gevent import monkey
monkey.patch_all()
import gevent
from app.foundation import beside_loop

beats = 0

def beat():
    global beats
    while True:
        beats += 1
        gevent.sleep(0.001)

def long_report():
    before = beats
    while beats < before + 20:  # the loop goes on: else this never ends
        sum(range(1000))
    return "made"

gevent.spawn(beat)
gevent.sleep(0)
print(beside_loop.figure(long_report))
"""


def test_a_report_is_made_while_the_loop_goes_on() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVED], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "made\n", done.stderr
