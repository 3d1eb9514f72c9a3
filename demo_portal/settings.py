"""What the demo Portal must know of where it stands, and of its one customer by the contract alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

SendMail = Callable[[str, str, str], object]  # to, subject, text
Spawn = Callable[[Callable[[], object]], object]


@dataclass(frozen=True)
class DemoPortalSettings:
    """``url``: its own address, without a slash at its end. ``events_url``: whom to tell what happens.

    ``token``: the secret of the contract. ``send_mail`` may be None: then no mail leaves. ``spawn`` runs a task
    beside the request; ``now`` is the time.
    """

    folder: Path
    url: str
    events_url: str
    token: str
    spawn: Spawn
    now: Callable[[], datetime]
    send_mail: SendMail | None = None
