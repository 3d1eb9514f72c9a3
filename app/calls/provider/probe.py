"""Does the provider reach us from where it stands? A trial leg that disturbs nobody says so.

``telephony check`` has the provider ring a softphone that does not exist. The leg ends at once, and
its status callback comes from outside, through DNS, firewall, proxy and certificate, signed. The
process that serves notes it here; the command, another process, sees the note.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from app.calls.provider.models import ProviderLink
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.ports import Finding, Provisioning

NAME = "accès depuis l'extérieur"


@dataclass(frozen=True)
class Wait:
    """How long to wait for the callback, in seconds, and how often to look."""

    seconds: float = 25.0
    pause: float = 0.5
    sleep: Callable[[float], None] = time.sleep


def arrived(leg_sid: str) -> None:
    """The provider told us of the end of a trial leg."""
    with unit_of_work():
        db.session.execute(update(ProviderLink).values(probe_sid=leg_sid))


def from_outside(provisioning: Provisioning, wait: Wait | None = None) -> Finding:
    """Try it; one REST command, and nobody's telephone rings."""
    wait = wait or Wait()
    try:
        sid = provisioning.ring_nobody()
    except PermanenceError as error:
        return Finding(NAME, f"non essayé : {error}", "Corrigez ce qui précède, puis recommencez.")
    waited = 0.0
    while not _noted(sid):
        if waited >= wait.seconds:
            return Finding(
                NAME,
                f"le fournisseur ne nous a pas joints en {wait.seconds:.0f} s",
                "Permanence tourne-t-elle, avec la même base ? Sinon : DNS public, pare-feu, "
                "certificat ; sa console dit pourquoi (Monitor → Errors, 11200 et suivants).",
            )
        wait.sleep(wait.pause)
        waited += wait.pause
    return Finding(NAME, "le fournisseur nous a joints, de chez lui")


def _noted(sid: str) -> bool:
    noted = db.session.scalar(select(ProviderLink.probe_sid).limit(1))
    release_connection()
    return noted == sid
