"""A script's YAML text as somebody typed or sent it: read without harm, checked, compared. Pure.

What comes from a browser may be anything: no alias is followed (a few lines could become gigabytes), size
and depth are bounded before anything is built, and each fault is told with its place.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from app.assist import loader
from app.assist.editing import spoken
from app.assist.script import Problem
from app.foundation.text.patterns import pattern

LARGEST = 200_000  # characters: ten times the longest script
DEEPEST = 12  # a script's own depth is six
FILE = "script"

_WORDS = pattern(r"\S+|\s+")
_SENTENCE = pattern(r"[^.!?:;]+")
LONG_SENTENCE, LONG_SAYING = (
    30,
    95,
)  # words: what one can say in a breath, and before losing somebody


@dataclass(frozen=True)
class Read:
    """What a text holds: the document when it is one, what forbids it, and what could be better."""

    document: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()

    @property
    def good(self) -> bool:
        """Whether it may be published."""
        return self.document is not None and not self.problems


def read(text: str, ids: Sequence[str]) -> Read:
    """Check a script's text; ``ids`` are all scripts' ids, its own included."""
    document, problem = document_of(text)
    if problem is not None:
        return Read(None, (problem,))
    if not isinstance(document, dict):
        return Read(None, (_told("un script est une suite de champs (id, title, steps…)"),))
    problems = tuple(loader.check_document(document, FILE, list(ids))) or spoken.refused(document)
    advice = () if problems else (*_advice(document), *spoken.advice(document))
    return Read(document, problems, advice)


def document_of(text: str) -> tuple[Any, Problem | None]:
    """The document of a YAML text, or why it is not read."""
    if len(text) > LARGEST:
        return None, _told(f"texte trop long : {len(text)} caractères, {LARGEST} au plus")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                return None, _told("ni « & » ni « * » : un renvoi YAML n'est pas suivi")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                return None, _told("trop de niveaux imbriqués")
        twice = _written_twice(yaml.compose(text, Loader=yaml.SafeLoader))
        if twice is not None:
            return None, _told(
                f"« {twice} » est écrit deux fois au même endroit : le premier serait perdu"
            )
        return yaml.safe_load(text), None
    except yaml.MarkedYAMLError as error:
        line = f"ligne {error.problem_mark.line + 1} : " if error.problem_mark else ""
        return None, _told(f"YAML illisible, {line}{error.problem or 'faute de frappe ?'}"[:200])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, _told(f"YAML illisible : {' '.join(str(error).split())[:160]}")


def _written_twice(node: yaml.Node | None) -> str | None:
    """A key that one mapping has twice: YAML keeps the last, and says nothing."""
    if isinstance(node, yaml.SequenceNode):
        return next((found for each in node.value if (found := _written_twice(each))), None)
    if not isinstance(node, yaml.MappingNode):
        return None
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        if name in seen:
            return name[:40]
        seen.add(name)
        if (found := _written_twice(value)) is not None:
            return found
    return None


def _told(message: str) -> Problem:
    return Problem(FILE, "", message)


def write(document: dict[str, Any]) -> str:
    """The YAML text of a script, one line a text, in the order of its fields."""
    return yaml.dump(document, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100_000)


class _Plain(yaml.SafeDumper):
    """Writes each thing where it stands: an alias would be refused when it is read again."""

    def ignore_aliases(self, data: object) -> bool:
        """Never refer to what was written before."""
        return True


def _advice(document: dict[str, Any]) -> tuple[Problem, ...]:
    """The reading level: what is said must fit in a breath, and in somebody's head."""
    found = []
    for step in document["steps"]:
        said = step.get("say", {})
        for locale, text in said.items():
            longest = max((len(s[0].split()) for s in _SENTENCE.finditer(text)), default=0)
            if longest > LONG_SENTENCE:
                found.append(
                    Problem(FILE, step["id"], f"phrase de {longest} mots à dire ({locale})")
                )
            if len(text.split()) > LONG_SAYING:
                words = len(text.split())
                found.append(Problem(FILE, step["id"], f"{words} mots à dire d'un coup ({locale})"))
    return tuple(found)


@dataclass(frozen=True)
class Change:
    """One piece of a comparison: ``same``, ``gone`` or ``new``."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[list[Change]]:
    """What changed between two texts, line by line and then in words; lines that are the same are left out."""
    one, two = before.splitlines(), after.splitlines()
    found = []
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = max(b - a, d - c)
        for n in range(pairs):
            left = one[a + n] if a + n < b else ""
            right = two[c + n] if c + n < d else ""
            found.append(_words(left.strip(), right.strip()))
    return found


def _words(left: str, right: str) -> list[Change]:
    one, two = ([m[0] for m in _WORDS.finditer(each)] for each in (left, right))
    changes = []
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            changes.append(Change("same", "".join(one[a:b])))
            continue
        if b > a:
            changes.append(Change("gone", "".join(one[a:b])))
        if d > c:
            changes.append(Change("new", "".join(two[c:d])))
    return changes


def changed_steps(before: dict[str, Any], after: dict[str, Any]) -> frozenset[str]:
    """The ids of the steps of ``before`` that ``after`` has otherwise, or no more."""
    new = {step["id"]: step for step in after["steps"]}
    return frozenset(step["id"] for step in before["steps"] if new.get(step["id"]) != step)
