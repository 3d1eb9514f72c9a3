"""Changes of a line by a manager: each is one transaction, journaled, told to who looks at it.

The journal keeps who, which fields and codes; never a text that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from flask import g
from sqlalchemy import Select, select

from app.accounts import journal
from app.foundation import edits
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.foundation.wiring import settings, wake
from app.lines import (
    line_now,
    store,
    week_in_words,
)
from app.lines import (
    settings as line_settings,
)
from app.lines.models import Line
from app.lines.territories import TERRITORIES
from app.queue.models import Queue
from app.queue.policy import thresholds_of
from app.web import news

NAME_LENGTH = 80


def about(line_id: int | None) -> None:
    """What follows in this request is about that line; None: about the first one."""
    g.line_id = line_id


def asked() -> int | None:
    """The line that this request has named, if it has."""
    line_id: int | None = g.get("line_id")
    return line_id


def current() -> Line:
    """The line that this request is about. Raises NotFound when it does not exist."""
    return _existing(db.session.scalar(_query()))


def locked() -> Line:
    """The same, kept from others until the commit."""
    locked = _query().with_for_update().execution_options(populate_existing=True)
    return _existing(db.session.scalar(locked))


def _set_policy(line: Line, changed: Mapping[str, Any]) -> None:
    """Change these thresholds of the line's queue, whose row is locked: lines may share it."""
    queue = db.session.get_one(Queue, line.queue_id, with_for_update=True, populate_existing=True)
    queue.policy = {**queue.policy, **changed}


def _query() -> Select[Any]:
    query = select(Line).order_by(Line.id).limit(1)
    return query if asked() is None else query.where(Line.id == asked())


def _existing(line: Line | None) -> Line:
    if line is not None:
        return line
    if asked() is not None:
        raise NotFound("Cette ligne n'existe pas.")
    raise NotFound("Aucune ligne n'est configurée.", todo="flask --app app.factory line add")


def sharing(line: Line) -> list[str]:
    """The names of the other lines whose calls wait in the same queue."""
    others = select(Line.name).where(Line.queue_id == line.queue_id, Line.id != line.id)
    return list(db.session.scalars(others.order_by(Line.id)))


def add(number: str, name: str) -> Line:
    """Take calls on a further number, with the hours of reference. Raises InvalidInput, Conflict."""
    dialled, name = phone_numbers.stored(number), name.strip()
    if dialled is None:
        raise InvalidInput("Ce numéro n'est pas un numéro de téléphone.")
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidInput("Le nom doit avoir de 1 à %(most)s caractères.", most=NAME_LENGTH)
    with unit_of_work():
        if db.session.scalar(select(Line.id).where(Line.number == dialled)) is not None:
            raise Conflict("Une ligne a déjà ce numéro.", kept="Elle n'a pas changé.")
        line = Line(name=name, number=dialled)
        db.session.add(line)
        db.session.flush()
        return line


def answering(locale: str) -> str:
    """When somebody answers on LINE_NUMBER, as a caller reads it; "" when it follows no hours."""
    line = db.session.scalar(select(Line).where(Line.number == settings().line_number))
    stands = line_now.of(line)
    return week_in_words.in_words(stands.hours, locale) if stands.mode == "hours" else ""


def working_spans() -> Callable[[date], Sequence[tuple[datetime, datetime]]]:
    """The opening spans of the service, day by day: those of its first line, by its hours alone."""
    return line_now.of(store.first()).spans


def rules_and_policy(line: Line) -> dict[str, Any]:
    """Every rule and threshold with its value, defaults included; lists, as JSON has them."""
    rules = {**asdict(line_now.of(line).rules), **thresholds_of(store.policy_of(line.id))}
    lists = {name: list(rules[name]) for name in ("languages", "countries")}
    short = rules["short_numbers"]
    return {**rules, **lists, "short_numbers": None if short is None else list(short)}


def week_shown(line: Line) -> dict[str, str]:
    """What the form of hours shows."""
    return line_settings.week_form(line_now.of(line).week)


def rules_shown(line: Line, locale: str) -> dict[str, str]:
    """What the form of rules shows in a language, with the thresholds of the line's queue."""
    return line_settings.rules_form(rules_and_policy(line), locale)


def territory_shown(line: Line) -> dict[str, str]:
    """What the form of public holidays shows."""
    return {"territory": line_now.of(line).territory}


def thresholds_shown(line: Line) -> dict[str, str]:
    """What the form of thresholds shows, on the wall."""
    policy = store.policy_of(line.id)
    return {name: str(getattr(policy, name)) for name in line_settings.THRESHOLDS}


# --- hours ---------------------------------------------------------------------------------------


def change_week(
    week: Mapping[str, Any], typed: Mapping[str, str], *, seen: str, by: int, now: datetime
) -> list[str]:
    """Store the hours of the week; the days that changed. Raises StaleEdit on a stale page."""
    with unit_of_work() as work:
        line = locked()
        edits.refuse_stale(seen, week_shown(line), typed)
        days = line_settings.changed(line_now.of(line).week, week)
        line.hours = {**line_now.of(line).hours, "week": dict(week)}
        note(line, "line_hours", by, now, {"days": days}, work)
        return days


def change_territory(territory: str, *, seen: str, by: int, now: datetime) -> None:
    """Keep the public holidays of this territory.

    Raises InvalidInput for one that we do not know, StaleEdit when somebody else chose meanwhile.
    """
    if territory not in TERRITORIES:
        raise InvalidInput("Ce territoire n'est pas dans la liste.")
    with unit_of_work() as work:
        line = locked()
        stands = line_now.of(line)
        edits.refuse_stale(seen, territory_shown(line), {"territory": territory})
        if stands.territory != territory:
            line.hours = {**stands.hours, "territory": territory}
            note(line, "line_territory", by, now, {"to": territory}, work)


def close_days(days: list[str], *, by: int, now: datetime) -> None:
    """Add exceptional closures."""
    with unit_of_work() as work:
        line = locked()
        stands = line_now.of(line)
        line.hours = {**stands.hours, "closures": sorted({*stands.closures, *days})}
        note(line, "line_closed_days", by, now, {"added": days}, work)


def open_day(day: str, *, by: int, now: datetime) -> None:
    """Take an exceptional closure back. Raises NotFound when there is none on that day."""
    with unit_of_work() as work:
        line = locked()
        stands = line_now.of(line)
        if day not in stands.closures:
            raise NotFound("Cette fermeture n'est plus dans la liste.")
        kept = [each for each in stands.closures if each != day]
        line.hours = {**stands.hours, "closures": kept}
        note(line, "line_closed_days", by, now, {"removed": [day]}, work)


# --- rules, thresholds, mode ---------------------------------------------------------------------


def change_rules(
    rules: Mapping[str, Any],
    policy: Mapping[str, Any],
    typed: Mapping[str, str],
    *,
    seen: str,
    locale: str,
    by: int,
    now: datetime,
) -> list[str]:
    """Store rules and policy; the names that changed. Raises StaleEdit on a stale page."""
    with unit_of_work() as work:
        line = locked()
        edits.refuse_stale(seen, rules_shown(line, locale), typed)
        before = rules_and_policy(line)
        line.rules = {**line.rules, **rules}
        _set_policy(line, policy)
        names = line_settings.changed(before, rules_and_policy(line))
        note(line, "line_rules", by, now, {"fields": names}, work)
        return names


def change_thresholds(
    policy: Mapping[str, int], typed: Mapping[str, str], *, seen: str, by: int, now: datetime
) -> None:
    """Switch the overflow thresholds at once, those who wait included. Raises StaleEdit."""
    with unit_of_work() as work:
        line = locked()
        edits.refuse_stale(seen, thresholds_shown(line), typed)
        before = {name: getattr(store.policy_of(line.id), name) for name in policy}
        _set_policy(line, policy)
        note(line, "line_thresholds", by, now, {"from": before, "to": dict(policy)}, work)


def switch_mode(mode: str, *, by: int, now: datetime) -> None:
    """Open or close the line by hand, or give it back to its hours."""
    if mode not in line_settings.MODES:
        raise InvalidInput("Cet état de la ligne n'existe pas.")
    with unit_of_work() as work:
        line = locked()
        before, line.mode = line.mode, mode
        note(line, "line_mode", by, now, {"from": before, "to": mode}, work)


def switch_incident(on: bool, *, by: int, now: datetime) -> bool:
    """Switch the incident's announcement. False when it already was so: nothing is changed."""
    with unit_of_work() as work:
        line = locked()
        if (line.incident_since is not None) == on:
            return False
        line.incident_since = now if on else None
        act = "line_incident_on" if on else "line_incident_off"
        note(line, act, by, now, {}, work)
        return True


# --- common --------------------------------------------------------------------------------------


def note(line: Line, act: str, by: int, now: datetime, detail: dict[str, Any], work: Work) -> None:
    """Journal what a manager changed of a line, and tell whoever looks at it once it is stored."""
    journal.record(act, f"line:{line.id}", agent_id=by, now=now, detail=detail)
    work.after(news.line_changed)
    work.after(wake)
