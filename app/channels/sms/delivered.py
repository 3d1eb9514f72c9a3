"""How far our text messages got, as their provider says."""

from __future__ import annotations

from datetime import datetime

from app.calls.callbacks import form_sms
from app.channels import owed_again


def reported(message_id: int, status: str, *, now: datetime, problem: str = "") -> None:
    """What the provider says of a message of ours. Told twice, or of none of ours: nothing happens."""
    reached = form_sms.reported(message_id, status, now=now, problem=problem)
    owed_again.followed(message_id, reached, now)
