"""Writes static/audio/attente.wav: eight seconds of calm, made here, so nobody's rights are in it.

A slow broken chord on soft sine tones, 8 kHz as on the telephone, that may be played end to end.
Run it again only to change the music: the file is committed.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE = 8000
SECONDS = 8
BEAT = 0.5
# One bar of C, A minor, F, G with the octave; four beats each.
NOTES = (
    *(261.63, 329.63, 392.00, 523.25),
    *(220.00, 261.63, 329.63, 440.00),
    *(174.61, 220.00, 261.63, 349.23),
    *(196.00, 246.94, 293.66, 392.00),
)
TARGET = Path(__file__).resolve().parent.parent / "static" / "audio" / "attente.wav"


def loudness(at: float) -> float:
    """The sum of the notes that still sound at ``at`` seconds, each dying away."""
    total = 0.0
    for number, pitch in enumerate(NOTES):
        age = (at - number * BEAT) % SECONDS
        swell = min(1.0, age / 0.03) * math.exp(-1.6 * age)
        total += swell * math.sin(2 * math.pi * pitch * age)
    return total


def main() -> None:
    """Write the file."""
    frames = [int(5200 * loudness(n / RATE)) for n in range(RATE * SECONDS)]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(TARGET), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{len(frames)}h", *frames))


if __name__ == "__main__":
    main()
