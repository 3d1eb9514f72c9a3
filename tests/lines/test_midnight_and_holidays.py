"""Days that end at midnight, lines that never close, and whose public holidays are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.calls.callbacks import rules as callback_rules
from app.foundation.extensions import db
from app.lines import opening_hours
from app.lines import settings as line_settings
from app.lines.line_now import LineNow
from app.lines.models import Line
from app.lines.territories import TERRITORIES
from app.reporting.statistics import day_report

PARIS = ZoneInfo("Europe/Paris")
ALWAYS = {"week": {str(day): [["00:00", "24:00"]] for day in range(7)}}
EVENINGS = {"week": {"0": [["18:00", "24:00"]], "1": [["00:00", "02:00"]]}}


def paris(*when: int) -> datetime:
    return datetime(*when, tzinfo=PARIS)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 26)])
def test_a_day_open_to_midnight_has_no_closed_instant(day: date) -> None:
    """Days of 23, 25 and 24 hours."""
    (start, end), = opening_hours.spans(ALWAYS, day, PARIS)  # fmt: skip
    hours = (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 3600
    assert hours == {3: 23, 10: 25, 11: 24}[day.month]
    for instant in (start, end - timedelta(seconds=1), end):
        assert opening_hours.is_open(ALWAYS, instant, PARIS)
    assert opening_hours.closes_at(ALWAYS, start, PARIS) is None, "it never closes"


def test_a_night_goes_on_past_midnight() -> None:
    monday = paris(2026, 11, 23, 23, 30)
    assert opening_hours.is_open(EVENINGS, monday, PARIS)
    assert opening_hours.closes_at(EVENINGS, monday, PARIS) == paris(2026, 11, 24, 2, 0)
    assert opening_hours.closes_at(EVENINGS, paris(2026, 11, 24, 3), PARIS) is None
    assert opening_hours.next_opening(EVENINGS, paris(2026, 11, 24, 3), PARIS) == paris(
        2026, 11, 30, 18, 0
    )


def test_closed_at_midnight_is_closed_since_midnight() -> None:
    line = LineNow(hours={"week": {"0": [["09:00", "24:00"]]}})
    assert callback_rules.closed_since(line, paris(2026, 11, 24, 0, 10)) == paris(2026, 11, 24)


@pytest.mark.parametrize(
    ("territory", "day"),
    [
        ("57", date(2026, 4, 3)), ("57", date(2026, 12, 26)), ("6AE", date(2026, 4, 3)),
        ("971", date(2026, 5, 27)), ("972", date(2026, 5, 22)), ("973", date(2026, 6, 10)),
        ("974", date(2026, 12, 20)), ("976", date(2026, 4, 27)), ("BL", date(2026, 10, 9)),
        ("MF", date(2026, 5, 28)),
    ],
)  # fmt: skip
def test_a_territory_keeps_its_own_holidays(territory: str, day: date) -> None:
    week = {str(d): [["09:00", "17:00"]] for d in range(7)}
    assert opening_hours.spans({"week": week}, day, PARIS)
    assert opening_hours.spans({"week": week, "territory": territory}, day, PARIS) == []


def test_every_territory_is_one_that_the_library_knows() -> None:
    for territory in TERRITORIES:
        days = opening_hours.public_holidays({"territory": territory}, [2026])
        assert date(2026, 7, 14) in days


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("9h-24h", [("09:00", "24:00")]), ("9h-minuit", [("09:00", "24:00")]),
        ("9:00-00:00", [("09:00", "24:00")]), ("18h à 0h", [("18:00", "24:00")]),
        ("0h-24h", [("00:00", "24:00")]), ("minuit-minuit", [("00:00", "24:00")]),
        ("00:00-24:00", [("00:00", "24:00")]), ("24h/24", [("00:00", "24:00")]),
        ("0h-2h, 18h-24h", [("00:00", "02:00"), ("18:00", "24:00")]),
    ],
)  # fmt: skip
def test_midnight_is_typed_as_people_do(typed: str, spans: list[tuple[str, str]]) -> None:
    assert line_settings.read_day(typed) == spans
    assert line_settings.read_day(line_settings.day_text(spans)) == spans


def test_every_half_hour_of_a_day_to_midnight_is_shown() -> None:
    day = date(2026, 11, 26)
    whole = day_report([], day, PARIS, opening=((time(), time()),))
    assert len(whole.shown_half_hours) == 48
    evening = day_report([], day, PARIS, opening=((time(18), time()),))
    assert [h.start.hour for h in evening.shown_half_hours][::2] == [18, 19, 20, 21, 22, 23]


def test_managers_choose_whose_holidays_the_line_keeps(line: Line, login: Any) -> None:
    manager = login("manager")
    refused = manager.post(
        "/admin/line/territory", data={"territory": "XX"}, headers={"Accept": "application/json"}
    )
    assert refused.status_code == 422
    assert manager.post("/admin/line/territory", data={"territory": "974"}).status_code == 302
    page = manager.get("/admin/line").text
    assert "20 décembre" in page.replace("\u00a0", " ")
    db.session.rollback()
    assert db.session.get_one(Line, line.id).hours["territory"] == "974"
    acts = db.session.scalars(select(JournalEntry.act)).all()
    assert acts.count("line_territory") == 1
    # The hours of the week, changed afterwards, keep it.
    shown = {f"day-{d}": "" for d in range(7)} | {"day-0": "0h-24h"}
    manager.post("/admin/line/hours", data=shown)
    db.session.rollback()
    assert db.session.get_one(Line, line.id).hours["territory"] == "974"
