"""Hashing passwords beside the event loop, a few at a time; the rest is told to come back.

Argon2 takes a tenth of a second of a processor on purpose. Done in the loop, a hundred strangers
who sign in at once stop every caller for half a minute (ADR 21). The library lets other threads
run while it works, so in a served process a hash is made in one of ``AT_ONCE`` native threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.foundation.beside_loop import BesideTheLoop
from app.foundation.exceptions import Busy, InvalidInput

MINIMUM = 12  # characters: length protects better than signs (ANSSI, CNIL)
LONGEST = 200  # what is longer is nobody's password, and is not hashed

AT_ONCE = 2  # 64 MB each
# How many may be here in all. What waits at the end of the line is answered within two seconds on
# an idle machine. A browser that has signed in before still gets in when strangers fill the rest.
PLACES = 16
PLACES_OF_KNOWN_BROWSERS = 32
RETRY_SECONDS = 3
NICE = 10  # a caller's webhook goes before a stranger's password

# RFC 9106, second choice (64 MB, three passes), with one lane: four would be four threads.
_hasher = PasswordHasher(parallelism=1)
# Verified when there is no password to compare with, so that every refusal takes as long: it has today's
# costs (a test says so). Written down, since hashing one took a seventh of a second of every process's start.
_DECOY = "$argon2id$v=19$m=65536,t=3,p=1$ztubfMtbCa2r2w+u4ZEqiA$j9Db3nizqBkcMVlCcDUC3N4dX9kV8DsaUvjnmcVGSjA"


class _Room:
    """Who is hashing or waits for it, in this process."""

    def __init__(self) -> None:
        self._inside = 0
        self._lock = threading.Lock()

    @contextmanager
    def place(self, places: int) -> Iterator[None]:
        """Take a place, or raise Busy at once."""
        with self._lock:
            if self._inside >= places:
                raise Busy(
                    "Beaucoup de personnes se connectent en même temps.",
                    kept="Votre compte n'est pas bloqué.",
                    todo="Réessayez dans quelques secondes.",
                    retry_after=RETRY_SECONDS,
                )
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1


_room = _Room()
_threads = BesideTheLoop(AT_ONCE, nice=NICE)


@contextmanager
def a_place(*, known_browser: bool = False) -> Iterator[None]:
    """Ask for a place before anything else is done for somebody who signs in. Raises Busy."""
    with _room.place(PLACES_OF_KNOWN_BROWSERS if known_browser else PLACES):
        yield


def matches(stored: str | None, password: str) -> bool:
    """Is it the password of this hash? As slow when there is no hash (None, or not one).

    No database connection may be held meanwhile (``release_connection``).
    """
    return _threads.work(lambda: _verify(stored, password))


def _verify(stored: str | None, password: str) -> bool:
    comparable = bool(stored and stored.startswith("$argon2")) and len(password) <= LONGEST
    try:
        _hasher.verify(stored if stored and comparable else _DECOY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return comparable


def outdated(stored: str) -> bool:
    """Was it hashed with other costs than today's?"""
    return _hasher.check_needs_rehash(stored)


def hashed(password: str) -> str:
    """The hash to store. Raises InvalidInput on a password too short or too long.

    Call it before the transaction begins: SQLite has one writer, and it would wait for the hash.
    """
    if len(password) < MINIMUM:
        raise InvalidInput(
            "Le mot de passe doit avoir au moins %(least)s caractères.", least=MINIMUM
        )
    if len(password) > LONGEST:
        raise InvalidInput("Le mot de passe doit avoir au plus %(most)s caractères.", most=LONGEST)
    return _threads.work(lambda: _hasher.hash(password))
