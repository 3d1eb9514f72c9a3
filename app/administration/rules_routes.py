"""/admin/sign-in: how people must sign in. Administrators set it, nobody can be shut out by it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts import last_editor
from app.accounts.signing_in import sign_in_rules
from app.accounts.signing_in.sign_in_rules import Rules
from app.administration import account_view
from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import Conflict, InvalidInput, PermanenceError
from app.foundation.roles import STAFF, Role
from app.foundation.text import outside
from app.foundation.wiring import ports, settings
from app.web.access import allow
from app.web.whose import LINE, about

bp = Blueprint("sign_in_rules", __name__, url_prefix="/admin/sign-in")

Page = str | tuple[str, int] | Response


@bp.get("")
@allow(Role.ADMIN)
def index() -> Page:
    """The rules, and whom they concern."""
    rules = sign_in_rules.current()
    return _page(rules, seen=edits.seal(rules.texts()))


@bp.post("")
@allow(Role.ADMIN)
@about(LINE)
def change() -> Page:
    """Set them; refused, the form comes back as it was filled."""
    seen, day = request.form.get("seen", ""), request.form.get("begins_on", "").strip()
    rules = Rules(
        sign_in_rules.in_order(request.form.getlist("roles")),
        outside.day(day),
        request.form.get("provider_only") == "1",
    )
    try:
        if day and rules.begins_on is None:
            raise InvalidInput("Cette date n'existe pas.", kept="Rien n'a été changé.")
        sign_in_rules.change(rules, seen=seen, by=current_user.id, now=clock.now())
    except StaleEdit as stale:
        return _page(_read(stale.form), seen=stale.seen, stale=stale), stale.status
    except (Conflict, InvalidInput) as refused:
        return _page(rules, seen=seen, refused=refused), refused.status
    flash(_("Les règles de connexion sont enregistrées."), "live")
    return redirect(url_for("sign_in_rules.index"))


def _read(texts: dict[str, str]) -> Rules:
    return Rules(
        sign_in_rules.in_order(texts.get("roles", "").split()),
        outside.day(texts.get("begins_on", "")),
        texts.get("provider_only") == "1",
    )


def _page(
    rules: Rules,
    *,
    seen: str,
    stale: StaleEdit | None = None,
    refused: PermanenceError | None = None,
) -> str:
    rows = [row for row in account_view.rows(now=clock.now()) if row.state == "open"]
    provider = ports().identity
    return render_template(
        "admin/sign_in_rules.html",
        rules=rules,
        seen=seen,
        stale=stale.changes if stale else (),
        by=last_editor.last_by("rules:sign_in") if stale else "",
        refused=refused,
        label=lambda name: _labels()[name],
        say_value=_said,
        roles=account_view.roles(),
        already=settings().second_factor_roles,
        without={
            role: sum(1 for row in rows if row.agent.role == role and not row.second_step)
            for role in STAFF
        },
        emergency=[row.agent.display_name for row in rows if row.agent.emergency],
        provider=provider.name if provider else "",
    )


def _labels() -> dict[str, str]:
    return {
        "roles": _("Rôles qui doivent avoir une deuxième étape"),
        "begins_on": _("À partir du"),
        "provider_only": _("Tout le monde se connecte par le fournisseur d’identité"),
    }


def _said(name: str, value: str) -> str:
    if name == "roles":
        names = dict(account_view.roles())
        return ", ".join(names.get(role, role) for role in value.split())
    if name == "provider_only":
        return _("oui") if value else _("non")
    return value
