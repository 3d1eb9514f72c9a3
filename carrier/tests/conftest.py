from __future__ import annotations

from collections.abc import Iterator

import pytest

from carrier.tests.subscriber import Line


@pytest.fixture
def line() -> Iterator[Line]:
    """A fresh line: carrier, application, REST client."""
    line = Line()
    yield line
    line.close()
