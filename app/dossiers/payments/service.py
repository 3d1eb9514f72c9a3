"""When a dossier is paid, what managers keep of it, and urgencies: reads, and use cases of one transaction each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.dossiers import free_text
from app.dossiers.models import Dossier, PaymentWave, Piece, ProcessingDate
from app.dossiers.payments import answers, calendar
from app.dossiers.payments.answers import Answer, PaymentFacts
from app.dossiers.payments.models import (
    PaymentDayOff,
    PaymentUrgency,
    Proof,
    UrgencyState,
)
from app.dossiers.vocabulary import GRANTED, Inside, PieceState
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db

MOST_SHOWN = 60
MOST_DAYS_OFF = timedelta(days=14)  # in a row, weekends and holidays together
LONGEST_NAME = 80


def answer(dossier: Dossier, now: datetime) -> Answer:
    """« Quand serai-je payé ? » of this dossier: the sentence in both languages, and what it rests on."""
    return answers.answer(facts_of(dossier, local_day(now)), local_day(now))


def facts_of(dossier: Dossier, today: date) -> PaymentFacts:
    """The frozen facts of a dossier's payment."""
    off, processed = days_off(), deposits_processed()
    wave = dossier.next_payment_on if dossier.inside in GRANTED else None
    paid = calendar.pays_on(wave, off) if wave else None
    urgency = db.session.get(PaymentUrgency, dossier.id)
    return PaymentFacts(
        inside=dossier.inside,
        deposited_on=dossier.deposited_on,
        taken_up_on=dossier.taken_up_on,
        decided_on=dossier.decided_on,
        deposits_processed=processed.deposits_of if processed else None,
        processing_noted_on=processed.on if processed else None,
        pays_on=paid,
        moved_from=wave if paid != wave else None,
        next_wave=next_day(today, off),
        paid_on=dossier.paid_on,
        amount_cents=dossier.amount_cents if dossier.inside in GRANTED else None,
        payments=dossier.payments,
        pieces_asked=sum(piece.state is PieceState.RED for piece in dossier.pieces),
        urgent=urgency is not None and urgency.state is UrgencyState.GRANTED,
        days_off=off,
    )


def days_off() -> frozenset[date]:
    """The days on which nothing is paid, besides Saturdays and Sundays."""
    return frozenset(db.session.scalars(select(PaymentDayOff.on)))


def deposits_processed() -> ProcessingDate | None:
    """The deposit day that the service works on, as last noted, and the day of that note."""
    return db.session.scalar(select(ProcessingDate).order_by(ProcessingDate.on.desc()).limit(1))


def next_wave(after: date) -> date | None:
    """The first wave after ``after``, or None when none is planned."""
    return db.session.scalar(
        select(PaymentWave.on).where(PaymentWave.on > after).order_by(PaymentWave.on).limit(1)
    )


def next_day(after: date, off: frozenset[date]) -> date | None:
    """The next day on which a wave is really paid: that of a Saturday is still to come on the Sunday."""
    coming = db.session.scalars(
        select(PaymentWave.on)
        .where(PaymentWave.on > after - MOST_DAYS_OFF)
        .order_by(PaymentWave.on)
        .limit(MOST_SHOWN)
    )
    return calendar.next_paid(coming, after, off)


def waves(today: date) -> Sequence[tuple[date, int]]:
    """The waves to come, the next first, each with how many dossiers are in it."""
    rows = db.session.execute(
        select(PaymentWave.on, func.count(Dossier.id))
        .outerjoin(Dossier, Dossier.next_payment_on == PaymentWave.on)
        .where(PaymentWave.on >= today)
        .group_by(PaymentWave.on)
        .order_by(PaymentWave.on)
        .limit(MOST_SHOWN)
    )
    return [(on, count) for on, count in rows]


def coming_days_off(today: date) -> Sequence[PaymentDayOff]:
    """The days off to come."""
    return db.session.scalars(
        select(PaymentDayOff)
        .where(PaymentDayOff.on >= today)
        .order_by(PaymentDayOff.on)
        .limit(MOST_SHOWN)
    ).all()


def proposed(today: date, language: str) -> list[tuple[date, str]]:
    """The public holidays of the coming year that are no days off yet."""
    kept = days_off()
    found = calendar.proposed((today.year, today.year + 1), language)
    until = today + calendar.AHEAD
    return sorted((d, name) for d, name in found.items() if today <= d <= until and d not in kept)


def add_wave(on: date, *, agent_id: int, now: datetime) -> None:
    """Plan a payment day. Twice changes nothing. Raises InvalidInput for a day that is past or too far."""
    _planned(on, now)
    with unit_of_work():
        if db.session.get(PaymentWave, on) is None:
            db.session.add(PaymentWave(on=on))
            _noted("payment_wave_added", on, agent_id, now)


def remove_wave(on: date, *, agent_id: int, now: datetime) -> None:
    """Take a planned day back. Raises Conflict while dossiers are to be paid on it."""
    with unit_of_work():
        if db.session.scalar(select(Dossier.id).where(Dossier.next_payment_on == on).limit(1)):
            raise Conflict(
                "Des dossiers doivent être payés ce jour-là.",
                kept="Ce jour de paiement est gardé.",
                todo="Changez d'abord leur date de paiement.",
            )
        if db.session.get(PaymentWave, on) is not None:
            db.session.execute(delete(PaymentWave).where(PaymentWave.on == on))
            _noted("payment_wave_removed", on, agent_id, now)


def add_day_off(on: date, name: str, *, agent_id: int, now: datetime) -> None:
    """Nothing is paid on this day; named, so that everybody knows why."""
    _planned(on, now)
    said = " ".join(name.split())[:LONGEST_NAME]
    if not said:
        raise InvalidInput("Dites pourquoi rien n'est payé ce jour-là.", kept="Rien n'a changé.")
    with unit_of_work():
        if db.session.get(PaymentDayOff, on) is None:
            db.session.add(PaymentDayOff(on=on, name=said))
            _noted("payment_day_off_added", on, agent_id, now)


def keep_proposed(language: str, *, agent_id: int, now: datetime) -> int:
    """Keep every public holiday that is proposed; how many."""
    found = proposed(local_day(now), language)
    with unit_of_work():
        for on, name in found:
            db.session.add(PaymentDayOff(on=on, name=name[:LONGEST_NAME]))
            _noted("payment_day_off_added", on, agent_id, now)
    return len(found)


def remove_day_off(on: date, *, agent_id: int, now: datetime) -> None:
    """The service pays on that day after all."""
    with unit_of_work():
        if db.session.get(PaymentDayOff, on) is not None:
            db.session.execute(delete(PaymentDayOff).where(PaymentDayOff.on == on))
            _noted("payment_day_off_removed", on, agent_id, now)


def note_processing(deposits_of: date, *, agent_id: int, now: datetime) -> None:
    """« On traite les dépôts du 4 juin », today's note; said again the same day, it is corrected."""
    today = local_day(now)
    if deposits_of > today:
        raise InvalidInput(
            "Ce jour n'est pas encore passé : personne n'a pu déposer.", kept="Rien n'a changé."
        )
    with unit_of_work():
        db.session.merge(ProcessingDate(on=today, deposits_of=deposits_of))
        _noted("payment_processing", deposits_of, agent_id, now)


def _planned(on: date, now: datetime) -> None:
    today = local_day(now)
    if not today <= on <= today + calendar.AHEAD:
        raise InvalidInput(
            "Choisissez un jour à venir, dans l'année qui vient.", kept="Rien n'a changé."
        )


def _noted(act: str, on: date, agent_id: int, now: datetime) -> None:
    journal.record(
        act, "payments:calendar", agent_id=agent_id, now=now, detail={"on": on.isoformat()}
    )


def urgency_of(dossier_id: int) -> PaymentUrgency | None:
    """What was asked and decided about paying this dossier earlier."""
    return db.session.get(
        PaymentUrgency,
        dossier_id,
        options=[joinedload(PaymentUrgency.asked_by), joinedload(PaymentUrgency.decided_by)],
    )


def ask_urgency(
    dossier_id: int,
    proof: Proof,
    proof_on: date | None,
    reason: str,
    *,
    agent_id: int,
    now: datetime,
    locale: str,
) -> None:
    """Ask that a dossier be paid earlier; again, what is asked is corrected, as long as nobody decided.

    Raises InvalidInput for a reason that may not be written, Conflict once it was decided.
    """
    said = free_text.accepted(reason, locale)
    if proof_on and proof_on > local_day(now):
        raise InvalidInput("Cette pièce n'est pas encore arrivée.", kept="Rien n'a changé.")
    with unit_of_work():
        _locked(dossier_id)
        found = db.session.get(PaymentUrgency, dossier_id)
        if found is not None and found.state is not UrgencyState.ASKED:
            raise Conflict("Cette urgence est déjà décidée.", kept="La décision est gardée.")
        if found is None:
            found = PaymentUrgency(dossier_id=dossier_id, state=UrgencyState.ASKED)
            found.asked_by_id, found.asked_at = agent_id, now
            db.session.add(found)
        found.proof, found.proof_on, found.reason = proof, proof_on, said
        journal.record(
            "urgency_asked",
            f"dossier:{dossier_id}",
            agent_id=agent_id,
            now=now,
            detail={"proof": proof, "there": proof_on is not None},
        )


def decide_urgency(
    dossier_id: int, granted: bool, wave: date | None, *, agent_id: int, now: datetime
) -> None:
    """A manager decides: refused, or granted with its proof and, for a dossier already granted, an earlier wave.

    Raises NotFound, Conflict for what is decided, InvalidInput without a proof, for a wave that is none of ours,
    or for a date on a dossier that nobody has granted.
    """
    with unit_of_work():
        dossier = _locked(dossier_id)
        found = db.session.get(PaymentUrgency, dossier_id)
        if found is None:
            raise NotFound("Personne n'a demandé d'urgence pour ce dossier.")
        if found.state is not UrgencyState.ASKED:
            raise Conflict("Cette urgence est déjà décidée.", kept="La décision est gardée.")
        if granted and found.proof_on is None:
            raise InvalidInput(
                "Le justificatif n'est pas encore arrivé.", todo="Attendez-le, puis décidez."
            )
        if granted and wave is not None:
            _move_to(dossier, wave, local_day(now))
        found.state = UrgencyState.GRANTED if granted else UrgencyState.REFUSED
        found.decided_by_id, found.decided_at = agent_id, now
        journal.record(
            "urgency_decided",
            f"dossier:{dossier_id}",
            agent_id=agent_id,
            now=now,
            detail={"granted": granted, "wave": wave.isoformat() if wave else None},
        )


def _move_to(dossier: Dossier, wave: date, today: date) -> None:
    if dossier.inside not in (Inside.VOTED, Inside.TO_PAY):
        raise InvalidInput(
            "L'aide n'est pas accordée : aucune date de paiement ne peut être fixée.",
            todo="Reconnaissez l'urgence sans date ; elle servira dès l'accord.",
        )
    if wave < today or db.session.get(PaymentWave, wave) is None:
        raise InvalidInput("Ce jour de paiement n'existe pas.", todo="Choisissez-le au calendrier.")
    dossier.next_payment_on = wave


def _locked(dossier_id: int) -> Dossier:
    found = db.session.scalar(
        select(Dossier)
        .where(Dossier.id == dossier_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("Ce dossier n'existe pas.")
    return found


def open_pieces() -> frozenset[PieceState]:
    """The colours that stand in a payment's way."""
    return frozenset({PieceState.RED, PieceState.GREY})


def pieces_open_by_dossier(dossier_ids: Sequence[int]) -> dict[int, int]:
    """How many pièces of each of these dossiers are asked for or missing; those with none are left out."""
    rows = db.session.execute(
        select(Piece.dossier_id, func.count())
        .where(Piece.dossier_id.in_(dossier_ids), Piece.state.in_(open_pieces()))
        .group_by(Piece.dossier_id)
    )
    return dict(rows.all())
