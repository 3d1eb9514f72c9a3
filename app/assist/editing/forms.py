"""A step's form as it is sent, turned into its document: what is empty is left out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.assist.walk import facts

TEXTS = ("say", "screen", "check")
ENDS = "end:"
STEPS = "next:"
SCRIPTS = "script:"
MOST_CHOICES = 9
LONGEST = 2000


def step_of(old: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """The step that a form says. A fact that the form cannot show, as we do not know it, is kept from ``old``."""
    kind = "do" if sent.get("kind") == "do" else "ask"
    new: dict[str, Any] = {"id": old["id"], kind: _text(sent, "headline")}
    new |= _texts(sent, {name: name for name in TEXTS})
    if sent.get("action"):
        new["action"] = sent["action"]
    if sent.get("patience", "").isdigit():
        new["patience"] = int(sent["patience"][:4])
    if sent.get("posture"):
        new["posture"] = sent["posture"]
    asks = _asks(old.get("asks") or (), sent)
    if asks:
        new["asks"] = asks
    without = _texts(sent, {kind: "without_headline"} | {n: f"without_{n}" for n in TEXTS})
    if without:
        new["without"] = without
    new["choices"] = _choices(old.get("choices") or (), sent)
    return new


def _texts(sent: Mapping[str, str], names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The texts of these names (name → field) that are not empty in both languages."""
    texts = {name: _text(sent, field) for name, field in names.items()}
    return {name: text for name, text in texts.items() if text["fr"] or text["en"]}


def _asks(old: Sequence[str], sent: Mapping[str, str]) -> list[str]:
    """The facts that a step asks: those that it asked before first, in their order."""
    ticked = [name for name in facts.KINDS if sent.get(f"asks_{name}")]
    kept = [name for name in old if name in ticked or name not in facts.KINDS]
    return [*kept, *(name for name in ticked if name not in kept)]


def _choices(old: Sequence[Mapping[str, Any]], sent: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for n in range(MOST_CHOICES + 1):
        label, way = _text(sent, f"choice{n}"), sent.get(f"choice{n}_way", "")
        if not (label["fr"] or label["en"]) or not way:
            continue
        choice: dict[str, Any] = {"label": label, **_way(way)}
        if "script" in choice:
            then = sent.get(f"choice{n}_then", "")
            choice |= {"then": then[:40]} if then else {"for_good": True}
        learns = _learns(old[n] if n < len(old) else {}, sent, n)
        if learns:
            choice["learns"] = learns
        if sent.get(f"choice{n}_obstacle"):
            choice["obstacle"] = sent[f"choice{n}_obstacle"][:40]
        found.append(choice)
    return found


def _learns(old: Mapping[str, Any], sent: Mapping[str, str], n: int) -> dict[str, str]:
    before = old.get("learns") or {}
    said = {name: sent.get(f"choice{n}_learns_{name}", "")[:40] for name in facts.KINDS}
    return {name: value for name, value in before.items() if name not in facts.KINDS} | {
        name: value for name, value in said.items() if value
    }


def shaped(step: Any) -> bool:
    """Whether a step has the shape that its form can show; a text being typed may hold anything."""
    return (
        isinstance(step, dict)
        and all(_is_text(step.get(name)) for name in ("ask", "do", *TEXTS))
        and _is_list(step.get("asks"), str)
        and _is_table(step.get("without"), _is_text)
        and _is_list(step.get("choices"), dict)
        and all(_is_text(choice.get("label")) for choice in step.get("choices") or ())
        and all(_is_table(choice.get("learns"), _is_word) for choice in step.get("choices") or ())
    )


def _is_list(value: Any, kind: type) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(each, kind) for each in value)
    )


def _is_table(value: Any, fits: Callable[[Any], bool]) -> bool:
    return value is None or (
        isinstance(value, dict) and all(isinstance(k, str) and fits(v) for k, v in value.items())
    )


def _is_text(value: Any) -> bool:
    return _is_table(value, _is_word)


def _is_word(value: Any) -> bool:
    return isinstance(value, str)


def fields_of(step: Mapping[str, Any]) -> dict[str, str]:
    """What the form of a step shows, by field: sent back as it is, it changes nothing."""
    shown = {
        "kind": "do" if "do" in step else "ask",
        "action": str(step.get("action") or ""),
        "patience": str(step.get("patience") or ""),
        "posture": str(step.get("posture") or ""),
    }
    shown |= _both("headline", step.get("do") or step.get("ask"))
    without = step.get("without") or {}
    shown |= _both("without_headline", without.get("do") or without.get("ask"))
    for name in TEXTS:
        shown |= _both(name, step.get(name)) | _both(f"without_{name}", without.get(name))
    shown |= {f"asks_{name}": "yes" for name in step.get("asks") or () if name in facts.KINDS}
    for n, choice in enumerate(step.get("choices") or ()):
        shown |= _both(f"choice{n}", choice.get("label"))
        shown[f"choice{n}_way"] = way_of(choice)
        shown[f"choice{n}_then"] = str(choice.get("then") or "")
        shown[f"choice{n}_obstacle"] = str(choice.get("obstacle") or "")
        for name, value in (choice.get("learns") or {}).items():
            shown[f"choice{n}_learns_{name}"] = str(value)
    return shown


def _both(name: str, text: Any) -> dict[str, str]:
    given = text if isinstance(text, Mapping) else {}
    return {f"{name}_{locale}": str(given.get(locale) or "") for locale in ("fr", "en")}


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
