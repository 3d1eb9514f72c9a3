"""One event as the Portal tells it, read strictly. Pure.

What the contract does not name is refused as a whole: half an event believed is worse than one that
the Portal tells again. ``data`` keeps the few words that the dossier's story shows, never a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.dossiers.vocabulary import PieceKind, PortalEventKind
from app.foundation.text import outside, strict_json

Kind = PortalEventKind

# What a Portal may tell. The mail's own delivery is not among them: it is told by mail servers.
TOLD = frozenset(
    {
        Kind.ENROLLED,
        Kind.LINK_SENT,
        Kind.LINK_OPENED,
        Kind.PASSWORD_REFUSED,
        Kind.STEP1_DONE,
        Kind.LOGIN_FAILED,
        Kind.STEP2_DONE,
        Kind.ACCOUNT_NOT_FOUND,
        Kind.ERROR_SHOWN,
        Kind.FIELDS_LOST,
        Kind.DRAFT_OPENED,
        Kind.DEPOSITED,
        Kind.PIECE_SENT,
    }
)
LONGEST_ID = 64
LONGEST_REFERENCE = 24
CAUSES = frozenset({"identifier", "password"})
AHEAD = timedelta(minutes=5)  # a clock before ours; what is further ahead is dated now


@dataclass(frozen=True)
class News:
    """An event: ``link`` is the id that we gave the link, None for what came another way."""

    event_id: str
    kind: PortalEventKind
    reference: str
    at: datetime
    link: int | None = None
    data: dict[str, str] = field(default_factory=dict)

    @property
    def slot(self) -> PieceKind | None:
        """The slot that it is about, if it is one of ours."""
        return PieceKind(self.data["slot"]) if "slot" in self.data else None


class NotAnEvent(ValueError):
    """What was told is not what the contract says."""


def read(body: bytes, now: datetime) -> News:
    """The event of a request's body. Raises NotAnEvent."""
    try:
        return _read(body, now)
    except ValueError as error:
        raise NotAnEvent(str(error)) from None


def _read(body: bytes, now: datetime) -> News:
    said = strict_json.loads(body)
    if not isinstance(said, dict):
        raise ValueError("no object")
    kind = Kind(_word(said, "type", 40))
    if kind not in TOLD:
        raise ValueError("not a Portal's event")
    at = datetime.fromisoformat(_word(said, "at", 40))
    if at.tzinfo is None:
        raise ValueError("an instant without its zone")
    reference, data = _word(said, "dossier", LONGEST_REFERENCE), _data(kind, said.get("data"))
    if data.get("demande") == reference:
        raise ValueError("demande: a number of its own")
    return News(
        _word(said, "id", LONGEST_ID),
        kind,
        reference,
        min(at, now) if at > now + AHEAD else at,
        _link(said.get("link")),
        data,
    )


def _word(said: dict[str, object], name: str, longest: int) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise ValueError(f"{name}: a text of {longest} characters at most")
    return value.strip()


def _link(value: object) -> int | None:
    if value is None:
        return None
    found = outside.identifier(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("link: the id that we gave")
    return found


def _data(kind: PortalEventKind, value: object) -> dict[str, str]:
    given = value if isinstance(value, dict) else {}
    kept: dict[str, str] = {}
    if kind is Kind.LOGIN_FAILED and given.get("cause") in CAUSES:
        kept["cause"] = str(given["cause"])
    if kind is Kind.LINK_SENT:
        until = datetime.fromisoformat(_word(given, "expires_at", 40))
        if until.tzinfo is None:
            raise ValueError("an instant without its zone")
        kept["expires_at"] = until.isoformat()
    if kind is Kind.DRAFT_OPENED or (kind is Kind.DEPOSITED and "demande" in given):
        kept["demande"] = _word(given, "demande", LONGEST_REFERENCE)
    if kind is Kind.PIECE_SENT and given.get("slot") in set(PieceKind):
        kept["slot"] = str(given["slot"])
    return kept
