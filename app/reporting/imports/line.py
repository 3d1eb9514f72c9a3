"""One line of a file of past calls: read right, or refused with the reason. Pure.

Nothing is completed or corrected by guessing: a figure that is missing, or two that disagree, would
be a lie in a report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.dossiers.name_folding import fold
from app.dossiers.tables.cells import SCIENTIFIC, Unusable, tidy
from app.dossiers.tables.days import placed
from app.foundation.text import phone_numbers
from app.foundation.text.patterns import pattern
from app.reporting.imports.mapping import FileMapping
from app.tickets.reasons import CALLED, Reason

LONGEST_CELL = 500
LONGEST_S = 24 * 3600
OLDEST_YEAR = 1990
AHEAD = timedelta(days=1)  # clocks and zones; more is a mistake
LONGEST_DECIMALS = 3  # of a second: no switchboard counts closer
DISAGREE_S = 2  # between a duration and the two moments that it lies between

# How switchboards say that the caller hid the number.
_WITHHELD = frozenset(
    fold(word)
    for word in (
        "anonyme", "anonymous", "masqué", "numéro masqué", "inconnu", "unknown", "privé", "private",
        "secret", "restricted", "withheld", "hidden", "unavailable", "indisponible", "blocked",
        "non communiqué", "appel masqué", "ip", "nc", "na", "n a", "no caller id", "none", "null",
    )
)  # fmt: skip
_NOTHING = frozenset({"", "-", "–", "—", ".", "?"})
_SECONDS = pattern(r"([0-9]{1,9})(?:[.,]([0-9]{1,30}))?")
_CLOCK = pattern(r"(?:([0-9]{1,4}):)?([0-9]{1,5}):([0-9]{2})(?:[.,][0-9]{1,9})?")
_SPOKEN = pattern(
    r"(?:([0-9]{1,3}) ?h ?)?(?:([0-9]{1,4}) ?(?:minutes?|min|mn|m) ?)?"
    r"(?:([0-9]{1,5}) ?(?:secondes?|sec|s))?"
)


@dataclass(frozen=True)
class Told:
    """What a line tells of a call. ``number``: E.164, None when hidden; ``agent``: as written."""

    received_at: datetime
    wait_s: int
    talk_s: int
    answered: bool
    number: str | None
    agent: str
    reason: Reason | None


def read(cells: Mapping[str, str], mapping: FileMapping, *, now: datetime) -> Told:
    """Read the cells of a line, by our names of columns. Raises Unusable."""
    for name, cell in cells.items():
        if len(cell) > LONGEST_CELL:
            raise Unusable("case trop longue", f"la case « {name} » a {len(cell)} caractères")
    plain = {name: tidy(cell) for name, cell in cells.items()}
    received = _received(plain, mapping, now)
    answered_at = _later(plain, "answered_at", mapping, received, "la réponse")
    ended_at = _later(plain, "ended_at", mapping, answered_at or received, "la fin")
    talk = _talk(plain, answered_at, ended_at)
    answered = bool(talk) or answered_at is not None
    return Told(
        received_at=received,
        wait_s=_wait(plain, received, answered_at if answered else ended_at),
        talk_s=talk,
        answered=answered,
        number=_number(plain.get("number", "")),
        agent=plain.get("agent", ""),
        reason=_reason(plain.get("reason", "")),
    )


# --- moments -------------------------------------------------------------------------------------


def _received(cells: Mapping[str, str], mapping: FileMapping, now: datetime) -> datetime:
    if "received_at" in mapping.columns:
        received = moment(cells.get("received_at", ""), "received_at", mapping)
    else:
        day = _day(cells.get("date", ""), mapping)
        received = _placed(datetime.combine(day, _time(cells.get("time", ""), mapping)), mapping)
    if received.year < OLDEST_YEAR or received > now + AHEAD:
        raise Unusable("date impossible", f"le {received:%d/%m/%Y} n'est pas une date d'appel")
    return received


def moment(text: str, name: str, mapping: FileMapping) -> datetime:
    """A date and an hour, in UTC. Raises Unusable: without either, or an hour that never was."""
    if not text:
        raise Unusable("date absente", "la date manque")
    found = _iso(text)
    if found is None:
        try:
            found = datetime.strptime(text, mapping.format_of(name))  # noqa: DTZ007 (placed below)
        except (ValueError, OverflowError):
            raise Unusable(
                "date illisible",
                f"« {text[:40]} » n'est pas une date et une heure au format "
                f"« {mapping.format_of(name)} »",
            ) from None
    return _placed(found, mapping)


def _iso(text: str) -> datetime | None:
    """« 2026-06-22 09:05:00 », with its offset if it has one: no format can mean something else."""
    if len(text) < 16 or text[4:5] != "-" or text[10:11] not in (" ", "T"):
        return None
    try:
        return datetime.fromisoformat(text.replace(" +", "+").replace(" Z", "Z"))
    except ValueError:
        return None


def _placed(found: datetime, mapping: FileMapping) -> datetime:
    return placed(
        found,
        mapping.zone,
        mapping.ambiguous,
        remedy='écrivez le décalage, ou [formats] ambiguous = "earlier" ou "later"',
    )


def _day(text: str, mapping: FileMapping) -> date:
    if not text:
        raise Unusable("date absente", "la date manque")
    written = mapping.formats.get("date", "%Y-%m-%d")
    for attempt in (text, text.removesuffix(" 00:00:00")):  # a spreadsheet's day
        for form in (written, "%Y-%m-%d"):
            try:
                return datetime.strptime(attempt, form).date()  # noqa: DTZ007
            except (ValueError, OverflowError):
                continue
    raise Unusable("date illisible", f"« {text[:40]} » n'est pas une date au format « {written} »")


def _time(text: str, mapping: FileMapping) -> time:
    if not text:
        raise Unusable("heure absente", "l'heure manque")
    written = mapping.formats.get("time", "%H:%M:%S")
    for form in (written, "%H:%M:%S", "%H:%M"):
        try:
            return datetime.strptime(text, form).time()  # noqa: DTZ007
        except (ValueError, OverflowError):
            continue
    raise Unusable(
        "heure illisible", f"« {text[:40]} » n'est pas une heure au format « {written} »"
    )


def _later(
    cells: Mapping[str, str], name: str, mapping: FileMapping, after: datetime, what: str
) -> datetime | None:
    text = cells.get(name, "")
    if not text:
        return None
    found = moment(text, name, mapping)
    if found < after:
        raise Unusable("heures en désordre", f"{what} est avant ce qui la précède")
    if found - after > timedelta(seconds=LONGEST_S):
        raise Unusable("durée impossible", f"{what} vient plus de 24 heures après")
    return found


# --- durations -----------------------------------------------------------------------------------


def seconds(text: str, what: str = "la durée") -> int | None:
    """« 75 », « 75,5 », « 1:15 », « 0:01:15 » or « 1 min 15 s » in seconds, to the nearest; None when
    empty. Raises Unusable for anything else, below zero or above a day, and for a figure with
    decimals that may mean something else than seconds."""
    if not text:
        return None
    if SCIENTIFIC.fullmatch(text):
        raise Unusable(
            "notation scientifique", f"{what} « {text[:30]} » est en notation scientifique"
        )
    if text.startswith(("-", "−")):
        raise Unusable("durée négative", f"{what} « {text[:30]} » est négative")
    if plain := _SECONDS.fullmatch(text):
        _must_be_seconds(text, plain[1], plain[2] or "", what)
    total = _total(text)
    if total is None:
        raise Unusable("durée illisible", f"{what} : « {text[:30]} » n'est pas une durée")
    if total > LONGEST_S:
        raise Unusable("durée impossible", f"{what} « {text[:30]} » dépasse 24 heures")
    return total


def _must_be_seconds(text: str, whole: str, decimals: str, what: str) -> None:
    """Raise Unusable for a part of a day (a spreadsheet's own way to keep an hour: « 0,000347222 »
    is thirty seconds), and for « 1.234 », which is a thousand for some and one second for others."""
    significant = decimals.rstrip("0")
    if significant and (int(whole) == 0 or len(significant) > LONGEST_DECIMALS):
        raise Unusable(
            "fraction de jour",
            f"{what} « {text[:30]} » n'est pas une durée en secondes (une fraction de jour ? "
            "mettez la colonne au format hh:mm:ss)",
        )
    if len(decimals) == 3 and int(whole) and len(whole) <= 3:
        raise Unusable(
            "durée ambiguë",
            f"{what} « {text[:30]} » se lit de deux façons (des milliers, ou des décimales ?) : "
            "écrivez des secondes entières, ou hh:mm:ss",
        )


def _total(text: str) -> int | None:
    if plain := _SECONDS.fullmatch(text):
        return int(plain[1]) + (int((plain[2] or "0")[0]) >= 5)
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, secs = (int(part or 0) for part in clock.groups())
        whole = secs < 60 and (clock[1] is None or minutes < 60)
        return hours * 3600 + minutes * 60 + secs if whole else None
    spoken = _SPOKEN.fullmatch(text.lower())
    if spoken and any(spoken.groups()):
        hours, minutes, secs = (int(part or 0) for part in spoken.groups())
        return hours * 3600 + minutes * 60 + secs
    return None


def _talk(cells: Mapping[str, str], answered_at: datetime | None, ended_at: datetime | None) -> int:
    told = seconds(cells.get("talk_s", ""), "la conversation")
    if answered_at is None or ended_at is None:
        return told or 0
    between = round((ended_at - answered_at).total_seconds())
    return _agreed(told, between, "la conversation")


def _wait(cells: Mapping[str, str], received: datetime, until: datetime | None) -> int:
    told = seconds(cells.get("wait_s", ""), "l'attente")
    if until is not None:
        return _agreed(told, round((until - received).total_seconds()), "l'attente")
    if told is None:
        raise Unusable("attente absente", "l'attente manque : sans elle, un départ serait inventé")
    return told


def _agreed(told: int | None, between: int, what: str) -> int:
    if told is not None and abs(told - between) > DISAGREE_S:
        raise Unusable(
            "durées en désaccord", f"{what} dit {told} s, et les heures disent {between} s"
        )
    return between if told is None else told


# --- who, why ------------------------------------------------------------------------------------


def _number(text: str) -> str | None:
    if text in _NOTHING or fold(text) in _WITHHELD or phone_numbers.is_withheld(text):
        return None
    if SCIENTIFIC.fullmatch(text):
        raise Unusable(
            "notation scientifique",
            f"le numéro « {text[:30]} » est en notation scientifique : le tableur l'a abrégé, "
            "mettez sa colonne en texte",
        )
    found = phone_numbers.stored(text)
    if found is None:
        raise Unusable("numéro illisible", f"« {text[:30]} » n'est pas un numéro de téléphone")
    return found


def _reason(text: str) -> Reason | None:
    if not text:
        return None
    found = {fold(label): Reason(code) for label, code in CALLED.items()}.get(fold(text))
    if found is None:
        raise Unusable("motif inconnu", f"« {text[:60]} » n'est pas un des sept motifs")
    return found
