"""Who acts in a run, how it went, and the row that keeps it: what every act of a step shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.accounts import journal
from app.assist import store
from app.assist.models import ScriptAct, ScriptRun
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db


@dataclass(frozen=True)
class Result:
    """How an act went. ``error`` holds the sentence, what was kept and what to do, if refused.

    ``beside``: how what was to go with it went: "sent", "failed", "" when there was nothing.
    """

    code: str
    error: PermanenceError | None = None
    beside: str = ""


@dataclass(frozen=True)
class Actor:
    """Who acts, from which run, on what agreement (None: none was said), and when.

    Without a run (from a dossier's page) ``contact_id`` is the contact in which it is done.
    """

    run_id: int | None
    agent_id: int
    step_id: str
    basis: str | None
    now: datetime
    contact_id: int | None = None


def about(actor: Actor) -> ScriptRun:
    """The run in which somebody acts; without one, its like for the contact, which is kept nowhere."""
    if actor.run_id is None:
        return ScriptRun(contact_id=actor.contact_id)
    return store.run(actor.run_id)


def note_done(name: str, actor: Actor) -> None:
    """Keep with the run that the product did something, inside the caller's transaction."""
    log_act(name, actor, "done", None)


def log_act(
    name: str, actor: Actor, result: str, link_id: int | None, made: str | None = None
) -> None:
    """Write the act's row, inside the caller's transaction; ``result``: done, noted (kept, not done yet) or
    refused. ``made`` names the row that it made (``flag:12``).

    Without a run there is none: the journal has the act, and the agreement beside its contact.
    """
    run = about(actor)
    subject = f"dossier:{run.dossier_id}" if run.dossier_id else f"contact:{run.contact_id}"
    journal.record(
        f"act.{name}",
        subject,
        agent_id=actor.agent_id,
        now=actor.now,
        detail={"run": run.id, "basis": actor.basis or "none", "result": result, "made": made},
    )
    if actor.run_id is None:
        return
    db.session.add(
        ScriptAct(
            run_id=actor.run_id,
            agent_id=actor.agent_id,
            step_id=actor.step_id,
            action=name,
            basis=actor.basis,
            result=result,
            link_id=link_id,
            made=made or (f"link:{link_id}" if link_id is not None else None),
            at=actor.now,
        )
    )
