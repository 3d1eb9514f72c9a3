"""What the list of all that is owed shows: late first, then what will soon be, in words."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from app.dossiers.wording import Words
from app.foundation.clock import day_bounds, local_day
from app.tickets.promises import clock, hours, service, sources
from app.tickets.promises.clock import Standing, Stands
from app.tickets.promises.sources import Asked, Owed, What

_ORDER = (Standing.LATE, Standing.SOON, Standing.TODAY, Standing.LATER, Standing.PAUSED)
PRESSING = (Standing.LATE, Standing.SOON, Standing.TODAY)
FAR = datetime(9000, 1, 1, tzinfo=UTC)  # whatever has a time is due by then


@dataclass(frozen=True)
class Line:
    """One thing owed, ready to be read. ``at``: when it is due; ``said``: how it stands, and its ``tone``.

    ``left``: whoever owed it works here no more, and it is the team's.
    """

    owed: Owed
    standing: Standing
    at: str
    said: str
    tone: str
    what: str
    icon: str
    mine: bool
    may: bool
    left: bool = False

    @property
    def late(self) -> bool:
        """Has its time passed?"""
        return self.standing is Standing.LATE


@dataclass(frozen=True)
class Group:
    """Things that stand alike: those of this page, and how many there are in all."""

    standing: Standing
    title: str
    lines: Sequence[Line]
    total: int


def of(words: Words, asked: Asked, agent_id: int, role: str, *, beyond: int = 0) -> list[Line]:
    """The ``asked.most`` most urgent things owed after the first ``beyond``, the late first, as this agent reads.

    Each source gives its own most urgent ones: among them are the most urgent of all.
    """
    spans = hours.of_service()
    here = {each for each, _name in service.colleagues()}
    deep = replace(asked, most=beyond + asked.most)
    found = [row for source in sources.every() for row in source.rows(deep)]
    lines = [_line(row, spans, words, agent_id, role, here) for row in found]
    lines.sort(key=lambda line: (_ORDER.index(line.standing), line.owed.due or words.now))
    return lines[beyond : beyond + asked.most]


def counts(asked: Asked) -> dict[Standing, int]:
    """How many things stand how, listed or not."""
    found = sources.every()
    spans, now = hours.of_service(), asked.now
    soon = clock.soon_until(spans, now) or FAR
    tonight = day_bounds(local_day(now))[1] - timedelta(microseconds=1)
    late, close, today, dated = (
        sum(source.count(asked, until) for source in found)
        for until in (now, soon, max(soon, tonight), FAR)
    )
    return {
        Standing.LATE: late,
        Standing.SOON: close - late,
        Standing.TODAY: today - close,
        Standing.LATER: dated - today,
        Standing.PAUSED: sum(source.count(asked) for source in found) - dated,
    }


def due_by(asked: Asked, until: datetime) -> int:
    """How many are due before then, and wait for nobody."""
    tick = timedelta(microseconds=1)
    return sum(source.count(asked, until - tick) for source in sources.every())


def groups(lines: Sequence[Line], counted: dict[Standing, int]) -> list[Group]:
    """The same, apart: late, soon, today, later, waiting for a third party; each with how many there are in all."""
    found = []
    for standing in _ORDER:
        those = [line for line in lines if line.standing is standing]
        if those:
            total = max(counted[standing], len(those))
            found.append(Group(standing, _titles()[standing], those, total))
    return found


def pressing(lines: Sequence[Line]) -> list[Line]:
    """Those of today: late, soon, or due before the day is over."""
    return [line for line in lines if line.standing in PRESSING]


def what_words() -> dict[What, str]:
    """The name of each kind."""
    return {
        What.PROMISE: _("promesse"),
        What.CALLBACK: _("rappel"),
        What.CONSULTATION: _("consultation"),
        What.MESSAGE: _("message sans réponse"),
        What.FLAG: _("priorité"),
        What.FOLLOW_UP: _("à suivre"),
        What.REMINDER: _("pense-bête"),
        What.TRANSFER: _("transmis à un service"),
        What.MAIL: _("mail pas ouvert"),
        What.PIECE: _("pièce attendue"),
        What.REJECTION: _("refus sans contact"),
    }


ICONS = {
    What.PROMISE: "flag", What.CALLBACK: "phone-out", What.CONSULTATION: "hand", What.MESSAGE: "message",
    What.FLAG: "flag", What.FOLLOW_UP: "calendar", What.REMINDER: "clock", What.TRANSFER: "send", What.MAIL: "mail",
    What.PIECE: "upload", What.REJECTION: "user-unknown",
}  # fmt: skip


def _titles() -> dict[Standing, str]:
    return {
        Standing.LATE: _("En retard"),
        Standing.SOON: _("Bientôt en retard"),
        Standing.TODAY: _("Aujourd’hui"),
        Standing.LATER: _("Plus tard"),
        Standing.PAUSED: _("En attente d’un tiers"),
    }


def _line(
    row: Owed, spans: clock.Spans, words: Words, agent_id: int, role: str, here: Container[int]
) -> Line:
    left = bool(row.owner_id) and row.owner_id not in here
    mine = row.owner_id == agent_id
    stands = clock.stands(
        spans, row.due or words.now + timedelta(minutes=1), words.now, paused=bool(row.waits_for)
    )
    return Line(
        owed=row,
        standing=stands.standing,
        at=_at(row, words),
        said=_said(row, stands),
        tone={Standing.LATE: "stop", Standing.SOON: "wait"}.get(stands.standing, "neutral"),
        what=what_words()[row.what],
        icon=ICONS[row.what],
        mine=mine,
        may=bool(row.can) and service.may(agent_id, role, None if left else row.owner_id),
        left=left,
    )


def _at(row: Owed, words: Words) -> str:
    if row.due is None:
        return ""
    if local_day(row.due) != local_day(words.now):
        return words.day(local_day(row.due)) if row.whole_day else words.when(row.due)
    return _("aujourd’hui") if row.whole_day else words.clock(row.due)


def _said(row: Owed, stands: Stands) -> str:
    if stands.standing is Standing.PAUSED:
        return _("on attend : %(who)s", who=row.waits_for)
    if stands.standing is Standing.LATE:
        late = -stands.left
        if late < timedelta(minutes=1):
            return _("en retard")
        return _("en retard de %(time)s", time=spoken(late))
    if stands.standing is Standing.SOON:
        if stands.left < timedelta(minutes=1):
            return _("avant la réouverture")
        return _("il reste %(time)s", time=spoken(stands.left))
    return ""


def spoken(length: timedelta) -> str:
    """A length of working time: « 45 min », « 3 h », « 2 jours ouvrés » (of seven hours)."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)s min", count=minutes)
    if minutes < 7 * 60:
        return _("%(count)s h", count=minutes // 60)
    days = minutes // (7 * 60)
    return ngettext("%(num)d jour ouvré", "%(num)d jours ouvrés", days)
