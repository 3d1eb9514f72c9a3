"""Everything a screen shows of one dossier, decided here so that templates only lay it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from flask import Flask, current_app

from app.dossiers import person_view, store, timeline
from app.dossiers.models import Annotation, Dossier, Piece, PriorityFlag
from app.dossiers.payments import view as payment_view
from app.dossiers.payments.view import PaymentView
from app.dossiers.person_view import PersonView
from app.dossiers.status import status_sentence
from app.dossiers.trouble import likely_troubles
from app.dossiers.trouble_case import Trouble
from app.dossiers.vocabulary import GRANTED, PieceState
from app.dossiers.wording import Words
from app.foundation.clock import local_day
from app.foundation.database.paging import Page
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import tidy

PERMIT_NOTICE = timedelta(days=60)  # a residence permit takes about two months to renew

UNDER_WAY = "permanence.under_way"
UnderWay = Callable[[int], frozenset[str]]

_PIECE_LOOKS = {
    PieceState.RED: ("alert", "stop"),
    PieceState.ORANGE: ("clock", "wait"),
    PieceState.GREY: ("minus", "neutral"),
    PieceState.GREEN: ("check", "live"),
}


@dataclass(frozen=True)
class PieceLine:
    """One slot as it is read: name, the word for its colour, and what is wrong."""

    name: str
    word: str
    icon: str
    tone: str
    note: str


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
    timeline: timeline.Timeline
    others: Sequence[Dossier]
    others_total: int


def of(dossier_id: int, now: datetime, locale: str, events: str = "") -> DossierView:
    """Read and decide all that is shown of a dossier; ``events``: what happened, of this kind alone. Raises
    NotFound."""
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
        pieces=tuple(_piece_line(p, words) for p in _by_urgency(found.pieces)),
        flags=tuple(FlagLine(f, f.due_on < today) for f in store.open_flags(dossier_id)),
        notes=store.annotations_page(dossier_id),
        payment=payment_view.of(found, words),
        amount_cents=found.amount_cents if found.inside in GRANTED else None,
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


def _by_urgency(pieces: Sequence[Piece]) -> list[Piece]:
    order = list(_PIECE_LOOKS)
    return sorted(pieces, key=lambda piece: order.index(piece.state))


def _piece_line(piece: Piece, words: Words) -> PieceLine:
    icon, tone = _PIECE_LOOKS[piece.state]
    notes = [words.label(piece.defect)] if piece.defect else []
    if piece.message:
        notes.append(piece.message)
    return PieceLine(
        name=words.label(piece.kind),
        word=words.label(piece.state),
        icon=icon,
        tone=tone,
        note=" · ".join(notes),
    )


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
