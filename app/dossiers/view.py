"""Everything a screen shows of one dossier, decided here so that templates only lay it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from flask import Flask, current_app

from app.dossiers import person_view, store, timeline
from app.dossiers.editing import view as editing
from app.dossiers.editing.view import PieceLine, Reason, SheetView
from app.dossiers.models import Annotation, Dossier, PriorityFlag
from app.dossiers.payments import view as payment_view
from app.dossiers.payments.view import PaymentView
from app.dossiers.person_view import PersonView
from app.dossiers.status import status_sentence
from app.dossiers.troubles.case import Trouble
from app.dossiers.troubles.likely import likely_troubles
from app.dossiers.vocabulary import GRANTED
from app.dossiers.wording import Words
from app.foundation.clock import local_day
from app.foundation.database.paging import Page
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import tidy

PERMIT_NOTICE = timedelta(days=60)  # a residence permit takes about two months to renew

UNDER_WAY = "permanence.under_way"
UnderWay = Callable[[int], frozenset[str]]


@dataclass(frozen=True)
class FlagLine:
    """An open priority flag; ``late`` when its day has passed."""

    flag: PriorityFlag
    late: bool


@dataclass(frozen=True)
class DossierView:
    """One dossier, ready to be read. ``sentence`` comes first on every screen.

    ``payment`` answers « quand serai-je payé ? »; ``amount_cents`` is None as long as nothing was granted.
    """

    dossier: Dossier
    words: Words
    details: PersonView
    sentence: str
    troubles: tuple[Trouble, ...]
    alerts: tuple[str, ...]
    pieces: tuple[PieceLine, ...]
    flags: tuple[FlagLine, ...]
    notes: Page[Annotation]
    payment: PaymentView
    amount_cents: int | None
    sheets: Mapping[str, SheetView]
    reason: Reason | None
    addable: Sequence[tuple[str, str]]
    timeline: timeline.Timeline
    others: Sequence[Dossier]
    others_total: int


def of(
    dossier_id: int, now: datetime, locale: str, events: str = "", *, whole: bool = False
) -> DossierView:
    """Read and decide all that is shown of a dossier; ``events``: what happened, of this kind alone; ``whole``: its
    sheets too. Raises NotFound."""
    found = store.dossier(dossier_id)
    facts = store.facts_of(found)
    words = Words(locale, now)
    today = local_day(now)
    under_way = _under_way(dossier_id)
    others, others_total = store.others_of(found)
    return DossierView(
        dossier=found,
        words=words,
        details=person_view.of(found.person, words),
        sentence=status_sentence(facts, now, locale),
        troubles=tuple(
            trouble
            for trouble in likely_troubles(facts, now, locale)
            # A danger is no suggestion: it stays in view while its script is followed.
            if trouble.code == "distress" or trouble.script_id not in under_way
        ),
        alerts=_alerts(found, words, today),
        pieces=editing.pieces(found, words),
        flags=tuple(FlagLine(f, f.due_on < today) for f in store.open_flags(dossier_id)),
        notes=store.annotations_page(dossier_id),
        payment=payment_view.of(found, words),
        amount_cents=found.amount_cents if found.inside in GRANTED else None,
        sheets=editing.all_of(found, words) if whole else {},
        reason=editing.reason(found, words),
        addable=editing.addable(found, words),
        timeline=timeline.of(found, words, events),
        others=others,
        others_total=others_total,
    )


def register_under_way(app: Flask, source: UnderWay) -> None:
    """Let ``source`` say which scripts are followed for a dossier now: they are not suggested again."""
    app.extensions[UNDER_WAY] = source


def _under_way(dossier_id: int) -> frozenset[str]:
    source = cast(UnderWay | None, current_app.extensions.get(UNDER_WAY))
    return source(dossier_id) if source else frozenset()


def _alerts(found: Dossier, words: Words, today: date) -> tuple[str, ...]:
    """Dated alerts: the residence permit, and annotations whose day has come."""
    alerts = list(store.alerts_due(found.id, today))
    until = found.person.residence_permit_until
    if until and until - today <= PERMIT_NOTICE:
        said = words.day(until)
        text = (
            Text(
                f"Titre de séjour à renouveler avant le {said}.",
                f"Residence permit ends on {said}.",
            )
            if until >= today
            else Text(f"Titre de séjour expiré le {said}.", f"Residence permit expired on {said}.")
        )
        alerts.insert(0, tidy(text.get(words.locale), words.locale))
    return tuple(alerts)
