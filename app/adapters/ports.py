"""What the product asks of the outside, as Protocols. Pure: no library, no network.

Adapters implement them; tests fake them; only the factory knows which one is there. Every method
may raise ``app.exceptions.Unavailable`` when the other side does not answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.exceptions import PermanenceError


def softphone_identity(agent_id: int) -> str:
    """The name under which an agent's softphone registers. Letters, digits and underscore only:
    Twilio promises calls to no other name (twilio.com/docs/voice/sdks/javascript/twiliodevice).
    """
    return f"agent_{agent_id}"


def agent_of(address: str) -> int | None:
    """The agent whose softphone this address (``client:…``) rings, or None."""
    number = address.removeprefix("client:agent_")
    return int(number) if number.isascii() and number.isdigit() else None


@dataclass(frozen=True)
class LegStatus:
    """A leg as the provider sees it: ``status`` is Twilio's word (queued … completed)."""

    sid: str
    status: str
    to: str = ""


class Telephony(Protocol):
    """The telephone provider's commands. Addresses are absolute URLs of our webhooks."""

    def call_agent(self, agent_id: int, *, ref: str, from_number: str) -> str:
        """Ring the softphone of an agent for the call ``ref``; the new leg's SID."""
        ...

    def redirect(self, leg_sid: str, path: str) -> None:
        """Make a live leg run the TwiML at our ``path``. Raises NotFound if the leg is over."""
        ...

    def hang_up(self, leg_sid: str) -> None:
        """End a leg; no error if it is over already."""
        ...

    def hold(self, conference: str, leg_sid: str, *, on: bool) -> None:
        """Put a leg of a conference on hold, with music, or take it back."""
        ...

    def leg(self, leg_sid: str) -> LegStatus | None:
        """What the provider says of a leg; None if it knows none."""
        ...

    def softphone_token(self, identity: str, *, seconds: int) -> str:
        """A signed token that lets a browser register as ``identity``."""
        ...


@dataclass(frozen=True)
class MailMessage:
    """One mail to one person."""

    to: str
    subject: str
    text: str
    html: str | None = None
    language: str = "fr"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MailReceipt:
    """The mail server took the mail. ``message_id`` names it in its life.

    ``delivered`` is true only when it is known to be in the mailbox already (the local outbox).
    """

    message_id: str
    accepted_at: datetime
    delivered: bool = False


class MailRefused(PermanenceError):
    """The mail server said no for good: this mail will never arrive as it is.

    ``reason`` is the server's own words, without the address, for the agent to read.
    """

    status = 422
    code = "mail_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Le serveur de messagerie a refusé ce message.",
            todo="Relisez l'adresse lettre par lettre, corrigez-la, puis renvoyez.",
        )
        self.reason = reason


class MailSender(Protocol):
    """Sends mail. Raises ``MailRefused`` when the server says no for good."""

    def send(self, message: MailMessage) -> MailReceipt:
        """Hand one mail over; what the server answered."""
        ...


@dataclass(frozen=True)
class OutboxMail:
    """A mail kept by the local outbox."""

    key: str
    to: str
    subject: str
    text: str
    html: str | None
    sent_at: datetime


class Outbox(Protocol):
    """The mails that an embedded installation would have sent."""

    def list(self, limit: int = 100) -> Sequence[OutboxMail]:
        """The newest mails first, ``limit`` at most."""
        ...

    def get(self, key: str) -> OutboxMail | None:
        """One mail, or None."""
        ...


class SmsSender(Protocol):
    """Sends a text message."""

    def send(self, to: str, text: str, *, from_number: str) -> str:
        """Send ``text`` to a number in E.164 form; the provider's SID."""
        ...


@dataclass(frozen=True)
class Finding:
    """One thing that was checked; ``todo`` is empty when it is right."""

    what: str
    state: str
    todo: str = ""

    @property
    def wrong(self) -> bool:
        """Is there something to fix?"""
        return bool(self.todo)

    def __str__(self) -> str:
        mark = "✗" if self.wrong else "✓"
        return f"{mark} {self.what} : {self.state}" + (f" → {self.todo}" if self.wrong else "")


class Provisioning(Protocol):
    """Checks and sets how the provider reaches this installation."""

    def check(self) -> list[Finding]:
        """Look at credentials, number, webhooks and clock."""
        ...

    def provision(self) -> list[str]:
        """Set the webhooks to this installation; what was set, in sentences."""
        ...


@dataclass(frozen=True)
class Ports:
    """Everything outside, in one value that services receive."""

    telephony: Telephony
    mail: MailSender
    sms: SmsSender
    outbox: Outbox | None = None
    provisioning: Provisioning | None = None
