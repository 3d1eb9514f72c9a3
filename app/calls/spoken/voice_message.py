"""A message that a caller of the closed line leaves: what is said before, and when it is none. Pure."""

from __future__ import annotations

from app.calls.spoken import next_step
from app.calls.spoken.next_step import Step
from app.calls.spoken.verbs import Document, HangUp, Record
from app.lines.announcements.said import Phrase, Speaker

LONGEST_S = 120
SILENCE_S = 6


def ask(speaker: Speaker, language: str, *, kept_days: int) -> Document:
    """Say what will become of the message (erased within ``kept_days``), then record it."""
    return (
        *speaker.speak([Phrase("record_consent", language, {"days": kept_days})]),
        Record(next_step.choice(Step.RECORDED), longest_s=LONGEST_S, silence_s=SILENCE_S),
        *speaker.speak([Phrase("goodbye", language)]),
        HangUp(),
    )
