"""A mail that comes back later is known at the desk, in the dossier, with the reason in words; by IMAP too."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.adapters.file_mailbox import FileMailbox
from app.adapters.imap_mailbox import LATELY, ImapMailbox
from app.assist import pane
from app.assist.models import Mail
from app.channels.mail import mailbox_round
from app.foundation import clock
from app.foundation.exceptions import InvalidInput, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.web import realtime
from tests.assist.mail.test_dsn import written
from tests.assist.test_links import dossier_with, kinds, resend, run_for
from tests.fakes import FakeMail


def test_a_mail_that_comes_back_later_is_told_with_its_reason(
    app: Flask, create_agent: Any, mail: FakeMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(realtime, "publish", lambda _e, payload, *, room: told.append(payload))
    agent, dossier = create_agent("front"), dossier_with()
    run_id = run_for(dossier, agent.id)
    resend(run_id, agent.id)
    sent = db.session.scalar(select(Mail.message_id))
    assert sent
    box = FileMailbox(tmp_path / "mailbox")
    assert box.unread(5) == []
    box.folder.mkdir()

    def comes(name: str, **changes: str) -> None:
        (box.folder / f"{name}.eml").write_bytes(written(message_id=sent, **changes))

    comes("1", action="delivered", status="2.0.0")
    comes("2", action="delayed", status="4.4.1")
    (box.folder / "3.eml").write_bytes(b"Subject: a person wrote\n\nbonjour")
    assert mailbox_round.look(box, clock.now()) == 1
    assert [told[-1]["state"], kinds()[-1]] == ["delivered", "mail_delivered"]
    comes("4")
    comes("5")  # the server says it twice
    assert mailbox_round.look(box, clock.now()) == 1
    assert [path.name for path in box.folder.iterdir()] == ["3.left"]  # for a person to read
    assert (told[-1]["state"], "n'existe pas" in told[-1]["text"]) == ("bounced", True)
    assert kinds()[-2:] == ["mail_delivered", "mail_bounced"]
    with app.test_request_context():
        shown = pane.life_of(dossier.id, clock.now())
    assert shown is not None
    assert [item.code for item in shown.items] == ["bounced"]
    assert "n'existe pas" in shown.refusal
    comes("6", action="delivered", status="2.0.0")  # too late: it came back
    assert mailbox_round.look(box, clock.now()) == 0
    (box.folder / "7.eml").write_bytes(written(message_id="<another@tests.example>"))
    assert mailbox_round.look(box, clock.now()) == 0
    # No second one to the same address, until somebody has confirmed it.
    with pytest.raises(InvalidInput, match="revenu"):
        resend(run_id, agent.id, clock.now())


class Imap(socketserver.StreamRequestHandler):
    """An IMAP server with one report in it."""

    def handle(self) -> None:
        server: Any = self.server
        self.wfile.write(b"* OK hello\r\n")
        for line in self.rfile:
            tag, _space, words = line.strip().partition(b" ")
            server.asked.append(words.decode())
            upper, report = words.upper(), server.report
            if upper.startswith(b"CAPABILITY"):
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif upper.startswith(b"LOGIN") and b"wrong" in words:
                self.wfile.write(tag + b" NO credentials\r\n")
                continue
            elif upper.startswith(b"UID SEARCH"):
                self.wfile.write(b"* SEARCH 7\r\n" if not server.seen else b"* SEARCH\r\n")
            elif upper.startswith(b"UID FETCH"):
                head = b"* 1 FETCH (UID 7 BODY[]<0> {%d}\r\n" % len(report)
                self.wfile.write(head + report + b")\r\n")
            elif upper.startswith(b"UID STORE"):
                server.seen = True
            elif upper.startswith(b"SELECT"):
                self.wfile.write(b"* 1 EXISTS\r\n")
            self.wfile.write(tag + b" OK done\r\n")


@pytest.fixture
def imap() -> Iterator[Any]:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap)
    server.daemon_threads = True
    server.report, server.seen, server.asked = written(), False, []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_reports_are_read_by_imap_and_marked_once_they_are(imap: Any) -> None:
    box = ImapMailbox(f"imap://permanence:p%40ss@127.0.0.1:{imap.server_address[1]}/Retours")
    ((key, raw),) = box.unread(10)
    assert (key, raw) == ("7", written())
    assert not imap.seen
    box.done(key)
    assert box.unread(10) == []
    assert any("Retours" in words for words in imap.asked)
    (search, *_again) = [words for words in imap.asked if "SEARCH" in words]
    since = clock.now() - LATELY
    assert search.endswith(f"SEARCH UNSEEN UNFLAGGED SINCE {since.day}-{since:%b}-{since.year}")
    assert any('"p@ss"' in words or "p@ss" in words for words in imap.asked)
    with pytest.raises(Unavailable):
        ImapMailbox(f"imap://wrong:x@127.0.0.1:{imap.server_address[1]}").unread(1)
    with pytest.raises(Unavailable):
        ImapMailbox("imap://u:p@127.0.0.1:9").unread(1)


@pytest.mark.parametrize(
    ("reason", "said"), [("full", "pleine"), ("unknown", "n'existe pas"), ("blocked", "refusé")]
)
def test_a_mail_is_made_to_come_back_from_the_outbox(
    app: Flask, login: Any, mail: FakeMail, ports: Ports, reason: str, said: str
) -> None:
    """The same report, the same reader, the same words as a server's: what the desk shows can be tried."""
    agent, dossier = login("front"), dossier_with()
    resend(run_for(dossier, agent.agent.id), agent.agent.id)
    assert "Faire revenir ce mail" in agent.get("/outbox/0").text
    refused = agent.post("/outbox/0/return", data={"reason": "weather"})
    assert refused.status_code == 422
    assert agent.post("/outbox/0/return", data={"reason": reason}).status_code == 302
    assert mailbox_round.look(ports.mailbox, clock.now()) == 1
    db.session.rollback()
    db.session.expire_all()
    kept = db.session.scalars(select(Mail)).one()
    assert (kept.state, said in (kept.refusal or "")) == ("bounced", True)
    assert kinds()[-1] == "mail_bounced"
    assert mailbox_round.look(ports.mailbox, clock.now()) == 0
