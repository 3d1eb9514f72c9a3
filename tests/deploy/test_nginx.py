"""deploy/nginx.conf, run: no desk too many, no webhook lost, no address written down.

A short version by default; ``PERMANENCE_DESKS=2000`` for the long one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import resource
import runpy
import socket
import ssl
import subprocess
from collections.abc import Iterator

import pytest

from tests.deploy.front import NAME, ROOT, Front, StandIn, has_ipv6
from tests.loops import to_its_end

pytestmark = pytest.mark.processes

PREPARE = runpy.run_path(str(ROOT / "deploy" / "prepare"))
NUMBER = PREPARE["by_telephone"]("+33199000100")
CONFIGURATION = (ROOT / "deploy" / "nginx.conf").read_text().replace(PREPARE["LINE"], NUMBER)
DESKS = int(os.environ.get("PERMANENCE_DESKS", "900"))  # Debian's own configuration ends at 763
HALF_OPEN = 1700
ADDRESSES = [f"127.0.1.{n}" for n in range(1, 41)]  # forty offices
TOKEN = "Tok3n-of-a-link"


@pytest.fixture(scope="module")
def webs() -> Iterator[tuple[StandIn, StandIn]]:
    both = StandIn("a"), StandIn("b")
    yield both
    for web in both:
        web.kill()


@pytest.fixture(scope="module")
def front(
    webs: tuple[StandIn, StandIn], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    front = Front(tmp_path_factory.mktemp("nginx"), CONFIGURATION, (webs[0].port, webs[1].port))
    front.start()
    yield front
    front.stop()


@pytest.fixture(autouse=True)
def both_serve(webs: tuple[StandIn, StandIn], front: Front) -> None:
    for web in webs:
        if web.process is None:
            web.start()


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


TLS = trusting()
Open = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(
    front: Front, address: str = "127.0.0.1", *, tls: bool = True, name: str = NAME
) -> Open:
    return await asyncio.wait_for(
        asyncio.open_connection(
            "127.0.0.1",
            front.https if tls else front.http,
            ssl=TLS if tls else None,
            server_hostname=name if tls else None,
            local_addr=(address, 0),
        ),
        30,
    )


async def ask(
    front: Front,
    path: str,
    method: str = "GET",
    *,
    address: str = "127.0.0.1",
    more: str = "",
    tls: bool = True,
    host: str = NAME,
) -> tuple[int, str, str]:
    """Status, headers and body of one request."""
    reader, writer = await connect(front, address, tls=tls)
    length = "Content-Length: 0\r\n" if method == "POST" else ""
    writer.write(
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{length}{more}\r\n".encode()
    )
    answer = (await asyncio.wait_for(reader.read(), 60)).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]) if head else 0, head, body


async def desk(front: Front, address: str) -> Open:
    """An open desk: the upgrade was answered, the socket stays."""
    reader, writer = await connect(front, address)
    writer.write(
        f"GET /socket.io/?EIO=4&transport=websocket&t={TOKEN} HTTP/1.1\r\nHost: {NAME}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n".encode()
    )
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
    assert head.startswith(b"HTTP/1.1 101"), head
    return reader, writer


async def in_turn(tasks: list, at_once: int = 100) -> list:
    """Results of many, a hundred at once."""
    limit = asyncio.Semaphore(at_once)

    async def one(task):  # type: ignore[no-untyped-def]
        async with limit:
            return await task

    return await asyncio.gather(*(one(task) for task in tasks))


def close(opened: list[Open]) -> None:
    for _reader, writer in opened:
        writer.transport.abort()


def test_nginx_takes_the_configuration(front: Front) -> None:
    seen = subprocess.run(front.command("-t"), capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stderr
    assert "warn" not in seen.stderr.replace('the "user" directive', "")


def test_a_day_of_desks_and_webhooks_beside_them(front: Front) -> None:
    async def run() -> None:
        # Who has connected must speak within five seconds (deploy/nginx.conf): not too many at once.
        opening = [desk(front, ADDRESSES[n % len(ADDRESSES)]) for n in range(DESKS)]
        desks = await in_turn(opening, at_once=20)
        hooks = await in_turn([ask(front, "/voice/status", "POST") for _ in range(50)])
        assert {status for status, _, _ in hooks} == {200}
        assert not any(reader.at_eof() for reader, _ in desks)
        close(desks)

    to_its_end(run())


def test_half_open_requests_on_both_ports_stop_nobody(front: Front) -> None:
    """Each says half a sentence and waits: callers are served meanwhile, and they are let go."""

    async def half(tls: bool, address: str) -> Open:
        opened = await connect(front, address, tls=tls)
        opened[1].write(b"POST /voice/incoming HTTP/1.1\r\nHost: ")
        return opened

    async def run() -> None:
        opened = await in_turn([half(False, ADDRESSES[n % 40]) for n in range(HALF_OPEN)])
        opened += await in_turn([half(True, ADDRESSES[n % 40]) for n in range(HALF_OPEN // 4)])
        hooks = await in_turn([ask(front, "/voice/incoming", "POST") for _ in range(24)])
        assert {status for status, _, _ in hooks} == {200}
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(opened[-1][0].read(), 30) == b""  # client_header_timeout
        close(opened)

    to_its_end(run())


@pytest.mark.parametrize(
    "path", ["/voice/incoming", "/voice/status", "/voice/announce", "/sms/incoming"]
)
def test_a_process_killed_with_24_webhooks_in_hand_loses_none(
    front: Front, webs: tuple[StandIn, StandIn], path: str
) -> None:
    async def run() -> None:
        asked = [asyncio.create_task(ask(front, f"{path}?hold=1.5", "POST")) for _ in range(24)]
        await asyncio.sleep(0.8)
        webs[0].kill()
        answers = await asyncio.gather(*asked)
        assert [(status, body) for status, _, body in answers if body != "b"] == []

    to_its_end(run())


def test_after_an_outage_of_both_one_that_is_back_serves_everybody(
    front: Front, webs: tuple[StandIn, StandIn]
) -> None:
    async def run() -> None:
        for web in webs:
            web.kill()
        during = await in_turn([ask(front, "/voice/incoming", "POST") for _ in range(12)])
        assert {status for status, _, _ in during} == {200}
        assert all("/voice/incoming?again=1" in body for _, _, body in during)
        third, _, _ = await ask(front, "/voice/incoming?again=3", "POST")
        assert third == 503  # the provider's fallback now
        told, _, _ = await ask(front, "/voice/status", "POST")
        assert told in (502, 503)
        for back in webs:
            back.start()
            after = await in_turn([ask(front, "/voice/incoming", "POST") for _ in range(12)])
            assert [body for _, _, body in after] == [back.name] * 12
            back.kill()
            await in_turn([ask(front, "/voice/incoming", "POST") for _ in range(4)])

    to_its_end(run())


def test_what_nginx_says_itself_is_ours(front: Front, webs: tuple[StandIn, StandIn]) -> None:
    async def run() -> None:
        forbidden = await ask(front, "/metrics", address="127.0.1.1")
        assert (forbidden[0], "Accès réservé" in forbidden[2]) == (403, True)
        inside = await ask(front, "/metrics")
        assert inside[0] == 200
        many = await in_turn(
            [ask(front, "/sign-in", "POST", address="127.0.1.9") for _ in range(90)]
        )
        refused = [answer for answer in many if answer[0] == 429]
        assert refused
        assert "Trop de demandes" in refused[0][2]
        other = await ask(front, "/sign-in", address="127.0.1.10")
        assert other[0] == 200  # the office next door signs in
        for web in webs:
            web.kill()
        down = await ask(front, "/desk")
        assert (down[0], "Permanence redémarre" in down[2]) == (502, True)
        for answer in (forbidden, refused[0], down):
            assert "strict-transport-security: max-age=31536000" in answer[1].lower()
            assert "nginx/" not in answer[1]
            assert '<a href="tel:+33199000100">01 99 00 01 00</a>' in answer[2]

    to_its_end(run())


def test_the_provider_is_not_limited(front: Front) -> None:
    async def run() -> None:
        many = await in_turn(
            [ask(front, "/voice/status", "POST", address="127.0.1.7") for _ in range(400)]
        )
        assert {status for status, _, _ in many} == {200}

    to_its_end(run())


def test_port_80_renews_certificates_and_sends_the_rest_to_tls(front: Front) -> None:
    place = front.folder / "acme" / ".well-known" / "acme-challenge"
    place.mkdir(parents=True, exist_ok=True)
    (place / "abc").write_text("for certbot")

    async def run() -> None:
        for host in (NAME, "www.other.example"):  # asked before the name is ours, too
            found = await ask(front, "/.well-known/acme-challenge/abc", tls=False, host=host)
            assert found[0], found[2] == (200, "for certbot")
        moved = await ask(front, f"/portail/lien/{TOKEN}?x=1", tls=False)
        assert moved[0] == 301
        assert f"https://{NAME}/portail/lien/{TOKEN}?x=1" in moved[1]
        with contextlib.suppress(ConnectionResetError):
            assert (await ask(front, "/", tls=False, host="evil.example"))[0] == 0
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await connect(front, name="evil.example")

    to_its_end(run())
    if has_ipv6():
        with (
            socket.create_connection(("::1", front.http), 5),
            socket.create_connection(("::1", front.https), 5),
        ):
            pass


PATHS = (
    *(f"/portail/lien/{TOKEN}", f"/demande/{TOKEN}?secret=query", f"/{TOKEN}/x", f"/{TOKEN}"),
    *(f"/voice/sound/{TOKEN}", "/dossiers/4211?secret=query", f"/voice/incoming?secret={TOKEN}"),
    f"/%2e%2e/{TOKEN}",
)
ODD = (
    f"GET /{TOKEN} HTTP/9.9\r\n\r\n",
    f"{TOKEN}\r\n\r\n",
    f"GET /{'x' * 40000}{TOKEN} HTTP/1.1\r\n\r\n",
    f"POST /demande/{TOKEN} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 99999999\r\n\r\n",
    "\x16\x03\x01",
)


def test_no_log_holds_an_address_a_token_or_a_query(
    front: Front, webs: tuple[StandIn, StandIn]
) -> None:
    """Asked well and badly, on both ports, while the processes live and die."""

    async def odd(tls: bool, content: str) -> None:
        reader, writer = await connect(front, "127.0.1.21", tls=tls)
        writer.write(content.encode())
        with contextlib.suppress(ConnectionError, TimeoutError):
            await asyncio.wait_for(reader.read(), 20)
        writer.transport.abort()

    async def everything(tls: bool) -> None:
        more = f"Referer: https://x/{TOKEN}\r\nCookie: a={TOKEN}\r\n"
        for path in PATHS:
            await ask(front, path, address="127.0.1.20", tls=tls, more=more)
        for content in ODD:
            await odd(tls, content)

    async def run() -> None:
        await everything(True)
        await everything(False)
        for web in webs:
            web.kill()
        await everything(True)

    to_its_end(run())
    text = front.logs()
    assert "by=127.0.0.1" in text  # which process, which is ours
    assert re.search(r" GET /portail 200 ", text)
    cleaned = re.sub(r"by=.*? answered=", "", text)
    assert not re.search(r"127\.0\.|::1|\d{4,}/|secret|query|\?", cleaned)
    assert TOKEN not in text
