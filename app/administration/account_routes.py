"""/admin/accounts: an administrator makes accounts, changes them, closes and reopens them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts import last_editor
from app.accounts.models import Agent
from app.administration import account_view, accounts, invitations
from app.administration.account_form import Judged, Typed
from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import Conflict, PermanenceError, Unavailable
from app.foundation.ports import MailRefused
from app.foundation.roles import Role
from app.foundation.wiring import ports, settings
from app.web.access import allow
from app.web.whose import LINE, about

bp = Blueprint("admin_accounts", __name__, url_prefix="/admin/accounts")

ID = "int(max=2147483647)"
Page = str | tuple[str, int] | Response


@bp.get("/new")
@allow(Role.ADMIN)
def new() -> Page:
    """The form of a new account."""
    return _form(Typed())


@bp.post("")
@allow(Role.ADMIN)
@about(LINE)
def add() -> Page:
    """Make an account and mail its owner a link; refused, the form comes back as typed."""
    typed, now = _typed(), clock.now()
    judged, agent_id = accounts.make(typed, by=current_user.id, now=now)
    if agent_id is None:
        return _form(typed, judged), 422
    _send_link(agent_id, now)
    return redirect(url_for("admin_accounts.show", agent_id=agent_id))


@bp.get(f"/<{ID}:agent_id>")
@allow(Role.ADMIN)
def show(agent_id: int) -> Page:
    """One account: its form, and what can be done with it."""
    return _page(agent_id)


@bp.post(f"/<{ID}:agent_id>")
@allow(Role.ADMIN)
@about(LINE)
def change(agent_id: int) -> Page:
    """Change name, address, role, languages."""
    typed, seen = _typed(), request.form.get("seen", "")
    try:
        judged = accounts.change(agent_id, typed, seen=seen, by=current_user.id, now=clock.now())
    except StaleEdit as stale:
        return _page(agent_id, Typed.from_texts(stale.form), stale=stale), stale.status
    except Conflict as refused:
        return _page(agent_id, typed, refused=refused, seen=seen), refused.status
    if judged.errors:
        return _page(agent_id, typed, judged, seen=seen), 422
    flash(_("Le compte de %(name)s est enregistré.", name=typed.name), "live")
    return redirect(url_for("admin_accounts.show", agent_id=agent_id))


@bp.post(f"/<{ID}:agent_id>/close")
@allow(Role.ADMIN)
@about(LINE)
def close(agent_id: int) -> Page:
    """Nobody signs in to it any more."""
    return _act(agent_id, accounts.close, _("Compte fermé : %(name)s."))


@bp.post(f"/<{ID}:agent_id>/reopen")
@allow(Role.ADMIN)
@about(LINE)
def reopen(agent_id: int) -> Page:
    """Its owner signs in again."""
    return _act(agent_id, accounts.reopen, _("Compte rouvert : %(name)s."))


@bp.post(f"/<{ID}:agent_id>/sign-out")
@allow(Role.ADMIN)
@about(LINE)
def sign_out(agent_id: int) -> Page:
    """Every session of it ends."""
    return _act(agent_id, accounts.sign_out, _("Sessions fermées : %(name)s."))


@bp.post(f"/<{ID}:agent_id>/second-step-off")
@allow(Role.ADMIN)
@about(LINE)
def second_step_off(agent_id: int) -> Page:
    """For a telephone that is lost."""
    said = _("Vérification en deux étapes retirée : %(name)s.")
    return _act(agent_id, accounts.reset_second_step, said)


@bp.post(f"/<{ID}:agent_id>/link")
@allow(Role.ADMIN)
@about(LINE)
def send_link(agent_id: int) -> Page:
    """Mail its owner a link to choose a password."""
    accounts.account(agent_id)
    _send_link(agent_id, clock.now())
    return redirect(url_for("admin_accounts.show", agent_id=agent_id))


def _act(agent_id: int, act: Callable[..., Agent], said: str) -> Page:
    seen = request.form.get("seen", "")
    try:
        agent = act(agent_id, seen=seen, by=current_user.id, now=clock.now())
    except StaleEdit as stale:
        return _page(agent_id, stale=stale), stale.status
    except Conflict as refused:
        return _page(agent_id, refused=refused), refused.status
    flash(said % {"name": agent.display_name}, "live")
    return redirect(url_for("admin_accounts.show", agent_id=agent_id))


def _send_link(agent_id: int, now: datetime) -> None:
    """Send it, and say what became of it: the account is there in any case."""
    base_url = settings().public_base_url
    try:
        invitations.send(agent_id, by=current_user.id, now=now, ports=ports(), base_url=base_url)
    except (Unavailable, MailRefused, Conflict) as error:
        told = error.told(_)
        kept = _("Aucun lien n’est parti ; le compte n’a pas changé.")
        flash(f"{told.message} {kept} {told.todo}".strip(), "stop")
    else:
        flash(_("Le lien pour choisir un mot de passe est parti par mail."), "live")


def _typed() -> Typed:
    return Typed.of(request.form, request.form.getlist("languages"))


def _form(typed: Typed, judged: Judged | None = None) -> str:
    return render_template("admin/account.html", agent=None, **_words(typed, judged))


def _page(
    agent_id: int,
    typed: Typed | None = None,
    judged: Judged | None = None,
    *,
    stale: StaleEdit | None = None,
    refused: PermanenceError | None = None,
    seen: str = "",
) -> str:
    agent, now = accounts.account(agent_id), clock.now()
    return render_template(
        "admin/account.html",
        agent=agent,
        facts=account_view.facts(agent, now=now),
        seen=(stale.seen if stale else seen) or edits.seal(accounts.shown(agent)),
        # Acts beside the form are about the account as this page shows it now.
        shown=edits.seal(accounts.shown(agent)),
        stale=stale.changes if stale else (),
        by=last_editor.last_by(f"agent:{agent_id}", *CHANGES) if stale else "",
        refused=refused,
        label=lambda name: account_view.labels()[name],
        say_value=account_view.said,
        **_words(typed or accounts.typed_of(agent), judged),
    )


CHANGES = ("account_changed", "account_role", "account_closed", "account_reopened")


def _words(typed: Typed, judged: Judged | None) -> dict[str, object]:
    return {
        "typed": typed,
        "errors": judged.errors if judged else {},
        "roles": account_view.roles(),
        "languages": account_view.languages(),
        "locales": account_view.LOCALE_NAMES,
    }
