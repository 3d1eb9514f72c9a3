"""Hashing stays off the event loop, is bounded, and tells nothing by its time."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from app.foundation.exceptions import Busy, InvalidInput

PASSWORD = "une phrase assez longue"


def test_a_password_matches_its_hash_alone() -> None:
    stored = passwords.hashed(PASSWORD)
    assert passwords.matches(stored, PASSWORD)
    assert not passwords.matches(stored, PASSWORD + " ")
    assert not passwords.outdated(stored)


@pytest.mark.parametrize("stored", [None, "", "!", "none", "$argon2id$v=19$abc"])
def test_where_there_is_no_hash_one_is_verified_all_the_same(
    stored: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            verified.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Watched(parallelism=1))
    assert not passwords.matches(stored, "no agent has this password")
    assert verified[-1].startswith("$argon2")
    assert not passwords.outdated(passwords._DECOY)  # it takes as long as a true one


@pytest.mark.parametrize("password", ["court", "x" * 201])
def test_what_cannot_be_a_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput):
        passwords.hashed(password)


def test_a_very_long_password_costs_no_more_and_opens_nothing() -> None:
    stored = passwords.hashed("x" * 200)
    assert not passwords.matches(stored, "x" * 201)
    assert not passwords.matches(stored, "x" * 2_000_000)


def test_a_hash_of_other_costs_is_outdated_and_still_good() -> None:
    stored = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    assert passwords.matches(stored, PASSWORD)
    assert passwords.outdated(stored)


def test_the_seventeenth_is_told_to_come_back_and_a_known_browser_is_not() -> None:
    inside, leave = threading.Barrier(passwords.PLACES + 1), threading.Event()

    def stay() -> None:
        with passwords.a_place():
            inside.wait()
            leave.wait()

    strangers = [threading.Thread(target=stay) for _ in range(passwords.PLACES)]
    for each in strangers:
        each.start()
    inside.wait()
    with pytest.raises(Busy) as told, passwords.a_place():
        pass
    assert (told.value.status, told.value.retry_after) == (503, passwords.RETRY_SECONDS)
    with passwords.a_place(known_browser=True):
        pass
    leave.set()
    for each in strangers:
        each.join()
    with passwords.a_place():
        pass


LOOP = """
from gevent import monkey; monkey.patch_all()
import gevent
from app.accounts import passwords
stored = passwords.hashed("une phrase assez longue")
hashing = [gevent.spawn(passwords.matches, stored, "une phrase assez longue") for _ in range(4)]
gevent.sleep(0)
gevent.sleep(0)
print([each.ready() for each in hashing])
gevent.joinall(hashing)
print([each.value for each in hashing])
"""


def test_greenlets_go_on_while_a_password_is_hashed() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LOOP], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.splitlines() == [str([False] * 4), str([True] * 4)]
