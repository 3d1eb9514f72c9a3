"""Recordings: their SIDs, lengths and callbacks. No sound is kept: the file is silence."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app import clock
from app.local_carrier.sids import new_sid

if TYPE_CHECKING:
    from app.local_carrier.exchange import Exchange
    from app.local_carrier.legs import Leg

RATE = 8000  # samples a second, 8 bits, one channel: telephone quality


@dataclass(frozen=True)
class Recording:
    """One recording of a call; ``duration`` in seconds."""

    sid: str
    call_sid: str
    duration: int
    made_at: datetime


class Recordings:
    """The recordings of an exchange, newest last."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.by_sid: dict[str, Recording] = {}

    def url(self, sid: str) -> str:
        """Path of a recording under the REST API."""
        return f"/2010-04-01/Accounts/{self._exchange.settings.account_sid}/Recordings/{sid}"

    def made(self, leg: Leg, duration: int, key: str, callback_url: str) -> dict[str, str]:
        """Note a recording; the parameters of the Record's action request."""
        recording = Recording(new_sid("RE"), leg.sid, duration, clock.now())
        self.by_sid[recording.sid] = recording
        params = {
            "RecordingSid": recording.sid,
            "RecordingUrl": self.url(recording.sid),
            "RecordingDuration": str(duration),
        }
        self._exchange.courier.send(
            leg.sid,
            callback_url,
            "POST",
            {
                "AccountSid": self._exchange.settings.account_sid,
                "CallSid": leg.sid,
                "RecordingStatus": "completed",
                "RecordingSource": "RecordVerb",
                **params,
            },
        )
        return {**params, "Digits": key}


def silence(seconds: int) -> bytes:
    """A WAV file of silence, ten minutes at most."""
    data = b"\x80" * (RATE * min(seconds, 600))
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        RATE,
        RATE,
        1,
        8,
        b"data",
        len(data),
    )
    return header + data
