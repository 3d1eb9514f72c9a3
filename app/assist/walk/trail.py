"""The trail of a run, in a line: what was answered so far, and a short name of the step in hand. Pure.

Names come from the scripts' own words, shortened on a word: a number (« étape 3 ») says nothing, and a name
written beside each text would have to be kept true by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.assist.engine import RunState

LONGEST = 28  # characters of a name
SHOWN = 4  # answers before the step in hand: the eye goes back no further
_ENDS = " ,;:.!?…«»“”\u00a0\u202f"
_CUT = ",;:.!?…"
_ASIDE = "(–—"


@dataclass(frozen=True)
class Trod:
    """A step that was answered: what was asked, what was said, both short."""

    asked: str
    said: str


def short(text: str, most: int = LONGEST) -> str:
    """A name of ``most`` characters at most: the first clause, cut on a word; « … » where words were left out of it."""
    clause = _first_clause(text)
    if len(clause) <= most:
        return clause
    words, _space, _rest = clause[:most].rpartition(" ")
    return (words or clause[: most - 1]).rstrip(_ENDS) + "…"


def _first_clause(text: str) -> str:
    found: list[str] = []
    for word in text.split():
        if found and word[0] in _ASIDE:
            break
        found.append(word)
        if word[-1] in _CUT and "".join(found).strip(_ENDS):
            break
    return " ".join(found).strip(_ENDS)


def of(state: RunState, locale: str) -> tuple[Trod, ...]:
    """What was answered in this script, the latest last; no more than ``SHOWN``."""
    found = []
    for answer in state.answers[-SHOWN:]:
        step = state.script.step(answer.step_id)
        label = step.choices[answer.choice].label.get(locale)
        found.append(Trod(short(step.headline.get(locale)), short(label)))
    return tuple(found)
