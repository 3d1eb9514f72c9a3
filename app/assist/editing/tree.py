"""The tree of a script as a nested list: each step once, under the choice that first leads to it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.foundation.text.bilingual import language


@dataclass
class Way:
    """One answer of a step: its words, where it leads, and the step drawn under it, if here."""

    label: str
    leads: str
    kind: str  # next, script, end, or "" when it leads nowhere
    under: Node | None = None


@dataclass
class Node:
    """One step, with its answers."""

    id: str
    headline: str
    faulty: bool
    ways: list[Way] = field(default_factory=list)


def draw(document: Mapping[str, Any], locale: str, faulty: Collection[str] = ()) -> list[Node]:
    """The tree from the first step; then steps that nothing leads to, each a tree of its own.

    ``faulty`` are the steps with a fault. The document may have faults, and is drawn all the same.
    """
    steps = {
        str(step.get("id")): step
        for step in _list(document.get("steps"))
        if isinstance(step, dict) and step.get("id")
    }
    seen: set[str] = set()
    return [_node(step_id, steps, seen, locale, faulty) for step_id in steps if step_id not in seen]


def _node(
    first: str,
    steps: Mapping[str, Any],
    seen: set[str],
    locale: str,
    faulty: Collection[str],
) -> Node:
    seen.add(first)
    step = steps[first]
    node = Node(first, words(step.get("ask") or step.get("do"), locale), first in faulty)
    for choice in _list(step.get("choices")):
        if not isinstance(choice, dict):
            continue
        kind = next((name for name in ("next", "script", "end") if choice.get(name)), "")
        leads = str(choice.get(kind, "")) if kind else ""
        node.ways.append(Way(words(choice.get("label"), locale), leads, kind))
    for way in node.ways:
        if way.kind == "next" and way.leads in steps and way.leads not in seen:
            way.under = _node(way.leads, steps, seen, locale, faulty)
    return node


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def words(text: Any, locale: str) -> str:
    """A text in ``locale``, whatever its author wrote so far."""
    if not isinstance(text, dict):
        return ""
    return str(text.get(language(locale)) or "")
