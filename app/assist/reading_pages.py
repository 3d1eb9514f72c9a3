"""The pages where scripts are read: before a call, or to teach with."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from app.assist import pane
from app.assist.acts import actions
from app.assist.editing import library, reviews
from app.assist.walk import filling, rules, trail
from app.foundation.text import outside
from app.tickets.reasons import DigitalKind, Reason, label
from app.web.access import allow

bp = Blueprint("scripts", __name__)


@bp.get("/scripts")
@allow()
def list_scripts() -> str:
    """All scripts, with a search by words; of a reason or a digital trouble, sorted."""
    locale, known = _locale(), library.scripts().values()
    query, narrowed = request.args.get("q", "")[:80], _narrowing(request.args)
    kept = {name: value for name, value in narrowed.items() if value}
    return render_template(
        "assist/_script_rows.html" if _is_fragment() else "assist/scripts.html",
        found=pane.search(query, locale, **narrowed),
        query=query,
        total=len(known),
        narrowed=kept,
        reasons=_options({script.reason: Reason(script.reason) for script in known}, locale),
        kinds=_options(
            {script.digital: DigitalKind(script.digital) for script in known if script.digital},
            locale,
        ),
        here="/scripts?" + urlencode({**({"q": query} if query else {}), **kept}),
        reason_of=lambda script: label(Reason(script.reason), locale),
        kind_of=lambda script: label(DigitalKind(script.digital), locale) if script.digital else "",
        locale=locale,
    )


def _narrowing(args: Mapping[str, str]) -> dict[str, str]:
    """What the address asks of the list; what it says otherwise is left out."""
    reason, digital, sort = (args.get(name, "") for name in ("reason", "digital", "sort"))
    return {
        "reason": reason if reason in set(Reason) else "",
        "digital": digital if digital in set(DigitalKind) else "",
        "sort": sort if sort.removeprefix("-") in pane.SORTS else "",
    }


def _options(codes: Mapping[str, Reason | DigitalKind], locale: str) -> list[tuple[str, str]]:
    """What a list may be narrowed to: all, then what scripts have, in the order of the words."""
    named = sorted(((code, label(each, locale)) for code, each in codes.items()), key=itemgetter(1))
    return [("", _("Tous")), *named]


@bp.get("/scripts/<script_id>")
@allow()
def read_script(script_id: str) -> str:
    """One script, all its steps, to read before a call or to teach with.

    From a dossier's page (``dossier``: its id) it says that nothing is noted there, and how to follow it.
    """
    script = library.get(script_id)
    numbers = {step.id: number for number, step in enumerate(script.steps, 1)}
    return render_template(
        "assist/script.html",
        script=script,
        numbers=numbers,
        short=trail.short,
        reason=label(Reason(script.reason), _locale()),
        actions=actions.ACTIONS,
        library=library.scripts(),
        locale=_locale(),
        named=filling.named,
        dossier_id=outside.identifier(request.args.get("dossier")),
        review=reviews.reviewed(script_id),
        rules=rules.named_in(library.source(script_id)),
    )


def _locale() -> str:
    return str(get_locale() or "fr")


def _is_fragment() -> bool:
    return request.headers.get("HX-Request") == "true"
