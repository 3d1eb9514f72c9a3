"""The outbox and SMTP: accepted, refused, broken off, late, and a disk that is full."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.adapters import outbox as outbox_module
from app.adapters.mail_text import compose
from app.adapters.outbox import FileOutbox
from app.adapters.smtp_mail import SmtpMail, parse_url
from app.foundation.clock import now
from app.foundation.exceptions import ConfigurationError, Unavailable
from app.foundation.ports import MailMessage, MailRefused

SENDER = "Permanence <permanence@tests.example>"
MESSAGE = MailMessage("ana@tests.example", "Objet du Portail", "Texte é", "<p>HTML é</p>")

Answer = Callable[[str], "str | None"]


class Server(socketserver.ThreadingTCPServer):
    """A small SMTP server on this machine. ``answer(line)`` gives a line, or None to hang up."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answer = answer
        self.received: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.say("220 tests")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            answer = self.server.answer(line) or self.usual(line)
            if answer == "hang up":
                return
            self.say(answer)
            if line.upper() == "DATA" and answer.startswith("354"):
                self.take_data()

    def usual(self, line: str) -> str:
        if line.startswith("QUIT"):
            return "221 bye"
        return "354 go on" if line.upper() == "DATA" else "250 ok"

    def take_data(self) -> None:
        lines = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        answer = self.server.answer("END OF DATA") or "250 kept"
        if answer != "hang up":
            self.server.received.append("".join(lines))
            self.say(answer)

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def serving(answer: Answer = lambda line: None) -> Iterator[tuple[Server, SmtpMail]]:
    with Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server, SmtpMail(f"smtp://127.0.0.1:{server.server_address[1]}", SENDER, timeout=2)
        server.shutdown()


def only_for(start: str, answer: str) -> Answer:
    return lambda line: answer if line.startswith(start) else None


def test_a_mail_is_given_to_the_server() -> None:
    with serving() as (server, mail):
        receipt = mail.send(MESSAGE)
    (received,) = server.received
    assert "To: ana@tests.example" in received
    assert "Auto-Submitted: auto-generated" in received
    assert receipt.message_id in received
    assert not receipt.delivered


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("rcpt", "550 5.1.1 <ana@tests.example> unknown user"),
        ("mail", "553 sender refused"),
        ("END OF DATA", "554 content refused"),
    ],
)
def test_a_refusal_for_good_is_told_with_the_server_words(at: str, answer: str) -> None:
    def refuse(line: str) -> str | None:
        return answer if line.lower().startswith(at.lower()) else None

    with serving(refuse) as (_server, mail), pytest.raises(MailRefused) as caught:
        mail.send(MESSAGE)
    assert caught.value.reason.startswith(answer[:3])
    assert "ana@" not in caught.value.reason  # what is kept holds no address


@pytest.mark.parametrize(
    ("start", "answer"),
    [("DATA", "hang up"), ("END OF DATA", "hang up"), ("rcpt", "hang up"), ("rcpt", "451 later"),
     ("mail", "421 closing"), ("ehlo", "hang up")],
)  # fmt: skip
def test_a_server_that_breaks_off_or_says_later_is_unavailable(start: str, answer: str) -> None:
    def fail(line: str) -> str | None:
        return answer if line.lower().startswith(start.lower()) else None

    with serving(fail) as (_server, mail), pytest.raises(Unavailable) as caught:
        mail.send(MESSAGE)
    assert caught.value.kept
    assert caught.value.todo


def test_nobody_at_the_address_is_unavailable() -> None:
    with serving() as (server, mail):
        pass  # the port is closed now
    server.server_close()
    with pytest.raises(Unavailable):
        mail.send(MESSAGE)


def test_a_silent_server_is_given_up() -> None:
    with serving(lambda line: threading.Event().wait(3) and None) as (_server, mail):
        mail.timeout = 0.3
        with pytest.raises(Unavailable):
            mail.send(MESSAGE)


@pytest.mark.parametrize("goodbye", ["421 too many", "hang up"])
def test_a_mail_that_the_server_took_has_left_whatever_it_says_then(goodbye: str) -> None:
    with serving(lambda line: goodbye if line.startswith("quit") else None) as (server, mail):
        mail.send(MESSAGE)
    assert len(server.received) == 1


def test_a_server_without_the_tls_asked_for_is_not_used() -> None:
    with serving(only_for("STARTTLS", "454 no")) as (server, _mail):
        url = f"smtp+starttls://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(Unavailable):
            SmtpMail(url, SENDER, timeout=2).send(MESSAGE)
    assert server.received == []


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "smtp://host:ninety"])
def test_a_wrong_url_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_url(url)
    assert "SMTP_URL" in caught.value.message


def test_urls_are_read() -> None:
    assert parse_url("smtps://u%40x:p%2Fw@mail.example").user == "u@x"
    assert parse_url("smtps://u%40x:p%2Fw@mail.example").password == "p/w"
    assert [parse_url(f"{s}://h").port for s in ("smtp", "smtps", "smtp+starttls")] == [
        25,
        465,
        587,
    ]


@pytest.mark.parametrize(
    "address", ["", "no-at", "a@b\nBcc: c@d.example", "a b@c.example", "a@", "<a@b.example>"]
)
def test_an_address_that_no_server_could_take_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        compose(MailMessage(address, "Objet", "Texte"), SENDER, now())


def test_a_subject_cannot_forge_headers() -> None:
    with pytest.raises(MailRefused):
        compose(MailMessage("a@b.example", "Objet\nBcc: c@d.example", "Texte"), SENDER, now())


def test_the_outbox_keeps_and_shows_what_was_sent(tmp_path: Path) -> None:
    box = FileOutbox(tmp_path / "outbox")
    assert box.list() == []
    for number in range(3):
        receipt = box.send(
            MailMessage(f"p{number}@x.example", f"Objet {number}", "Texte é", "<p>é</p>")
        )
        assert receipt.delivered
    newest, *_others = box.list()
    assert (newest.to, newest.subject) == ("p2@x.example", "Objet 2")
    assert newest.text.strip() == "Texte é"
    assert newest.html is not None
    assert newest.html.strip() == "<p>é</p>"
    assert box.get(newest.key) == newest
    assert len(box.list(limit=2)) == 2


@pytest.mark.parametrize(
    "key", ["", "..", "../secrets", "x" * 400, "20210622T084100000000-zzzzzzzz"]
)
def test_the_outbox_reads_only_its_own_files(tmp_path: Path, key: str) -> None:
    (tmp_path / "secrets.eml").write_text("To: x\n\nsecret")
    assert FileOutbox(tmp_path / "outbox").get(key) is None


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = FileOutbox(tmp_path / "outbox")

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outbox_module.os, "fsync", no_space)
    with pytest.raises(Unavailable) as caught:
        box.send(MESSAGE)
    assert "disque plein" in caught.value.message
    assert list((tmp_path / "outbox").iterdir()) == []


def test_a_damaged_file_does_not_hide_the_others(tmp_path: Path) -> None:
    box = FileOutbox(tmp_path / "outbox")
    box.send(MESSAGE)
    (tmp_path / "outbox" / "20210622T084100000000-0123abcd.eml").write_bytes(b"\xff\xfe\x00garbage")
    shown: list[Any] = list(box.list())
    assert len(shown) == 2
