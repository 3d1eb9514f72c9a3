"""Slips that are made when a mail address is typed, and what was meant. Pure.

The providers are those that people who call a French public service have; a domain near one of
them, by one or two signs, is more often a slip than somebody's own domain. Only a suggestion.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# A provider's name and the endings under which it gives addresses, the commonest first.
_ENDINGS: dict[str, tuple[str, ...]] = {
    "gmail": ("com",),
    "googlemail": ("com",),
    "hotmail": ("com", "fr"),
    "outlook": ("fr", "com"),
    "live": ("fr", "com"),
    "msn": ("com", "fr"),
    "yahoo": ("fr", "com"),
    "ymail": ("com",),
    "icloud": ("com",),
    "me": ("com",),
    "mac": ("com",),
    "orange": ("fr", "com"),
    "wanadoo": ("fr",),
    "free": ("fr",),
    "aliceadsl": ("fr",),
    "sfr": ("fr", "com"),
    "neuf": ("fr",),
    "cegetel": ("net",),
    "club-internet": ("fr",),
    "numericable": ("fr", "com"),
    "noos": ("fr",),
    "laposte": ("net", "fr"),
    "bbox": ("fr",),
    "aol": ("com", "fr"),
    "gmx": ("fr", "com", "net", "de"),
    "protonmail": ("com", "ch"),
    "proton": ("me",),
    "mailo": ("com", "eu"),
}
# They give addresses under the ending of nearly every country.
_WORLDWIDE = frozenset({"hotmail", "outlook", "live", "yahoo", "gmx"})
KNOWN = frozenset(f"{name}.{ending}" for name, endings in _ENDINGS.items() for ending in endings)
# True domains that are near a provider's.
_TRUE = frozenset(
    {
        "mail.com",
        "email.com",
        "mail.fr",
        "email.fr",
        "fre.fr",
        "love.fr",
        "yopmail.com",
        "yopmail.fr",
    }
)

# Endings that do not exist, or that nobody means, and the one that was meant.
_WRONG_ENDINGS: dict[str, str] = {
    **dict.fromkeys(
        ("con", "cpm", "cmo", "ocm", "vom", "xom", "comm", "coom", "comn", "ccom", "cim"), "com"
    ),
    **dict.fromkeys(("co.m", "cm", "om", "co", "c"), "com"),
    **dict.fromkeys(("rf", "frr", "ffr", "ft", "fe", "dr", "f", "f.r"), "fr"),
    **dict.fromkeys(("nte", "ent", "nett", "nrt", "nwt", "ner", "met"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg"), "org"),
}
# Countries, or endings for sale: only doubted behind a provider that has no address there.
_TRUE_ENDINGS = frozenset({"cm", "om", "co", "met"})

_SPOKEN_AT = (" arobase ", " arobas ", " at ", "(at)", "[at]", "{at}", " @ ")


def likelier(address: str) -> str | None:
    """The address that was more probably meant than this possible one, or None."""
    name, _at, domain = address.partition("@")
    meant = name.removeprefix("www.") or name
    better = f"{meant}@{likelier_domain(domain) or domain}"
    return better if better != address else None


@lru_cache(maxsize=2048)  # a file of a hundred thousand persons has few domains
def likelier_domain(domain: str) -> str | None:
    """The provider's domain that this one is a slip of, or None: « gmial.con » → « gmail.com »."""
    if domain in KNOWN or domain in _TRUE:
        return None
    name, _dot, ending = domain.partition(".")
    known = name if name in _ENDINGS else _nearest_name(name)
    better = _nearest(domain) if known is None else _with_true_ending(known, ending)
    if better is None:
        head, _dot, last = domain.rpartition(".")
        meant = None if last in _TRUE_ENDINGS else _WRONG_ENDINGS.get(last)
        better = f"{head}.{meant}" if meant else domain
    return better if better != domain else None


def _with_true_ending(name: str, ending: str) -> str:
    """A provider's name under an ending that it has; the one written, when it may be right."""
    meant = _WRONG_ENDINGS.get(ending, ending)
    abroad = name in _WORLDWIDE and meant not in ("net", "org")
    return f"{name}.{meant if abroad or meant in _ENDINGS[name] else _ENDINGS[name][0]}"


def _nearest_name(name: str) -> str | None:
    """The provider whose name is one slip away; names under five letters have too many neighbours."""
    if not 4 <= len(name) <= 15:
        return None
    near = [known for known in _ENDINGS if len(known) > 4 and _slips(name, known) == 1]
    return near[0] if len(near) == 1 else None


def _nearest(domain: str) -> str | None:
    """The one known domain that is one slip away (two for long ones), or None."""
    if len(domain) > max(map(len, KNOWN)) + 2:
        return None
    distance, known = min((_slips(domain, known), known) for known in sorted(KNOWN))
    allowed = 1 if len(domain) < 9 else 2
    return None if distance > allowed or _other_short_name(domain, known) else known


def _other_short_name(domain: str, known: str) -> bool:
    """Short names with other letters are other people's domains: « sfp.fr » is not « sfr.fr »."""
    name, other = domain.partition(".")[0], known.partition(".")[0]
    return min(len(name), len(other)) <= 3 and sorted(name) != sorted(other)


def _slips(one: str, other: str) -> int:
    """How many signs were left out, added, changed, or swapped with the next (Damerau)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (sign != wanted))
            if i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def mended(text: str) -> str:
    """What a text that is no address was probably meant to be; it may still be none."""
    guess = plain(text)
    for spoken in _SPOKEN_AT:
        guess = guess.replace(spoken, "@")
    guess = (
        guess.replace(" point ", ".").replace(" tiret ", "-").replace(",", ".").replace(";", ".")
    )
    guess = guess.replace(" ", "").replace("(", "").replace(")", "")
    while ".." in guess or "@@" in guess:
        guess = guess.replace("..", ".").replace("@@", "@")
    guess = guess.replace(".@", "@").replace("@.", "@").strip(".@")
    return _with_at(guess) if "@" not in guess else _with_ending(guess)


def _with_at(guess: str) -> str:
    """The arobase put before the provider that ends the text: « jeangmail.com »."""
    for known in sorted(KNOWN, key=len, reverse=True):
        head = guess.removesuffix(known)
        if len(known) >= 7 and head != guess:
            return f"{head.rstrip('.')}@{known}"
    return guess


def _with_ending(guess: str) -> str:
    """The ending of a provider named alone: « jean@orange »."""
    name, _at, domain = guess.rpartition("@")
    if "." in domain:
        return f"{name}@{likelier_domain(domain) or domain}"
    provider = domain if domain in _ENDINGS else _nearest_name(domain)
    if provider:
        return f"{name}@{provider}.{_ENDINGS[provider][0]}"
    for known, endings in _ENDINGS.items():  # the dot forgotten: « gmailcom »
        for ending in endings:
            if domain == known + ending:
                return f"{name}@{known}.{ending}"
    return guess


def plain(text: str) -> str:
    """``text`` with its letters without accents: « éloïse » → « eloise »."""
    bare = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("æ", "ae"))
    return "".join(c for c in bare if not unicodedata.combining(c))
