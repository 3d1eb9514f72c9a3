"""What a manager types about a line, read and judged. Pure: hours, closures, rules, thresholds.

A form is read whole: ``Read.errors`` says what is wrong in each field, in words, and nothing is
changed while it is not empty. Hours are typed as people write them: « 9h-12h30, 13h30-17h ».
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from babel import Locale, UnknownLocaleError

from app.foundation.exceptions import InvalidInput
from app.foundation.roles import AGENTS
from app.foundation.text import outside
from app.foundation.text.patterns import SPACE, pattern
from app.lines.dialling import HOME, NEIGHBOURS, OVERSEAS
from app.lines.numbers import countries
from app.lines.numbers.short_numbers import NUMBERS
from app.lines.rules import BOUNDS, CAPS, CLOSING, ON_CALL_LENGTH
from app.queue.policy import Team

MODES = ("hours", "open", "closed")
WEEK = tuple(str(day) for day in range(7))
POLICY_BOUNDS = {
    "ring_seconds": (10, 60),
    "overflow_after": (0, 600),
    "overflow_length": (0, 100),
}
THRESHOLDS = ("overflow_after", "overflow_length")
TYPED_LIMIT = 200  # characters kept of what is typed in a day
SPANS_LIMIT = 6
CLOSURE_LIMIT = 31  # days closed at once
FARTHEST = timedelta(days=2 * 366)
LANGUAGES_LIMIT = 8
SHORT_REACHES = ("provider", "chosen", "none")
SWITCHES = ("callbacks", "voicemail", "coaching")
PROPOSED = (*OVERSEAS, *NEIGHBOURS)  # countries that a form ticks; any other is typed

Span = tuple[str, str]
Errors = dict[str, InvalidInput]


@dataclass(frozen=True)
class Read:
    """A form once read: its values, or what is wrong, by field."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names whose value differs, in order: what the journal keeps of a change."""
    return sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k))


ASKED = ("first", "overflow", "no")


def team_form(team: Team) -> dict[str, str]:
    """What the form of a queue's team shows: how each role is asked."""
    how = dict.fromkeys(team.overflow, "overflow") | dict.fromkeys(team.first, "first")
    return {f"role-{role}": how.get(role, "no") for role in AGENTS}


def read_team(form: Mapping[str, str]) -> Read:
    """Which roles a queue asks first, and which widen them; somebody is always asked first."""
    chosen = {role: form.get(f"role-{role}", "") for role in AGENTS}
    if not set(chosen.values()) <= set(ASKED):
        return Read(errors={"team": InvalidInput("Choisissez ce que fait chaque équipe.")})
    team = {
        how: [str(role) for role in AGENTS if chosen[role] == how] for how in ("first", "overflow")
    }
    if not team["first"]:
        missing = InvalidInput(
            "Au moins une équipe répond en premier : sinon, aucun poste ne sonne."
        )
        return Read(errors={"team": missing})
    return Read(team)


# --- opening hours -------------------------------------------------------------------------------

_TIME = (
    r"(?:midi|noon|minuit|midnight|"
    r"[0-9]{1,2}(?:\s*(?:heures?|h|:|\.)(?:\s*[0-9]{2})?)?)"
)
_SPAN = rf"(?:(?:de|from)\s+)?({_TIME})\s*(?:-|–|—|à|to)\s*({_TIME})"
_BETWEEN = r"(?:\s*[,;/&+]\s*|\s+(?:et|and|puis|then)\s+|\s+)"
# All the spans in one match, twice as many as there may be: only so is « 9h-12h 13h-17h » read right.
_DAY = pattern(rf"{_SPAN}{rf'(?:{_BETWEEN}{_SPAN})?' * (2 * SPANS_LIMIT - 1)}\s*[.,;]?")
_NUMBERS = pattern(r"[0-9]+")
_CLOSED = frozenset({"", "-", "x", "ferme", "fermé", "fermée", "closed", "rien", "aucun"})
_ALL_DAY = frozenset({"24h/24", "24h sur 24", "24/24", "24/7", "jour et nuit", "day and night"})
DAY = 24 * 60  # minutes
_NAMED = {"midi": (12, 0), "noon": (12, 0), "minuit": (0, 0), "midnight": (0, 0)}


def read_day(typed: str) -> list[Span]:
    """The opening spans of a day as typed, in order, « HH:MM » each. Raises InvalidInput.

    Nothing, or « fermé », is a closed day.
    """
    text = " ".join(typed[: TYPED_LIMIT + 1].split()).lower()
    if text in _CLOSED and len(typed) <= TYPED_LIMIT:
        return []
    if text in _ALL_DAY:
        return [(_stored(0), _stored(DAY))]
    read = None if len(typed) > TYPED_LIMIT else _DAY.fullmatch(text)
    if read is None:
        raise InvalidInput(
            "« %(typed)s » n'est pas compris. Écrivez par exemple 9h-12h30, 13h30-17h, ou laissez "
            "vide si la ligne est fermée ce jour-là.",
            typed=text[:60],
        )
    times = [_minutes(each) for each in read.groups("") if each]
    # Midnight as an end is that of the day: « 18h-minuit », « 0h-0h » for the whole of it.
    spans = sorted((start, end or DAY) for start, end in zip(times[::2], times[1::2], strict=True))
    _check(spans)
    return [(_stored(start), _stored(end)) for start, end in spans]


def _minutes(typed: str) -> int:
    parts = _NUMBERS.findall(typed)
    hour, minute = _NAMED.get(typed) or (int(parts[0]), int(parts[1]) if parts[1:] else 0)
    if minute > 59 or hour * 60 + minute > DAY:
        raise InvalidInput(
            "« %(typed)s » n'est pas une heure : la dernière est minuit, 24h.", typed=typed.strip()
        )
    return hour * 60 + minute


def _check(spans: list[tuple[int, int]]) -> None:
    if len(spans) > SPANS_LIMIT:
        raise InvalidInput(
            "Au plus %(most)s plages par jour : regroupez celles qui se suivent.", most=SPANS_LIMIT
        )
    for start, end in spans:
        if end <= start:
            raise InvalidInput(
                "« %(span)s » finit avant d'avoir commencé.", span=span_text((start, end))
            )
    for first, second in itertools.pairwise(spans):
        if second[0] < first[1]:
            raise InvalidInput(
                "« %(first)s » et « %(second)s » se chevauchent.",
                first=span_text(first),
                second=span_text(second),
            )


def _stored(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def span_text(span: tuple[int, int]) -> str:
    """« 9h-12h30 », as one would write it; minutes since midnight."""
    return "-".join(f"{m // 60}h{m % 60:02d}" if m % 60 else f"{m // 60}h" for m in span)


def day_text(spans: Iterable[Iterable[str]]) -> str:
    """The stored spans of a day as one would type them; ``read_day`` reads it back."""
    return ", ".join(span_text((start, end)) for start, end in _pairs(spans))


def _pairs(spans: Iterable[Iterable[str]]) -> Iterable[tuple[int, int]]:
    for span in spans:
        start, end = (int(clock[:2]) * 60 + int(clock[3:5]) for clock in span)
        yield start, end


def read_week(form: Mapping[str, str]) -> Read:
    """The seven days of the form (``day-0`` is Monday). A week with no hour at all is refused."""
    week: dict[str, list[list[str]]] = {}
    errors: Errors = {}
    for day in WEEK:
        try:
            week[day] = [list(span) for span in read_day(form.get(f"day-{day}", ""))]
        except InvalidInput as error:
            errors[f"day-{day}"] = error
    if not errors and not any(week.values()):
        errors["day-0"] = InvalidInput(
            "Aucun jour n'a d'horaires : la ligne n'ouvrirait plus. Pour la fermer tout de suite, "
            "choisissez « Fermer », plus haut."
        )
    return Read({day: spans for day, spans in week.items() if spans}, errors)


def week_form(week: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the hours' form, filled with what is stored."""
    return {f"day-{day}": day_text(week.get(day, ())) for day in WEEK}


# --- exceptional closures ------------------------------------------------------------------------


def read_closure(
    first: str, last: str, *, today: date, closed: Collection[str], holidays: Collection[date]
) -> Read:
    """The days to close, both ends included (``values["days"]``, ISO). ``last`` may be empty."""
    errors: Errors = {}
    start, end = _date(first, "first", errors), _date(last or first, "last", errors)
    if errors or start is None or end is None:
        return Read(errors=errors)
    if start < today:
        errors["first"] = InvalidInput("Ce jour est passé. Choisissez aujourd'hui ou plus tard.")
    elif end < start:
        errors["last"] = InvalidInput("La fin est avant le début.")
    elif (end - start).days >= CLOSURE_LIMIT:
        errors["last"] = InvalidInput("Au plus %(most)s jours à la fois.", most=CLOSURE_LIMIT)
    elif end > today + FARTHEST:
        errors["last" if last else "first"] = InvalidInput(
            "Cette date est dans plus de deux ans : vérifiez l'année."
        )
    if errors:
        return Read(errors=errors)
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    fresh = [d.isoformat() for d in days if d.isoformat() not in closed and d not in holidays]
    if not fresh:
        errors["first"] = InvalidInput(
            "La ligne est déjà fermée ce jour-là : il est dans la liste, ou férié."
        )
        return Read(errors=errors)
    return Read({"days": fresh})


_FRENCH_DAY = pattern(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")


def _date(typed: str, name: str, errors: Errors) -> date | None:
    """« 2026-12-24 » as browsers send it, or « 24/12/2026 » as people type it."""
    text = typed[: 2 * len("24/12/2026")].strip()
    french = _FRENCH_DAY.fullmatch(text)
    if french:
        day, month, year = french.groups()
        text = f"{year}-{month:0>2}-{day:0>2}"
    found = outside.day(text)
    if found is None:
        errors[name] = InvalidInput("Ce n'est pas une date. Écrivez-la ainsi : 24/12/2026.")
    return found


# --- rules and thresholds ------------------------------------------------------------------------


def read_rules(form: Mapping[str, str]) -> Read:
    """The line's own rules; ``values`` is what ``Line.rules`` stores."""
    errors: Errors = {}
    values: dict[str, Any] = {name: name in form for name in SWITCHES}
    values["closing"] = form.get("closing", "")
    if values["closing"] not in CLOSING:
        errors["closing"] = InvalidInput("Choisissez ce qui se passe à la fermeture.")
    for name, bounds in BOUNDS.items():
        values[name] = _whole(form, name, bounds, errors)
    for name, bounds in CAPS.items():
        if name in form:
            values[name] = _whole(form, name, bounds, errors)
    values["languages"] = _languages(form.get("languages", ""), errors)
    if "countries" in form:  # a form that shows them: no tick is a choice
        values["countries"] = _countries(form, errors)
    values["short_numbers"] = _short_numbers(form, errors)
    values["on_call"] = " ".join(form.get("on_call", "").split())
    if len(values["on_call"]) > ON_CALL_LENGTH:
        errors["on_call"] = InvalidInput(
            "Au plus %(most)s caractères : un nom, un numéro.", most=ON_CALL_LENGTH
        )
    return Read(values, errors)


def _countries(form: Mapping[str, str], errors: Errors) -> list[str]:
    """France, those that were ticked (``country-RE``), and those that were typed."""
    ticked = [code for code in PROPOSED if f"country-{code}" in form]
    try:
        others = countries.read(form.get("other_countries", ""))
    except InvalidInput as error:
        errors["other_countries"] = error
        others = []
    return [HOME, *ticked, *(code for code in others if code != HOME and code not in ticked)]


def country_fields(chosen: Collection[str], locale: str) -> dict[str, Any]:
    """The form's fields for these countries: ``read_rules`` reads them back."""
    ticked = {f"country-{code}": code in chosen for code in PROPOSED}
    others = [code for code in chosen if code != HOME and code not in PROPOSED]
    return {**ticked, "other_countries": countries.named(others, locale)}


def _short_numbers(form: Mapping[str, str], errors: Errors) -> list[str] | None:
    """The emergency and listening numbers that the line reaches; None: as the provider does."""
    reaches = form.get("short_reach", "provider")
    if reaches not in SHORT_REACHES:
        errors["short_reach"] = InvalidInput("Choisissez ce que la ligne peut appeler.")
    if reaches != "chosen":
        return None if reaches == "provider" else []
    return [n.number for n in NUMBERS if not n.written and f"short_{n.number}" in form]


def short_reach(allowed: Collection[str] | None) -> str:
    """Which of the three choices of the form a stored setting is."""
    if allowed is None:
        return "provider"
    return "chosen" if allowed else "none"


def rules_form(stored: Mapping[str, Any], locale: str) -> dict[str, str]:
    """The fields of the rules' form, filled with what is stored; what is ticked is "1", else "".

    ``locale``: the language in which countries are named. Whatever is stored under a name of its own is
    a field of that name.
    """
    reached = stored["short_numbers"]
    own = {n: v for n, v in stored.items() if n not in ("languages", "countries", "short_numbers")}
    fields = {
        **own,
        "languages": ", ".join(stored["languages"][1:]),
        "short_reach": short_reach(reached),
        **country_fields(stored["countries"], locale),
        **{f"short_{n.number}": n.number in (reached or ()) for n in NUMBERS if not n.written},
    }
    return {name: _shown(name, value) for name, value in fields.items()}


def ticked(name: str) -> bool:
    """Is this field of the rules' form a box to tick?"""
    short = name.startswith("short_") and name != "short_reach"
    return name in SWITCHES or name.startswith("country-") or short


def unticked(shown: Iterable[str], form: Mapping[str, str]) -> list[str]:
    """The boxes of the rules' form that this one shows and that are not ticked in it."""
    groups = {"country-": "countries", "short_": "short_reach"}
    sent = [prefix for prefix, sign in groups.items() if sign in form]
    return [
        name
        for name in shown
        if ticked(name) and name not in form and (name in SWITCHES or name.startswith(tuple(sent)))
    ]


def _shown(name: str, value: object) -> str:
    return ("1" if value else "") if ticked(name) else str(value)


def read_policy(form: Mapping[str, str], names: Iterable[str] = POLICY_BOUNDS) -> Read:
    """Ringing time and overflow thresholds: those ``names`` of the policy."""
    errors: Errors = {}
    values = {name: _whole(form, name, POLICY_BOUNDS[name], errors) for name in names}
    return Read(values, errors)


def _whole(form: Mapping[str, str], name: str, bounds: tuple[int, int], errors: Errors) -> int:
    least, most = bounds
    typed = "".join(form.get(name, "")[:TYPED_LIMIT].split())
    value = outside.whole_number(typed, least, most)
    if value is None:
        errors[name] = InvalidInput(
            "Écrivez un nombre entier, de %(least)s à %(most)s.", least=least, most=most
        )
    return least if value is None else value


_CODES = pattern(rf"[^{SPACE},;/]+")


def _languages(typed: str, errors: Errors) -> list[str]:
    """French first, then the codes typed (« en, ar »), each once."""
    codes = ["fr"]
    for code in _CODES.findall(typed[:TYPED_LIMIT].lower()):
        if not _known_language(code):
            errors["languages"] = InvalidInput(
                "« %(code)s » n'est pas un code de langue. Par exemple : en (anglais), ar (arabe), "
                "es (espagnol).",
                code=code[:20],
            )
        elif code not in codes:
            codes.append(code)
    if len(codes) > LANGUAGES_LIMIT:
        errors["languages"] = InvalidInput("Au plus %(most)s langues.", most=LANGUAGES_LIMIT)
    return codes


def _known_language(code: str) -> bool:
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        return False
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True
