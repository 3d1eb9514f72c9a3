"""The tables of a day's report, once for every medium: page, text, CSV, spreadsheet, PDF. Pure."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from app.foundation.clock import PARIS
from app.foundation.roles import Role
from app.foundation.text.bilingual import Text
from app.reporting import formats
from app.reporting.definitions import DEFINITIONS, OUTCOMES
from app.reporting.incidents import definitions as incident_words
from app.reporting.incidents.figures import STEPS, IncidentFact
from app.reporting.promises.definitions import KINDS
from app.reporting.promises.figures import FATES, PromiseFigures, together
from app.reporting.scripts.figures import ScriptDay
from app.reporting.sheet.cells import Cell, Table
from app.reporting.statistics import DayReport, HalfHour, share
from app.tickets.incidents.cost import Cost
from app.tickets.reasons import CallerRole, DigitalKind, Reason
from app.tickets.reasons import label as label_of

_WORDS = {
    "figures": Text("Chiffres du jour", "Figures of the day"),
    "outcomes": Text("Des appels présentés à leur issue", "From calls presented to their outcome"),
    "half_hours": Text("Appels par demi-heure", "Calls by half-hour"),
    "reasons": Text("Motifs des appels répondus", "Reasons of answered calls"),
    "caller_roles": Text("Qui appelle", "Who calls"),
    "digital": Text("Difficultés numériques", "Digital difficulties"),
    "digital_kinds": Text("Nature des difficultés numériques", "Kinds of digital difficulty"),
    "digital_gap": Text(
        "Appels observés comme numériques et non déclarés",
        "Calls observed as a digital difficulty and not declared",
    ),
    "teams": Text("Appels répondus par équipe", "Answered calls by team"),
    "channels": Text("Messages écrits", "Written messages"),
    "channel": Text("Par où", "By"),
    "sms": Text("SMS", "Text message"),
    "form": Text("Formulaire", "Form"),
    "mail": Text("Mail", "Email"),
    "messages": Text("messages", "messages"),
    "promises": Text("promesses", "promises"),
    "promises_by_kind": Text("Promesses du jour", "Promises of the day"),
    "all_kinds": Text("Toutes", "All"),
    "incidents": Text("incidents", "incidents"),
    "runs": Text("suivis", "runs"),
    "scripts_of_day": Text("Scripts suivis", "Scripts followed"),
    "script": Text("Script", "Script"),
    "most_left": Text("Le plus souvent laissé à", "Most often left at"),
    "contacts": Text("contacts", "contacts"),
    "incidents_of_day": Text("Incidents du jour", "Incidents of the day"),
    "incident": Text("Incident", "Incident"),
    "all_incidents": Text("Ensemble", "Together"),
    "life": Text("Son suivi", "Its progress"),
    "opened_at": Text("ouvert", "opened"),
    "confirmed_at": Text("confirmé", "confirmed"),
    "repaired_at": Text("réparé", "repaired"),
    "closed_at": Text("clos", "closed"),
    "variants": Text("Variantes des taux", "Variants of the rates"),
    "figure": Text("Chiffre", "Figure"),
    "value": Text("Valeur", "Value"),
    "outcome": Text("Issue", "Outcome"),
    "count": Text("Appels", "Calls"),
    "share": Text("Part", "Share"),
    "half_hour": Text("Demi-heure", "Half-hour"),
    "day": Text("Journée", "Whole day"),
    "reason": Text("Motif", "Reason"),
    "role": Text("Qualité", "Role"),
    "role_unknown": Text("Personne ne l'a dit", "Nobody said"),
    "kind": Text("Nature", "Kind"),
    "no_kind": Text("Sans précision", "Not specified"),
    "arrival": Text("Heure d'arrivée", "Arrival"),
    "reason_noted": Text("Motif noté", "Reason noted"),
    "team": Text("Équipe", "Team"),
    Role.FRONT: Text("Accueil", "Front office"),
    Role.BACK: Text("Renfort", "Back office"),
    "short_presented": Text("Présentés", "Presented"),
    "calls": Text("appels", "calls"),
    "seconds": Text("secondes", "seconds"),
    "ratio": Text("proportion", "ratio"),
}


def word(key: str, locale: str = "fr") -> str:
    """A heading or label of the report, in French unless English is asked for."""
    return _WORDS[key].get(locale)


FIGURES = (
    "presented",
    *OUTCOMES,
    "closed",
    "limited",
    "outbound",
    "abandonment_rate",
    "service_level",
    "mean_wait_s",
    "longest_wait_s",
    "mean_talk_s",
    "mean_hold_s",
    "mean_wrap_up_s",
    "mean_handling_s",
    "longest_talk_s",
)
_VARIANTS = (
    "abandonment_rate",
    "abandonment_of_waiting",
    "abandonment_with_short",
    "service_level",
    "service_level_of_presented",
    "service_level_of_answered",
)


def figure(report: DayReport, key: str) -> Cell:
    """The value of a defined figure of one number, with its unit."""
    return Cell(_value(report, key), DEFINITIONS[key].unit)


def _value(report: DayReport, key: str) -> float | None:
    if key in ("longest_wait_s", "longest_talk_s"):
        longest = report.longest_wait if key == "longest_wait_s" else report.longest_talk
        return longest.seconds if longest else None
    value: float | None = getattr(report, key)
    return value


def all_tables(report: DayReport, locale: str = "fr", zone: ZoneInfo = PARIS) -> tuple[Table, ...]:
    """Every table of the report, in the order in which they are printed."""
    return (
        figures(report, locale),
        outcomes(report, locale),
        variants(report, locale),
        half_hours(report, locale),
        reasons(report, locale),
        caller_roles(report, locale),
        digital(report, locale),
        digital_kinds(report, locale),
        digital_gap(report, locale, zone),
        teams(report, locale),
        channels(report, locale),
        promises(report, locale),
        incidents(report, locale),
        scripts(report, locale),
    )


def figures(report: DayReport, locale: str = "fr") -> Table:
    """Each figure of one number."""
    return _of_figures("figures", FIGURES, report, locale)


def variants(report: DayReport, locale: str = "fr") -> Table:
    """The rates as other services compute them, beside ours."""
    return _of_figures("variants", _VARIANTS, report, locale)


def _of_figures(key: str, names: tuple[str, ...], report: DayReport, locale: str) -> Table:
    rows = tuple((Cell(DEFINITIONS[n].name(locale)), figure(report, n)) for n in names)
    head = (word("figure", locale), word("value", locale))
    return Table(key, word(key, locale), head, rows)


def outcomes(report: DayReport, locale: str = "fr") -> Table:
    """The reconciliation: each presented call has one outcome, so the column sums to presented."""
    rows = tuple(
        (Cell(DEFINITIONS[key].name(locale)), *_part(count, report.presented))
        for key, count in report.outcomes().items()
    )
    foot = (Cell(DEFINITIONS["presented"].name(locale)), *_part(report.presented, report.presented))
    return _counted("outcomes", "outcome", rows, foot, locale)


def reasons(report: DayReport, locale: str = "fr") -> Table:
    """The seven reasons, most frequent first, those left undone last."""
    counted = sorted(
        report.reasons.items(), key=lambda each: (each[0] == Reason.UNQUALIFIED, -each[1])
    )
    rows = tuple(
        (Cell(label_of(Reason(reason), locale)), *_part(count, report.answered))
        for reason, count in counted
    )
    return _counted("reasons", "reason", rows, _answered_foot(report, locale), locale)


def caller_roles(report: DayReport, locale: str = "fr") -> Table:
    """Who called, as far as it was noted."""
    named = sum(report.caller_roles.values())
    rows = tuple(
        (Cell(label_of(CallerRole(role), locale)), *_part(count, named))
        for role, count in report.caller_roles.items()
    )
    unknown = (
        Cell(word("role_unknown", locale)),
        Cell(report.role_unknown, "calls"),
        Cell(None, "share"),
    )
    foot = (*_answered_foot(report, locale)[:2], Cell(None, "share"))
    return _counted("caller_roles", "role", (*rows, unknown), foot, locale)


def digital(report: DayReport, locale: str = "fr") -> Table:
    """Observed against declared, and the gap between them."""
    rows = tuple(
        (Cell(DEFINITIONS[key].name(locale)), Cell(count, "calls"))
        for key, count in (
            ("digital_observed", report.digital_observed),
            ("digital_declared", report.digital_declared),
            ("digital_gap", len(report.digital_gap)),
        )
    )
    head = (word("figure", locale), word("count", locale))
    return Table("digital", word("digital", locale), head, rows)


def digital_kinds(report: DayReport, locale: str = "fr") -> Table:
    """What the digital trouble was, observed or declared."""
    rows = tuple(
        (
            Cell(label_of(DigitalKind(kind), locale) if kind else word("no_kind", locale)),
            Cell(count, "calls"),
        )
        for kind, count in report.digital_kinds.items()
    )
    head = (word("kind", locale), word("count", locale))
    return Table("digital_kinds", word("digital_kinds", locale), head, rows)


def digital_gap(report: DayReport, locale: str = "fr", zone: ZoneInfo = PARIS) -> Table:
    """The calls whose qualification could be looked at again; times are local, no names."""
    rows = tuple(
        (
            Cell(formats.clock_time(call.received_at.astimezone(zone), locale)),
            Cell(label_of(Reason(call.reason), locale)),
        )
        for call in report.digital_gap
    )
    head = (word("arrival", locale), word("reason_noted", locale))
    return Table("digital_gap", word("digital_gap", locale), head, rows)


def teams(report: DayReport, locale: str = "fr") -> Table:
    """Front office, and back office in support."""
    rows = tuple(
        (
            Cell(word(team.role, locale)),
            Cell(team.answered, "calls"),
            Cell(team.mean_wait_s, "seconds"),
            Cell(team.mean_talk_s, "seconds"),
        )
        for team in report.teams
    )
    names = ("answered", "mean_wait_s", "mean_talk_s")
    head = (word("team", locale), *(DEFINITIONS[name].name(locale) for name in names))
    return Table("teams", word("teams", locale), head, rows)


_WRITTEN = (
    "received",
    "answered",
    "answered_in_time",
    "closed_unanswered",
    "mean_answer_s",
    "waiting",
    "oldest_s",
)


def channels(report: DayReport, locale: str = "fr") -> Table:
    """What was written to us, by channel: apart from the calls."""
    defined = [DEFINITIONS[f"written_{name}"] for name in _WRITTEN]
    rows = tuple(
        (
            Cell(word(each.channel, locale)),
            *(
                Cell(getattr(each, name), definition.unit)
                for name, definition in zip(_WRITTEN, defined, strict=True)
            ),
        )
        for each in report.channels
    )
    head = (word("channel", locale), *(definition.name(locale) for definition in defined))
    return Table("channels", word("channels", locale), head, rows)


def promises(report: DayReport, locale: str = "fr") -> Table:
    """What was owed on the day and what became of it, by kind: never by person."""
    names = [DEFINITIONS[f"promises_{key}"].name(locale) for key in ("due", *FATES)]
    rows = tuple(_promise_row(KINDS[each.kind].get(locale), each) for each in report.promises)
    foot = _promise_row(word("all_kinds", locale), together(report.promises))
    head = (word("kind", locale), *names)
    return Table("promises", word("promises_by_kind", locale), head, rows, foot)


def _promise_row(name: str, counted: PromiseFigures) -> tuple[Cell, ...]:
    counts = (getattr(counted, key) for key in ("due", *FATES))
    return (Cell(name), *(Cell(count, "promises") for count in counts))


def incidents(report: DayReport, locale: str = "fr") -> Table:
    """What went wrong for many, since when, until when, and what it cost the line on the day."""
    rows = tuple(
        (
            Cell(each.fact.name or incident_words.KINDS[each.fact.kind].get(locale)),
            Cell(_life(each.fact, report.day, locale)),
            *_cost_cells(each.cost),
        )
        for each in report.incidents.each
    )
    foot = (Cell(word("all_incidents", locale)), Cell(""), *_cost_cells(report.incidents.total))
    names = (DEFINITIONS[f"incidents_{key}"].name(locale) for key in _COST)
    head = (word("incident", locale), word("life", locale), *names)
    caption = word("incidents_of_day", locale)
    return Table("incidents", caption, head, rows, foot if len(rows) > 1 else None)


def scripts(report: DayReport, locale: str = "fr") -> Table:
    """The scripts followed on the day: left on the way, solved at once, solved a week later. Never by agent."""
    names = (DEFINITIONS[f"script_{key}"].name(locale) for key in _SCRIPT)
    head = (word("script", locale), *names, word("most_left", locale))
    rows = tuple(_script_row(each, locale) for each in report.scripts)
    return Table("scripts", word("scripts_of_day", locale), head, rows)


_SCRIPT = ("followed", "left", "solved", "held")


def _script_row(each: ScriptDay, locale: str) -> tuple[Cell, ...]:
    found = each.figures
    counts = (found.followed, found.abandoned, found.solved.at_once, found.solved.held)
    worst = max(found.steps, key=lambda step: step.abandoned, default=None)
    left = f"{worst.step_id} ({worst.abandoned})" if worst and worst.abandoned else ""
    return (
        Cell(f"{each.script_id} · {each.title.get(locale)}"),
        *(Cell(count, "runs") for count in counts),
        Cell(left),
    )


_COST = ("contacts", "calls", "talk_s", "promises")


def _cost_cells(found: Cost) -> tuple[Cell, ...]:
    return tuple(Cell(getattr(found, k), DEFINITIONS[f"incidents_{k}"].unit) for k in _COST)


def _life(fact: IncidentFact, day: date, locale: str) -> str:
    """« ouvert 09:12, réparé 11:02 »; with the day of what happened on another one."""
    steps = [(word(step, locale), getattr(fact, step)) for step in STEPS]
    return ", ".join(
        f"{said} {'' if at.date() == day else f'{at:%d/%m} '}{formats.clock_time(at, locale)}"
        for said, at in steps
        if at is not None
    )


def half_hours(report: DayReport, locale: str = "fr") -> Table:
    """The half-hours when the line is open or somebody called; they sum to the day."""
    names = ("answered", "abandoned", "short_abandoned", "mean_wait_s")
    head = (
        word("half_hour", locale),
        word("short_presented", locale),
        *(DEFINITIONS[name].name(locale) for name in names),
    )
    rows = tuple(_half_hour_row(Cell(h.label), h) for h in report.shown_half_hours)
    foot = _half_hour_row(Cell(word("day", locale)), report)
    return Table("half_hours", word("half_hours", locale), head, rows, foot)


def _half_hour_row(name: Cell, counted: HalfHour | DayReport) -> tuple[Cell, ...]:
    return (
        name,
        Cell(counted.presented, "calls"),
        Cell(counted.answered, "calls"),
        Cell(counted.abandoned, "calls"),
        Cell(counted.short_abandoned, "calls"),
        Cell(counted.mean_wait_s, "seconds"),
    )


def _counted(
    key: str,
    what: str,
    rows: tuple[tuple[Cell, ...], ...],
    foot: tuple[Cell, ...],
    locale: str,
) -> Table:
    head = (word(what, locale), word("count", locale), word("share", locale))
    return Table(key, word(key, locale), head, rows, foot)


def _part(count: int, whole: int) -> tuple[Cell, Cell]:
    return Cell(count, "calls"), Cell(share(count, whole), "share")


def _answered_foot(report: DayReport, locale: str) -> tuple[Cell, ...]:
    name = Cell(DEFINITIONS["answered"].name(locale))
    return (name, *_part(report.answered, report.answered))
