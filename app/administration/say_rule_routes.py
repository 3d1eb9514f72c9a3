"""/admin/say-rule: what may be said to whom. Managers set it; each version says why, and the desk follows at once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts import last_editor
from app.accounts.local_moment import local_moment
from app.administration import say_rule_view
from app.dossiers import may_say
from app.dossiers.may_say import Table
from app.dossiers.saying import service
from app.dossiers.saying.words import topics
from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import Conflict, InvalidInput, PermanenceError
from app.foundation.roles import Role
from app.tickets import screened
from app.web.access import allow
from app.web.whose import LINE, NOTHING, about

bp = Blueprint("say_rule", __name__, url_prefix="/admin/say-rule")

Page = str | tuple[str, int] | Response


@bp.get("")
@allow(Role.MANAGER)
def index() -> Page:
    """The table that holds, what it comes to in sentences, and the versions before it."""
    table = service.current().table
    return _page(table, seen=edits.seal(may_say.texts(table)))


@bp.post("/preview")
@allow(Role.MANAGER)
@about(NOTHING)
def preview() -> str:
    """What the table being filled would come to, in sentences; nothing is kept."""
    table = may_say.read(request.form)
    return render_template("admin/say_rule/_preview.html", previews=say_rule_view.previews(table))


@bp.post("")
@allow(Role.MANAGER)
@about(LINE)
def change() -> Page:
    """A new version; refused, the form comes back as it was filled."""
    seen, table = request.form.get("seen", ""), may_say.read(request.form)
    try:
        service.change(
            table,
            reason=_said("reason", wanted=True),
            source=_said("source"),
            reviewed_by=_said("reviewed_by")[:160],
            seen=seen,
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return _page(may_say.read(stale.form), seen=stale.seen, stale=stale), stale.status
    except (Conflict, InvalidInput) as refused:
        return _page(table, seen=seen, refused=refused), refused.status
    flash(_("La règle est changée : les postes la suivent dès maintenant."), "live")
    return redirect(url_for("say_rule.index"))


def _said(name: str, *, wanted: bool = False) -> str:
    typed = request.form.get(name, "").strip()
    return screened.accepted(typed, str(get_locale()), wanted=wanted)


def _page(
    table: Table,
    *,
    seen: str,
    stale: StaleEdit | None = None,
    refused: PermanenceError | None = None,
) -> str:
    history = service.history()
    return render_template(
        "admin/say_rule/index.html",
        rows=say_rule_view.rows(table),
        topics=topics(),
        previews=say_rule_view.previews(table),
        history=[(each, say_rule_view.changes(history, at)) for at, each in enumerate(history)],
        form=request.form if request.method == "POST" else {},
        seen=seen,
        stale=stale.changes if stale else (),
        by=last_editor.last_by(f"say_rule:{history[0].id}") if stale and history else "",
        refused=refused,
        label=say_rule_view.cell_words,
        say_value=lambda _cell, level: say_rule_view.level_words().get(level, level),
        moment=local_moment,
    )
