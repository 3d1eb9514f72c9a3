"""One recording: what was heard, for how long; and the sound that stands for it."""

from __future__ import annotations

import array
import math
import struct
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime

from carrier.twiml.verbs import Hook

RATE = 8000  # samples a second, 16 bits, one channel: telephone quality
LONGEST = RATE * 2 * 600  # bytes of one recording: ten minutes
QUIET = 500  # of 32767: a chunk whose loudest sample is below is silence
PITCH, LOUDNESS = 440, 2000  # of the tone that stands for a voice
SLICE = RATE * 2 // 50  # bytes of 20 ms: silence is cut by such slices


@dataclass(frozen=True)
class Transcription:
    """The words of a message."""

    sid: str
    recording_sid: str
    created_at: datetime
    text: str


@dataclass(eq=False)
class Recording:
    """One recording; ``duration`` in seconds. ``source`` is Twilio's word for who asked for it."""

    sid: str
    call_sid: str
    source: str
    started_at: datetime
    hook: Hook
    conference_sid: str = ""
    real: bool = False  # a browser sends its sound
    status: str = "in-progress"  # in-progress | paused | processing | completed | absent
    duration: int = 0
    sound: bytearray = field(default_factory=bytearray)
    loud_at: float = 0.0  # monotonic clock; 0: nothing was said yet
    resumed_at: float = 0.0  # monotonic clock; 0: it is paused
    heard: float = 0.0  # seconds before it was paused last
    words: str = ""
    transcribes: bool = False
    transcribe_callback: str = ""
    transcription: Transcription | None = None

    @property
    def live(self) -> bool:
        """It goes on, or may go on."""
        return self.status in ("in-progress", "paused")

    def pause(self) -> None:
        """Leave out what follows."""
        if self.live and self.resumed_at:
            self.heard += time.monotonic() - self.resumed_at
            self.status, self.resumed_at = "paused", 0.0

    def resume(self) -> None:
        """Record again."""
        if self.status == "paused":
            self.status, self.resumed_at = "in-progress", time.monotonic()

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

    def trim(self) -> None:
        """Cut the silence at both ends of a browser's sound."""
        slices = range(0, len(self.sound), SLICE)
        loud = [start for start in slices if loudest(self.sound[start : start + SLICE]) >= QUIET]
        if loud:
            self.sound = self.sound[loud[0] : loud[-1] + SLICE]
            self.duration = max(1, round(len(self.sound) / (RATE * 2)))


def loudest(samples: bytes | bytearray) -> int:
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
