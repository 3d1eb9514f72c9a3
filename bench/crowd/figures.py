"""Latencies and memory, gathered and printed."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import psutil

Row = Sequence[object]


class Latencies:
    """Seconds that requests took, by what was asked."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.failed: dict[str, int] = defaultdict(int)

    def add(self, what: str, seconds: float, *, ok: bool) -> None:
        """One request."""
        self.seconds[what].append(seconds)
        if not ok:
            self.failed[what] += 1

    def report(self) -> dict[str, object]:
        """As JSON: milliseconds, in full, so that the reader makes his own percentiles."""
        return {
            what: {"ms": [round(1000 * s, 1) for s in values], "failed": self.failed[what]}
            for what, values in self.seconds.items()
        }


def spin() -> float:
    """Processor seconds of a plain loop: how fast this machine is just now (it may share its host)."""
    began, counts = time.process_time(), dict.fromkeys(range(1000), 0)
    for step in range(2_000_000):
        counts[step % 1000] += step
    return time.process_time() - began


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the others do not exceed; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def latency_rows(found: Mapping[str, Mapping[str, object]]) -> Iterable[Row]:
    """A line a kind of request, then one for all of them together."""
    everything: list[float] = []
    failed = 0
    for what in sorted(found):
        values, wrong = list(found[what]["ms"]), found[what]["failed"]  # type: ignore[call-overload]
        everything += values
        failed += wrong  # type: ignore[operator]
        yield _latency_row(what, values, wrong)
    yield _latency_row("all", everything, failed)


def _latency_row(what: str, values: list[float], failed: object) -> Row:
    middle, high = percentile(values, 0.5), percentile(values, 0.99)
    worst = max(values, default=0.0)
    return (what, len(values), f"{middle:.0f}", f"{high:.0f}", f"{worst:.0f}", failed)


def table(heads: Row, rows: Iterable[Row]) -> None:
    """Print rows under their heads; numbers to the right."""
    lines = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        first = line[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        print("  " + "  ".join((first, *rest)))


def usage(pid: int) -> tuple[float, float]:
    """Memory in MB (resident) and CPU seconds so far, of a process and all that it started."""
    try:
        top = psutil.Process(pid)
        family = [top, *top.children(recursive=True)]
        memory = sum(each.memory_info().rss for each in family) / 1e6
        # Those of the children that have ended are told of their parent (user, system, theirs).
        seconds = sum(sum(each.cpu_times()[:4]) for each in family)
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    return memory, seconds


def largest(pid: int) -> float:
    """Memory in MB of the largest process of a family: the one that serves."""
    try:
        top = psutil.Process(pid)
        return max(each.memory_info().rss for each in (top, *top.children(recursive=True))) / 1e6
    except psutil.NoSuchProcess:
        return 0.0
