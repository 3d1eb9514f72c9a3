"""Emergency and listening numbers: what each is for, when it answers, who says so. Pure.

They are no telephone numbers of the plan (``foundation.text.phone_numbers``): a short number means nothing
outside its country, and many providers cannot call it. Hence this list is asked *before* the rule
of ordinary numbers, and whether our line can reach one is a setting of the line
(``LineRules.short_numbers``): it is never promised otherwise. An emergency call made from here is
routed by the *line's* place, not by the person's: the address is said first, always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.foundation.text import phone_numbers
from app.foundation.text.bilingual import Text
from app.foundation.text.patterns import SPACE, pattern

# Of the countries that we know, the one whose short numbers these are.
COUNTRY_CODE = "+33"
SPACES = pattern(rf"[{SPACE}.\-\x{{2011}}\x{{200b}}]+")
# Two digits (15), three (112, 115), four (3114, 1013), or the six of 116 000 and 118 218.
SHAPE = pattern(r"1\d|1\d\d|10\d\d|3\d{3}|11[68]\d{3}")
TYPED_LIMIT = 24

SERVICE_PUBLIC = "service-public.fr (fiche F33954, numéros d'urgence)"
CHECKED = date(2026, 11, 26)


@dataclass(frozen=True)
class ShortNumber:
    """One number. ``written``: it is reached by
    text message or a page, not by voice. ``source`` says where it was read, ``verified_on`` when."""

    number: str
    name: Text
    hours: Text
    source: str
    verified_on: date = CHECKED
    written: bool = False

    def label(self, locale: str) -> str:
        """« 3114 · Prévention du suicide »."""
        return f"{self.number} · {self.name.get(locale)}"

    def when(self, locale: str) -> str:
        """When it answers."""
        return self.hours.get(locale)


ALWAYS = Text("jour et nuit, gratuit", "day and night, free")

# In the order in which somebody in distress is helped: listening, rescue, the other dangers.
NUMBERS: tuple[ShortNumber, ...] = (
    ShortNumber("3114", Text("Prévention du suicide", "Suicide prevention"), ALWAYS, "3114.fr"),
    ShortNumber("15", Text("Samu", "Ambulance (Samu)"), ALWAYS, SERVICE_PUBLIC),
    ShortNumber("112", Text("Urgences, partout en Europe", "Emergency, all Europe"), ALWAYS, SERVICE_PUBLIC),
    ShortNumber(
        "114",
        Text("Urgences par SMS, sans parler", "Emergency by text, without speaking"),
        Text("jour et nuit : SMS, tchat ou visio, depuis le téléphone de la personne",
         "day and night: text, chat or video, from the person's own phone"),
        SERVICE_PUBLIC,
        written=True,
    ),
    ShortNumber("17", Text("Police, gendarmerie", "Police"), ALWAYS, SERVICE_PUBLIC),
    ShortNumber("18", Text("Pompiers", "Fire and rescue"), ALWAYS, SERVICE_PUBLIC),
    ShortNumber("119", Text("Enfance en danger", "Children in danger"), ALWAYS, "allo119.gouv.fr"),
    ShortNumber(
        "3919", Text("Violences faites aux femmes", "Violence against women"), ALWAYS, "arretonslesviolences.gouv.fr"
    ),
    ShortNumber("115", Text("Sans-abri : Samu social", "Nowhere to sleep"), ALWAYS, SERVICE_PUBLIC),
    ShortNumber(
        "116117",
        Text("Médecin de garde", "Doctor on duty"),
        Text("hors des heures de cabinet, dans les territoires où il existe ; ailleurs le 15",
         "outside surgery hours, where it exists; elsewhere 15"),
        SERVICE_PUBLIC,
    ),
    ShortNumber(
        "116000", Text("Enfants disparus", "Missing children"), ALWAYS, "116000enfantsdisparus.fr"
    ),
    ShortNumber("196", Text("Secours en mer", "Rescue at sea"), ALWAYS, SERVICE_PUBLIC),
)  # fmt: skip
BY_NUMBER = {each.number: each for each in NUMBERS}


def read(raw: str | None) -> str | None:
    """The short number that was typed or pasted (« 31 14 », « 116 117 », « +33 15 »), whether we know it or
    not; None for anything else."""
    if not raw or len(raw) > TYPED_LIMIT:
        return None
    text = SPACES.sub("", phone_numbers.plain(raw))
    for prefix in (COUNTRY_CODE, "0033"):
        text = text.removeprefix(prefix)
    return text if text.isascii() and SHAPE.fullmatch(text) else None


def is_short(number: str | None) -> bool:
    """Is what we store a short number? Ordinary ones begin with « + »."""
    return bool(number) and SHAPE.fullmatch(number or "") is not None


def reached(allowed: tuple[str, ...] | None, *, by_default: bool) -> frozenset[str]:
    """The numbers that a line can call. ``allowed`` is the line's setting, None when it says
    nothing: then all of them or none, as its provider does (``by_default``). Those that are
    written to are never called."""
    spoken = frozenset(each.number for each in NUMBERS if not each.written)
    if allowed is None:
        return spoken if by_default else frozenset()
    return spoken & frozenset(allowed)


def dialled(number: str) -> str:
    """A short number as a provider wants it: with the country's code (Twilio's « Emergency
    telephone numbers » : two digits always need it); others are left alone."""
    return COUNTRY_CODE + number if is_short(number) else number
