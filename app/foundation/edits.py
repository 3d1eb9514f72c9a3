"""Two people edit the same thing: nothing is overwritten unseen, nothing typed is lost. Pure.

A form carries what it showed (``seal``, in a hidden field named ``seen``). When it comes back, what
it showed is compared with what is stored now, inside the transaction that stores: if somebody changed
it meanwhile, ``refuse_stale`` raises ``StaleEdit`` with what changed, and with the values to show again:
what this person typed where they typed, what is stored now everywhere else. Sent again, such a form
carries the new values and passes (ADR 17).

Values are texts, as the form shows them. What is carried is not trusted for anything else: somebody who
forges it hides another's change from themselves alone.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.foundation.exceptions import Conflict

LONGEST = 20_000  # characters of a sealed form; ours have a few hundred

Values = Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What somebody else changed of one field while this person was typing.

    ``typed`` is what this person wrote in it, None when they had left it alone.
    """

    field: str
    was: str
    now: str
    typed: str | None = None


class StaleEdit(Conflict):
    """Somebody changed it since the form was drawn.

    ``changes`` says what; ``form`` holds the values to show again, and ``seen`` what such a form
    carries: what was stored when the two were compared.
    """

    code = "stale"

    def __init__(self, changes: tuple[Change, ...], form: dict[str, str], seen: str) -> None:
        super().__init__(
            "Quelqu'un d'autre vient de changer cela pendant que vous écriviez.",
            kept="Ce que vous avez écrit est encore là ; rien n'est enregistré.",
            todo="Regardez ce qui a changé, puis enregistrez de nouveau.",
        )
        self.changes = changes
        self.form = form
        self.seen = seen


def seal(shown: Values) -> str:
    """What a form carries of the values that it shows."""
    text = json.dumps(dict(shown), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def unseal(carried: str) -> dict[str, str] | None:
    """The values that a form had shown; None for what is none of ours."""
    if not carried or len(carried) > LONGEST:
        return None
    try:
        read = json.loads(base64.urlsafe_b64decode(carried.encode()))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    values = {str(name): value for name, value in read.items() if isinstance(value, str)}
    return values if len(values) == len(read) else None


def refuse_stale(carried: str, now: Values, typed: Values) -> None:
    """Raise StaleEdit when ``now``, what is stored, is not what the form had shown.

    ``typed`` are the fields that the form sent, whether they were touched or not. A field that
    somebody else changed to the very value typed here is no reason to stop.
    """
    shown = unseal(carried)
    if shown is None:  # no form of ours: whatever differs is taken for somebody's change
        shown = dict.fromkeys(now, "")
        if all(_same(value, typed.get(name, "")) for name, value in now.items()):
            return
    changed = [
        name
        for name in dict.fromkeys([*now, *shown])
        if not _same(shown.get(name, ""), now.get(name, ""))
        and not _same(typed.get(name, shown.get(name, "")), now.get(name, ""))
    ]
    if not changed:
        return
    touched = {
        name: value for name, value in typed.items() if not _same(value, shown.get(name, ""))
    }
    changes = tuple(
        Change(name, shown.get(name, ""), now.get(name, ""), touched.get(name)) for name in changed
    )
    raise StaleEdit(changes, {**now, **touched}, seal(now))


def _same(one: str, other: str) -> bool:
    """Are the two one text? Browsers change the ends of lines, people the blanks around."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
