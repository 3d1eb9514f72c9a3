"""What the product asks of the outside, as Protocols. Pure: no library, no network.

Adapters implement them; tests fake them; only the factory knows which one is there. Every method
may raise ``app.foundation.exceptions.Unavailable`` when the other side does not answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from app.foundation.exceptions import PermanenceError
from app.foundation.portal_port import Portal
from app.foundation.text import outside


def softphone_identity(agent_id: int, epoch: int = 0) -> str:
    """The name under which an agent's softphone registers. Letters, digits and underscore only:
    Twilio promises calls to no other name (twilio.com/docs/voice/sdks/javascript/twiliodevice).

    A token cannot be called back: with another ``epoch`` what it was made for rings no more.
    """
    return f"agent_{agent_id}_{epoch}" if epoch else f"agent_{agent_id}"


# A softphone that nobody has: what is rung to see whether the provider reaches us.
NOBODY = "client:permanence_check"


def agent_of(address: str) -> int | None:
    """The agent whose softphone this address (``client:…``) rings, or None."""
    number = address.removeprefix("client:agent_").partition("_")[0]
    return outside.identifier(number)


@dataclass(frozen=True)
class LegStatus:
    """A leg as the provider sees it: ``status`` is Twilio's word (queued … completed)."""

    sid: str
    status: str
    to: str = ""


OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True)
class LegReport:
    """What the provider has written down of a leg. ``status`` is Twilio's word.

    ``from_number`` is as the provider gives it: it may say that the caller is hidden. Times are
    aware, to the second; ``ended_at`` is None while the leg lives.
    """

    sid: str
    status: str
    to: str = ""
    from_number: str = ""
    inbound: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Has the leg ended?"""
        return self.status in OVER


@dataclass(frozen=True)
class RoomReport:
    """A conference that is going on: its SID, and the legs that are in it."""

    sid: str
    legs: frozenset[str]


@dataclass(frozen=True)
class AskedForLeg:
    """One request that the provider made about a leg: to which address, and the keys typed.

    ``digits`` is None when the request says nothing of keys, and may be empty.
    """

    url: str
    digits: str | None = None


@dataclass(frozen=True)
class TextReport:
    """What the provider has written down of a text message. ``status`` is Twilio's word."""

    sid: str
    status: str
    from_number: str = ""
    to: str = ""
    body: str = ""
    inbound: bool = False
    at: datetime | None = None
    problem: str = ""


class CallLog(Protocol):
    """What the telephone provider has written down, for reconciliation. Reads only."""

    def live(self) -> Sequence[LegReport]:
        """Every leg of the account that talks or waits now (rung ones are not in it)."""
        ...

    def calls_to(self, number: str, *, since: datetime) -> Sequence[LegReport]:
        """The legs to one of our numbers that began at ``since`` or later, over or not."""
        ...

    def report(self, leg_sid: str) -> LegReport | None:
        """One leg; None if the provider knows none."""
        ...

    def room(self, name: str) -> RoomReport | None:
        """The conference of that name that is going on; None if there is none."""
        ...

    def texts_to(self, number: str, *, since: datetime) -> Sequence[TextReport]:
        """The text messages to one of our numbers at ``since`` or later."""
        ...

    def text(self, sid: str) -> TextReport | None:
        """One text message; None if the provider knows none."""
        ...

    def requests_of(self, leg_sid: str) -> Sequence[AskedForLeg]:
        """The requests made for a leg, oldest first. Twilio shows them 15 minutes after its end;
        before, and where they are not kept, there are none."""
        ...


class Telephony(Protocol):
    """The telephone provider's commands. Addresses are absolute URLs of our webhooks."""

    def call_agent(
        self, agent_id: int, *, ref: str, from_number: str, party_id: int | None = None
    ) -> str:
        """Ring the softphone of an agent for the call ``ref``; the new leg's SID.

        ``party_id``: she joins as the further person of that conversation.
        """
        ...

    def call_number(self, number: str, *, from_number: str, path: str) -> str:
        """Ring a telephone number, which sees ``from_number``; answered, its leg runs the TwiML at
        our ``path``. The new leg's SID."""
        ...

    def announce(self, conference: str, path: str) -> None:
        """Play the TwiML at our ``path`` to everybody in a conference."""
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

    def recording(self, recording_sid: str) -> bytes:
        """The sound of a voice message, as a WAV file. Raises NotFound when it is erased."""
        ...

    def delete_recording(self, recording_sid: str) -> None:
        """Erase a voice message; no error if it is gone already."""
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


# On a mail that opens an account of the staff: the local outbox shows it to administrators alone.
FOR_STAFF = {"X-Permanence-For": "staff"}


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
            "Le serveur de messagerie a refusé ce mail.",
            todo="Relisez l'adresse lettre par lettre, corrigez-la, puis renvoyez.",
        )
        self.reason = reason


class MailSender(Protocol):
    """Sends mail. Raises ``MailRefused`` when the server says no for good."""

    def send(self, message: MailMessage) -> MailReceipt:
        """Hand one mail over; what the server answered."""
        ...


class Mailbox(Protocol):
    """The mailbox that our mails come from: reports of servers come back to it, and people's answers."""

    def unread(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """The unread ones, ``limit`` at most: their keys, and their bytes as they came."""
        ...

    def done(self, key: str) -> None:
        """It was read and taken: not again."""
        ...

    def leave(self, key: str) -> None:
        """It was looked at, and is for a person to read: not again here."""
        ...


@dataclass(frozen=True)
class OutboxMail:
    """A mail kept by the local outbox. ``for_staff``: it opens an account (``FOR_STAFF``)."""

    key: str
    to: str
    subject: str
    text: str
    html: str | None
    sent_at: datetime
    for_staff: bool = False
    message_id: str = ""


class Outbox(Protocol):
    """The mails that an embedded installation would have sent."""

    def list(self, limit: int = 100) -> Sequence[OutboxMail]:
        """The newest mails first, ``limit`` at most."""
        ...

    def get(self, key: str) -> OutboxMail | None:
        """One mail, or None."""
        ...


@runtime_checkable
class LocalMailbox(Mailbox, Protocol):
    """A mailbox of this installation, into which a mail can be put as if a server had brought it."""

    def put(self, raw: bytes) -> None:
        """Put a mail there, whole or not at all."""
        ...


class SmsSender(Protocol):
    """Sends a text message."""

    def send(self, to: str, text: str, *, from_number: str, message_id: int) -> str:
        """Send ``text`` to a number in E.164 form; the provider's SID. What becomes of it is told to
        ``/sms/status`` with our own ``message_id``, even before we know the SID."""
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

    def check(self, further: Sequence[str] = ()) -> list[Finding]:
        """Look at credentials, numbers (LINE_NUMBER, ``further`` ones), webhooks and clock."""
        ...

    def provision(self, further: Sequence[str] = ()) -> list[str]:
        """Set the webhooks to this installation; what was set, in sentences."""
        ...

    def ring_nobody(self) -> str:
        """Ring a softphone that nobody has, so that the provider tells us of its end; its leg."""
        ...


@dataclass(frozen=True)
class Identity:
    """Who somebody is, as the identity provider says: ``subject`` never changes, ``email`` may.

    ``acr``: how surely they were recognised, when that was asked; ``id_token`` is for signing out.
    """

    issuer: str
    subject: str
    email: str = ""
    acr: str = ""
    id_token: str = ""


class IdentityRefused(PermanenceError):
    """The identity provider said no, or something that cannot be believed. ``reason`` is for the log."""

    status = 401
    code = "identity_refused"

    def __init__(self, message: str = "", *, reason: str, name: str = "", todo: str = "") -> None:
        super().__init__(
            message or "La réponse de %(name)s n'a pas pu être vérifiée.",
            kept="Votre compte n'est pas bloqué.",
            todo=todo or "Recommencez, ou connectez-vous avec votre mot de passe.",
            name=name,
        )
        self.reason = reason


class IdentityProvider(Protocol):
    """Signs people in elsewhere (OpenID Connect). ``issuer`` names it, ``name`` is for people.

    Raises Unavailable when it does not answer in time, IdentityRefused when it says what is not so.
    """

    issuer: str
    name: str
    acr_values: tuple[str, ...]

    def authorization(self, *, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        """Where to send a browser, to be asked who its owner is."""
        ...

    def identify(self, code: str, *, nonce: str, verifier: str, redirect_uri: str) -> Identity:
        """Who came back with this code."""
        ...

    def end_session(self, id_token: str, *, state: str, back: str) -> str | None:
        """Where to send a browser, to be signed out there too; None where that is not possible."""
        ...

    def check(self) -> str:
        """Ask it what it says of itself, keys too; where it signs people in."""
        ...


@dataclass(frozen=True)
class Ports:
    """Everything outside, in one value that services receive."""

    telephony: Telephony
    mail: MailSender
    sms: SmsSender
    outbox: Outbox | None = None
    provisioning: Provisioning | None = None
    call_log: CallLog | None = None
    identity: IdentityProvider | None = None
    portal: Portal | None = None
    mailbox: Mailbox | None = None
