"""What the pages of the line show: how it stands, what callers hear next, each announcement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.accounts import last_editor
from app.calls.call.life.states import State
from app.calls.call.models import Call
from app.dossiers.wording import Words
from app.foundation import edits
from app.foundation.edits import Change
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.text.typography import french
from app.lines import line_now
from app.lines.announcements import names as announcement_names
from app.lines.announcements import own as own_words
from app.lines.announcements import said as announcements
from app.lines.announcements.settings import places
from app.lines.dialling import NEIGHBOURS, OVERSEAS
from app.lines.line_now import LineNow
from app.lines.models import Line
from app.lines.numbers import countries
from app.lines.settings import ticked
from app.lines.territories import TERRITORIES

HOLIDAYS_AHEAD = timedelta(days=365)
NOON = time(12)


def locale() -> str:
    """« fr » or « en », of who reads."""
    return str(get_locale() or "fr")[:2]


def typeset(text: str) -> str:
    """French typography for a French reader; as it is for the others."""
    return french(text) if locale() == "fr" else text


def long_date(day: date) -> str:
    """« jeudi 24 décembre 2026 »."""
    return typeset(str(format_date(day, "EEEE d MMMM y", locale=locale())))


# --- how the line stands -------------------------------------------------------------------------


def standing(line: Line, now: datetime) -> dict[str, Any]:
    """Is it open, why, until when; and what callers hear once it is closed."""
    stands = line_now.of(line)
    closes = stands.closes_at(now)
    then = closes if stands.mode == "hours" and closes else now
    return {
        "open": stands.is_open(now),
        "mode": stands.mode,
        "closes": Words(locale(), now).clock(closes) if closes else "",
        "next": _moment(stands.opens_next(now), stands.zone),
        "heard": heard(line, then),
        "incident_since": line.incident_since,
        "waiting": waiting(),
        "closing": stands.rules.closing,
        "choices": _modes(stands, closes, now),
    }


def waiting() -> int:
    """How many people wait for an agent."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Call)
            .where(Call.state.in_((State.WAITING, State.OFFERED)), Call.direction == "in")
        )
        or 0
    )


def heard(line: Line, at: datetime) -> str:
    """What a caller hears, in French, who calls at ``at`` while the line is closed."""
    stands = line_now.of(line)
    opening = stands.opens_next(at)
    words = announcements.closed_words(opening, at, stands.zone, "fr", line.announcements)
    return french(words)


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return _(
        "%(day)s à %(time)s",
        day=format_date(local.date(), "EEEE d MMMM", locale=locale()),
        time=Words(locale(), at).clock(at),
    )


def _modes(stands: LineNow, closes: datetime | None, now: datetime) -> list[tuple[str, str, str]]:
    """(mode, what it is called, what it does if chosen now)."""
    following = _("Aucune ouverture n’est prévue dans les trente jours.")
    by_hours, opening = stands.by_hours(now), stands.next_opening(now)
    if by_hours and closes:
        until = Words(locale(), now).clock(closes)
        following = _(
            "D’après les horaires, elle est ouverte maintenant, jusqu’à %(at)s.", at=until
        )
    elif by_hours:
        following = _("D’après les horaires, elle est ouverte jour et nuit.")
    elif opening:
        following = _(
            "D’après les horaires, elle est fermée maintenant et ouvre %(at)s.",
            at=_moment(opening, stands.zone),
        )
    return [
        ("hours", _("Suivre les horaires"), following),
        (
            "open",
            _("Ouvrir, même hors horaires"),
            _(
                "Elle prend les appels dès maintenant, et reste ouverte jusqu’à votre prochain choix."
            ),
        ),
        ("closed", _("Fermer"), _closed_effect(stands)),
    ]


def _closed_effect(stands: LineNow) -> str:
    count = waiting()
    words = [
        _(
            "Dès maintenant, qui appelle entend que la ligne est fermée, jusqu’à votre prochain choix."
        ),
        _("Les conversations en cours continuent."),
    ]
    if count and stands.rules.closing == "serve":
        words.append(_("Personnes qui attendent déjà : %(n)s ; on leur répondra.", n=count))
    elif count:
        words.append(
            _(
                "Personnes qui attendent déjà : %(n)s ; elles peuvent taper 1 pour être rappelées, ou attendre.",
                n=count,
            )
        )
    return " ".join(words)


# --- closures and holidays -----------------------------------------------------------------------


def closures(line: Line, now: datetime) -> list[dict[str, str]]:
    """The exceptional closures from today on, each with what is heard on that day."""
    stands = line_now.of(line)
    zone, today = stands.zone, stands.day_of(now)
    days = sorted(date.fromisoformat(each) for each in stands.closures)
    return [
        {
            "day": day.isoformat(),
            "name": long_date(day),
            "heard": heard(line, datetime.combine(day, NOON, zone)),
        }
        for day in days
        if day >= today
    ]


def territories() -> list[tuple[str, str]]:
    """The territories whose public holidays a line can keep: (code, name)."""
    return [(code, name.get(locale())) for code, name in TERRITORIES.items()]


def public_holidays(line: Line, today: date) -> list[tuple[str, str]]:
    """The public holidays of the line's territory in the next twelve months: (date, name)."""
    language = "fr" if locale() == "fr" else "en_US"  # the library has no other English
    years = [today.year, today.year + 1]
    found = line_now.of(line).public_holidays(years, language)
    return [
        (long_date(day), name)
        for day, name in sorted(found.items())
        if today <= day <= today + HOLIDAYS_AHEAD
    ]


def holiday_days(line: Line, today: date) -> set[date]:
    """The same as dates, two years ahead."""
    years = [today.year + n for n in range(3)]
    return set(line_now.of(line).public_holidays(years))


# --- announcements -------------------------------------------------------------------------------


@dataclass
class Card:
    """One announcement in one language, as its card shows it."""

    key: str
    language: str
    name: str
    when: str
    typed: str
    default: str
    own: bool
    seen: str
    sound_seen: str
    places: list[str]
    sound: str = ""
    error: PermanenceError | None = None
    sound_error: PermanenceError | None = None
    changes: tuple[Change, ...] = ()  # what somebody else stored meanwhile
    by: str = ""  # who, and when
    done: str = ""  # what has just been stored
    playable: bool = True  # nothing to fill in: a sound may stand for it
    fallback: bool = False  # no words in this language: French is spoken

    def field_label(self, name: str) -> str:
        """« Texte » or « Son », for what somebody else changed of it."""
        return _("Son") if name == "sound" else _("Texte")

    def field_value(self, name: str, value: str) -> str:
        """Its words; of a sound, whether there is one."""
        if name != "sound":
            return value
        return _("un son déposé") if value else _("aucun son")


def cards(line: Line, language: str) -> list[Card]:
    """The card of each announcement that the line may say."""
    sounds = own_words.sounds_of(line, language)
    return [card(line, key, language, sounds) for key in announcements.TEXTS["fr"]]


def card(line: Line, key: str, language: str, sounds: dict[str, str] | None = None) -> Card:
    """One card, from what is stored. Raises NotFound for a key or language we do not have."""
    own_words.check_language(line, language)
    default = own_words.default_text(key, language)
    own = own_words.own_text(line, key, language)
    found = own_words.sounds_of(line, language) if sounds is None else sounds
    names = {
        k: words for _title, group in announcement_names.groups() for k, words in group.items()
    }
    name, when = names.get(key, (key, ""))
    return Card(
        key=key,
        language=language,
        name=name,
        when=when,
        typed=own or default,
        default=default,
        own=own is not None,
        seen=edits.seal(own_words.text_shown(line, key, language)),
        sound_seen=edits.seal({"sound": found.get(key, "")}),
        places=sorted(places(default)),
        sound=found.get(key, ""),
        playable=announcements.playable(key),
        fallback=not announcements.has_words(key, language, line.announcements),
    )


def grouped(all_cards: list[Card]) -> list[tuple[str, list[Card]]]:
    """The cards under their titles; one that has no name yet comes last."""
    by_key = {each.key: each for each in all_cards}
    titles = [
        (title, [by_key.pop(key) for key in names if key in by_key])
        for title, names in announcement_names.groups()
    ]
    return [*titles[:-1], (titles[-1][0], titles[-1][1] + list(by_key.values()))]


def country_groups() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(title, [(code, name, how it is dialled)]) of the countries that the form of rules ticks."""
    groups = ((_("Outre-mer"), OVERSEAS), (_("Pays voisins"), NEIGHBOURS))
    return [
        (title, [(code, countries.name(code, locale()), countries.dialled(code)) for code in codes])
        for title, codes in groups
    ]


def languages(line: Line) -> list[tuple[str, str]]:
    """(code, name) of each language of the line."""
    spoken = line_now.of(line).rules.languages
    return [(code, Locale.parse(code).get_display_name(locale()) or code) for code in spoken]


def incident_words(line: Line) -> str:
    """The incident's announcement in the reader's language: for the desk's banner too."""
    return typeset(announcements.incident_words(locale(), line.announcements))


def last_by(line: Line, *acts: str) -> str:
    """Who changed this of the line last, and when: for the second of two who edit it."""
    return last_editor.last_by(f"line:{line.id}", *acts)


def label(name: str) -> str:
    """A field of the forms of hours and of rules, in words."""
    if name.startswith("country-"):
        return countries.name(name.removeprefix("country-"), locale())
    return labels().get(name, name.removeprefix("short_"))


def labels() -> dict[str, str]:
    """The fields that have words of their own."""
    days = {f"day-{n}": name.capitalize() for n, name in enumerate(announcements.DAYS[locale()])}
    return {
        **days,
        "closing": _("Les personnes qui attendent encore"),
        "callbacks": _("Proposer d’être rappelé sans perdre sa place"),
        "callback_attempts": _("Essais par personne"),
        "callback_pause_minutes": _("Entre deux essais"),
        "sticky_minutes": _("Une ligne coupée revient au même agent pendant"),
        "ring_seconds": _("Un poste sonne pendant"),
        "overflow_after": _("Le renfort est sollicité après"),
        "overflow_length": _("ou dès que la file dépasse"),
        "languages": _("Après le français, la ligne parle"),
        "other_countries": _("Autres pays"),
        "short_reach": _("Cette ligne peut appeler"),
        "on_call": _("Qui appeler quand personne de l’encadrement n’est là"),
        "territory": _("Jours fériés de"),
        "voicemail": _("Laisser un message quand la ligne est fermée"),
        "coaching": _("Permettre à l’encadrement d’écouter un appel et de parler à l’agent seul"),
    }


def said(name: str, value: str) -> str:
    """A value of those forms, in words."""
    if ticked(name):
        return _("oui") if value else _("non")
    if name == "territory":
        return dict(territories()).get(value, value)
    if name == "closing":
        return {"serve": _("réponse donnée"), "callback": _("rappel proposé")}.get(value, value)
    return value or (_("fermée") if name.startswith("day-") else "")
