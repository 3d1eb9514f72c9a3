"""The manager sees how we stand with the provider, in words; a supervisor of processes in figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.calls.provider import view as provider_view
from app.calls.provider.models import Drift, ProviderLink
from app.calls.provider.reconciliation import DriftKind
from app.foundation import clock
from app.foundation.extensions import db
from tests.clients import StaffClient

Login = Callable[..., StaffClient]
PAGE = "/admin/telephony"


def drift(kind: DriftKind, at: datetime, *, repaired: bool = True) -> None:
    db.session.add(Drift(at=at, kind=kind, leg_sid="CA1", repaired=repaired))
    db.session.commit()


def compared(at: datetime, problem: str | None = None) -> None:
    link = db.session.scalars(select(ProviderLink)).one()
    link.ran_at, link.problem = at, problem
    link.seen_until = None if problem else at
    db.session.commit()


def test_a_quiet_installation_says_so(login: Login) -> None:
    compared(clock.now())
    shown = login("manager").get(PAGE).text
    assert "Aucun écart depuis 14 jours" in shown
    assert "toutes les 15 secondes" in shown
    assert "Aucun secours hébergé à part" in shown
    assert "n&#39;a pas répondu" not in shown


@pytest.mark.parametrize(
    ("ago", "problem", "says"),
    [
        (10, "unavailable", "pas répondu à la dernière comparaison"),
        (600, None, "Aucune comparaison"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    login: Login, ago: int, problem: str | None, says: str
) -> None:
    compared(clock.now() - timedelta(seconds=ago), problem)
    assert says in login("manager").get(PAGE).text


def test_differences_are_counted_by_local_day_and_group(app: Flask) -> None:
    now = datetime(2021, 6, 22, 10, tzinfo=clock.now().tzinfo)
    drift(DriftKind.PERSON_GONE, now)
    drift(DriftKind.AGENT_GONE, now)
    drift(DriftKind.OUTAGE_CALL, now - timedelta(hours=11, minutes=30))  # 0:30 in Paris: the 22nd
    drift(DriftKind.UNKNOWN_LIVE, now - timedelta(hours=13))  # the 21st
    drift(DriftKind.UNKNOWN_LIVE, now - timedelta(days=20))  # not shown
    view = provider_view.overview(now, every=15)
    assert [(day.day.day, day.total) for day in view.days] == [(22, 3), (21, 1)]
    assert view.days[0].counts == {
        "ends": 2, "arrivals": 0, "commands": 0, "unknown": 0, "outage": 1,
    }  # fmt: skip


def test_every_kind_has_its_group_and_its_words(login: Login) -> None:
    assert {k for kinds in provider_view.GROUPS.values() for k in kinds} == set(DriftKind)
    for kind in DriftKind:
        drift(kind, clock.now(), repaired=kind is not DriftKind.OUTAGE_HIDDEN)
    for locale, words in (("fr", "La personne avait raccroché"), ("en", "had hung up")):
        shown = login("manager", locale=locale).get(PAGE).text
        assert words in shown
        assert all(f">{kind}<" not in shown for kind in DriftKind)


def test_what_is_waited_for_and_what_cannot_be_done_are_told_apart(login: Login) -> None:
    drift(DriftKind.OUTAGE_CALL, clock.now(), repaired=False)
    drift(DriftKind.OUTAGE_HIDDEN, clock.now(), repaired=False)
    view = provider_view.overview(clock.now(), every=15)
    assert (view.pending, view.unreachable) == (1, 1)
    shown = login("manager").get(PAGE).text
    assert "en attente" in shown
    assert "impossible" in shown


def test_the_administration_leads_there(login: Login) -> None:
    assert PAGE in login("manager").get("/admin").text


def test_in_figures(app: Flask) -> None:
    drift(DriftKind.PERSON_GONE, clock.now())
    compared(clock.now() - timedelta(seconds=40))
    shown = app.test_client().get("/metrics").text
    assert 'permanence_drifts{kind="person_gone"} 1.0' in shown
    age = next(
        line for line in shown.splitlines() if line.startswith("permanence_reconciliation_age")
    )
    assert 40 <= float(age.split()[-1]) < 60
