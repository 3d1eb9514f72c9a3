"""What the lists of a step's form offer: never a code, always the words that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from app.assist.acts.actions import ACTIONS
from app.assist.editing import forms, library, tree
from app.assist.script import BY_ENGINE, OUTCOMES
from app.assist.walk import facts, obstacles, trail
from app.dossiers.name_folding import fold

Options = list[tuple[str, str]]
LONGEST = 48  # characters of a headline in a list
Steps = Sequence[Mapping[str, Any]]


def ways(
    steps: Steps, scripts: Sequence[str], outcome: Callable[[str], str], locale: str
) -> Options:
    """Where a choice may lead: a step, an end (in the words of ``outcome``), another script by its title."""
    ends = [code for code in OUTCOMES if code not in BY_ENGINE]
    known = library.scripts()

    def titled(name: str) -> str:
        return f"{name} · {known[name].title.get(locale)}" if name in known else name

    return [
        ("", _("nulle part")),
        *(
            (f"{forms.STEPS}{step['id']}", _("étape %(number)s", number=each))
            for step, each in zip(steps, _numbered(steps, locale), strict=True)
        ),
        *((f"{forms.ENDS}{code}", _("fin : %(outcome)s", outcome=outcome(code))) for code in ends),
        *((f"{forms.SCRIPTS}{name}", _("script %(name)s", name=titled(name))) for name in scripts),
    ]


def ways_back(steps: Steps, locale: str) -> Options:
    """Where one is, once the other script has ended."""
    return [
        ("", _("il va jusqu’au bout")),
        *(
            (str(step["id"]), _("retour à l’étape %(step)s", step=each))
            for step, each in zip(steps, _numbered(steps, locale), strict=True)
        ),
    ]


def step_words(steps: Steps, step_id: str, locale: str) -> str:
    """One step by its number and its first words."""
    named = dict(zip((str(step["id"]) for step in steps), _numbered(steps, locale), strict=True))
    return named.get(step_id, step_id)


def _numbered(steps: Steps, locale: str) -> list[str]:
    """« 3. De quel jour date le mail »: a step as one tells it from another, its own name when it says nothing yet."""
    found = []
    for number, step in enumerate(steps, 1):
        said = tree.words(step.get("ask") or step.get("do"), locale)
        found.append(f"{number}. {trail.short(said, LONGEST) if said else step['id']}")
    return found


def actions(locale: str) -> Options:
    """The acts that a step may carry, as their buttons say them, in the order of the alphabet."""
    named = [(name, action.label.get(locale)) for name, action in ACTIONS.items()]
    return sorted(named, key=lambda each: fold(each[1]))


def where_one_stops(locale: str) -> Options:
    """What may stop a person at an answer."""
    known = [(code, text.get(locale)) for code, text in obstacles.OBSTACLES.items()]
    return [("", _("rien de particulier")), *known]


def learnt(locale: str) -> dict[str, Options]:
    """What an answer may teach of each fact."""
    return {
        name: [("", "—"), *((value, text.get(locale)) for value, text in kind.values.items())]
        for name, kind in facts.KINDS.items()
    }
