"""Numbers that come from outside, read within bounds. Pure."""

from __future__ import annotations

LONGEST = 18  # digits: Python reads thousands of them, slowly


def whole_number(text: str | None, least: int, most: int) -> int | None:
    """A whole number in plain digits (« 12 », « -3 »), within its bounds; else None."""
    written = (text or "").strip()
    digits = written.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST:
        return None
    value = int(written)
    return value if least <= value <= most else None
