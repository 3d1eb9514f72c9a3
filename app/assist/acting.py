"""Who acts in a run, how it went, and the row that keeps it: what every act of a step shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.assist.models import ScriptAct
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db


@dataclass(frozen=True)
class Result:
    """How an act went. ``error`` holds the sentence, what was kept and what to do, if refused."""

    code: str
    error: PermanenceError | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts, from which run, on what agreement (None: none was said), and when."""

    run_id: int
    agent_id: int
    step_id: str
    basis: str | None
    now: datetime


def note_done(name: str, actor: Actor) -> None:
    """Keep with the run that the product did something, inside the caller's transaction."""
    log_act(name, actor, "done", None)


def log_act(name: str, actor: Actor, result: str, link_id: int | None) -> None:
    """Write the act's row, inside the caller's transaction; ``result``: done, noted or refused."""
    db.session.add(
        ScriptAct(
            run_id=actor.run_id,
            agent_id=actor.agent_id,
            step_id=actor.step_id,
            action=name,
            basis=actor.basis,
            result=result,
            link_id=link_id,
            at=actor.now,
        )
    )
