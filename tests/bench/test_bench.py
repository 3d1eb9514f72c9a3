"""The bench's own sums and its way to end; and that what it is made of exists."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import load, webhooks
from bench.crowd.installation import Installation
from bench.webhooks import BARE, OURS, Figures, Found, figures_of

BENCH = Path(__file__).resolve().parents[2] / "bench"
PATCHES = {"bench.crowd.line", "bench.crowd.agents"}  # the world they are imported into
OWN = ("app", "bench", "carrier", "tests")


def test_a_webhooks_processor_time_is_what_was_spent_by_those_sent() -> None:
    found = figures_of([0.004, 0.006, 0.2, 0.005], [200, 200, 503, 200], spent=0.02, lasted=1.5)
    assert (found.cpu, found.failed, found.sent, found.per_second) == (5.0, 1, 4, 2.0)
    assert (found.p50, found.worst) == (6.0, 200.0)


def test_the_table_compares_the_same_rate_on_as_many_processes() -> None:
    def measured(p50: float, cpu: float) -> Found:
        one = Figures(p50, 9.0, 9.9, 0, 600, cpu, 50.0)
        return Found({(50, 1): one, (150, 2): one}, one)

    found = {BARE: measured(4.0, 2.0), OURS: measured(8.0, 5.0)}
    ours = [row for row in webhooks.rows(found) if str(row[0]).startswith(OURS)]
    assert [row[0] for row in ours] == [
        "Permanence, 50/s, 1 process",
        "Permanence, 150/s, 2 processes",
    ]
    assert [row[-2:] for row in ours] == [("2.00 ×", "2.50 ×")] * 2
    assert all("200 if it has a core" in words for words in list(webhooks.taken(found))[1:])


def test_a_calls_cost_is_that_of_web_and_worker_together() -> None:
    spent = {"web 1": 4.0, "web 2": 5.0, "worker 1": 1.0, "agents": 9.0, "PostgreSQL, Redis": 2.0}
    assert load.a_call(spent, 100) == (
        "a call cost 100.0 ms of processor in web processes (90.0) and worker (10.0),"
        " 20.0 ms in PostgreSQL and Redis"
    )


def test_all_that_was_started_is_ended_whatever_becomes_of_one(tmp_path: Path) -> None:
    ended: list[str] = []

    def ends(name: str, *, fails: bool = False) -> Any:
        def end() -> None:
            ended.append(name)
            if fails:
                raise TimeoutError(name)

        return SimpleNamespace(kill=end, stop=end)

    line = Installation.__new__(Installation)
    line.children = [ends("agents", fails=True)]
    line.webs, line.workers = [ends("web 1", fails=True), ends("web 2")], [ends("worker")]
    line.folder, line.database = tmp_path / "bench", "d"
    line.folder.mkdir()
    line.postgres = SimpleNamespace(drop=lambda name: ended.append(name))  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        line.__exit__()
    assert sorted(ended) == ["agents", "d", "web 1", "web 2", "worker"]
    assert not line.folder.exists()


def imported() -> Iterator[tuple[str, str, str]]:
    for path in sorted(BENCH.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OWN):
                yield from ((str(path), node.module or "", each.name) for each in node.names)


def test_what_the_bench_imports_is_there() -> None:
    """A module that moved is noticed here, not by whoever measures next."""
    assert [each for each in imported() if not is_there(*each[1:])] == []


def is_there(module: str, name: str) -> bool:
    if is_package(module) and find_spec(f"{module}.{name}") is not None:
        return True
    return module in PATCHES or hasattr(importlib.import_module(module), name)


def is_package(module: str) -> bool:
    spec = find_spec(module)
    return spec is not None and spec.submodule_search_locations is not None


def test_each_command_of_the_readme_is_there() -> None:
    named = set(re.findall(r"python -m (bench[\w.]*)", (BENCH / "README.md").read_text()))
    assert {"bench.load", "bench.kill", "bench.assignment", "bench.connected"} <= named
    for module in named:
        spec = find_spec(f"{module}.__main__") if is_package(module) else find_spec(module)
        assert spec is not None, module
