"""A step's form as it is sent, turned into its document: what is empty is left out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TEXTS = ("say", "screen", "check")
ENDS = "end:"
STEPS = "next:"
SCRIPTS = "script:"
MOST_CHOICES = 9
LONGEST = 2000


def step_of(old: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """The step that a form says; what the form does not show (asks, learns, then…) is kept from ``old``."""
    kind = "do" if sent.get("kind") == "do" else "ask"
    new: dict[str, Any] = {"id": old["id"], kind: _text(sent, "headline")}
    for name in TEXTS:
        text = _text(sent, name)
        if text["fr"] or text["en"]:
            new[name] = text
    if sent.get("action"):
        new["action"] = sent["action"]
    if sent.get("patience", "").isdigit():
        new["patience"] = int(sent["patience"][:4])
    if sent.get("posture"):
        new["posture"] = sent["posture"]
    for name in ("asks", "without"):
        if name in old:
            new[name] = old[name]
    new["choices"] = _choices(old.get("choices", ()), sent)
    return new


def _choices(old: Sequence[Mapping[str, Any]], sent: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for n in range(MOST_CHOICES + 1):
        label, way = _text(sent, f"choice{n}"), sent.get(f"choice{n}_way", "")
        if not (label["fr"] or label["en"]) or not way:
            continue
        kept = dict(old[n]) if n < len(old) else {}
        before = way_of(kept)
        choice: dict[str, Any] = {"label": label, **_way(way)}
        for name in ("learns", "obstacle"):
            if name in kept:
                choice[name] = kept[name]
        if way == before:
            choice |= {name: kept[name] for name in ("then", "for_good") if name in kept}
        if "script" in choice and "then" not in choice:
            choice["for_good"] = True
        found.append(choice)
    return found


def way_of(choice: Mapping[str, Any]) -> str:
    """Where a choice leads, as the value of the form's list."""
    for name, mark in (("next", STEPS), ("script", SCRIPTS), ("end", ENDS)):
        if choice.get(name):
            return f"{mark}{choice[name]}"
    return ""


def _way(value: str) -> dict[str, str]:
    for name, mark in (("next", STEPS), ("script", SCRIPTS), ("end", ENDS)):
        if value.startswith(mark):
            return {name: value.removeprefix(mark)[:40]}
    return {}


def _text(sent: Mapping[str, str], name: str) -> dict[str, str]:
    return {
        locale: " ".join(sent.get(f"{name}_{locale}", "").split())[:LONGEST]
        for locale in ("fr", "en")
    }
