"""Accounts in tests: passwords cost next to nothing, unless their cost is what is tested."""

from __future__ import annotations

import pytest

CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


@pytest.fixture(autouse=True)
def cheap_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash takes a tenth of a millisecond and not of a second."""
    if request.module.__name__.endswith("test_passwords") or "app" not in request.fixturenames:
        return
    from argon2 import PasswordHasher

    from app.accounts import passwords

    hasher = PasswordHasher(**CHEAP)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_DECOY", hasher.hash("no agent has this password"))
