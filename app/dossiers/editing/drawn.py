"""A form that corrects something, as it is drawn: typed, read back, or sent back with what a colleague changed.

Of a dossier's sheet and of a person's details alike: one promise, that nothing is overwritten unseen (ADR 17).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from flask import Response, make_response

from app.dossiers.editing.sheets import Correction
from app.foundation import edits
from app.foundation.edits import Change


class HasErrors(Protocol):
    """What judging a form gives: what is wrong, by field; nothing when all is right."""

    @property
    def errors(self) -> Mapping[str, Any]: ...  # noqa: D102


Of = TypeVar("Of")
Judgement = TypeVar("Judgement", bound=HasErrors)


@dataclass(frozen=True)
class Drawn(Generic[Of, Judgement]):
    """``of``: what is corrected. ``shown``: what its fields show; ``seen``: what they showed first, sealed.

    ``reading`` is what to read back, before it is stored; ``stale``, what ``by`` changed meanwhile.
    """

    of: Of
    shown: Mapping[str, str]
    seen: str
    judged: Judgement
    reading: tuple[Correction, ...] | None = None
    stale: tuple[Change, ...] = ()
    by: str = ""

    @property
    def read(self) -> str:
        """What the reading back has shown: another text typed since then must be read again."""
        return edits.seal(self.shown)


def returned(page: str, form: Drawn[Any, Any]) -> Response:
    """The form again, with what is to be done; its status says why."""
    status = 409 if form.stale else 422 if form.judged.errors else 200
    response = make_response(page, status)
    if status != 200:
        response.headers["X-Form-Returned"] = "1"  # htmx: show it, it is no failure
    return response
