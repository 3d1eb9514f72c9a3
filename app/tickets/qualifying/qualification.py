"""What an agent says of a contact, read from a form and judged. Pure.

Nothing typed is ever lost: a form that is refused comes back as it was, but for secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from app.dossiers import free_text
from app.foundation.text import outside
from app.foundation.text.bilingual import Text
from app.tickets.reasons import CallerRole, DigitalKind, Reason, Suggestion

NO_TROUBLE = "none"  # a required list cannot say it with an empty value: browsers refuse that

CHOSEN = ("reason", "caller_role", "digital_kind", "follow_up_on")  # fields that a draft keeps

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Form:
    """What was typed or chosen, as texts; what the bar shows."""

    reason: str = ""
    caller_role: str = ""
    digital: str = ""  # "yes", "no" or "" (nobody said)
    digital_kind: str = ""  # a kind, NO_TROUBLE, or "" (nobody said)
    note: str = ""
    follow_up_on: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Form:
        """The fields of a posted form; unknown ones are ignored."""
        return cls(**{name: values.get(name, "").strip() for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Qualification:
    """A qualification that can be stored; None where the agent said nothing."""

    reason: Reason
    caller_role: CallerRole | None
    digital_declared: bool | None
    digital_kind: DigitalKind | None
    note: str
    follow_up_on: date | None


@dataclass(frozen=True)
class Refused:
    """What is wrong, by field (codes of ``ERRORS``, or sentences for the note); the form kept."""

    form: Form
    errors: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A note being written, fit to be kept (None: it was not touched); ``said``: what was taken out
    of it, and why.

    ``kept`` says whether it was stored.
    """

    note: str | None
    said: tuple[str, ...] = ()
    kept: bool = False


ERRORS: dict[str, Text] = {
    "reason": Text("Choisissez un motif.", "Choose a reason."),
    "caller_role": Text(
        "Choisissez qui appelait dans la liste.", "Choose who called from the list."
    ),
    "digital_kind": Text(
        "Choisissez la difficulté numérique dans la liste.",
        "Choose the digital difficulty from the list.",
    ),
    "follow_up_on": Text(
        "La date de suivi n'est pas une date.", "The follow-up date is not a date."
    ),
}


def preset(suggestion: Suggestion) -> Form:
    """The bar before anything is typed: the reason, which « Valider » confirms, and nothing else.

    Who called and the digital trouble are shown as suggested and chosen by nobody: what is stored
    of them is what a person chose.
    """
    return Form(reason=suggestion.reason or "")


def judge(form: Form, locale: str, *, in_danger: bool = False) -> Qualification | Refused:
    """Accept the form, or say what is wrong and give it back. ``in_danger``: the note may speak of health.

    A kind chosen means that there was digital trouble, whatever the other box says: the box
    forgotten is the 5-versus-7 gap of the study.
    """
    errors: dict[str, list[str]] = {}
    reason = _chosen(Reason, form.reason)
    if reason is None:
        errors["reason"] = [_error("reason", locale)]
    role = _chosen(CallerRole, form.caller_role)
    if form.caller_role and role is None:
        errors["caller_role"] = [_error("caller_role", locale)]
    denied = form.digital == "no" or form.digital_kind == NO_TROUBLE
    asked = form.digital != "no" and form.digital_kind not in ("", NO_TROUBLE)
    kind = _chosen(DigitalKind, form.digital_kind) if asked else None
    if asked and kind is None:
        errors["digital_kind"] = [_error("digital_kind", locale)]
    follow_up = _date(form.follow_up_on)
    if form.follow_up_on and follow_up is None:
        errors["follow_up_on"] = [_error("follow_up_on", locale)]
    note = free_text.check(form.note, about_somebody=not in_danger)
    if isinstance(note, free_text.Refused):
        errors["note"] = free_text.explain(note, locale)
        form = _with_note(form, note.kept)
    if errors or reason is None or isinstance(note, free_text.Refused):
        return Refused(form, errors)
    declared = kind is not None or (form.digital == "yes" and not denied)
    return Qualification(
        reason=reason,
        caller_role=role,
        digital_declared=True if declared else False if denied else None,
        digital_kind=(kind or DigitalKind.OTHER) if declared else None,
        note=note.text,
        follow_up_on=follow_up,
    )


def judge_draft(note: str | None, locale: str, *, in_danger: bool = False) -> Draft:
    """A note as it may be kept before it is finished: without secrets nor health, not too long."""
    if note is None:
        return Draft(None)
    judged = free_text.check(note, about_somebody=not in_danger)
    if isinstance(judged, free_text.Refused):
        return Draft(judged.kept[: free_text.LONGEST], tuple(free_text.explain(judged, locale)))
    return Draft(judged.text)


def choices(values: Mapping[str, object]) -> dict[str, str]:
    """What was chosen in the bar, fit to be kept until it is confirmed: known fields and values."""
    known: dict[str, Callable[[str], object]] = {
        "reason": lambda text: _chosen(Reason, text),
        "caller_role": lambda text: _chosen(CallerRole, text),
        "digital_kind": lambda text: text in ("", NO_TROUBLE) or _chosen(DigitalKind, text),
        "follow_up_on": lambda text: not text or _date(text),
    }
    kept = {}
    for name in CHOSEN:
        value = values.get(name)
        found = known[name](value) if isinstance(value, str) else None
        if isinstance(value, str) and found:
            kept[name] = str(found) if isinstance(found, Reason) else value
    return kept


def _with_note(form: Form, note: str) -> Form:
    return Form(
        form.reason, form.caller_role, form.digital, form.digital_kind, note, form.follow_up_on
    )


def _chosen(values: type[Choice], text: str) -> Choice | None:
    try:
        return values(text)
    except ValueError:
        return None


def _date(text: str) -> date | None:
    return outside.day(text)


def _error(name: str, locale: str) -> str:
    return ERRORS[name].get(locale)
