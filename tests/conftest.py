"""What every test may ask for. The fixtures themselves are in tests/fixtures, by subject.

Markers are given by what a test uses: `app` or a database makes it an integration test, a browser
makes it a journey (e2e), several processes a `processes` test; anything else is a unit test.
"""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

from tests.fixtures.network import forbid_outside

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.application",
    "tests.fixtures.line",
    "tests.fixtures.servers",
    "tests.fixtures.browsers",
]

KINDS = {
    "processes": {"cluster"},
    "e2e": {"browser", "people", "served"},
    "integration": {"app", "database_url", "redis_url", "postgres_url", "sqlite_url"},
}

settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("ci", max_examples=150, deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "long", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "quick")
)

forbid_outside()

# A quarter of the suite was the collector's: it walked every module and test again and again. What is there
# when the first test begins stays to the end and is not looked at; what a test leaves is looked for less often.
gc.set_threshold(50_000, 10, 10)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of the collector's rounds."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the marker of its kind, unless it says one itself."""
    for item in items:
        if not any(item.get_closest_marker(kind) for kind in (*KINDS, "unit")):
            item.add_marker(kind_of(set(getattr(item, "fixturenames", ()))))


def kind_of(fixtures: set[str]) -> str:
    """The kind of a test that uses these fixtures."""
    return next((kind for kind, signs in KINDS.items() if signs & fixtures), "unit")
