"""What makes a script impossible to follow: found from its shape alone. Pure."""

from __future__ import annotations

from collections.abc import Collection

from app.assist.script import ACTIONS, BY_ENGINE, LOCALES, OUTCOMES, Choice, Problem, Script, Step
from app.assist.walk import facts, filling, rules
from app.assist.walk.obstacles import OBSTACLES
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
    found += _asked_problems(step) + _filled_problems(step)
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
    if choice.end is not None and (choice.end not in OUTCOMES or choice.end in BY_ENGINE):
        found.append(f"issue inconnue : « {choice.end} »")
    if choice.end == "callback" and step.action != "create_callback":
        found.append(
            "un rappel promis se note : la fin « callback » demande l'action create_callback"
        )
    if choice.script is not None and choice.script not in scripts:
        found.append(f"un choix mène à un script inconnu : « {choice.script} »")
    if choice.script is not None and (choice.then is not None) == choice.for_good:
        found.append(
            f"le script {choice.script} est appelé : dites où l'on reprend ensuite (then), ou qu'il "
            "mène l'affaire au bout (for_good)"
        )
    if choice.for_good and choice.script is None:
        found.append("« for_good » ne va qu'avec un script")
    if choice.obstacle is not None and choice.obstacle not in OBSTACLES:
        found.append(f"obstacle inconnu : « {choice.obstacle} »")
    found += [
        f"fait inconnu : « {name}: {value} »"
        for name, value in choice.learns
        if name not in facts.KINDS or value not in facts.KINDS[name].values
    ]
    if choice.then is not None and choice.script is None:
        found.append("« then » ne va qu'avec un script : il dit où reprendre ensuite")
    if choice.then is not None and choice.then not in known:
        found.append(f"un choix reprend à une étape inconnue : « {choice.then} »")
    return found


def _asked_problems(step: Step) -> list[str]:
    """What a step asks must be learnt by one of its answers, else it would be asked for nothing."""
    learnt = {name for choice in step.choices for name, _value in choice.learns}
    found = [
        f"l'étape demande « {name} », et aucune réponse ne l'apprend"
        for name in step.asks
        if name not in learnt
    ]
    if step.asks and step.action is not None:
        found.append("une étape qui agit n'est jamais passée : « asks » ne va pas avec une action")
    return found


def _filled_problems(step: Step) -> list[str]:
    """Each fact that a sentence names is one we have, and the sentence has a form without it."""
    other, found = dict(step.without), []
    for name in filling.NAMES:
        text = getattr(step, name)
        named = filling.marks(text.fr) + filling.marks(text.en) if text else []
        found += [f"fait du dossier inconnu : « {m} »" for m in named if m not in filling.SLOTS]
        if named and name not in other:
            found.append(f"« {name} » nomme un fait : écrivez aussi la phrase sans lui (without)")
        if not named and name in other:
            found.append(f"« {name} » ne nomme aucun fait : sa phrase « without » ne servirait pas")
        if name in other and filling.marks(other[name].fr) + filling.marks(other[name].en):
            found.append(f"la phrase « without » de « {name} » nomme un fait qui peut manquer")
    for number, choice in enumerate(step.choices, 1):
        if filling.marks(choice.label.fr) + filling.marks(choice.label.en):
            found.append(
                f"la réponse {number} nomme un fait du dossier : les réponses n'en ont pas"
            )
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
    """Names of bodies and rules are data: what is in braces must be in their files."""
    texts = [(place, getattr(text, locale)) for place, text in script.texts() for locale in LOCALES]
    return [
        Problem(file, place, f"nom d'organisme inconnu : « {mark} »")
        for place, text in texts
        for mark in bodies.unknown_marks(text)
    ] + [
        Problem(file, place, f"règle inconnue : « {mark} »")
        for place, text in texts
        for mark in rules.unknown_marks(text)
    ]
