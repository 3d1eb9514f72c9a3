"""A coroutine run from a test, whatever else the process has run.

Playwright's synchronous interface leaves a running loop in the thread of the tests that come after the
journeys; ``asyncio.run`` refuses to begin beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def to_its_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Run ``work`` in a thread and a loop of its own; what it gave, or raises what it raised."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
