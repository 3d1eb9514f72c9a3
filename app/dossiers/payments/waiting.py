"""Why an aid that is granted is not proposed for payment yet: the study's payment forgotten in between. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LATE_AFTER = 7  # days from the grant; each day, a job looks


class Obstacle(StrEnum):
    """What keeps a granted dossier from its payment, the most mendable first."""

    NO_ACCOUNT = "no_account"  # no IBAN in the dossier
    NO_AMOUNT = "no_amount"
    PIECE_OPEN = "piece_open"  # a pièce is asked for again or missing
    WAVE_MISSED = "wave_missed"  # a wave's day was set, passed, and nobody proposed it
    FORGOTTEN = "forgotten"  # nothing stands in the way


@dataclass(frozen=True)
class Granted:
    """One dossier that is voted, as far as its payment goes."""

    decided_on: date | None
    has_account: bool
    has_amount: bool
    pieces_open: int
    wave_on: date | None


def obstacle(granted: Granted, today: date) -> Obstacle | None:
    """What is in the way of a dossier voted for a while; None when it is not late."""
    if granted.wave_on is not None and granted.wave_on < today:
        return _standing(granted) or Obstacle.WAVE_MISSED
    if granted.decided_on is None or (today - granted.decided_on).days < LATE_AFTER:
        return None
    if granted.wave_on is not None and granted.wave_on >= today:
        return _standing(granted)
    return _standing(granted) or Obstacle.FORGOTTEN


def _standing(granted: Granted) -> Obstacle | None:
    if not granted.has_account:
        return Obstacle.NO_ACCOUNT
    if not granted.has_amount:
        return Obstacle.NO_AMOUNT
    return Obstacle.PIECE_OPEN if granted.pieces_open else None
