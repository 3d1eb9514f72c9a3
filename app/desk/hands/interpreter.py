"""« Appeler l'interprète », from a script: somebody of the directory, into the call, all three from the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.assist.acting import Actor, Result, log_act
from app.assist.acts.hands import Form, Hand
from app.assist.conditions import Unmet
from app.assist.models import ScriptRun
from app.calls.call import parties, store
from app.calls.call.life.record import State
from app.calls.directory import entries
from app.calls.directory.models import DirectoryEntry
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.text import outside

INTERPRETER = "interpreter"


def _entries() -> list[DirectoryEntry]:
    return list(
        db.session.scalars(
            select(DirectoryEntry)
            .where(DirectoryEntry.kind == INTERPRETER, DirectoryEntry.active.is_(True))
            .order_by(DirectoryEntry.label)
        )
    )


def _perform(actor: Actor, form: Form) -> Result:
    entry_id = outside.identifier(form.get("entry"))
    if entry_id not in {each.id for each in _entries()}:
        raise InvalidInput("Choisissez un interprète.", kept="Personne n'est appelé.")
    call = store.current_call_of(actor.agent_id)
    assert call is not None  # a condition of the act
    target = entries.named({"entry_id": entry_id})
    record = parties.consult(call.ref, actor.agent_id, target, together=True, now=actor.now)
    with unit_of_work():
        log_act("ask_interpreter", actor, "done", None, made=f"party:{record.party_id}")
    return Result("done")


def _form(_run: ScriptRun, _agent_id: int, _locale: str) -> Mapping[str, Any]:
    return {"entries": _entries()}


def _unmet(run: ScriptRun, agent_id: int) -> Unmet | None:
    if not _entries():
        return Unmet(
            InvalidInput(
                "Aucun interprète n'est dans l'annuaire.",
                kept="Personne n'est appelé.",
                todo="Demandez si un proche peut aider, en phrases courtes ; prévenez l'encadrement.",
            )
        )
    call = store.current_call_of(agent_id)
    if call is None or call.state != State.TALKING or call.contact_id != run.contact_id:
        return Unmet(
            InvalidInput(
                "Vous n'êtes pas en ligne avec cette personne.",
                kept="Personne n'est appelé.",
                todo="Rappelez-la, puis appelez l'interprète.",
            )
        )
    return None


HAND = Hand(_perform, _form, _unmet)
