"""What is not over when a person is to be erased: what must be finished first, and what ends with her."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.tickets.consultations.models import ConsultationState
from app.tickets.models import CallBackState
from app.tickets.promises.models import PromiseEnd

Found = Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]  # as ``held.ids_of`` gives them
WHY = "Personne effacée"
UNSETTLED = (ConsultationState.OPEN, ConsultationState.DISPUTED)


def refuse(rows: Found) -> None:
    """Raises Conflict while somebody here is about to help her: her call, her alert or her message would lose
    its number under the hands of whoever answers."""
    if _any(rows, "calls", "ended_at"):
        raise Conflict(
            "Cette personne est au téléphone avec nous.",
            kept="Rien n'a été effacé.",
            todo="Attendez la fin de l'appel.",
        )
    if _any(rows, "alerts", "closed_at"):
        raise Conflict(
            "Une alerte est ouverte pour cette personne.",
            kept="Rien n'a été effacé.",
            todo="Fermez-la d'abord.",
        )
    if _any(rows, "works", "ended_at"):
        raise Conflict(
            "Un message de cette personne attend une réponse.",
            kept="Rien n'a été effacé.",
            todo="Répondez-lui, ou fermez-le d'abord.",
        )


def _any(rows: Found, table: str, over: str) -> bool:
    return any(row[over] is None for row in rows.get(table, {}).values())


def count(rows: Found) -> int:
    """How many promises, call-backs, questions and priorities end with her."""
    return sum(len(ids) for ids in _open(rows).values())


def end(rows: Found, *, by_id: int | None, now: datetime) -> None:
    """End them, inside the caller's transaction: nobody would know any more to whom they are owed."""
    ended: Mapping[str, Mapping[str, Any]] = {
        "promises": {"ended_at": now, "ended_by_id": by_id, "outcome": PromiseEnd.DROPPED, "outcome_reason": WHY,
                     "waits_since": None, "left_s": None},
        "callbacks": {"state": CallBackState.CANCELLED, "closed_at": now},
        "consultations": {"state": ConsultationState.WITHDRAWN},
        "priority_flags": {"done_at": now},
        "contacts": {"follow_up_on": None},
    }  # fmt: skip
    for table, ids in _open(rows).items():
        held = db.metadata.tables[table]
        if ids:
            db.session.connection().execute(
                update(held).where(held.c.id.in_(ids)).values(**ended[table])
            )


def _open(rows: Found) -> dict[str, Sequence[int]]:
    return {
        "promises": _ids(rows, "promises", lambda row: row["ended_at"] is None),
        "callbacks": _ids(rows, "callbacks", lambda row: row["state"] == CallBackState.OPEN),
        "consultations": _ids(rows, "consultations", lambda row: row["state"] in UNSETTLED),
        "priority_flags": _ids(rows, "priority_flags", lambda row: row["done_at"] is None),
        "contacts": _ids(rows, "contacts", lambda row: row["follow_up_on"] is not None),
    }


def _ids(rows: Found, table: str, is_open: Any) -> Sequence[int]:
    return [row["id"] for row in rows.get(table, {}).values() if is_open(row)]
