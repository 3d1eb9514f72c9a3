"""The sentence of the day says nothing that its figures do not, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reporting.call_fact import CallFact
from app.reporting.sheet import sentence
from app.reporting.sheet.day_sheet import DaySheet, headlines, in_time
from app.reporting.statistics import day_report
from app.reporting.targets import Targets
from tests.demo.test_reference_day import REPORT
from tests.reporting.builders import DAY, at, create_answered, create_fact
from tests.reporting.test_behind import facts

pytestmark = pytest.mark.unit
LOCALES = ("fr", "en")


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def said(of_day: list[CallFact], locale: str = "fr") -> str:
    return plain(sentence.of_the_day(DaySheet(day_report(of_day, DAY)), locale).whole())


@given(facts(), st.sampled_from(LOCALES), st.integers(1, 200))
def test_the_sentence_holds_whatever_the_day(
    of_day: list[CallFact], locale: str, limit_s: int
) -> None:
    report = day_report(of_day, DAY)
    sheet = DaySheet(report, targets=Targets(mean_wait_s=limit_s))
    both = sentence.of_the_day(sheet, locale)
    text = plain(both.whole())
    assert text.endswith(".")
    assert text[0].isupper() or text[0].isdigit()
    assert len(text) < 320
    assert not re.search(
        r"None(?! of)|—|\b1 (?:appels|calls|secondes|seconds|minutes)\b|\b0 (?!h)", text
    )
    if report.presented > 1 and report.answered:
        assert str(report.presented) in both.first
        assert str(report.answered) in both.first
    runs = sentence.long_waits(report.half_hours, limit_s)
    late = [each for each in report.half_hours if (each.mean_wait_s or 0) > limit_s]
    assert [each for run in runs for each in run] == late
    never = {"fr": "à aucun moment", "en": "was never over"}[locale]
    assert (never in text) == bool(report.answered and not late)
    if report.open:
        assert {"fr": "en cours", "en": "in progress"}[locale] in text


@given(facts(), st.sampled_from(LOCALES))
def test_the_four_figures_are_those_of_the_report(of_day: list[CallFact], locale: str) -> None:
    report = day_report(of_day, DAY)
    shown = {each.key: each for each in headlines(DaySheet(report, report), locale)}
    assert list(shown) == ["answered", "mean_wait_s", "abandoned", "service_level"]
    assert shown["answered"].value == str(report.answered)
    assert shown["abandoned"].value == str(report.abandoned)
    whole = report.answered + report.abandoned
    assert report.service_level in (None, in_time(report) / (whole or 1))
    for each in shown.values():
        assert each.comparison
        judged = {"answered": report.presented, "abandoned": report.presented}
        assert (each.verdict is None) == (
            not judged.get(each.key, whole if each.key == "service_level" else report.answered)
        )


def test_the_reference_day() -> None:
    assert plain(sentence.of_the_day(DaySheet(REPORT)).whole()) == (
        "59 appels sur 67 ont eu une réponse, en 32 secondes en moyenne. L’attente moyenne a dépassé 45 secondes "
        "à trois moments, surtout de 11 h à midi (59 secondes), où deux des trois abandons ont eu lieu."
    )
    assert plain(sentence.of_the_day(DaySheet(REPORT), "en").whole()) == (
        "59 calls out of 67 were answered, in 32 seconds on average. The mean wait was over 45 seconds three times, "
        "above all from 11:00 to 12:00 (59 seconds), when two of the three abandonments were."
    )


@pytest.mark.parametrize(
    ("of_day", "french"),
    [
        ([], "Aucun appel ce jour-là."),
        ([create_fact(outcome="closed")], "Aucun appel ce jour-là. 1 appel est arrivé hors horaires."),
        (
            [create_answered(wait_s=5)],
            "Le seul appel du jour a eu une réponse, en 5 secondes. L’attente moyenne n’a dépassé 45 secondes à aucun "
            "moment, et personne n’a abandonné.",
        ),
        (
            [create_fact(outcome="abandoned")],
            "Le seul appel du jour n’a pas eu de réponse. 1 appel a été abandonné.",
        ),
        ([create_fact()], "1 appel est en cours."),
        (
            [create_answered(wait_s=75), create_fact(outcome="abandoned")],
            "1 appel sur 2 a eu une réponse, en 1 minute 15. L’attente moyenne a dépassé 45 secondes de 9 h à 9 h 30 "
            "(1 minute 15), où le seul abandon a eu lieu.",
        ),
        (
            [create_answered(wait_s=120), create_fact(at("15:00:00"), outcome="abandoned")],
            "1 appel sur 2 a eu une réponse, en 2 minutes. L’attente moyenne a dépassé 45 secondes de 9 h à 9 h 30 "
            "(2 minutes) ; le seul abandon a eu lieu à un autre moment.",
        ),
    ],
    ids=["none", "closed", "one", "abandoned", "open", "there", "elsewhere"],
)  # fmt: skip
def test_small_days(of_day: list[CallFact], french: str) -> None:
    assert said(of_day) == french
    assert said(of_day, "en") != french


def test_half_hours_in_a_row_are_one_moment() -> None:
    day = [create_answered(at("09:00:00") + timedelta(minutes=30 * n), wait_s=60) for n in range(3)]
    assert "de 9 h à 10 h 30 (1 minute)" in said(day)
