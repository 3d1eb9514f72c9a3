"""The reference day, 22 June 2021, call by call. Pure.

The field studies give the day's figures (67 calls presented, 59 answered, a mean wait of 32 s, a
mean talk of 336 s, the 13th call of the morning at 10:35…), not its calls. ``_ROWS`` is one day
that has exactly these figures and could have happened: it was drawn by simulating the line's own
rules of 2021 (first come first served, longest idle front-office agent first, the back office after 20 s
of waiting), so no agent is ever on two calls and every wait has its cause. Everything is invented.

``plan(day)`` puts the same day on another date, at the same hours of the wall clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.calls.call.life.states import Kind
from app.foundation.clock import PARIS
from app.tickets.reasons import CallerRole, DigitalKind, Reason

REFERENCE_DAY = date(2021, 6, 22)
OVERFLOW_AFTER_S = 20
RING_S = 20

A, B, C = AGENTS = ("front-1", "front-2", "back-1")
"""Two agents on duty in front office, one in back office who absorbs the surges."""

# The study's own call: the mail that was opened is of another day, and nobody saw today's arrive.
NOTE_13 = (
    "Boîte mail créée pour la demande, mot de passe retrouvé avec la personne. Mail de connexion "
    "renvoyé. Message ouvert : celui du 9 juin, lien expiré ; celui du jour reste à trouver. Demande "
    "à refaire, documents gardés sur une clé."
)


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One event of a planned call; ``agent`` is one of ``AGENTS``."""

    kind: Kind
    at: datetime
    key: str
    agent: str | None = None
    until: datetime | None = None
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call to be: ``number`` counts the day's calls from 1; durations are in whole seconds.

    ``talk_s`` is 0 for a caller who left after ``wait_s`` in the queue; ``agent`` is then the one
    whose telephone was ringing, if any. ``hold`` is (seconds into the talk, length).
    """

    number: int
    received_at: datetime
    greeting_s: int
    wait_s: int
    ring_s: int = 0
    talk_s: int = 0
    wrap_up_s: int = 0
    agent: str | None = None
    reason: Reason = Reason.UNQUALIFIED
    role: CallerRole | None = None
    hold: tuple[int, int] | None = None
    digital_seen: DigitalKind | None = None
    digital_declared: bool | None = None  # True: the agent said so; None: nobody said
    note: str = ""

    @property
    def qualified(self) -> bool:
        """Whether the agent gave a reason."""
        return self.answered and self.reason is not UNQUALIFIED

    @property
    def answered(self) -> bool:
        """Whether an agent took the call."""
        return self.talk_s > 0

    @property
    def caller_number(self) -> str:
        """A number kept for fiction by the French regulator (06 39 98 …)."""
        return f"+336399880{self.number:02d}"

    @property
    def provider_sid(self) -> str:
        """The same for the same call of the same day, so that loading twice is seen."""
        return f"CA{self.received_at:%Y%m%d}{self.number:024d}"

    @property
    def leg_sid(self) -> str:
        """The agent's leg."""
        return f"CA{self.received_at:%Y%m%d}a{self.number:023d}"

    @property
    def queued_at(self) -> datetime:
        """End of the greeting."""
        return self.received_at + timedelta(seconds=self.greeting_s)

    @property
    def answered_at(self) -> datetime:
        """When the agent answered, or the caller left."""
        return self.queued_at + timedelta(seconds=self.wait_s)

    @property
    def ended_at(self) -> datetime:
        """When either hung up."""
        return self.answered_at + timedelta(seconds=self.talk_s)

    @property
    def wrapped_up_at(self) -> datetime:
        """When the agent was available again."""
        return self.ended_at + timedelta(seconds=self.wrap_up_s)

    def events(self) -> tuple[PlannedEvent, ...]:
        """What happens to the call after its arrival, in order, as on the live line."""
        return tuple(self._answered() if self.answered else self._left())

    def _answered(self) -> Iterator[PlannedEvent]:
        accepted = self.answered_at - timedelta(seconds=2)
        yield self._event(Kind.QUEUED, self.queued_at)
        yield self._offer(self.answered_at - timedelta(seconds=self.ring_s))
        yield self._event(Kind.ACCEPTED, accepted)
        yield self._event(Kind.LEG_CREATED, accepted)
        yield self._event(Kind.AGENT_JOINED, self.answered_at - timedelta(seconds=1))
        yield self._event(Kind.ANSWERED, self.answered_at)
        if self.hold:
            start, length = self.hold
            yield self._event(Kind.HELD, self.answered_at + timedelta(seconds=start))
            yield self._event(Kind.RESUMED, self.answered_at + timedelta(seconds=start + length))
        by_agent = self.number % 3 == 0
        yield self._event(Kind.AGENT_HUNG_UP if by_agent else Kind.CALLER_LEFT, self.ended_at)
        yield self._event(Kind.WRAPPED_UP, self.wrapped_up_at)

    def _left(self) -> Iterator[PlannedEvent]:
        yield self._event(Kind.QUEUED, self.queued_at)
        if self.agent:
            yield self._offer(self.queued_at)
        yield self._event(Kind.CALLER_LEFT, self.answered_at)

    def _offer(self, at: datetime) -> PlannedEvent:
        until = at + timedelta(seconds=RING_S)
        return PlannedEvent(Kind.OFFERED, at, "plan:offered", self.agent, until, self.agent == C)

    def _event(self, kind: Kind, at: datetime) -> PlannedEvent:
        return PlannedEvent(kind, at, f"plan:{kind.value}", self.agent)


@dataclass(frozen=True, slots=True)
class _Row:
    """A call before it has a number and a date; ``at`` is the wall clock."""

    at: str
    greeting_s: int
    wait_s: int
    ring_s: int = 0
    talk_s: int = 0
    wrap_up_s: int = 0
    agent: str | None = None
    reason: Reason = Reason.UNQUALIFIED
    role: CallerRole | None = None
    hold: tuple[int, int] | None = None
    seen: DigitalKind | None = None
    declared: bool = True
    note: str = ""


def _talk(
    at: str,
    greeting_s: int,
    wait_s: int,
    ring_s: int,
    talk_s: int,
    wrap_up_s: int,
    agent: str,
    reason: Reason,
    *,
    role: CallerRole | None = None,
    hold: tuple[int, int] | None = None,
    seen: DigitalKind | None = None,
    declared: bool = True,
    note: str = "",
) -> _Row:
    """An answered call; its wait has the ring in it. ``declared`` False: seen, but not said."""
    return _Row(
        at, greeting_s, wait_s, ring_s, talk_s, wrap_up_s, agent, reason, role, hold, seen,
        declared, note,
    )  # fmt: skip


def _left(at: str, greeting_s: int, wait_s: int, rang: str | None = None) -> _Row:
    """A caller who hung up after ``wait_s`` in the queue, perhaps while ``rang``'s phone rang."""
    return _Row(at, greeting_s, wait_s, agent=rang)


STAGIAIRE, FORMATEUR, DUO = CallerRole.STAGIAIRE, CallerRole.FORMATEUR, CallerRole.DUO
UNQUALIFIED = Reason.UNQUALIFIED
COMPLETENESS = Reason.COMPLETENESS
HOW_TO_DEPOSIT = Reason.HOW_TO_DEPOSIT
ACCOUNTS = Reason.ACCOUNTS
GENERAL = Reason.GENERAL
FOLLOW_UP = Reason.FOLLOW_UP
TRANSFER = Reason.TRANSFER
INVALID_IDENTIFIER = DigitalKind.INVALID_IDENTIFIER
MAILBOX_PASSWORD = DigitalKind.MAILBOX_PASSWORD
OUTSIDE_PROCEDURE = DigitalKind.OUTSIDE_PROCEDURE
INVALID_PIECES = DigitalKind.INVALID_PIECES
ACCOUNT_NOT_FOUND = DigitalKind.ACCOUNT_NOT_FOUND

# Arrival, then seconds of greeting, wait, ring (the end of the wait), talk and wrap-up.
# fmt: off
_ROWS = (
    _talk("09:03:07", 9, 10, 10, 808, 50, A, FOLLOW_UP),
    _talk("09:10:04", 9, 6, 6, 194, 68, B, TRANSFER, role=STAGIAIRE),
    _talk("09:13:46", 9, 34, 14, 241, 55, C, FOLLOW_UP),
    _talk("09:19:09", 8, 8, 8, 180, 20, B, GENERAL, role=STAGIAIRE),
    _talk("09:31:16", 9, 8, 8, 166, 51, A, FOLLOW_UP, role=STAGIAIRE),
    _talk("09:35:26", 9, 14, 14, 816, 32, B, ACCOUNTS, role=STAGIAIRE, seen=INVALID_IDENTIFIER),
    _talk("09:44:38", 8, 6, 6, 389, 36, A, FOLLOW_UP, hold=(136, 52)),
    _talk("09:46:48", 9, 27, 7, 341, 37, C, FOLLOW_UP),
    _talk("09:47:18", 8, 164, 13, 298, 37, B, FOLLOW_UP),
    _talk("09:49:37", 9, 139, 8, 179, 55, A, COMPLETENESS, role=STAGIAIRE),
    _talk("10:14:13", 8, 8, 8, 377, 54, B, FOLLOW_UP),
    _talk("10:15:49", 8, 9, 9, 163, 46, A, COMPLETENESS, role=FORMATEUR),
    _talk("10:35:07", 8, 8, 8, 916, 35, A, ACCOUNTS, role=STAGIAIRE, hold=(318, 52),
          seen=MAILBOX_PASSWORD, note=NOTE_13),
    _talk("10:38:32", 8, 13, 13, 447, 59, B, FOLLOW_UP),
    _talk("10:43:59", 8, 30, 10, 379, 51, C, FOLLOW_UP),
    _talk("10:55:41", 9, 10, 10, 92, 34, B, COMPLETENESS, role=STAGIAIRE),
    _talk("10:56:18", 8, 12, 12, 140, 14, A, COMPLETENESS),
    _talk("11:04:06", 8, 10, 10, 94, 30, B, FOLLOW_UP),
    _talk("11:08:09", 8, 11, 11, 285, 37, A, COMPLETENESS),
    _talk("11:08:28", 8, 9, 9, 261, 56, B, FOLLOW_UP, role=STAGIAIRE, seen=ACCOUNT_NOT_FOUND,
          declared=False),
    _talk("11:09:34", 8, 26, 6, 341, 51, C, UNQUALIFIED),
    _talk("11:10:48", 8, 188, 14, 304, 31, A, FOLLOW_UP, role=STAGIAIRE),
    _talk("11:11:21", 8, 159, 6, 375, 32, B, COMPLETENESS),
    _talk("11:25:14", 8, 9, 9, 162, 52, A, COMPLETENESS, role=STAGIAIRE),
    _talk("11:30:08", 8, 6, 6, 145, 63, B, FOLLOW_UP, role=DUO),
    _talk("11:35:49", 8, 14, 14, 557, 25, A, HOW_TO_DEPOSIT, role=STAGIAIRE, hold=(115, 36),
          seen=OUTSIDE_PROCEDURE),
    _talk("11:40:57", 8, 7, 7, 747, 69, B, FOLLOW_UP),
    _talk("11:42:47", 8, 31, 11, 418, 21, C, UNQUALIFIED, hold=(145, 44)),
    _talk("11:43:58", 8, 120, 13, 244, 63, A, COMPLETENESS, role=FORMATEUR),
    _left("11:46:11", 8, 48),
    _left("11:46:39", 9, 4),
    _talk("11:47:54", 9, 170, 8, 399, 19, C, FOLLOW_UP, hold=(120, 66)),
    _talk("11:52:38", 8, 10, 10, 110, 59, A, TRANSFER),
    _left("11:53:08", 8, 56),
    _talk("11:59:40", 8, 12, 12, 94, 24, B, FOLLOW_UP),
    _talk("12:06:13", 8, 6, 6, 418, 65, A, FOLLOW_UP, role=DUO, hold=(80, 50)),
    _talk("12:20:05", 8, 14, 14, 151, 34, B, COMPLETENESS, role=STAGIAIRE),
    _talk("12:22:30", 8, 11, 11, 139, 38, A, UNQUALIFIED),
    _talk("13:37:56", 8, 13, 13, 737, 69, B, HOW_TO_DEPOSIT, role=STAGIAIRE),
    _left("13:38:57", 8, 3, rang=A),
    _talk("13:45:54", 8, 14, 14, 576, 21, A, FOLLOW_UP),
    _talk("13:47:14", 8, 34, 14, 201, 38, C, FOLLOW_UP),
    _talk("13:49:10", 9, 151, 7, 213, 38, B, FOLLOW_UP, role=STAGIAIRE),
    _left("13:56:33", 8, 3, rang=B),
    _talk("14:02:44", 8, 14, 14, 775, 53, B, FOLLOW_UP, role=FORMATEUR),
    _talk("14:08:11", 9, 7, 7, 576, 16, A, HOW_TO_DEPOSIT),
    _left("14:09:40", 8, 4),
    _talk("14:12:14", 8, 31, 11, 260, 29, C, COMPLETENESS),
    _talk("14:15:09", 8, 108, 11, 111, 43, B, HOW_TO_DEPOSIT),
    _talk("14:31:41", 8, 6, 6, 163, 31, A, TRANSFER, role=STAGIAIRE),
    _talk("14:39:27", 9, 13, 13, 256, 48, B, HOW_TO_DEPOSIT, role=FORMATEUR),
    _talk("14:55:39", 8, 13, 13, 469, 16, A, HOW_TO_DEPOSIT),
    _talk("14:57:21", 9, 13, 13, 163, 50, B, GENERAL, role=STAGIAIRE),
    _talk("14:58:19", 9, 29, 9, 543, 35, C, FOLLOW_UP, hold=(77, 47)),
    _left("14:59:39", 8, 51),
    _talk("15:23:47", 9, 10, 10, 384, 67, B, COMPLETENESS, role=FORMATEUR, hold=(143, 28),
          seen=INVALID_PIECES, declared=False),
    _talk("15:30:13", 9, 12, 12, 584, 20, A, COMPLETENESS),
    _talk("15:32:27", 9, 6, 6, 87, 52, B, GENERAL, role=STAGIAIRE),
    _talk("15:41:29", 8, 10, 10, 294, 63, B, ACCOUNTS, role=STAGIAIRE, seen=ACCOUNT_NOT_FOUND),
    _talk("15:46:47", 8, 7, 7, 334, 14, A, GENERAL, role=STAGIAIRE),
    _talk("15:59:31", 8, 12, 12, 343, 15, B, COMPLETENESS, role=FORMATEUR),
    _talk("16:01:21", 8, 7, 7, 503, 39, A, FOLLOW_UP),
    _talk("16:07:18", 8, 11, 11, 126, 16, B, HOW_TO_DEPOSIT, role=STAGIAIRE),
    _talk("16:09:25", 9, 30, 10, 317, 46, C, GENERAL),
    _left("16:47:38", 8, 3, rang=B),
    _talk("16:49:46", 8, 10, 10, 261, 14, B, ACCOUNTS, role=STAGIAIRE, seen=INVALID_IDENTIFIER),
    _talk("16:52:53", 8, 8, 8, 178, 14, A, UNQUALIFIED),
)
# fmt: on


def plan(day: date = REFERENCE_DAY, zone: ZoneInfo = PARIS) -> tuple[PlannedCall, ...]:
    """The 67 calls of the reference day, in the order of their arrival, put on ``day``."""
    return tuple(_planned(n, row, day, zone) for n, row in enumerate(_ROWS, start=1))


def _planned(number: int, row: _Row, day: date, zone: ZoneInfo) -> PlannedCall:
    return PlannedCall(
        number=number,
        received_at=datetime.combine(day, time.fromisoformat(row.at), zone).astimezone(UTC),
        greeting_s=row.greeting_s,
        wait_s=row.wait_s,
        ring_s=row.ring_s,
        talk_s=row.talk_s,
        wrap_up_s=row.wrap_up_s,
        agent=row.agent,
        reason=row.reason,
        role=row.role,
        hold=row.hold,
        digital_seen=row.seen,
        digital_declared=True if row.seen is not None and row.declared else None,
        note=row.note,
    )
