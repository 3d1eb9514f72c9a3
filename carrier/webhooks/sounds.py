"""How long a sound file lasts: fetched once, read, remembered for some minutes.

WAV and MP3, of which only the headers are read. What cannot be had is taken to last as long as a
short piece of music: the real provider would go on at once, and a document that loops would spin.
"""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable

from carrier.twiml.attributes import TwimlRefused
from carrier.webhooks.fetching import WebhookFailed, Webhooks

UNKNOWN_SECONDS = 8.0
REMEMBERED = 300.0  # seconds that a length is believed
MOST = 500  # lengths remembered
LARGEST = 16 * 1024 * 1024
KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # MPEG 1 layer III
KBITS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # MPEG 2 and 2.5


class Sounds:
    """Lengths of the sound files that the line plays."""

    def __init__(self, webhooks: Webhooks, alert: Callable[[str, int, str, str], None]) -> None:
        self._webhooks = webhooks
        self._alert = alert
        self._known: dict[str, tuple[float, float]] = {}  # URL → (believed until, seconds)
        self._lock = threading.Lock()

    def seconds(self, url: str) -> float:
        """How long the sound at ``url`` lasts. May ask the network."""
        if not url.startswith(("http://", "https://")):
            return UNKNOWN_SECONDS
        known = self._remembered(url)
        if known is not None:
            return known
        with self._lock:  # one who asks is enough: the others wait for its answer
            known = self._remembered(url)
            if known is not None:
                return known
            seconds = self._measure(url)
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[url] = (time.monotonic() + REMEMBERED, seconds)
            return seconds

    def _remembered(self, url: str) -> float | None:
        until, seconds = self._known.get(url, (0.0, 0.0))
        return seconds if time.monotonic() < until else None

    def _measure(self, url: str) -> float:
        try:
            answer = self._webhooks.ask(url, "GET", {}, largest=LARGEST)
            if not answer.ok:
                raise WebhookFailed(11200, url, f"HTTP {answer.status}")
            return length(answer.body)
        except (WebhookFailed, TwimlRefused) as error:
            self._alert("", error.code, url, str(error))
            return UNKNOWN_SECONDS


def length(sound: bytes) -> float:
    """Seconds that a WAV or MP3 file lasts. Raises TwimlRefused for anything else."""
    seconds = _wav(sound) if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE" else _mp3(sound)
    if seconds is None:
        raise TwimlRefused(12300, "Play: neither WAV nor MP3")
    return seconds


def _wav(sound: bytes) -> float | None:
    place, rate = 12, 0
    while place + 8 <= len(sound):
        name, size = struct.unpack_from("<4sI", sound, place)
        if name == b"fmt " and place + 20 <= len(sound):
            rate = struct.unpack_from("<I", sound, place + 16)[0]  # bytes a second
        if name == b"data" and rate:
            return min(size, len(sound) - place - 8) / float(rate)
        place += 8 + size + size % 2
    return None


def _mp3(sound: bytes) -> float | None:
    """By the bit rate of the first frame, which is near enough where it varies."""
    start = 0
    if sound[:3] == b"ID3" and len(sound) > 10:
        size = sound[6:10]
        start = 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    head = sound[start : start + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head[1] & 0x06 != 0x02:
        return None
    table = KBITS if head[1] & 0x18 == 0x18 else KBITS_LOW
    index = head[2] >> 4
    if not 0 < index < len(table):
        return None
    return (len(sound) - start) * 8 / (table[index] * 1000)
