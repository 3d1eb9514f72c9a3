"""Tokens of public addresses, as mail programs and people hand them back. Pure.

A link at the end of a sentence takes its full stop along; a program wraps it in angle brackets, adds
a space or the « = » of a broken line. The token itself is letters, digits, « - » and « _ », of a
known length: what surrounds it is taken off, and nothing else is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
LONGEST = 200  # characters: what is longer was never ours


def bare(raw: str) -> str:
    """``raw`` without what stands around the token: « abc.) » → « abc »; "" for what is too long."""
    if len(raw) > LONGEST:
        return ""
    start, end = 0, len(raw)
    while start < end and raw[start] not in _SIGNS:
        start += 1
    while end > start and raw[end - 1] not in _SIGNS:
        end -= 1
    return raw[start:end]


PREFIXES = (
    "/portail/lien/",
    "/demande/",
    "/invitation/",
    "/guide/",
    "/accord/",
)  # addresses that people are sent


def address(path: str) -> str:
    """A path that people are sent, without the slash or the broken line that came along at its end."""
    return path.rstrip("/ \t\r\n") if path.startswith(PREFIXES) else path


def candidates(raw: str, length: int) -> Iterator[str]:
    """What ``raw`` may stand for, for tokens of one known length; the likeliest first."""
    token = bare(raw)
    if len(token) == length:
        yield token
    elif len(token) > length:  # « _lien_ », « =3Dlien »: signs of a token that are not this token's
        yield token[:length]
        yield token[-length:]
        yield token[1 : length + 1]
