"""Countries as managers name them: « Maroc », « Morocco », « MA » or « +212 ». Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import phonenumbers
from babel import Locale

from app.dossiers.name_folding import fold
from app.foundation.exceptions import InvalidInput
from app.foundation.text.patterns import pattern

_CODE = pattern(r"(?:\+|00)? ?[0-9 ]{1,8}")

MOST = 60  # countries typed beside those that are proposed
TYPED_LIMIT = 2000  # signs
LOCALES = ("fr", "en")


def name(code: str, locale: str) -> str:
    """« Maroc » for « MA », in the reader's language; the code when nobody knows it."""
    return str(Locale.parse(_known(locale)).territories.get(code, code))


def named(codes: Iterable[str], locale: str) -> str:
    """« Algérie, Maroc »: what ``read`` reads again."""
    return ", ".join(sorted((name(code, locale) for code in codes), key=fold))


def dialled(code: str) -> str:
    """« +212 »: how a country is dialled."""
    return f"+{phonenumbers.country_code_for_region(code)}"


def read(typed: str) -> list[str]:
    """The countries that were typed, as codes, each once. Raises InvalidInput for one unknown."""
    if len(typed) > TYPED_LIMIT:
        raise InvalidInput("Au plus %(most)s pays.", most=MOST)
    found: dict[str, None] = {}
    for word in typed.replace(";", ",").replace("\n", ",").split(","):
        if fold(word):
            found.update(dict.fromkeys(_read_one(word.strip())))
    if len(found) > MOST:
        raise InvalidInput("Au plus %(most)s pays.", most=MOST)
    return list(found)


def _read_one(word: str) -> Iterable[str]:
    digits = "".join(char for char in word if char in "0123456789").removeprefix("00")
    if digits and _CODE.fullmatch(word):
        code = int(digits)
        sharing = phonenumbers.region_codes_for_country_code(code)
        if sharing and "001" not in sharing:
            return sharing if code != 1 else ("US", "CA")
    known = _by_name().get(fold(word).replace(" ", ""))
    if known is None:
        raise InvalidInput(
            "« %(word)s » n'est pas un pays connu. Écrivez son nom (Maroc), son code (MA) ou son "
            "indicatif (+212).",
            word=word[:40],
        )
    return (known,)


@cache
def _by_name() -> dict[str, str]:
    """Names in both languages and codes, folded, of the countries that can be dialled."""
    found: dict[str, str] = {}
    for code in sorted(phonenumbers.SUPPORTED_REGIONS):
        for locale in LOCALES:
            found[fold(name(code, locale)).replace(" ", "")] = code
        found[code.lower()] = code
    return found


def _known(locale: str) -> str:
    return locale[:2] if locale[:2] in LOCALES else "fr"
