"""The Portal over HTTP, against a server in another process: down, slow, twice, nonsense, strangers."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.portal_http import HttpPortal
from app.foundation.exceptions import Unavailable
from app.foundation.portal_port import REFUSALS, PortalRefused, SlotState

SERVER = Path(__file__).with_name("portal_server.py")
UNTIL = datetime(2021, 6, 25, 8, 40, tzinfo=UTC)
RELEASED: list[int] = []


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdin
    yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    process.stdin.close()
    process.wait(5)


def portal(url: str, token: str = "right", **more: float) -> HttpPortal:
    return HttpPortal(
        url, token, before_call=lambda: RELEASED.append(1), pauses_s=(0.0, 0.0), **more
    )


def issue(found: HttpPortal, reference: str, key: str = "k") -> object:
    return found.issue_link(
        reference, mail="ana@tests.example", link_id="7", expires_at=UNTIL, key=key
    )


def done(address: str, key: str) -> int | None:
    with urllib.request.urlopen(f"{address}/seen") as answer:
        return json.loads(answer.read()).get(key)


def test_commands_and_state(address: str) -> None:
    found = portal(address)
    RELEASED.clear()
    issued = found.issue_link(
        "AF-2021-0007", mail="ana@tests.example", link_id="7", expires_at=UNTIL, key="k1"
    )
    assert (issued.step1, issued.step2) == (f"{address}/1", f"{address}/2")
    found.send_reset("AF-2021-0007", key="k2")
    found.hand_slot_back("AF-2021-0007", slot="rib", key="k3")
    found.unlock("AF-2021-0007", key="k4")
    state = found.state("AF-2021-0007")
    assert (state.enrolled, state.account, state.slots) == (
        True,
        "open",
        (SlotState("rib", "orange"),),
    )
    assert len(RELEASED) == 5  # the database's connection was given back before each


@pytest.mark.parametrize("how", ["STUMBLES", "ERRS", "LOST"])
def test_an_answer_that_was_lost_is_asked_for_again_and_the_act_done_once(
    address: str, how: str
) -> None:
    portal(address).unlock(how, key=f"once-{how}")
    assert done(address, f"once-{how}") == 1


@pytest.mark.parametrize("how", ["NONSENSE", "LIST", "HUGE", "DEEP", "EVIL", "NAIVE", "301", "500"])
def test_nonsense_is_no_answer_and_is_not_shown(address: str, how: str) -> None:
    with pytest.raises(Unavailable, match="Le Portail ne répond pas") as caught:
        issue(portal(address), how, f"key-{how}")
    assert "gardée" in caught.value.kept
    assert "Traceback" not in str(caught.value.told())


def test_a_refusal_says_why_in_words(address: str) -> None:
    with pytest.raises(PortalRefused, match="pas encore inscrit"):
        issue(portal(address), "422")
    for code, (said, todo) in REFUSALS.items():
        assert PortalRefused(code).message == said
        assert todo
    assert PortalRefused("whatever").message


def test_silence_and_a_closed_door_are_given_up(address: str) -> None:
    with pytest.raises(Unavailable):
        issue(portal("http://127.0.0.1:9"), "RIGHT")
    with pytest.raises(Unavailable):
        issue(portal(address, token="wrong"), "RIGHT", "stranger")
    assert done(address, "stranger") is None


def test_an_address_of_a_reference_stays_in_its_place(address: str) -> None:
    portal(address).unlock("../../seen?x=", key="odd")
    assert done(address, "odd") == 1  # a dossier of that odd name was asked for, and nothing else


def test_a_portal_that_drips_or_is_slow_is_given_up_in_a_total_time(address: str) -> None:
    from tests.fixtures.waits import served

    said = served(
        f"""
    from app.adapters.portal_http import HttpPortal
    from app.foundation.exceptions import Unavailable
    portal = HttpPortal({address!r}, "right", before_call=lambda: None, total_s=0.4, pauses_s=(0.0,))
    for how in ("DRIPS", "SLOW"):
        try:
            portal.unlock(how, key=how)
        except Unavailable as error:
            print(error)
    """
    )
    assert said.split("\n") == ["Le Portail ne répond pas."] * 2
