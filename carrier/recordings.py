"""Recordings: what a caller says after the beep, kept until it is deleted or room is needed.

A browser sends its microphone while it records, 16-bit samples at 8 kHz; that is the sound of the
file. A telephone without a person has no voice: its file is a soft tone of the right length.
"""

from __future__ import annotations

import array
import math
import struct
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from carrier import clock
from carrier.board import Board
from carrier.courier import Courier
from carrier.legs import Leg
from carrier.sids import new_sid

RATE = 8000  # samples a second, 16 bits, one channel: telephone quality
LONGEST = RATE * 2 * 600  # bytes of one recording: ten minutes
KEPT_BYTES = 64 * 1024 * 1024
KEPT = 2000
QUIET = 500  # of 32767: a chunk whose loudest sample is below is silence
SETTLE = 1.0  # seconds that the last of a browser's sound may take to come
PITCH, LOUDNESS = 440, 2000  # of the tone that stands for a voice


@dataclass(eq=False)
class Recording:
    """One recording of a call; ``duration`` in seconds. ``wanted``: callback events asked for."""

    sid: str
    call_sid: str
    started_at: datetime
    callback_url: str = ""
    callback_method: str = "POST"
    wanted: tuple[str, ...] = ("completed",)
    real: bool = False  # a browser sends its sound
    status: str = "in-progress"  # in-progress | processing | completed | absent
    duration: int = 0
    sound: bytearray = field(default_factory=bytearray)
    loud_at: float = 0.0  # monotonic clock; 0: nothing was said yet

    def hear(self, chunk: bytes) -> bool:
        """Take in samples; False once the recording is complete or full."""
        if self.status not in ("in-progress", "processing") or len(chunk) % 2:
            return False
        if len(self.sound) + len(chunk) > LONGEST:
            return False
        self.sound += chunk
        if loudest(chunk) >= QUIET:
            self.loud_at = time.monotonic()
        return True


class Recordings:
    """The recordings of the line, oldest first."""

    def __init__(self, board: Board, courier: Courier) -> None:
        self._board = board
        self._courier = courier
        self._hearing: dict[str, Recording] = {}  # by the leg that is heard now
        self.by_sid: dict[str, Recording] = {}

    def hearing(self, leg: Leg) -> Recording | None:
        """What a leg is recorded into at this moment, or None."""
        return self._hearing.get(leg.sid)

    def url(self, sid: str) -> str:
        """Address of a recording under the REST API."""
        account = self._board.settings.account_sid
        return f"{self._board.api_url}/2010-04-01/Accounts/{account}/Recordings/{sid}"

    def begin(
        self, leg: Leg, callback_url: str, callback_method: str, wanted: tuple[str, ...]
    ) -> Recording:
        """Start to record a leg."""
        recording = Recording(
            new_sid("RE"),
            leg.sid,
            clock.now(),
            callback_url,
            callback_method,
            wanted or ("completed",),
            real=leg.device is not None and leg.device.media,
        )
        if not recording.real and not getattr(leg.device, "silent", False):
            recording.loud_at = time.monotonic()
        with self._board.lock:
            self._hearing[leg.sid] = recording
            self.by_sid[recording.sid] = recording
            self._make_room()
        self._report(recording, "in-progress")
        return recording

    def _make_room(self) -> None:
        size = sum(len(one.sound) for one in self.by_sid.values())
        while len(self.by_sid) > 1 and (len(self.by_sid) > KEPT or size > KEPT_BYTES):
            size -= len(self.by_sid.pop(next(iter(self.by_sid))).sound)

    def finish(self, leg: Leg, recording: Recording, seconds: float, key: str) -> dict[str, str]:
        """End a recording; the parameters of the Record's action request. Empty: nothing said."""
        recording.duration = max(1, round(seconds))
        if not recording.real:
            self._hearing.pop(leg.sid, None)
        if not recording.loud_at:
            self._hearing.pop(leg.sid, None)
            self.by_sid.pop(recording.sid, None)
            self._report(recording, "absent")
            return {}
        recording.status = "processing"
        if recording.real:
            self._board.spawn(self._settle, leg, recording)
        else:
            self._report(recording, "completed")
        return self._params(recording) | {"Digits": key}

    def _settle(self, leg: Leg, recording: Recording) -> None:
        time.sleep(SETTLE)
        if self.hearing(leg) is recording:
            self._hearing.pop(leg.sid, None)  # who deletes it deletes all there is
        self._report(recording, "completed")

    def _params(self, recording: Recording) -> dict[str, str]:
        return {
            "RecordingSid": recording.sid,
            "RecordingUrl": self.url(recording.sid),
            "RecordingDuration": str(recording.duration),
        }

    def _report(self, recording: Recording, status: str) -> None:
        recording.status = status
        if status not in recording.wanted:
            return
        self._courier.send(
            recording.call_sid,
            recording.callback_url,
            recording.callback_method,
            {
                "AccountSid": self._board.settings.account_sid,
                "CallSid": recording.call_sid,
                "RecordingStatus": status,
                "RecordingSource": "RecordVerb",
                "RecordingChannels": "1",
                "RecordingStartTime": format_datetime(recording.started_at),
                **self._params(recording),
            },
        )

    def of_call(self, call_sid: str) -> list[Recording]:
        """The recordings of a call (empty: of all calls), newest first."""
        with self._board.lock:
            everything = list(self.by_sid.values())
        return [one for one in reversed(everything) if call_sid in ("", one.call_sid)]

    def delete(self, sid: str) -> bool:
        """Forget a recording, its sound included; False if there is none."""
        with self._board.lock:
            return self.by_sid.pop(sid, None) is not None


def loudest(samples: bytes) -> int:
    """The greatest amplitude of 16-bit little-endian samples."""
    values = array.array("h", samples)
    if sys.byteorder == "big":
        values.byteswap()
    return max((abs(value) for value in values), default=0)


def wav(recording: Recording) -> bytes:
    """The recording as a WAV file."""
    return with_header(bytes(recording.sound) if recording.real else tone(recording.duration))


def tone(seconds: int) -> bytes:
    """Samples of a soft tone, ten minutes at most."""
    period = [round(LOUDNESS * math.sin(2 * math.pi * PITCH * i / RATE)) for i in range(RATE)]
    return struct.pack(f"<{RATE}h", *period) * min(seconds, 600)


def with_header(samples: bytes) -> bytes:
    """A WAV file of 16-bit samples."""
    form = struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks
