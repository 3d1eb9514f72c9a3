"""The carrier's own tests: they need nothing but the carrier, and run alone: ``pytest carrier/tests``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from carrier.tests.subscriber import Line

HERE = Path(__file__).parent


@pytest.fixture
def line() -> Iterator[Line]:
    """A fresh line: carrier, application, REST client."""
    line = Line()
    yield line
    line.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that says nothing of its kind is a unit test."""
    for item in items:
        ours = item.path.is_relative_to(HERE)
        if ours and not any(item.get_closest_marker(kind) for kind in ("unit", "integration")):
            item.add_marker("unit")
