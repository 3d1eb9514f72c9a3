"""What somebody types, written as it was meant: before anything is looked for. Pure.

A reference is read from a mail, an address is dictated, a zero is typed as a capital O: « réf. PF-2026-OO4205 » is
« PF-2026-004205 », « samira.haddad arobase gmail point com » an address.
"""

from __future__ import annotations

from app.foundation.text.patterns import Match, pattern

# « dossier n° », « réf. : », before something with digits.
_LABEL = pattern(
    r"(?i)^(?:(?:le |son |mon |du |la |sa |ma )?"
    r"(?:dossier|demande|r[ée]f[ée]rence|r[ée]f|num[ée]ro|num|n°|no|n|file|reference|ref)"
    r"[ .:°#]+)+(?P<rest>[^@]*[0-9][^@]*)$"
)
_AT = pattern(
    r"(?i) *(?:\((?:at|arobase|arrobase|chez)\)|\[at\]| (?:arobase|arrobase|arobas)) *|"
    r" at (?P<domain>[a-z0-9\-]+(?: dot |[. ])[a-z]{2,4}$)"
)
_POINT = pattern(r"(?i) (?:point|dot) ")
_DOMAIN = (
    r"(?:gmail|gmial|gmal|hotmail|outlook|live|msn|icloud|yahoo|orange|wanadoo|free|sfr|laposte|neuf|bbox|"
    r"numericable|proton|protonmail|gmx)"
)
_NO_AT = pattern(rf"(?i)^(?P<local>[a-z0-9._\-]{{3,}})[. ]{_DOMAIN}[. ](?:com|fr|net|me)$")
_NO_DOT = pattern(rf"(?i)^(?P<local>[a-z0-9._\-]+[._\-][a-z0-9._\-]+) (?P<domain>{_DOMAIN})$")
_LOOKS = str.maketrans({"o": "0", "O": "0", "l": "1", "I": "1", "i": "1"})
_WORD = pattern(r"[A-Za-z0-9]+")
SHORTEST_MISREAD = 4  # signs


def tidied(text: str) -> str:
    """The text as it was meant; most texts as they are."""
    if "@" not in text:
        text = _address(text)
    if "@" in text:
        return text
    if label := _LABEL.match(text):
        text = label["rest"]
    return _zeros(text)


def _address(text: str) -> str:
    """« samira.haddad arobase gmail point com », « samira.haddad.gmail.com »: an address without its sign."""
    if _AT.search(text):
        said = _AT.sub(lambda m: f"@{m['domain'] or ''}", text)
        local, _at, domain = _POINT.sub(".", said).partition("@")
        return f"{local.replace(' . ', '.')}@{domain.replace(' ', '.')}"
    if missing := _NO_AT.match(text):
        local = missing["local"]
        return f"{local}@{text[len(local) + 1 :].replace(' ', '.')}"
    if missing := _NO_DOT.match(text):
        return f"{missing['local']}@{missing['domain']}"
    return text


def _zeros(text: str) -> str:
    """O for 0, l or I for 1, among digits: in a word that is mostly digits, or where all the rest is digits."""
    words = [match.group() for match in _WORD.finditer(text)]
    like = [word for word in words if _like_digits(word)]
    figures = sum(char.isdigit() for word in words for char in word)
    all_alike = len(like) == len(words) and figures >= SHORTEST_MISREAD

    def read(match: Match) -> str:
        word = match.group()
        digits = sum(char.isdigit() for char in word)
        mostly = len(word) >= SHORTEST_MISREAD and 2 * digits > len(word)
        return word.translate(_LOOKS) if word in like and (mostly or all_alike) else word

    return _WORD.sub(read, text) if like else text


def _like_digits(word: str) -> bool:
    return any(char.isdigit() for char in word) and word.translate(_LOOKS).isdigit()
