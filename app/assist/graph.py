"""What makes a script impossible to follow: found from its shape alone. Pure."""

from __future__ import annotations

from collections.abc import Collection

from app.assist.script import ACTIONS, LOCALES, OUTCOMES, Choice, Problem, Script, Step
from app.foundation.text import bodies

MAX_CHOICES = 9  # one key each, 1 to 9


def problems(script: Script, file: str, scripts: Collection[str]) -> list[Problem]:
    """All that is wrong with ``script``; ``scripts`` are the ids that a choice may lead to."""
    found = _duplicates(script, file)
    for step in script.steps:
        found += [
            Problem(file, step.id, message) for message in _step_problems(step, script, scripts)
        ]
    if not found:  # the shape means nothing while its parts are wrong
        found = _unreachable(script, file) + _endless(script, file)
    return found + _untranslated(script, file) + _unnamed(script, file)


def _duplicates(script: Script, file: str) -> list[Problem]:
    ids = [step.id for step in script.steps]
    return [
        Problem(file, step_id, "deux étapes portent cet identifiant")
        for step_id in sorted({i for i in ids if ids.count(i) > 1})
    ]


def _step_problems(step: Step, script: Script, scripts: Collection[str]) -> list[str]:
    found = []
    if not step.choices:
        found.append("impasse : l'étape ne propose aucun choix")
    if len(step.choices) > MAX_CHOICES:
        found.append(f"plus de {MAX_CHOICES} choix : il n'y a qu'une touche de 1 à 9 pour chacun")
    if step.action is not None and step.action not in ACTIONS:
        found.append(f"action inconnue : « {step.action} »")
    known = {s.id for s in script.steps}
    for choice in step.choices:
        found += _choice_problems(choice, step, known, scripts)
    return found


def _choice_problems(
    choice: Choice, step: Step, known: Collection[str], scripts: Collection[str]
) -> list[str]:
    found = []
    if len([w for w in (choice.next, choice.end, choice.script) if w is not None]) != 1:
        found.append("un choix mène à une étape (next), à une fin (end) ou à un script, un seul")
    if choice.next is not None and choice.next not in known:
        found.append(f"un choix mène à une étape inconnue : « {choice.next} »")
    if choice.end is not None and (choice.end not in OUTCOMES or choice.end == "other_script"):
        found.append(f"issue inconnue : « {choice.end} »")
    if choice.end == "callback" and step.action != "create_callback":
        found.append(
            "un rappel promis se note : la fin « callback » demande l'action create_callback"
        )
    if choice.script is not None and choice.script not in scripts:
        found.append(f"un choix mène à un script inconnu : « {choice.script} »")
    if choice.then is not None and choice.script is None:
        found.append("« then » ne va qu'avec un script : il dit où reprendre ensuite")
    if choice.then is not None and choice.then not in known:
        found.append(f"un choix reprend à une étape inconnue : « {choice.then} »")
    return found


def _unreachable(script: Script, file: str) -> list[Problem]:
    seen, todo = set(), [script.start.id]
    while todo:
        step_id = todo.pop()
        if step_id not in seen:
            seen.add(step_id)
            todo += [way for c in script.step(step_id).choices for way in (c.next, c.then) if way]
    return [
        Problem(file, step.id, "étape inaccessible : aucun choix n'y mène")
        for step in script.steps
        if step.id not in seen
    ]


def _endless(script: Script, file: str) -> list[Problem]:
    """Steps from which no path ends: walk backwards from the ends."""
    ending = {s.id for s in script.steps if any(c.outcome for c in s.choices)}
    grew = True
    while grew:
        more = {
            s.id
            for s in script.steps
            if s.id not in ending and any(c.next in ending for c in s.choices)
        }
        ending |= more
        grew = bool(more)
    return [
        Problem(file, step.id, "boucle sans sortie : aucun chemin depuis ici ne termine le script")
        for step in script.steps
        if step.id not in ending
    ]


def _untranslated(script: Script, file: str) -> list[Problem]:
    return [
        Problem(file, place, f"texte manquant en « {locale} »")
        for place, text in script.texts()
        for locale in LOCALES
        if not getattr(text, locale).strip()
    ]


def _unnamed(script: Script, file: str) -> list[Problem]:
    """Names of bodies are data: what is in braces must be in ``app/foundation/text/bodies.yaml``."""
    return [
        Problem(file, place, f"nom d'organisme inconnu : « {mark} »")
        for place, text in script.texts()
        for locale in LOCALES
        for mark in bodies.unknown_marks(getattr(text, locale))
    ]
