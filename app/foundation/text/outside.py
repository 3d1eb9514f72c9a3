"""What comes from outside, read before anything else looks at it. Pure.

Whatever a stranger, a browser, a provider or a manager sends is text first. Here that text loses what
no database keeps (PostgreSQL refuses NUL, no encoder writes half a character) and its numbers, days
and hours are read within bounds: an answer that can be used, or None. One place, the same for both
databases; the web's side of it is ``app.web.incoming``.
"""

from __future__ import annotations

from datetime import date, time

LARGEST_ID = 2**31 - 1  # what an id's column holds on PostgreSQL
LONGEST_PATH = 2_000  # characters of a path to come back to
FIRST_YEAR, LAST_YEAR = 1900, 2999  # of any day that people speak of here
LONGEST_NUMBER = 18  # digits: Python reads thousands of them, slowly, and no column holds more

# Controls but tab and newline, DEL, half characters, non-characters, and signs that turn a line around.
_DROPPED = {
    code: None
    for first, last in (
        (0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0x202A, 0x202E),
        (0xFDD0, 0xFDEF), (0xFFFE, 0xFFFF),
    )
    for code in range(first, last + 1)
}  # fmt: skip


def clean(text: str) -> str:
    """The text without signs that nobody types; ends of line are one ``\\n``.

    Half a character (a lone surrogate, as JSON's ``"\\ud800"``) becomes U+FFFD, the sign of a
    character that was lost, so that somebody sees it.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED)
    try:
        text.encode()
    except UnicodeEncodeError:
        # « replace » makes one « ? » of each half: here it must not look like a question.
        text = "".join("\ufffd" if 0xD800 <= ord(char) <= 0xDFFF else char for char in text)
    return text


def one_line(text: str) -> str:
    """The text without ends of line either: what may stand in a header or an address."""
    return clean(text).replace("\n", "").replace("\t", " ")


def local_path(target: str) -> str | None:
    """A path of ours to send somebody to, or None: never another site, never a second header.

    Browsers take « \\ » for « / », and leave out tabs and ends of line: « /\\t/other.example ».
    """
    if not target.startswith("/") or len(target) > LONGEST_PATH or one_line(target) != target:
        return None
    return None if target.startswith("//") or "\\" in target else target


def whole_number(text: object, least: int, most: int) -> int | None:
    """A whole number in plain digits (« 12 », « -3 »), within its bounds; else None.

    « ٣ », « 1e3 », « +1 », « 1_000 » and « 1.0 », which Python would read, are not what a form sends.
    """
    if isinstance(text, bool):
        return None
    if isinstance(text, int):
        return text if least <= text <= most else None
    if not isinstance(text, str):
        return None
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST_NUMBER:
        return None
    value = -int(digits) if text.strip().startswith("-") else int(digits)
    return value if least <= value <= most else None


def identifier(text: object) -> int | None:
    """An id that a row of ours may have, or None."""
    return whole_number(text, 1, LARGEST_ID)


def day(text: object) -> date | None:
    """« 2026-12-24 », of a year that somebody here can speak of; else None.

    9999-12-31 is a date, and the day after it is an error in every computation.
    """
    if not isinstance(text, str):
        return None
    text = text.strip()
    if len(text) != 10 or not text.isascii() or text[4] != "-" or text[7] != "-":
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def clock_time(text: object) -> time | None:
    """« 14:30 » (or « 14:30:00 », as some browsers send it); else None."""
    if not isinstance(text, str) or len(text.strip()) not in (5, 8) or not text.isascii():
        return None
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        return None
    return None if found.tzinfo else found.replace(second=0)
