"""Connections that say half of something, or nothing: the web process lets go of them, and serves."""

from __future__ import annotations

import contextlib
import socket
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.prompt_worker import Visitor, Waiting
from tests.fixtures.databases import free_port
from tests.fixtures.servers import GUNICORN, Process, wait_ready

CONFIGURATION = """
from app.web import prompt_worker

class Worker(prompt_worker.PromptWorker):
    header_s = {header_s}

prompt_worker.BODY_S = 0.5
prompt_worker.WAITING_BY_ADDRESS = 5
prompt_worker.DRAINED = 200_000
worker_class = Worker
keepalive = 30
worker_connections = 100
control_socket_disable = True

def app(environ, start_response):
    read = environ["wsgi.input"].read() if environ["PATH_INFO"] == "/read" else b""
    start_response("200 OK", [("Content-Length", "4")])
    return [b"%04d" % len(read)]

def post_worker_init(worker):
    worker.wsgi = guarded(worker.wsgi)

def guarded(wsgi):
    from werkzeug.exceptions import HTTPException
    def call(environ, start_response):
        try:
            return wsgi(environ, start_response)
        except HTTPException as error:
            return error(environ, start_response)
    return call

wsgi_app = "{module}:app"
"""


@contextmanager
def serving(folder: Path, name: str, header_s: float) -> Iterator[int]:
    """A small application behind this worker; its port."""
    port = free_port()
    file = folder / f"{name}.py"
    file.write_text(textwrap.dedent(CONFIGURATION.format(header_s=header_s, module=name)))
    command = [*GUNICORN[:-1], str(file), "--pythonpath", str(folder), "-b", f"127.0.0.1:{port}"]
    process = Process(f"worker-{name}", command, {})
    wait_ready(f"http://127.0.0.1:{port}/", process)
    yield port
    process.stop()


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Half a second for a header, and for a body."""
    with serving(tmp_path_factory.mktemp("worker"), "impatient", 0.5) as port:
        yield port


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Five may wait."""
    with serving(tmp_path_factory.mktemp("worker"), "crowded", 60) as port:
        yield port


def call(port: int, said: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(said)
    return connection


def answer(connection: socket.socket) -> bytes:
    """The answer to one request, or nothing if the connection is closed."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        while b"\r\n\r\n" not in heard or not heard.partition(b"\r\n\r\n")[2]:
            part = connection.recv(4096)
            if not part:
                break
            heard += part
    return heard


def rest(connection: socket.socket) -> bytes:
    """All that comes until the connection is closed."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(4096):
            heard += part
    return heard


def drip(connection: socket.socket, drop: bytes) -> bytes:
    """Say one more thing again and again until the other side has had enough; what it said."""
    connection.settimeout(0.02)
    heard = b""
    for _ in range(2_000):
        try:
            connection.sendall(drop)
            part = connection.recv(4096)
        except TimeoutError:
            continue
        except ConnectionError:
            return heard
        heard += part
        if not part:
            return heard
    raise AssertionError("it is still listening")


@pytest.mark.parametrize("said", [b"", b"G", b"GET / HTTP/1.1\r\nHost: a\r\nX-Half: "])
def test_who_does_not_finish_a_header_is_cut(impatient: int, said: bytes) -> None:
    assert rest(call(impatient, said)) == b""


def test_who_drips_a_header_is_cut(impatient: int) -> None:
    assert drip(call(impatient, b"GET / HTTP/1.1\r\nHost: a\r\nX-Half: "), b"x") == b""


def test_who_does_not_finish_a_body_is_told_and_cut(impatient: int) -> None:
    half = b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf"
    assert rest(call(impatient, half)).startswith(b"HTTP/1.1 408 ")


def test_half_a_form_is_no_form(impatient: int) -> None:
    """Neither begun nor done by halves: the application would have answered by itself."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
    assert b"Connection: close" in rest(call(impatient, head + b"half"))
    gone = call(impatient, head + b"half")
    gone.shutdown(socket.SHUT_WR)
    assert rest(gone) == b""
    assert answer(call(impatient, head + b"all of it.")).endswith(b"0000")


def test_who_drips_a_body_is_told_and_cut(impatient: int) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n"
    assert drip(call(impatient, head), b"x").startswith(b"HTTP/1.1 408 ")
    chunked = b"POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert drip(call(impatient, chunked), b"1\r\nx\r\n").startswith(b"HTTP/1.1 408 ")


def test_a_body_that_nobody_reads_does_not_keep_the_connection(impatient: int) -> None:
    half = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 150000\r\n\r\nhalf"
    assert rest(call(impatient, half)).endswith(b"\r\n\r\n0000")


@pytest.mark.parametrize(("size", "served_again"), [(150_000, True), (2_000_000, False)])
def test_what_is_refused_is_read_within_bounds(crowded: int, size: int, served_again: bool) -> None:
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode()
    connection = call(crowded, head)
    assert answer(connection).endswith(b"0000")
    with contextlib.suppress(ConnectionError):
        connection.sendall(b"x" * size + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert bool(answer(connection)) is served_again


def test_the_oldest_of_too_many_makes_room_and_the_new_one_is_served(crowded: int) -> None:
    silent = [call(crowded, b"GET / HTTP/1.1\r\n") for _ in range(8)]
    assert answer(call(crowded, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")).endswith(b"0000")
    assert [rest(each) for each in silent[:3]] == [b""] * 3
    silent[-1].sendall(b"Host: a\r\n\r\n")
    assert answer(silent[-1]).endswith(b"0000")


def test_a_connection_is_kept_for_the_next_request(crowded: int) -> None:
    connection = call(crowded)
    for body in (b"", b"abc"):
        head = b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(head + body)
        assert answer(connection).endswith(b"%04d" % len(body))


Arrivals = list[tuple[str, bool]]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60),
    st.integers(1, 8),
    st.one_of(st.none(), st.integers(1, 4)),
)
def test_never_more_wait_than_may(arrivals: Arrivals, most: int, by_address: int | None) -> None:
    waiting = Waiting(most, by_address)
    here: list[Visitor] = []
    for address, leaves in arrivals:
        if leaves and here:
            waiting.remove(here.pop(0))
            continue
        visitor = Visitor(None, address)
        here.append(visitor)
        gone = waiting.add(visitor)
        near = [each for each in here if each.address == address]
        if gone is not None:
            assert gone is not visitor
            assert gone in (near[0], here[0])
            here.remove(gone)
        assert len(waiting) == len(here) <= most
        for each in "abc":
            assert by_address is None or sum(v.address == each for v in here) <= by_address
