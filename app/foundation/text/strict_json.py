"""JSON from outside: bounded in depth, in numbers, in text; whatever else is a ValueError. Pure.

Python's own reader takes nesting until its stack ends, numbers of any length, ``NaN`` and half
characters; a column of the database, or a loop over what was read, then fails far from the door.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

from app.foundation.text import outside

DEEPEST = 12  # of lists and objects in one another: our own pages need three
LONGEST_TEXT = 20_000  # characters in one text
MOST_ITEMS = 5_000  # values in all


def loads(raw: str | bytes | bytearray, **_options: object) -> Any:
    """What a JSON text says, its texts clean. Raises ValueError for anything out of bounds."""
    try:
        read = json.loads(
            raw, parse_int=_whole, parse_float=_finite, parse_constant=_refused_constant
        )
    except RecursionError:
        raise ValueError("nested too deep") from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    return _Cleaner().clean(read, DEEPEST)


def dumps(value: object, **options: Any) -> str:
    """JSON as Python writes it (sockets use one object for both directions)."""
    return json.dumps(value, **options)


def _whole(digits: str) -> int:
    value = outside.whole_number(digits, -(2**53), 2**53)  # what JavaScript counts exactly
    if value is None:
        raise ValueError("number out of bounds")
    return value


def _finite(text: str) -> float:
    value = float(text) if len(text) <= 40 else math.inf
    if not math.isfinite(value):
        raise ValueError("number out of bounds")
    return value


def _refused_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


class _Cleaner:
    """One walk over what was read: depth, how many, and each text."""

    def __init__(self) -> None:
        self.left = MOST_ITEMS

    def clean(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth < 0:
            raise ValueError("too many values, or nested too deep")
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                raise ValueError("text too long")
            return outside.clean(value)
        if isinstance(value, list):
            return [self.clean(each, depth - 1) for each in value]
        if isinstance(value, dict):
            again: Callable[[Any], Any] = lambda each: self.clean(each, depth - 1)  # noqa: E731
            return {again(key): again(each) for key, each in value.items()}
        return value
