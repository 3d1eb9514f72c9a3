"""What the answers of a contact have taught, so that nothing is asked twice. Pure.

A fact is learnt from a choice (``learns``), never from a guess; a later answer corrects an earlier one,
and undoing an answer forgets what it taught. A step that ``asks`` facts which are all known is passed
over, said to be so, and can be asked again (ADR 0034).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.assist.script import Choice, Step
from app.foundation.text.bilingual import Text

# What is true of the line whoever is spoken of; all else is of one person, and is asked again for another.
OF_THE_LINE = frozenset({"heard", "device"})
LASTS = timedelta(days=7)  # as long as a run may be resumed: older answers are asked again


@dataclass(frozen=True)
class Kind:
    """One thing that can be known: its name, its values in words, and whether a new call asks again.

    ``of_the_call``: who hears, what is in the person's hands, who speaks: true of one contact alone.
    """

    name: Text
    values: Mapping[str, Text]
    of_the_call: bool = False


KINDS: Mapping[str, Kind] = {
    "identity": Kind(
        Text("qui parle", "who is speaking"),
        {
            "checked": Text("vérifié", "checked"),
            "centre": Text("l'organisme est connu", "the training centre is known"),
        },
        of_the_call=True,
    ),
    "heard": Kind(
        Text("qui peut entendre", "who can hear"),
        {
            "alone": Text("personne autour", "nobody around"),
            "overheard": Text("quelqu'un peut entendre", "somebody can hear"),
        },
        of_the_call=True,
    ),
    "device": Kind(
        Text("l'appareil", "the device"),
        {
            "phone": Text("un téléphone", "a phone"),
            "computer": Text("un ordinateur", "a computer"),
            "none": Text("aucun", "none"),
        },
        of_the_call=True,
    ),
    "helper": Kind(
        Text("quelqu'un à côté", "somebody beside them"),
        {
            "present": Text("quelqu'un aide", "somebody helps"),
            "none": Text("personne", "nobody"),
        },
        of_the_call=True,
    ),
    "mailbox": Kind(
        Text("la boîte mail", "the mailbox"),
        {
            "open": Text("ouverte", "open"),
            "locked": Text("fermée", "locked"),
            "none": Text("aucune", "none"),
        },
        of_the_call=True,
    ),
    "address": Kind(
        Text("l'adresse mail", "the email address"),
        {
            "confirmed": Text("relue, c'est la bonne", "read back, it is right"),
            "wrong": Text("à corriger", "to correct"),
        },
    ),
    "soon": Kind(
        Text("le temps dans les trois jours", "time within three days"),
        {"yes": Text("oui", "yes"), "no": Text("non", "no")},
    ),
    "enrolled": Kind(
        Text("l'inscription par l'organisme", "the enrolment by the training centre"),
        {"yes": Text("déclarée", "declared"), "no": Text("pas encore", "not yet")},
    ),
    "rejection": Kind(
        Text("la raison du refus", "the reason of the refusal"),
        {"outside": Text("le mail n'a pas servi", "the email was not used")},
    ),
}


@dataclass(frozen=True)
class Told:
    """One answer that taught something: when, what, whether in an earlier contact, or about ``another`` person."""

    at: datetime
    learns: tuple[tuple[str, str], ...]
    earlier: bool = False
    another: bool = False


@dataclass(frozen=True)
class Known:
    """One fact at one moment; ``written``: nobody said it in a script, it stands in the dossier or on the card."""

    name: str
    value: str
    at: datetime
    written: bool = False

    def words(self, locale: str) -> str:
        """« l'adresse mail : relue, c'est la bonne », as the agent reads it."""
        return words(self.name, self.value, locale)


def confirms(choice: Choice) -> bool:
    """Does this answer say that the one who speaks is the person, checked? With a helper who speaks, it does not."""
    learns = dict(choice.learns)
    return learns.get("identity") == "checked" and learns.get("helper") != "present"


def words(name: str, value: str, locale: str) -> str:
    """A fact in words; as it is written for one that we do not know."""
    kind = KINDS.get(name)
    if kind is None or value not in kind.values:
        return f"{name} : {value}"
    return f"{kind.name.get(locale)} : {kind.values[value].get(locale)}"


def gather(told: Iterable[Told], now: datetime) -> dict[str, Known]:
    """The facts that these answers taught, the latest word of each.

    What is true of one call alone does not pass from an earlier contact, and nothing older than
    ``LASTS`` counts: it is asked again.
    """
    known: dict[str, Known] = {}
    for each in sorted(told, key=lambda t: t.at):
        if now - each.at > LASTS:
            continue
        for name, value in each.learns:
            of_them = name in OF_THE_LINE or not each.another
            if of_them and not (each.earlier and KINDS[name].of_the_call):
                known[name] = Known(name, value, each.at)
    return known


def passes(step: Step, known: Mapping[str, Known]) -> int | None:
    """The number of the choice that what is known already answers, or None when it must be asked.

    Only a choice that goes on within the script: an end or another script is decided by a person. Answers
    that differ in more than what is asked (a helper beside them, or not) are one when they lead to one step.
    """
    if not step.asks or step.action is not None or any(name not in known for name in step.asks):
        return None
    fitting = [n for n, choice in enumerate(step.choices) if _says(choice, step, known)]
    return fitting[0] if len({step.choices[n].next for n in fitting}) == 1 else None


def _says(choice: Choice, step: Step, known: Mapping[str, Known]) -> bool:
    learns = dict(choice.learns)
    return choice.next is not None and all(
        learns.get(name) == known[name].value for name in step.asks
    )
