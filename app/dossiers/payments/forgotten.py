"""« Votée » and not « proposée » : found each day, with what is in the way, and shown to the manager."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from app.dossiers.models import Dossier
from app.dossiers.payments import service, waiting
from app.dossiers.payments.models import PaymentWaiting
from app.dossiers.payments.waiting import Granted, Obstacle
from app.dossiers.vocabulary import Inside
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db

SLICE = 500
MOST_SHOWN = 200


def look(now: datetime) -> int:
    """Find the dossiers voted and not proposed, and forget those that are settled; how many wait.

    Idempotent: a dossier found before keeps the day on which it was first found.
    """
    today = local_day(now)
    found = dict(_late(today))
    with unit_of_work():
        known = dict(
            db.session.execute(select(PaymentWaiting.dossier_id, PaymentWaiting.found_on)).all()
        )
        db.session.execute(delete(PaymentWaiting))
        db.session.add_all(
            PaymentWaiting(
                dossier_id=dossier_id, obstacle=obstacle, found_on=known.get(dossier_id, today)
            )
            for dossier_id, obstacle in found.items()
        )
    return len(found)


def _late(today: date) -> Iterator[tuple[int, Obstacle]]:
    last = 0
    while True:
        rows = db.session.execute(
            select(
                Dossier.id,
                Dossier.decided_on,
                Dossier.amount_cents,
                Dossier.next_payment_on,
                Dossier.iban_masked,
            )
            .where(Dossier.inside == Inside.VOTED, Dossier.id > last)
            .order_by(Dossier.id)
            .limit(SLICE)
        ).all()
        if not rows:
            return
        pieces = service.pieces_open_by_dossier([row.id for row in rows])
        for row in rows:
            granted = Granted(
                decided_on=row.decided_on,
                has_account=bool(row.iban_masked),
                has_amount=bool(row.amount_cents),
                pieces_open=pieces.get(row.id, 0),
                wave_on=row.next_payment_on,
            )
            obstacle = waiting.obstacle(granted, today)
            if obstacle is not None:
                yield row.id, obstacle
        last = rows[-1].id


def waiting_now() -> tuple[Sequence[PaymentWaiting], int]:
    """Those that wait, the longest first, and how many there are in all; one proposed since is left out."""
    still = (
        select(PaymentWaiting)
        .join(Dossier, Dossier.id == PaymentWaiting.dossier_id)
        .where(Dossier.inside == Inside.VOTED)
    )
    total = db.session.scalar(select(func.count()).select_from(still.subquery())) or 0
    rows = db.session.scalars(
        still.options(
            joinedload(PaymentWaiting.dossier).joinedload(Dossier.person),
            joinedload(PaymentWaiting.dossier).joinedload(Dossier.owner),
        )
        .order_by(Dossier.decided_on, PaymentWaiting.dossier_id)
        .limit(MOST_SHOWN)
    ).all()
    return rows, total
