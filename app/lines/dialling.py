"""Which numbers the line may call, promise to call, consult or write to. Pure.

One rule for every door: what an agent dials or consults, the directory, a caller who asks to be called
back, the form, missed calls, an SMS. A number that costs much (premium, shared cost, satellite), that
leads to a machine (pager, service), that is our own (the line would ring itself) or that is in a
country that managers have not chosen is refused with a reason; nothing is promised that would not
be done.

Numbers free or at the price of a call (0 800 to 0 809 in France) are services that agents may need to
reach for somebody; nobody is called back there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from app.foundation.exceptions import InvalidInput
from app.foundation.text.overseas_numbers import in_france

N_ = str  # marks a sentence for bin/translations.py

HOME = "FR"
OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
NEIGHBOURS = ("BE", "LU", "DE", "CH", "IT", "ES", "MC", "AD", "GB")
DEFAULT_COUNTRIES = (HOME, *OVERSEAS, *NEIGHBOURS)


class Use(StrEnum):
    """What the number is for."""

    DIAL = "dial"  # by an agent: dialled, consulted, transferred to, kept in the directory
    CALL_BACK = "call_back"  # promised to somebody, then rung by the line itself
    WRITE = "write"  # a text message


class Reason(StrEnum):
    """Why a number may not be called."""

    NO_NUMBER = "no_number"
    SHORT = "short"
    OURS = "ours"
    COSTLY = "costly"
    SATELLITE = "satellite"
    SERVICE = "service"
    COUNTRY = "country"
    LANDLINE = "landline"


SENTENCES: dict[Reason, str] = {
    Reason.NO_NUMBER: N_("Ce numéro n'est pas complet, ou n'existe pas."),
    Reason.SHORT: N_("On ne peut pas appeler ce numéro court d'ici."),
    Reason.OURS: N_("C'est le numéro de la ligne : elle ne peut pas s'appeler elle-même."),
    Reason.COSTLY: N_("Ce numéro est surtaxé : la ligne ne l'appelle pas."),
    Reason.SATELLITE: N_("Ce numéro passe par satellite, très cher : la ligne ne l'appelle pas."),
    Reason.SERVICE: N_("Ce numéro est celui d'un service, pas d'une personne qui décroche."),
    Reason.COUNTRY: N_("La ligne n'appelle pas ce pays (%(code)s)."),
    Reason.LANDLINE: N_("Ce numéro est celui d'un fixe : il ne reçoit pas de SMS."),
}
WHAT_TO_DO: dict[Reason, str] = {
    Reason.COUNTRY: N_("L'encadrement choisit les pays dans les règles de la ligne."),
    Reason.LANDLINE: N_("Appelez la personne, ou demandez-lui un numéro de portable."),
}
_OTHER_NUMBER = N_("Demandez un autre numéro où joindre la personne.")


@dataclass(frozen=True)
class Policy:
    """What the line allows: countries (ISO 3166), and its own numbers (E.164)."""

    countries: Collection[str] = DEFAULT_COUNTRIES
    ours: Collection[str] = ()


@dataclass(frozen=True)
class Allowed:
    """The number may be used so."""

    number: str


@dataclass(frozen=True)
class Refused:
    """It may not; ``code`` is its country's, as it is dialled (« +212 »), "" when it has none."""

    reason: Reason
    code: str = ""

    def error(self, kept: str = N_("Rien n'est parti.")) -> InvalidInput:
        """The same as an error for whoever asked."""
        return InvalidInput(
            SENTENCES[self.reason],
            kept=kept,
            todo=WHAT_TO_DO.get(self.reason, _OTHER_NUMBER),
            code=self.code,
        )


def judge(number: str | None, use: Use, policy: Policy) -> Allowed | Refused:
    """May this number (E.164) be used so? A short one (« 3114 ») is refused: see ``Reason.SHORT``."""
    if not number:
        return Refused(Reason.NO_NUMBER)
    if not number.startswith("+"):
        short = number.isascii() and number.isdigit() and len(number) <= 6
        return Refused(Reason.SHORT if short else Reason.NO_NUMBER)
    if number in policy.ours:
        return Refused(Reason.OURS)
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return Refused(Reason.NO_NUMBER)
    code = f"+{read.country_code}"
    reason = _french(number, use) if in_france(number) else _foreign(read, use)
    if reason is None and not _regions(read) & frozenset(policy.countries):
        reason = Reason.COUNTRY
    if reason is None and use is Use.WRITE and _is_landline(read, number):
        reason = Reason.LANDLINE
    return Allowed(number) if reason is None else Refused(reason, code)


def _is_landline(read: PhoneNumber, number: str) -> bool:
    """Does its plan say that no text message arrives there? (What it does not know may be tried.)"""
    digits = in_france(number)
    if digits is not None and not digits.startswith("0508"):  # there mobiles begin like the others
        return digits[1] not in "67"
    return phonenumbers.number_type(read) == PhoneNumberType.FIXED_LINE


# --- the plan of France, overseas included -------------------------------------------------------


def _french(number: str, use: Use) -> Reason | None:
    """By the first digits (Arcep): 0 80 is free or at the price of a call, 0 81 to 0 89 cost more."""
    digits = in_france(number) or ""
    if digits[1] == "0":
        return Reason.NO_NUMBER
    if digits[1] != "8":
        return None
    if digits[2] != "0":
        return Reason.COSTLY
    return None if use is Use.DIAL else Reason.SERVICE


# --- other countries -----------------------------------------------------------------------------

# Codes that are no country's (ITU, list of E.164 codes): Inmarsat, Iridium and Globalstar, networks.
_SATELLITE = frozenset({870, 871, 872, 873, 874, 875, 876, 877, 878, 879, 881, 882, 883, 888})
_SHARED_WORLDWIDE, _PREMIUM_WORLDWIDE, _FREE_WORLDWIDE = 808, 979, 800
_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_MACHINES = frozenset(
    {
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.UAN,
        PhoneNumberType.PERSONAL_NUMBER,  # forwarded, at a price that nobody tells
    }
)


def _foreign(read: PhoneNumber, use: Use) -> Reason | None:
    if read.country_code in _SATELLITE:
        return Reason.SATELLITE
    if read.country_code in (_SHARED_WORLDWIDE, _PREMIUM_WORLDWIDE):
        return Reason.COSTLY
    if read.country_code == _FREE_WORLDWIDE:
        return Reason.SERVICE
    if phonenumbers.number_type(read) == PhoneNumberType.UNKNOWN and (refused := _unknown(read)):
        return refused
    kinds = _kinds(read)
    if kinds & _COSTLY:
        return Reason.COSTLY
    if kinds & _MACHINES or (PhoneNumberType.TOLL_FREE in kinds and use is not Use.DIAL):
        return Reason.SERVICE
    return None


# Costly beginnings that libphonenumber does not call so (the rest it does), by country code.
_COSTLY_BEGINNINGS: dict[int, tuple[str, ...]] = {
    # Spain: 905 votes and mass calls (Resolución de 4 de diciembre de 2008), 907 premium data
    # (Orden IET/2733/2015)
    34: ("905", "907"),
    # Germany: 0118 enquiries, 012 new services, 0137 votes, 0190 the former 0900 (the ranges of the
    # Bundesnetzagentur)
    49: ("118", "12", "137", "190"),
    # Belgium: 070 up to 0,30 € a minute, 0905 up to 2 € a call (arrêté royal du 27 avril 2007)
    32: ("70", "905"),
    # Switzerland: 18xx enquiries (the plan of the OFCOM)
    41: ("18",),
}
_ENQUIRIES = "118"  # the prefix of directory enquiries in Europe's plans: priced by the minute
_LONGEST_SERVICE = (
    7  # digits of a service behind a 1; a subscriber's begin otherwise, or are longer
)


def _unknown(read: PhoneNumber) -> Reason | None:
    """Why a number that its country's plan does not know is not called; None when it may be new.

    What is left must have the length of a subscriber's number there, neither a piece of one nor a
    number dialled in its own town alone.
    """
    national = phonenumbers.national_significant_number(read)
    if national.startswith(_COSTLY_BEGINNINGS.get(read.country_code or 0, ())):
        return Reason.COSTLY
    short = len(national) <= _LONGEST_SERVICE
    if short and national.startswith(_ENQUIRIES):
        return Reason.COSTLY
    if _kinds(read) & (_COSTLY | _MACHINES):
        return None  # a digit too many or too few: refused as those that it begins like
    lengths = {
        phonenumbers.is_possible_number_for_type_with_reason(read, kind)
        for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
    }
    if phonenumbers.ValidationResult.IS_POSSIBLE not in lengths:
        return Reason.NO_NUMBER
    return Reason.SERVICE if short and national.startswith("1") else None


def _kinds(read: PhoneNumber) -> frozenset[int]:
    """What its country's plan says of it. A number that the plan does not know (a digit too many
    is dialled all the same) is of the kinds of those that begin like it."""
    kind = phonenumbers.number_type(read)
    if kind != PhoneNumberType.UNKNOWN:
        return frozenset({kind})
    national = read.national_number or 0
    alike = [national // 10**n for n in (1, 2, 3)] + [national * 10**n for n in (1, 2, 3)]
    return frozenset(
        phonenumbers.number_type(PhoneNumber(read.country_code, each)) for each in alike
    )


def _regions(read: PhoneNumber) -> frozenset[str]:
    """The countries that this number may be in: the one its plan says, else those of its code.

    North America shares one code between twenty-five countries, some of them dear: there a number
    that the plan does not know is in none.
    """
    region = phonenumbers.region_code_for_number(read)
    if region:
        return frozenset({region})
    sharing = phonenumbers.region_codes_for_country_code(read.country_code or 0)
    return frozenset() if read.country_code == 1 else frozenset(sharing)
