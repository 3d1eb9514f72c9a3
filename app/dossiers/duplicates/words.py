"""« Similaire à 87 % : même date de naissance, nom à une lettre près », in both languages. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.dossiers.duplicates.score import Reason
from app.foundation.text.bilingual import Text

REASONS = {
    Reason.SAME_NAME: Text("même nom", "same name"),
    Reason.SWAPPED_NAME: Text("nom et prénom inversés", "first and last names swapped"),
    Reason.ONE_LETTER: Text("nom à une lettre près", "name one letter apart"),
    Reason.SAME_SOUND: Text("noms qui s'entendent pareil", "names that sound the same"),
    Reason.PART_OF_NAME: Text("un nom de plus ou de moins", "one name more or less"),
    Reason.SAME_BIRTH: Text("même date de naissance", "same birth date"),
    Reason.TURNED_BIRTH: Text(
        "jour et mois de naissance inversés", "day and month of birth swapped"
    ),
    Reason.NEAR_BIRTH: Text("date de naissance à un chiffre près", "birth date one digit apart"),
    Reason.OTHER_BIRTH: Text("autre date de naissance", "another birth date"),
    Reason.OTHER_NIR: Text("autre numéro de sécurité sociale", "another social security number"),
    Reason.SAME_PHONE: Text("même téléphone", "same phone"),
    Reason.SAME_MAIL: Text("même mail", "same email"),
    Reason.SAME_REFERENCE: Text("même formation", "same training"),
}


def said(percent: int, reasons: Sequence[str], locale: str) -> str:
    """The sentence of a pair."""
    why = ", ".join(
        REASONS[Reason(reason)].get(locale) for reason in reasons if reason in set(Reason)
    )
    return Text(f"Similaire à {percent} % : {why}", f"{percent}% alike: {why}").get(locale)
