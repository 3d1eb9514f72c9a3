"""What a program sends over HTTP: some hundreds of records at once, applied in one transaction, answered one by one.

The same request again changes nothing: each record is known again as a line of a file is. Values are those of a file
(texts), days in ISO form alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.accounts import journal
from app.dossiers.feeds import blocks
from app.dossiers.feeds.blocks import AT_ONCE, Line, Result
from app.dossiers.feeds.kinds import Kind, Reading
from app.dossiers.feeds.models import FeedToken
from app.foundation.clock import local_day
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db

LONGEST_VALUE = 1000


def receive(
    kind: Kind, records: object, token: FeedToken, *, now: datetime, trial: bool
) -> dict[str, Any]:
    """Apply what a program sends; its answer. Raises InvalidInput for what are no records."""
    token_id, source = token.id, token.name
    lines = _lines(kind, records)

    def keep(result: Result) -> None:
        db.session.execute(
            update(FeedToken).where(FeedToken.id == token_id).values(last_used_at=now)
        )
        journal.record(
            "feed_received",
            f"feed_key:{token_id}",
            agent_id=None,
            now=now,
            detail={"kind": kind.name, "trial": trial, **result.counts},
        )

    result = blocks.apply(
        kind, lines, Reading(today=local_day(now)), source=source, now=now, trial=trial, keep=keep
    )
    why = {each.line.number: each.why for each in result.refused}
    return {
        "trial": trial,
        "counts": {
            name: result.counts.get(name, 0)
            for name in ("created", "updated", "unchanged", "kept", "refused")
        },
        "records": [
            {"index": n, "did": "refused", "why": why[n]}
            if n in why
            else {
                "index": n,
                "did": result.outcomes[n].did.value,
                "kept": list(result.outcomes[n].kept),
            }
            for n in range(len(lines))
        ],
    }


def _lines(kind: Kind, records: object) -> Sequence[Line]:
    if not isinstance(records, list) or not 1 <= len(records) <= AT_ONCE:
        raise InvalidInput(
            "« records » est une liste de 1 à %(most)s enregistrements.",
            kept="Rien n'a été importé.",
            most=AT_ONCE,
        )
    return [Line(n, *_cells(kind, record)) for n, record in enumerate(records)]


def _cells(kind: Kind, record: object) -> tuple[Mapping[str, str], str, str]:
    """(cells, raw, why it is none)."""
    if not isinstance(record, dict):
        return {}, "", "un enregistrement est un objet"
    unknown = [str(name)[:40] for name in record if name not in kind.names]
    if unknown:
        return {}, "", f"champ inconnu : {', '.join(unknown[:5])}"
    cells = {}
    for name, value in record.items():
        if value is None:
            continue
        if isinstance(value, bool):
            value = "oui" if value else "non"
        if not isinstance(value, str | int) or len(str(value)) > LONGEST_VALUE:
            return {}, "", f"« {name} » doit être un texte de {LONGEST_VALUE} caractères au plus"
        cells[name] = str(value)
    return cells, "", ""
