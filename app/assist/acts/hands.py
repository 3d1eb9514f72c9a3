"""Acts that need a room above this one: the telephone, a letter, a place. They are lent here by the factory.

An act whose hand nobody lent has no button (``actions.offered``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app

from app.assist.acting import Actor, Result
from app.assist.conditions import Unmet
from app.assist.models import ScriptRun

KEY = "permanence.script_hands"
Form = Mapping[str, str]


def _nothing(_run: ScriptRun, _agent_id: int) -> Unmet | None:
    return None


@dataclass(frozen=True)
class Hand:
    """How an act is done elsewhere.

    ``perform`` does it, and writes the run's row in its own transaction; ``form`` gives its form what it
    shows; ``unmet`` says why it cannot be done now; ``undo`` takes back the row it made (None: it cannot be).
    """

    perform: Callable[[Actor, Form], Result]
    form: Callable[[ScriptRun, int, str], Mapping[str, Any]]
    unmet: Callable[[ScriptRun, int], Unmet | None] = _nothing
    undo: Callable[[int, Actor], None] | None = None


def lend(app: Flask, name: str, hand: Hand) -> None:
    """Let scripts do this act."""
    app.extensions.setdefault(KEY, {})[name] = hand


def of(name: str) -> Hand | None:
    """The hand of an act, or None where nobody lent it."""
    return cast("dict[str, Hand]", current_app.extensions.get(KEY, {})).get(name)
