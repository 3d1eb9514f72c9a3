"""Word that something changed, from whoever changed it to whoever shows it.

What changes a call or a line knows nothing of desks: it says here, after its commit, whose desk is no
longer as it was. What is told, and how, is given by ``install`` (``operations.background``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Flask, current_app, has_request_context, request

_IN_ANSWER = "permanence.desk_in_answer"


def install(app: Flask, *, desks: Callable[[list[int]], None], line: Callable[[], None]) -> None:
    """Who is told: ``desks`` of the agents whose desk changed, ``line`` of the line's settings."""
    app.extensions["permanence.news"] = (desks, line)


def desks_changed(agents: Iterable[int]) -> None:
    """Tell these agents' tabs soon. Call it after the commit."""
    asks = request.environ.get(_IN_ANSWER) if has_request_context() else None
    desks, _ = current_app.extensions["permanence.news"]
    desks([each for each in agents if each != asks])


def answers_with_desk(agent_id: int) -> None:
    """The answer to this request will be her desk: it need not be told beside it."""
    request.environ[_IN_ANSWER] = agent_id


def line_changed() -> None:
    """Tell all tabs, of every process, that a manager changed the line. Call it after the commit."""
    _, line = current_app.extensions["permanence.news"]
    line()
