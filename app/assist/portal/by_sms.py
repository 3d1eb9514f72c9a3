"""The same link by SMS beside the mail: a room above this one writes text messages, and lends its hand here.

Where nobody lent it, nothing is offered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app

from app.assist.acting import Actor
from app.dossiers.models import Dossier, Person
from app.foundation.exceptions import PermanenceError

KEY = "permanence.link_by_sms"


@dataclass(frozen=True)
class Letter:
    """What goes by SMS: the very link of the mail, alive until the same instant."""

    contact_id: int
    dossier: Dossier
    link: str
    until: datetime


@dataclass(frozen=True)
class Carrier:
    """``mobile``: the person's own number that this line may write to, "" without one; ``send``: why it could not
    leave, or None. No transaction may be open, and the link is kept nowhere."""

    mobile: Callable[[Person], str]
    send: Callable[[Letter, Actor], PermanenceError | None]


def lend(app: Flask, carrier: Carrier) -> None:
    """Let a link that is sent again go by SMS too."""
    app.extensions[KEY] = carrier


def carrier() -> Carrier | None:
    """Who sends it, or None where nobody can."""
    return cast("Carrier | None", current_app.extensions.get(KEY))


def mobile_of(person: Person | None) -> str:
    """Where the link can go too, or ""."""
    by = carrier()
    return by.mobile(person) if by is not None and person is not None else ""
