"""Commands that fail in sentences: exit code 1, and no traceback for what can be foreseen."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.exceptions import PermanenceError


def in_sentences(group: click.Group) -> None:
    """Let a library's commands fail as ours do: a sentence and exit code 1, once."""
    for command in group.commands.values():
        if command.callback is not None and not hasattr(command.callback, "told"):
            command.callback = _telling(command.callback)


def _telling(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def told(*words: Any, **named: Any) -> Any:
        return or_exit(lambda: callback(*words, **named))

    told.told = True  # type: ignore[attr-defined]
    return told


def or_exit(task):  # type: ignore[no-untyped-def]
    """Run a task; an expected error becomes a sentence and exit code 1."""
    try:
        return task()
    except PermanenceError as error:
        raise click.ClickException(" ".join(part for part in error.told() if part)) from error
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"La base de données n'a pas pu être lue ({type(error).__name__}). "
            "Est-elle démarrée, et à jour ? flask --app app.factory db upgrade"
        ) from error
