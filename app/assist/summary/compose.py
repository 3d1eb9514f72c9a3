"""The summary that a person keeps of a contact, in plain words. Pure.

Composed from what really happened alone: one sentence for each row that was made, one for what is to be
done with it, the number to call, a reference. Nothing is promised here that nobody promised, and nothing
personal is in it: no name, no address, no reason, no amount (a telephone is read by others too).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.foundation.clock import local_day
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import day, moment


class What(StrEnum):
    """What happened, that a person may want to read again."""

    LINK = "link"  # a link left by mail: it lives until then
    RESET = "reset"
    UNLOCKED = "unlocked"
    SLOT = "slot"  # a slot was handed back: its name
    CORRECTED = "corrected"
    PRIORITY = "priority"  # promised by that day
    CALL_BACK = "call_back"  # promised at that time
    ANSWER = "answer"  # promised by that time
    QUESTION = "question"  # put to whoever follows the dossier
    INCIDENT = "incident"
    PLACE = "place"  # an appointment: where, when


@dataclass(frozen=True)
class Happened:
    """One thing that was done. ``until``: by when, or when; ``name``: of the slot, of the place."""

    what: What
    until: datetime | date | None = None
    name: str = ""


@dataclass(frozen=True)
class Facts:
    """What a summary is made of: on which day, in which language, and the number to call (``hours`` may be "")."""

    happened: tuple[Happened, ...]
    on: datetime
    language: str
    number: str
    hours: str = ""
    reference: str = ""


_DONE: Mapping[What, Text] = {
    What.LINK: Text(
        "Nous vous avons envoyé un mail avec un lien. Il marche jusqu'{until}.",
        "We sent you an email with a link. It works until {until}.",
    ),
    What.RESET: Text(
        "Le Portail vous envoie un mail pour choisir un nouveau mot de passe.",
        "The Portal is sending you an email to choose a new password.",
    ),
    What.UNLOCKED: Text("Votre compte est débloqué.", "Your account is unlocked."),
    What.SLOT: Text(
        "Vous pouvez de nouveau remplir la case « {name} ».",
        "You can fill in the slot “{name}” again.",
    ),
    What.CORRECTED: Text("Vos coordonnées sont corrigées.", "Your details are corrected."),
    What.PRIORITY: Text(
        "Votre dossier sera regardé en premier, au plus tard {until}.",
        "Your file will be looked at first, by {until} at the latest.",
    ),
    What.CALL_BACK: Text("Nous vous rappelons {until}.", "We will call you back {until}."),
    What.ANSWER: Text(
        "Nous vérifions, et nous vous répondons au plus tard {until}.",
        "We are checking, and will answer you {until} at the latest.",
    ),
    What.QUESTION: Text(
        "Votre question est posée à la personne qui suit votre dossier.",
        "Your question has been put to the person who follows your file.",
    ),
    What.INCIDENT: Text(
        "Le problème vient de chez nous, pas de vous.",
        "The problem is on our side, not yours.",
    ),
    What.PLACE: Text("Rendez-vous : {name}, {until}.", "Appointment: {name}, {until}."),
}

_NEXT: Mapping[What, Text] = {
    What.LINK: Text(
        "Ensuite : ouvrez ce mail, étape 1, puis étape 2 et « suivre ma demande ».",
        "Next: open that email, step 1, then step 2 and “suivre ma demande”.",
    ),
    What.RESET: Text(
        "Ensuite : ouvrez ce mail et choisissez un mot de passe.",
        "Next: open that email and choose a password.",
    ),
    What.UNLOCKED: Text("Ensuite : connectez-vous.", "Next: sign in."),
    What.SLOT: Text(
        "Ensuite : ajoutez-y votre document, puis transmettez.",
        "Next: put your document in it, then send it.",
    ),
}


def compose(facts: Facts) -> str:
    """The text, in the person's language: what was done, what to do next and by when, whom to call.

    Each thing once, in the order in which it happened; of links and resets the last one alone counts,
    as the last mail is the one to open.
    """
    lines = [_opening(facts)]
    for each in _kept(facts.happened):
        lines.append(_say(_DONE[each.what], each, facts))
        if each.what in _NEXT:
            lines.append(_NEXT[each.what].get(facts.language))
    lines.append(_closing(facts))
    return "\n".join(lines)


def _kept(happened: tuple[Happened, ...]) -> list[Happened]:
    last_only = {What.LINK, What.RESET}
    last = {each.what: each for each in happened if each.what in last_only}
    kept: list[Happened] = []
    for each in happened:
        if last.get(each.what, each) is each and each not in kept:
            kept.append(each)
    return kept


def _opening(facts: Facts) -> str:
    on = day(local_day(facts.on), local_day(facts.on), facts.language)
    if not facts.happened:
        return Text(f"Nous nous sommes parlé le {on}.", f"We spoke on {on}.").get(facts.language)
    return Text(f"Ce que nous avons fait ensemble le {on} :", f"What we did together on {on}:").get(
        facts.language
    )


def _say(text: Text, each: Happened, facts: Facts) -> str:
    until = _until(each.until, facts) if each.until is not None else ""
    sentence = text.get(facts.language)
    if "jusqu'{until}" in sentence:  # « jusqu'au 25 juin », « le 25 juin »
        until = "au" + until.removeprefix("le")
    if "until {until}" in sentence:
        until = until.removeprefix("on ")
    return sentence.format(name=each.name, until=until)


def _until(until: datetime | date, facts: Facts) -> str:
    today = local_day(facts.on)
    if isinstance(until, datetime):
        return moment(until, today, facts.language)
    said = day(until, today, facts.language)
    return said if facts.language == "en" else f"le {said}"


def _closing(facts: Facts) -> str:
    hours = f" ({facts.hours})" if facts.hours else ""
    reference = Text(f" Référence : {facts.reference}.", f" Reference: {facts.reference}.").get(
        facts.language
    )
    return Text(
        f"Une difficulté ? Appelez le {facts.number}{hours}.",
        f"Need help? Call {facts.number}{hours}.",
    ).get(facts.language) + (reference if facts.reference else "")


SUBJECT = Text(
    "Portail des aides : le résumé de notre échange",
    "Grants Portal: the summary of our conversation",
)
