"""All refused lines of a run sent again as they are: what they lacked may be here since (their persons, an organisme).

They become a run of their own, and leave the one that refused them: a refused line is in one place.
"""

from __future__ import annotations

import io
from datetime import datetime

from sqlalchemy import delete

from app.dossiers.feeds import service
from app.dossiers.feeds.models import FeedRefusal, FeedRun
from app.dossiers.feeds.plan import Told
from app.dossiers.feeds.refused import correcting, lines
from app.dossiers.tables.days import Order
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db


def send(run_id: int, *, by_id: int, now: datetime) -> int:
    """Send them; the id of their run, which waits. Raises Conflict while the run goes, NotFound without any."""
    with unit_of_work():
        run = service.run_of(run_id)
        if not correcting.open_to(run):
            raise Conflict("Cet import n'est pas fini : ses lignes se corrigent ensuite.")
        if not lines.first(run_id, 1):
            raise NotFound("Il n'y a plus de ligne refusée.", kept="Rien n'est fait deux fois.")
        how = service.plan_of(run).plan
        told = Told(
            columns=dict(how.columns),
            separator=how.separator or ";",
            header=how.header,
            order=_order(run),
        )
        file = io.BytesIO("".join(lines.lines(run)).encode())
        name = f"refus-{run_id}.csv"
        sent = service.upload(file, name, run.kind, told, source=run.source, by_id=by_id, now=now)
        service.start(sent, trial=False, by_id=by_id, now=now)
        gone = db.session.execute(delete(FeedRefusal).where(FeedRefusal.run_id == run_id))
        row = service.run_of(run_id)
        counts = dict(row.counts)
        counts["refused"] = counts.get("refused", 0) - rows_changed(gone)
        counts["again"] = counts.get("again", 0) + rows_changed(gone)
        row.counts = counts
        return sent


def _order(run: FeedRun) -> Order | None:
    """The order of the dates of the whole file, where its columns show one."""
    seen = set(service.orders_of(run).values()) - {Order.UNSEEN}
    return seen.pop() if len(seen) == 1 and Order.MIXED not in seen else None
