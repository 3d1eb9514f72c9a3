"""What a process takes follows from the files that it may open, and callers keep a part of it."""

from __future__ import annotations

import resource
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation import open_files
from app.foundation.open_files import allowance
from tests.fixtures.servers import GUNICORN, ROOT, clean_environment


@given(st.integers(open_files.FEWEST + open_files.OWN, 1 << 20))
def test_never_more_than_there_is(files: int) -> None:
    found = allowance(files)
    assert found.connections + open_files.OWN <= files
    assert found.sockets + found.waiting < found.connections
    assert min(found.sockets, found.waiting) > 0
    assert allowance(files + 1).connections >= found.connections


def test_it_is_said_in_words() -> None:
    assert str(allowance(1024)) == (
        "1024 fichiers ouverts au plus par processus : 896 connexions à la fois, dont 672 pages "
        "ouvertes (bureaux, murs, téléphones)"
    )
    assert not allowance(1024).is_enough
    assert allowance(65_536).is_enough


def test_as_many_are_asked_for_as_the_system_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [1024, 4096]
    monkeypatch.setattr(resource, "getrlimit", lambda _what: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _what, asked: limits.__setitem__(0, asked[0]))
    assert open_files.raise_limit().files == 4096
    limits[:] = [1024, resource.RLIM_INFINITY]
    assert open_files.raise_limit().files == open_files.WANTED
    limits[:] = [resource.RLIM_INFINITY, resource.RLIM_INFINITY]
    assert open_files.raise_limit().files == open_files.WANTED


@pytest.mark.parametrize(("files", "connections"), [(512, 384), (4096, 3968)])
def test_the_server_takes_what_it_may(files: int, connections: int) -> None:
    command = f"ulimit -n {files} && exec {' '.join(GUNICORN)} --print-config"
    said = subprocess.run(
        ["sh", "-c", command],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert ["worker_connections", "=", str(connections)] in [
        line.split() for line in said.splitlines()
    ]
