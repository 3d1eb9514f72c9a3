"""Fakes of the outside (app/foundation/ports.py): they remember what was asked, and fail on demand.

Tests read what happened (`telephony.commands`, `mail.sent`) instead of patching the product.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.foundation.exceptions import NotFound, Unavailable
from app.foundation.portal_port import IssuedLink, PortalState
from app.foundation.ports import LegStatus, MailMessage, MailReceipt, OutboxMail, Ports

SENT_AT = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)


@dataclass
class FakeTelephony:
    """The provider's commands, kept in order as tuples: ("hold", conference, leg, True)…

    ``down`` makes every command raise Unavailable; ``gone`` holds the legs that are over.
    ``before`` runs at the start of each command: to put a race there, or to check that no
    transaction is open.
    """

    commands: list[tuple[object, ...]] = field(default_factory=list)
    legs: dict[str, LegStatus] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    down: bool = False
    before: Callable[[str], None] | None = None
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def _note(self, name: str, *arguments: object) -> None:
        if self.before:
            self.before(name)
        if self.down:
            raise Unavailable("le fournisseur ne répond pas")
        self.commands.append((name, *arguments))

    def named(self, name: str) -> list[tuple[object, ...]]:
        """The arguments of each command of that name."""
        return [words[1:] for words in self.commands if words[0] == name]

    def call_agent(
        self, agent_id: int, *, ref: str, from_number: str, party_id: int | None = None
    ) -> str:
        self._note("call_agent", agent_id, ref, *([party_id] if party_id else []))
        sid = f"CAagent{next(self._numbers):025d}"
        self.legs[sid] = LegStatus(sid, "queued", f"client:agent_{agent_id}")
        return sid

    def call_number(self, number: str, *, from_number: str, path: str) -> str:
        self._note("call_number", number, path)
        sid = f"CAout{next(self._numbers):027d}"
        self.legs[sid] = LegStatus(sid, "queued", number)
        return sid

    def announce(self, conference: str, path: str) -> None:
        self._note("announce", conference, path)

    def redirect(self, leg_sid: str, path: str) -> None:
        self._note("redirect", leg_sid, path)
        if leg_sid in self.gone:
            raise NotFound("cette communication est terminée")

    def hang_up(self, leg_sid: str) -> None:
        self._note("hang_up", leg_sid)
        self.gone.add(leg_sid)

    def hold(self, conference: str, leg_sid: str, *, on: bool) -> None:
        self._note("hold", conference, leg_sid, on)

    def leg(self, leg_sid: str) -> LegStatus | None:
        self._note("leg", leg_sid)
        return self.legs.get(leg_sid)

    def recording(self, recording_sid: str) -> bytes:
        self._note("recording", recording_sid)
        if recording_sid in self.gone:
            raise NotFound("ce message est effacé")
        return b"RIFF" + recording_sid.encode()

    def delete_recording(self, recording_sid: str) -> None:
        self._note("delete_recording", recording_sid)
        self.gone.add(recording_sid)

    def softphone_token(self, identity: str, *, seconds: int) -> str:
        self._note("softphone_token", identity, seconds)
        return f"token-of-{identity}"


@dataclass
class FakeMail:
    """A mail server. ``error`` is raised instead of taking the mail."""

    sent: list[MailMessage] = field(default_factory=list)
    error: Exception | None = None

    def send(self, message: MailMessage) -> MailReceipt:
        if self.error:
            raise self.error
        self.sent.append(message)
        return MailReceipt(f"<{len(self.sent)}@tests.invalid>", SENT_AT)


@dataclass
class FakeSms:
    """A text message provider. ``error`` is raised instead of sending."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    error: Exception | None = None

    def send(self, to: str, text: str, *, from_number: str, message_id: int) -> str:
        if self.error:
            raise self.error
        self.sent.append((to, text))
        self.ids.append(message_id)
        return f"SM{len(self.sent):032d}"


@dataclass
class FakeMailbox:
    """A mailbox of this machine: what was put there waits to be read."""

    waiting: dict[str, bytes] = field(default_factory=dict)

    def put(self, raw: bytes) -> None:
        self.waiting[str(len(self.waiting))] = raw

    def unread(self, limit: int) -> Sequence[tuple[str, bytes]]:
        return list(self.waiting.items())[:limit]

    def done(self, key: str) -> None:
        del self.waiting[key]

    def leave(self, key: str) -> None:
        del self.waiting[key]


@dataclass
class FakeOutbox:
    """An outbox that shows the mails that a FakeMail took."""

    mail: FakeMail

    def list(self, limit: int = 100) -> Sequence[OutboxMail]:
        return [
            OutboxMail(
                str(n),
                m.to,
                m.subject,
                m.text,
                m.html,
                SENT_AT,
                message_id=f"<{n + 1}@tests.invalid>",
            )
            for n, m in enumerate(self.mail.sent)
        ][-limit:]

    def get(self, key: str) -> OutboxMail | None:
        return next((mail for mail in self.list() if mail.key == key), None)


@dataclass
class FakePortal:
    """A Portal. ``error`` is raised instead of answering; ``asked`` holds each command with its key."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    error: Exception | None = None
    before: Callable[[], None] | None = None

    def _note(self, *words: str) -> None:
        if self.before:
            self.before()
        if self.error:
            raise self.error
        self.asked.append(words)

    def issue_link(
        self, reference: str, *, mail: str, link_id: str, expires_at: datetime, key: str
    ) -> IssuedLink:
        self._note("issue_link", reference, mail, link_id, key)
        base = f"https://portal.invalid/{link_id}"
        return IssuedLink(f"{base}/1", f"{base}/2", expires_at)

    def send_reset(self, reference: str, *, key: str) -> None:
        self._note("send_reset", reference, key)

    def hand_slot_back(self, reference: str, *, slot: str, key: str) -> None:
        self._note("hand_slot_back", reference, slot, key)

    def unlock(self, reference: str, *, key: str) -> None:
        self._note("unlock", reference, key)

    def state(self, reference: str) -> PortalState:
        self._note("state", reference)
        return PortalState(reference, True, "none")


def fake_ports() -> Ports:
    """A whole outside, all fake."""
    mail = FakeMail()
    return Ports(
        telephony=FakeTelephony(), mail=mail, sms=FakeSms(), outbox=FakeOutbox(mail),
        mailbox=FakeMailbox(),
    )  # fmt: skip
