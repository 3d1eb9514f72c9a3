"""« Quand serai-je payé ? »: never a date before a grant, and always what it rests on."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.payments import calendar, waiting
from app.dossiers.payments.answers import PaymentFacts, answer
from app.dossiers.payments.waiting import Granted, Obstacle
from app.dossiers.vocabulary import GRANTED, Inside

TODAY = date(2021, 6, 22)
days = st.dates(date(2021, 1, 1), date(2022, 12, 31))
maybe = st.none() | days
facts = st.builds(
    PaymentFacts,
    inside=st.sampled_from(Inside),
    deposited_on=maybe, taken_up_on=maybe, decided_on=maybe, deposits_processed=maybe,
    processing_noted_on=maybe, pays_on=maybe, moved_from=maybe, next_wave=maybe, paid_on=maybe,
    amount_cents=st.none() | st.integers(0, 500_000), pieces_asked=st.integers(0, 9),
    urgent=st.booleans(), payments=st.integers(1, 2), days_off=st.frozensets(days, max_size=4),
)  # fmt: skip


def said(told: PaymentFacts, today: date = TODAY) -> str:
    found = answer(told, today)
    return " ".join([found.sentence.fr, *(each.fr for each in found.because)])


@given(facts, days)
def test_no_date_is_given_before_a_grant(told: PaymentFacts, today: date) -> None:
    found = answer(told, today)
    assert found.sentence.fr
    assert found.sentence.en
    assert "{" not in said(told, today)
    if told.inside is not Inside.TO_PAY:  # voted and not proposed: a day is planned, never promised
        assert "sera payée le" not in said(told, today)
        assert told.inside is Inside.PAID or found.on is None
    if told.inside not in GRANTED:
        assert found.on is None
        assert not re.search(r"\d", found.sentence.fr)
        assert "sera payée le" not in said(told, today)


def test_the_62_year_old_of_the_study() -> None:
    """Deposited on 14 June, those of 4 June are worked on: nobody can give her the wave of 8 July."""
    told = PaymentFacts(
        Inside.DEPOSITED,
        deposited_on=date(2021, 6, 14),
        deposits_processed=date(2021, 6, 4),
        processing_noted_on=TODAY,
        pays_on=date(2021, 7, 8),
        next_wave=date(2021, 7, 8),
    )
    text = said(told)
    assert "Personne n’a encore étudié votre demande" in text
    assert "déposées le 4 juin" in text
    assert "il reste 5\u00a0jours de dépôts" in text
    assert "juillet" not in text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"inside": Inside.AWAITED}, "Aucune demande n’est encore déposée"),
        ({"inside": Inside.TAKEN_UP, "pieces_asked": 2}, "2 pièces sont attendues"),
        ({"inside": Inside.REJECTED}, "aucun paiement n’est prévu"),
        ({"inside": Inside.VOTED, "decided_on": date(2021, 6, 18), "next_wave": date(2021, 7, 8)},
         "rien ne dit encore que cette aide y sera"),
        ({"inside": Inside.TO_PAY, "pays_on": date(2021, 7, 8)}, "sera payée le 8 juillet"),
        ({"inside": Inside.VOTED, "pays_on": date(2021, 7, 8)}, "prévu le 8 juillet, mais il n’est pas encore proposé"),
        ({"inside": Inside.VOTED, "pays_on": date(2021, 6, 28), "urgent": True}, "l’urgence est reconnue"),
        ({"inside": Inside.VOTED, "pays_on": date(2021, 6, 18)}, "il n’a pas encore été proposé"),
        ({"inside": Inside.TO_PAY, "pays_on": date(2021, 7, 9), "moved_from": date(2021, 7, 8)},
         "Le 8 juillet n’est pas un jour ouvré"),
        ({"inside": Inside.TO_PAY, "pays_on": TODAY}, "est payée aujourd’hui"),
        ({"inside": Inside.TO_PAY, "pays_on": date(2021, 6, 18)}, "nous vérifions"),
        ({"inside": Inside.TO_PAY, "pays_on": date(2021, 6, 28), "urgent": True}, "l’urgence est reconnue"),
        ({"inside": Inside.TO_PAY, "pays_on": date(2021, 6, 28), "payments": 2}, "celui-ci est le premier"),
        ({"inside": Inside.PAID, "paid_on": date(2021, 6, 18), "amount_cents": 91150}, "911,50"),
    ],
)  # fmt: skip
def test_each_state_says_what_is_known(told: dict, words: str) -> None:
    assert words in said(PaymentFacts(**told))


@given(days, st.frozensets(days, max_size=30))
def test_a_wave_is_paid_on_the_first_working_day(wave: date, off: frozenset[date]) -> None:
    paid = calendar.pays_on(wave, off)
    assert paid >= wave
    assert calendar.working(paid, off)
    between = [wave + timedelta(days=n) for n in range((paid - wave).days)]
    assert not any(calendar.working(day, off) for day in between)


def test_public_holidays_are_those_of_france() -> None:
    found = calendar.proposed([2021])
    assert date(2021, 7, 14) in found
    assert date(2021, 5, 24) in found  # Whit Monday, proposed and not imposed


GRANTED_LONG_AGO = Granted(TODAY - timedelta(days=8), True, True, 0, None)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, Obstacle.FORGOTTEN),
        ({"decided_on": TODAY - timedelta(days=6)}, None),
        ({"decided_on": None}, None),
        ({"has_account": False, "pieces_open": 3}, Obstacle.NO_ACCOUNT),
        ({"has_amount": False}, Obstacle.NO_AMOUNT),
        ({"pieces_open": 1}, Obstacle.PIECE_OPEN),
        ({"wave_on": TODAY - timedelta(days=1)}, Obstacle.WAVE_MISSED),
        ({"wave_on": TODAY + timedelta(days=3)}, None),
        ({"wave_on": TODAY + timedelta(days=3), "has_account": False}, Obstacle.NO_ACCOUNT),
    ],
)  # fmt: skip
def test_what_is_voted_and_not_proposed_is_found_with_its_reason(
    changed: dict, found: Obstacle | None
) -> None:
    assert waiting.obstacle(Granted(**{**vars(GRANTED_LONG_AGO), **changed}), TODAY) is found


@given(st.lists(days, max_size=6), days, st.frozensets(days, max_size=4))
def test_the_next_payment_is_a_working_day_to_come_and_none_is_skipped(
    waves: list[date], today: date, off: frozenset[date]
) -> None:
    paid = {calendar.pays_on(wave, off) for wave in waves}
    assert calendar.next_paid(waves, today, off) == min(
        (day for day in paid if day > today), default=None
    )


def test_the_wave_of_a_saturday_is_still_to_come_on_the_sunday() -> None:
    saturday, sunday, monday = date(2026, 8, 8), date(2026, 8, 9), date(2026, 8, 10)
    assert calendar.next_paid([saturday, date(2026, 8, 18)], sunday, ()) == monday
    assert calendar.next_paid([saturday], sunday, {monday}) == date(2026, 8, 11)
