"""What no log may hold, whoever writes the line: taken out of the text itself, tracebacks too.

Our own lines name nobody. A library's error may: the driver of a database quotes the row that it refused,
a client the address that it asked. Addresses of requests are masked by ``masked_paths``.
"""

from __future__ import annotations

import logging
from typing import Any

from app.foundation.text.patterns import pattern

MASK = "***"

_MAIL = pattern(r"[A-Za-z0-9._%+-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NUMBER = pattern(r"(?:\+|%2B)[1-9][0-9]{8,14}|\b0[1-9](?:[ .]?[0-9]{2}){4}\b")
_TOKEN = pattern(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+|[A-Za-z0-9_-]{24,}")
_IN_AN_ADDRESS = pattern(r"(://[^/:@ ]*:)[^/@ ]+@")  # redis://:password@host


def masked(text: str) -> str:
    """The text without mail addresses, telephone numbers, passwords in addresses, and keys."""
    text = _IN_AN_ADDRESS.sub(lambda found: f"{found.group(1)}{MASK}@", text)
    for each in (_MAIL, _NUMBER):
        text = each.sub(MASK, text)
    return str(_TOKEN.sub(_unless_words, text))


def _unless_words(found: Any) -> str:
    """Keys are drawn: they have digits beside letters of both cases, or are hexadecimal. Names are not."""
    word = found.group()
    if word.startswith("eyJ") and "." in word:
        return MASK
    drawn = any(c.isdigit() for c in word) and any(c.isupper() for c in word)
    hexadecimal = len(word) >= 32 and set(word) <= set("0123456789abcdef")
    return MASK if (drawn and any(c.islower() for c in word)) or hexadecimal else str(word)


class Masking(logging.Formatter):
    """A formatter whose text, tracebacks included, is masked."""

    def __init__(self, inner: logging.Formatter | None = None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """The line as it may be kept."""
        return masked(self._inner.format(record))


def mask(handler: logging.Handler) -> None:
    """Let this handler write masked lines, once."""
    if not isinstance(handler.formatter, Masking):
        handler.setFormatter(Masking(handler.formatter))


def install() -> None:
    """For every logger that has no handler of its own: those of a worker, a command, a library."""
    if logging.lastResort is not None:
        mask(logging.lastResort)
    for handler in logging.getLogger().handlers:
        mask(handler)
