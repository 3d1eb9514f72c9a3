"""What a script's words may not be, and what an agent had better not say aloud. Pure.

From the field studies: nobody is asked for a secret, nothing is blamed on the person, one question at a time,
and a fact that is not known is not said (« tel jour »). What would not reach the agent as it was written (a
tag, a hidden sign) is refused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from app.assist.script import Problem
from app.foundation.text.patterns import pattern

FILE = "script"
LONGEST = (
    1_200  # characters of one text: three times the longest of ours, a minute and more of speech
)
TEXTS = ("ask", "do", "say", "screen", "check")
ALOUD = ("ask", "say")

_QUOTED = pattern(r"«[^»]*»|“[^”]*”")
_TAG = pattern(r"<[a-zA-Z/!][^<>]*>")
# Without accents: what is compared is ``_plain``.
_SECRET = pattern(
    r"(?:\b(?:re)?(?:donnez|dites|dictez|lisez|epelez|envoyez|repetez)-(?:le-)?(?:moi|nous)\b|"
    r"\b(?:give|tell|read|spell|send) (?:me|us)\b)"
    r"(?P<between>[^.!?:]{0,60}?)\b(?:mots? de passe|codes? (?:recu|sms|secret|confidentiel)|carte banc|"
    r"numero de (?:carte|securite)|iban|passwords?|codes? (?:you|that you|received)|card number)"
)
_EXCEPT = pattern(r"\b(?:sans|pas|jamais|ni|not|never|without|derniers|last)\b")
_HOLES = pattern(
    r"\btel(?:le)? (?:jour|date|heure)\b|\bsuch (?:a|and such) (?:day|date|time)\b|\bxx+\b|__+|\.\.\.\.+"
)
_BLAME = pattern(
    r"\bc'est (?:de )?votre faute|\bvous (?:auriez|n'auriez pas) du\b|\bvous n'avez qu'a\b|"
    r"\bon vous l'a (?:deja )?(?:ecrit|dit)|\bil fallait\b|\ble delai est normal|\bje ne suis pas la pour|"
    r"\bit is your fault|\byou should have|\bwe (?:already )?(?:wrote to|told) you\b|\bthe delay is normal"
)


def refused(document: dict[str, Any]) -> tuple[Problem, ...]:
    """What forbids to publish a script whose form is right."""
    found = []
    for step in document["steps"]:
        for name, locale, text in _texts(step, TEXTS):
            found += [
                Problem(FILE, step["id"], f"{name} ({locale}) : {why}") for why in _faults(text)
            ]
        labels = [_plain(choice["label"]["fr"]) for choice in step["choices"]]
        for label in sorted({each for each in labels if labels.count(each) > 1}):
            found.append(
                Problem(FILE, step["id"], f"deux réponses ont les mêmes mots : « {label} »")
            )
        if any(choice.get("script") == document["id"] for choice in step["choices"]):
            found.append(
                Problem(FILE, step["id"], "le script s'appelle lui-même : menez à une étape (next)")
            )
    return tuple(found)


def advice(document: dict[str, Any]) -> tuple[Problem, ...]:
    """What could be said better; it forbids nothing."""
    return tuple(
        Problem(FILE, step["id"], f"{name} ({locale}) : {what}")
        for step in document["steps"]
        for name, locale, text in _texts(step, ALOUD)
        for what in _better(name, text)
    )


def _texts(step: dict[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for each in (step, step.get("without", {})):
        for name in names:
            for locale, text in each.get(name, {}).items():
                yield name, locale, text


def _plain(text: str) -> str:
    """In small letters, without accents, with one kind of apostrophe and of space."""
    spread = unicodedata.normalize("NFKD", " ".join(text.split()).lower().replace("’", "'"))
    return "".join(each for each in spread if not unicodedata.combining(each))


def _hidden(letter: str) -> bool:
    """A control or format character, but for an end of line and the soft hyphen."""
    return unicodedata.category(letter) in ("Cc", "Cf") and letter not in "\n\u00ad"


def _faults(text: str) -> Iterator[str]:
    if len(text) > LONGEST:
        yield f"{len(text)} caractères, {LONGEST} au plus"
    if tag := _TAG.search(text):
        yield f"« {tag[0][:40]} » serait montré tel quel : écrivez du texte, sans balise"
    if any(_hidden(each) for each in text):
        yield "un caractère invisible s'y cache : retapez la phrase"
    if any(not _EXCEPT.search(m["between"]) for m in _SECRET.finditer(_plain(text))):
        yield "on ne demande jamais un mot de passe, un code, une carte ni un IBAN"


def _better(name: str, text: str) -> Iterator[str]:
    plain = _plain(text)
    if name == "ask" and _QUOTED.sub("", plain).count("?") > 1:
        yield "plusieurs questions à la fois : une par étape"
    if hole := _HOLES.search(plain):
        yield f"« {hole[0]} » : la date vient du dossier ({{=deposited_on}}…), ou ne se dit pas"
    if blame := _BLAME.search(plain):
        yield f"« {blame[0]} » s'entend comme un reproche"
