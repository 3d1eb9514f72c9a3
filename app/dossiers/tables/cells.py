"""What a cell of somebody's table means: the true value, or a refusal in words; never a wrong value. Pure.

Spreadsheets change what is typed into them: they show a long number in scientific notation, take the zero of a
telephone number and its « +33 », make a date of « 3-21 », keep days as numbers counted from 1900 or from 1904, and read
04/03 as a day of April on an American machine. What can only have been one thing is undone; what may be two is
refused, with what to do. (Formats: ECMA-376 18.17.4.1 for the two systems of dates.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from app.dossiers.mail import address as mail_address
from app.dossiers.mail.address import Wrong
from app.dossiers.name_folding import fold
from app.foundation.text import phone_numbers
from app.foundation.text.patterns import pattern
from app.foundation.text.spreadsheets import harmless

T = TypeVar("T")

NOT_COMPUTED = "#?"  # how a formula without a value, or an error, begins (``workbook``)
SCIENTIFIC = pattern(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_ERROR = pattern(r"#(?:\?|#+|[A-Z]{1,8}[A-Z0-9 _/]{0,12}[!?]?)")
_LITERAL_FORMULA = pattern(r'="([^"]*)"')
_DATE_LIKE = pattern(r"[0-9]{1,4}[/\-.][0-9]{1,2}[/\-.][0-9]{1,4}(?:[ T][0-9:.]+)?")
_MONTH_AND_NUMBER = pattern(r"([A-Za-zÀ-ÿ]{3,5})\.?-[0-9]{2}|[0-9]{1,2}-([A-Za-zÀ-ÿ]{3,5})\.?")
_FLOAT = pattern(r"[0-9]+[.,]0+")
MONTHS = {
    fold(word): number
    for number, words in enumerate(
        (
            "janvier janv jan january", "février févr fév february feb", "mars mar march",
            "avril avr april apr", "mai may", "juin jun june", "juillet juil jul july",
            "août aug august", "septembre sept sep september", "octobre oct october",
            "novembre nov november", "décembre déc december dec",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
# Accents that nothing brings back: « ZoÃ© né » was put together from two files, « ZoŽ » is a Macintosh's « Zoé ».
_LOST = pattern(r"Ã[©¨ª«´®¯§¢¹»¼]|[a-zà-ÿ][ŽˆŸ‡•™]|[A-Z]Ž[a-zà-ÿ]|â€[™œ“]")
_TO_TEXT = "mettez la colonne au format texte, et collez-y à nouveau les valeurs d'origine"


class Unusable(ValueError):
    """The line cannot be imported; ``str`` says why, in French. ``kind`` groups the same reasons."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class NumberCell(str):
    """A cell that its workbook keeps as a number: what it was before is not known (« 007 » is 7)."""

    __slots__ = ()


def mended(text: str) -> str:
    """« ZoÃ© », UTF-8 that was read as Windows-1252 and saved so: « Zoé », for it can have been nothing else."""
    try:
        found = b"".join(_byte(char) for char in text).decode("utf-8")
    except UnicodeError:
        return text
    return text if found == text else mended(found)


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")  # the five codes that Windows-1252 leaves empty


def tidy(cell: str) -> str:
    """The cell without the signs that nobody sees, its spaces plain, its accents as they were."""
    seen = cell
    if not (cell.isascii() and cell.isprintable()):
        cell = seen = cell if isinstance(cell, NumberCell) else mended(cell)
        hidden = ("Cf", "Cc")
        seen = "".join(c for c in cell if unicodedata.category(c) not in hidden or c.isspace())
    text = " ".join(seen.split())
    return NumberCell(text) if isinstance(cell, NumberCell) else text


def plain(cell: str) -> str:
    """``tidy``, with what spreadsheets put around a text undone: ="0612", '0612. Raises Unusable for an error or a
    formula."""
    text = tidy(cell)
    if text.startswith(NOT_COMPUTED) or _ERROR.fullmatch(text):
        raise Unusable(
            "erreur du tableur",
            "la case contient une erreur ou une formule sans valeur : remplacez-la par sa valeur",
        )
    if literal := _LITERAL_FORMULA.fullmatch(text):
        return literal[1].strip()
    if text.startswith("="):
        raise Unusable("formule", "la case contient une formule : remplacez-la par sa valeur")
    if text.startswith("'") and len(text) > 1:
        return text[1:].strip()
    return text


def shown_safely(cell: str) -> str:
    """The cell for a file that is corrected in a spreadsheet and read again: it runs nothing there, and means the same.

    A formula stays refused until somebody writes its value.
    """
    text = cell.strip()
    if literal := _LITERAL_FORMULA.fullmatch(text):
        return harmless(literal[1])
    return f"{NOT_COMPUTED} {text}" if text.startswith("=") else harmless(cell)


def not_scientific(text: str, what: str) -> None:
    """Raise Unusable for a figure whose last digits a spreadsheet has dropped."""
    if SCIENTIFIC.fullmatch(text):
        raise Unusable(
            "notation scientifique",
            f"{what} « {text[:30]} » est en notation scientifique : le tableur a perdu des chiffres, {_TO_TEXT}",
        )


def words(cell: str, most: int) -> str:
    """A text of ``most`` signs at most, on one line. Raises Unusable."""
    text = plain(cell)
    not_scientific(text, "le texte")
    if len(text) > most:
        raise Unusable("texte trop long", f"le texte a {len(text)} caractères, pour {most} au plus")
    if any(not c.isprintable() for c in text):
        raise Unusable("signe illisible", "le texte contient un caractère qu'on ne peut pas garder")
    if "\ufffd" in text or _LOST.search(text):
        raise Unusable("accents perdus", "des accents ont été perdus : enregistrez en UTF-8")
    return unicodedata.normalize("NFC", text)


def identifier(cell: str, most: int = 24) -> str:
    """A reference, an account number: exactly what was written, or refused. Raises Unusable."""
    text = words(cell, most)
    if not text:
        return ""
    if isinstance(tidy(cell), NumberCell):
        raise Unusable(
            "identifiant devenu un nombre",
            f"« {text[:30]} » est gardé comme un nombre : ses zéros de tête ont pu disparaître, {_TO_TEXT}",
        )
    month = _MONTH_AND_NUMBER.fullmatch(text)
    if _DATE_LIKE.fullmatch(text) or (month and fold(month[1] or month[2]) in MONTHS):
        raise Unusable(
            "identifiant devenu une date",
            f"« {text[:30]} » a l'air d'une date : le tableur a pu la fabriquer, {_TO_TEXT}",
        )
    if _FLOAT.fullmatch(text):
        raise Unusable(
            "identifiant devenu un nombre", f"« {text[:30]} » est un nombre à virgule, {_TO_TEXT}"
        )
    return text


def phone(cell: str) -> str | None:
    """A number in E.164; the zero and the « +33 » that a spreadsheet took are given back. Raises Unusable."""
    text = plain(cell)
    if not text or text in ("-", "–", "—"):
        return None
    not_scientific(text, "le numéro")
    if _FLOAT.fullmatch(text):  # 612345678.0: the same whole number
        text = text.replace(",", ".").partition(".")[0]
    if text.isascii() and text.isdigit():
        text = _digits_alone(text)
    found = phone_numbers.stored(text)
    if found is None:
        raise Unusable("numéro illisible", f"« {text[:30]} » n'est pas un numéro de téléphone")
    return found


def _digits_alone(text: str) -> str:
    """What a column of numbers leaves of a French telephone number, made whole again."""
    if text[0] == "0":
        return text
    if len(text) == 9:  # no French number has nine digits without its zero
        return "0" + text
    if len(text) == 11 and text.startswith("33") and text[2] != "0":
        return "+" + text
    if len(text) == 12 and text.startswith("330"):
        return "+33" + text[3:]
    if len(text) == 12 and text.startswith(("262", "590", "594", "596", "508")):
        return "+" + text
    raise Unusable(
        "numéro incomplet",
        f"« {text[:30]} » : il manque le 0 ou l'indicatif (+…), qu'un tableur a pu retirer",
    )


def mail(cell: str) -> str | None:
    """A mail address as it is kept. Raises Unusable."""
    text = plain(cell)
    if not text or text in ("-", "–", "—"):
        return None
    read = mail_address.read(text)
    if isinstance(read, Wrong):
        raise Unusable("mail illisible", f"« {text[:60]} » n'est pas une adresse : {read.sentence}")
    return read.text


# --- numbers and choices -------------------------------------------------------------------------


def whole(cell: str, most: int) -> int | None:
    """A whole number from 0 to ``most``; None when empty. Raises Unusable."""
    found = _decimal(cell)
    if found is None:
        return None
    if found != found.to_integral_value() or not 0 <= found <= most:
        raise Unusable(
            "nombre illisible", f"« {cell[:30]} » n'est pas un nombre entier de 0 à {most}"
        )
    return int(found)


def cents(cell: str) -> int | None:
    """An amount in euros, in cents; None when empty. Raises Unusable."""
    found = _decimal(cell)
    if found is None:
        return None
    value = found * 100
    if value != value.to_integral_value() or not 0 <= value <= 100_000_000:
        raise Unusable("montant illisible", f"« {cell[:30]} » n'est pas un montant en euros")
    return int(value)


def _decimal(cell: str) -> Decimal | None:
    text = plain(cell)
    if not text:
        return None
    not_scientific(text, "le nombre")
    digits = text.removesuffix("€").removesuffix("EUR").replace(" ", "").strip()
    if digits.count(".") + digits.count(",") > 1:
        last = max(digits.rfind("."), digits.rfind(","))
        head, tail = digits[:last], digits[last + 1 :]
        groups = head.replace(",", ".").split(".")
        if digits[last] in head or len(tail) == 3 or any(len(g) != 3 for g in groups[1:]):
            raise _ambiguous(text)
        digits = f"{''.join(groups)}.{tail}"
    elif not isinstance(text, NumberCell):
        tail = digits.replace(",", ".").partition(".")[2]
        if len(tail) == 3:  # 1.234: a thousand for some, one and a bit for others
            raise _ambiguous(text)
    digits = digits.replace(",", ".")
    if not (digits.isascii() and digits.replace(".", "", 1).isdigit()):
        raise Unusable("nombre illisible", f"« {text[:30]} » n'est pas un nombre")
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise Unusable("nombre illisible", f"« {text[:30]} » n'est pas un nombre") from None


def _ambiguous(text: str) -> Unusable:
    return Unusable(
        "nombre à deux sens",
        f"« {text[:30]} » se lit de deux façons (milliers, ou décimales ?) : écrivez 1234,50",
    )


_YES = frozenset(map(fold, ("oui", "o", "yes", "y", "vrai", "true", "1", "x")))
_NO = frozenset(map(fold, ("non", "n", "no", "faux", "false", "0")))


def yes(cell: str) -> bool | None:
    """« oui » or « non »; None when empty. Raises Unusable."""
    text = plain(cell)
    if not text:
        return None
    folded = fold(text)
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise Unusable("oui ou non ?", f"« {text[:30]} » n'est ni oui ni non")


def one_of(cell: str, known: Mapping[str, T], what: str) -> T | None:
    """The value whose label is written, however it is accented; None when empty. Raises Unusable."""
    text = plain(cell)
    if not text:
        return None
    found = known.get(fold(text))
    if found is None:
        raise Unusable("valeur inconnue", f"« {text[:60]} » n'est pas {what}")
    return found


_NIR = pattern(r"[1-478][0-9]{2}[0-9]{2}[0-9][0-9AB][0-9]{3}[0-9]{3}[0-9]{2}")


def nir(cell: str) -> str:
    """A NIR with its key, which is checked (INSEE: 97 less the rest of thirteen digits by 97). Raises Unusable."""
    text = plain(cell).replace(" ", "").replace(".", "").upper()
    if not text:
        return ""
    not_scientific(text, "le numéro de sécurité sociale")
    body = text[:13].replace("2A", "19", 1) if text[5:7] == "2A" else text[:13]
    body = body.replace("2B", "18", 1) if text[5:7] == "2B" else body
    if not _NIR.fullmatch(text) or not body.isdigit() or 97 - int(body) % 97 != int(text[13:]):
        raise Unusable(
            "numéro de sécurité sociale faux",
            "le numéro de sécurité sociale n'a pas ses quinze chiffres, ou sa clé est fausse",
        )
    return text


def iban(cell: str) -> str:
    """An IBAN whose check digits hold (ISO 13616). Raises Unusable."""
    text = plain(cell).replace(" ", "").upper()
    if not text:
        return ""
    good = 15 <= len(text) <= 34 and text.isascii() and text.isalnum() and text[:2].isalpha()
    if not good or int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 != 1:
        raise Unusable("IBAN faux", "l'IBAN est incomplet, ou l'un de ses caractères est faux")
    return text
