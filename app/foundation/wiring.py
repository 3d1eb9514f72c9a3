"""How routes and commands reach what the factory wired: settings and ports of the current app."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

from app.foundation.config import Settings
from app.foundation.ports import Ports


def settings() -> Settings:
    """The settings of the running app."""
    return cast(Settings, current_app.extensions["permanence.settings"])


def ports() -> Ports:
    """The outside, as the factory wired it."""
    return cast(Ports, current_app.extensions["permanence.ports"])


def spawn(task: Callable[[], object], *, after: float = 0.0) -> None:
    """Run ``task`` soon (``after`` so many seconds), outside this request, in an app context of its own.

    Tests run it at once (``Settings.testing``), so that they see its effects.
    """
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    runner = app.extensions["permanence.spawn"]
    runner(app, task, after)


def signed_out(agent_id: int) -> None:
    """Tell the telephone that a session of this agent is over: she is not rung without another."""
    current_app.extensions["permanence.signed_out"](agent_id)


def wake() -> None:
    """Ask routing to look at the queue again."""
    current_app.extensions["permanence.wake"]()
