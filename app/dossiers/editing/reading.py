"""The text of a field, as people write it, read and judged. Pure.

Every reader gives the text to keep (ISO days, « 911,50 », a bare number), "" for none, or raises InvalidInput with
what is wrong.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from app.dossiers import free_text
from app.dossiers.editing.sheets import Field, Kind
from app.dossiers.screening import numbers
from app.dossiers.vocabulary import GRANTED, Inside
from app.foundation.exceptions import InvalidInput
from app.foundation.text import outside

YES, NO = "yes", "no"


def read(field: Field, typed: str) -> str:
    """The text to keep of what was typed in ``field``. Raises InvalidInput."""
    text = _READERS[field.kind](field, typed)
    if field.required and not text:
        raise InvalidInput("Il faut choisir une réponse.")
    return text


def words(field: Field, typed: str) -> str:
    """A line of plain words, without a secret nor anybody's health."""
    text = " ".join("".join(c if c.isprintable() else " " for c in typed).split())
    if len(text) > field.most:
        raise InvalidInput("C'est trop long : %(most)s caractères au plus.", most=field.most)
    judged = free_text.check(text, about_somebody=True)
    if isinstance(judged, free_text.Refused):
        if judged.secrets == (free_text.Secret.HEALTH,):
            raise InvalidInput(
                "La santé d'une personne ne se note pas. Écrivez ce que cela change pour le dossier."
            )
        raise InvalidInput(
            "Un mot de passe, un numéro de carte, de sécurité sociale ou de compte ne va pas ici."
        )
    return text


def day_of(typed: str) -> date | None:
    """« 2021-06-22 », « 22/06/2021 », « 22.6.2021 »; None for what is no date of ours."""
    parts = typed.strip().replace("/", "-").replace(".", "-").replace(" ", "-").split("-")
    if len(parts) == 3 and len(parts[2]) == 4:
        parts.reverse()
    try:
        year, month, day = (int(part) for part in parts if part.isascii() and part.isdigit())
        return outside.day(date(year, month, day).isoformat())
    except (ValueError, OverflowError):
        return None


def _day(_field: Field, typed: str) -> str:
    if not typed.strip():
        return ""
    found = day_of(typed)
    if found is None:
        raise InvalidInput("Ce n'est pas une date. Écrivez-la ainsi : 24/12/1985.")
    return found.isoformat()


def _digits(typed: str) -> str:
    return "".join(c for c in typed if not c.isspace())


def _number(field: Field, typed: str) -> str:
    text = _digits(typed)
    if not text:
        return ""
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise InvalidInput("Écrivez un nombre entier.")
    if int(text) > field.most:
        raise InvalidInput("C'est trop : %(most)s au plus.", most=field.most)
    return str(int(text))


def hundredths(typed: str) -> int | None:
    """« 1 240,5 », « 911.50 € » in hundredths; None for what is no amount."""
    text = _digits(typed).removesuffix("€").replace(",", ".")
    whole, dot, rest = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(whole) > 9 or (dot and not rest):
        return None
    if rest and not (rest.isascii() and rest.isdigit() and len(rest) <= 2):
        return None
    return int(whole) * 100 + int((rest + "00")[:2])


def said_hundredths(value: int) -> str:
    """« 911,50 », « 2 »: as the form shows hundredths."""
    whole, rest = divmod(value, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)


def _euros(field: Field, typed: str) -> str:
    if not typed.strip():
        return ""
    found = hundredths(typed)
    if found is None:
        raise InvalidInput("Écrivez un montant en euros. Exemple : 911,50.")
    if found > field.most:
        raise InvalidInput("Ce montant est trop grand : vérifiez-le.")
    return said_hundredths(found)


def _parts(field: Field, typed: str) -> str:
    """The « parts » of a tax notice go by quarters."""
    if not typed.strip():
        return ""
    found = hundredths(typed)
    if found is None or found % 25 or not 0 < found <= field.most * 25:
        raise InvalidInput("Écrivez le nombre de parts de l'avis d'imposition. Exemple : 2,5.")
    return said_hundredths(found).removesuffix("0") if found % 100 else said_hundredths(found)


def _choice(field: Field, typed: str) -> str:
    text = typed.strip()
    if text and text not in field.options:
        raise InvalidInput("Choisissez dans la liste.")
    return text


def _yes_no(_field: Field, typed: str) -> str:
    text = typed.strip()
    if text not in ("", YES, NO):
        raise InvalidInput("Choisissez dans la liste.")
    return text


def _organisation(_field: Field, typed: str) -> str:
    text = typed.strip()
    if text and outside.identifier(text) is None:
        raise InvalidInput("Choisissez dans la liste.")
    return text


def _nir(_field: Field, typed: str) -> str:
    """Fifteen signs, and the key that they compute: 97 less the remainder of the body (INSEE, « NIR »); 2A
    and 2B stand for Corsica and count as 19 and 18."""
    text = "".join(c for c in typed.upper() if c not in " .-\u00a0\u202f/")
    if not text:
        return ""
    if len(text) == 13:
        raise InvalidInput("Il manque la clé : les deux derniers chiffres du numéro.")
    plain = text[:5] + text[5:7].replace("2A", "19").replace("2B", "18") + text[7:]
    right = len(plain) == 15 and plain.isascii() and plain.isdigit() and text[0] in "12345678"
    if not right:
        raise InvalidInput(
            "Un numéro de sécurité sociale a quinze chiffres. Exemple : 2 85 05 78 006 084 41."
        )
    if int(plain[13:]) != 97 - int(plain[:13]) % 97:
        raise InvalidInput(
            "La clé ne correspond pas : un chiffre est faux. Relisez le numéro avec la personne."
        )
    return text


def iban_holds(iban: str) -> bool:
    """Are the check digits of an account right? (ISO 13616: the remainder by 97 is 1.)"""
    if not (15 <= len(iban) <= 34 and iban.isascii() and iban.isalnum()):
        return False
    if not (iban[:2].isalpha() and iban[2:4].isdigit()):
        return False
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def _iban(_field: Field, typed: str) -> str:
    signs = unicodedata.normalize("NFKC", typed.upper())
    text = "".join(
        c for c in signs if c.isalnum() or (c.isascii() and c.isprintable() and c not in " .-:")
    )
    text = text.removeprefix("IBAN")
    if not text:
        return ""
    if text.startswith("FR") and len(text) != 27:
        raise InvalidInput(
            "Un IBAN français a 27 caractères, celui-ci en a %(count)s.", count=len(text)
        )
    length = numbers.IBAN_LENGTHS.get(text[:2])
    if length is None:
        raise InvalidInput(
            "Un IBAN commence par les deux lettres de son pays. Relisez-le sur le RIB."
        )
    if len(text) != length:
        raise InvalidInput(
            "Un IBAN qui commence par %(country)s a %(length)s caractères, celui-ci en a %(count)s.",
            country=text[:2],
            length=length,
            count=len(text),
        )
    if not iban_holds(text):
        raise InvalidInput(
            "Cet IBAN est faux : il manque un caractère, ou deux sont inversés. Relisez-le sur le RIB."
        )
    return text


_READERS: dict[Kind, Callable[[Field, str], str]] = {
    Kind.WORDS: words,
    Kind.DAY: _day,
    Kind.NUMBER: _number,
    Kind.EUROS: _euros,
    Kind.PARTS: _parts,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.ORGANISATION: _organisation,
    Kind.NIR: _nir,
    Kind.IBAN: _iban,
}


def contradictions(sheet: str, values: Mapping[str, str]) -> dict[str, InvalidInput]:
    """What the fields of a sheet say against one another, by the field to mend; the database holds the same."""
    rule = _RULES.get(sheet)
    return rule(values) if rule else {}


def _training(values: Mapping[str, str]) -> dict[str, InvalidInput]:
    start, end = values.get("training_start", ""), values.get("training_end", "")
    if start and end and end < start:
        return {"training_end": InvalidInput("La formation finirait avant de commencer.")}
    return {}


def _decision(values: Mapping[str, str]) -> dict[str, InvalidInput]:
    wrong: dict[str, InvalidInput] = {}
    inside = Inside(values["inside"]) if values.get("inside") else Inside.AWAITED
    rejected = inside is Inside.REJECTED
    if rejected and not values.get("rejection"):
        wrong["rejection"] = InvalidInput("Un rejet a une raison, et une seule : choisissez-la.")
    if values.get("rejection") and not rejected:
        wrong["rejection"] = InvalidInput("Seul un dossier rejeté a une raison de rejet.")
    if values.get("next_payment_on") and inside not in GRANTED:
        wrong["next_payment_on"] = InvalidInput(
            "L'aide n'est pas accordée : aucune date de paiement ne peut être fixée."
        )
    if values.get("paid_on") and inside is not Inside.PAID:
        wrong["paid_on"] = InvalidInput("Ce dossier n'est pas payé.")
    if values.get("notified_on") and not values.get("decided_on"):
        wrong["decided_on"] = InvalidInput(
            "La décision est annoncée : quel jour a-t-elle été prise ?"
        )
    return wrong


def _piece(values: Mapping[str, str]) -> dict[str, InvalidInput]:
    if values.get("state") == "red" and not (values.get("message") or values.get("defect")):
        return {"message": InvalidInput("Dites à la personne ce qui ne va pas.")}
    return {}


_RULES: dict[str, Callable[[Mapping[str, str]], dict[str, InvalidInput]]] = {
    "training": _training,
    "decision": _decision,
    "piece": _piece,
}
