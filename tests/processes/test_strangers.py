"""An embedded installation as `make run` serves it, and strangers who do what they like."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import sqlite3
import threading
from urllib.parse import urlsplit

import requests
from twilio.request_validator import RequestValidator

from tests.fixtures.servers import LINE_NUMBER, Served

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def upgrade(served: Served, more: str = "", cookie: str = "") -> tuple[socket.socket, bytes]:
    """Ask for a WebSocket; the connection, and the server's first words."""
    where = urlsplit(served.url)
    connection = socket.create_connection((where.hostname or "", where.port or 80), timeout=30)
    connection.sendall(
        (
            f"GET /socket.io/?EIO=4&transport=websocket{more} HTTP/1.1\r\nHost: {where.netloc}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
            f"Sec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n"
        ).encode()
    )
    return connection, connection.recv(4096)


def frame(size: int, payload: bytes, *, kind: int = 0x81) -> bytes:
    """A client's frame that announces ``size`` bytes, and its first ones (masked with zeroes)."""
    return bytes([kind, 0xFF]) + size.to_bytes(8, "big") + bytes(4) + payload


def test_no_upgrade_for_who_is_not_signed_in(served: Served) -> None:
    for cookie in ("", "permanence=forged"):
        connection, said = upgrade(served, cookie=cookie)
        assert said.startswith(b"HTTP/1.1 401 ")
        connection.close()
    connection, said = upgrade(served, "&namespace=/carrier")
    assert said.startswith(b"HTTP/1.1 101 ")  # a telephone, as in life
    connection.close()


def test_a_message_is_judged_while_it_comes(served: Served) -> None:
    connection, said = upgrade(served, "&namespace=/carrier")
    assert said.startswith(b"HTTP/1.1 101 ")
    sent = 0
    connection.sendall(frame(1 << 40, b""))
    with contextlib.suppress(ConnectionError):
        while sent < 50_000_000:
            connection.sendall(b"4" * 10_000)
            sent += 10_000
    assert sent < 20_000_000  # what the machine's own buffers take, at most


def test_others_are_served_while_another_process_holds_the_database(served: Served) -> None:
    keys = json.loads((served.instance / "secrets.json").read_text())
    form = {
        "CallSid": "CA" + secrets.token_hex(16),
        "AccountSid": keys["TWILIO_ACCOUNT_SID"],
        "From": "+33639980199",
        "To": LINE_NUMBER,
        "CallStatus": "ringing",
        "Direction": "inbound",
    }
    url = f"{served.url}/voice/incoming"
    signature = RequestValidator(keys["TWILIO_AUTH_TOKEN"]).compute_signature(url, form)
    heard: list[requests.Response] = []

    def ring() -> None:
        headers = {"X-Twilio-Signature": signature}
        heard.append(requests.post(url, data=form, headers=headers, timeout=30))

    other = sqlite3.connect(served.instance / "permanence.sqlite", isolation_level=None)
    ringing = threading.Thread(target=ring)
    other.execute("BEGIN IMMEDIATE")
    try:
        ringing.start()
        for _ in range(20):
            page = requests.get(f"{served.url}/sign-in", timeout=30)
            assert page.status_code == 200
        assert heard == []
    finally:
        other.execute("COMMIT")
        ringing.join(30)
    assert "<Response>" in heard[0].text
