"""Passkeys on « Mon compte », and signing in with one.

A page's script (static/js/passkeys.js) asks for ``options``, lets the browser ask its owner, and sends
the answer with the page's own form.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug import Response

from app.accounts.models import Agent
from app.accounts.own.second_step_routes import PENDING, codes_page, half_signed_in, prove_it
from app.accounts.signing_in import guessing, passkeys, second_step, sign_in_rules, sign_in_view
from app.accounts.signing_in.begin_session import HOME, complete
from app.accounts.signing_in.patience import Counter, key_of, place_of
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Busy, Forbidden, InvalidInput, PermanenceError
from app.foundation.extensions import db, limiter
from app.foundation.text import outside
from app.web.access import allow, public
from app.web.acts.once import repeatable
from app.web.whose import OWN, about

bp = Blueprint("passkeys", __name__)

ASKED = "passkey"  # in the session: what this browser was asked last
FREE_TRIES_OF_A_PLACE = 60
ID = "int(max=2147483647)"
NEW_CHALLENGE = "a challenge serves once, and a new one replaces it"


@bp.post("/account/passkeys/options")
@allow()
@about(OWN)
@repeatable(NEW_CHALLENGE, anew=True)
def registration_options() -> Any:
    """What to ask the browser, for who gives the account's password."""
    prove_it()
    challenge = passkeys.new_challenge()
    me = db.session.get_one(Agent, current_user.id)
    options = passkeys.registration_options(me, challenge)
    _ask("add", challenge, handle=options["user"]["id"])
    return jsonify(options)


@bp.post("/account/passkeys")
@allow()
@about(OWN)
def register() -> Any:
    """Keep the passkey that the browser has made."""
    asked = _asked("add")
    try:
        codes = passkeys.register(
            current_user.id,
            request.form.get("credential", ""),
            asked["challenge"],
            request.form.get("name", ""),
            asked["handle"],
            keep=current_user.session_id,
            now=clock.now(),
        )
    except PermanenceError as error:
        return _back(error)
    if codes:
        return codes_page(codes, url_for("account.index"), current_user.display_name)
    flash(_("Clé d’accès enregistrée."), "live")
    return redirect(url_for("account.index"))


@bp.post(f"/account/passkeys/<{ID}:passkey_id>/name")
@allow()
@about(OWN)
def rename(passkey_id: int) -> Response:
    """Give it a name by which its owner knows it."""
    passkeys.rename(current_user.id, passkey_id, request.form.get("name", ""), now=clock.now())
    flash(_("Nom de la clé enregistré."), "live")
    return redirect(url_for("account.index"))


@bp.post(f"/account/passkeys/<{ID}:passkey_id>/remove")
@allow()
@about(OWN)
def remove(passkey_id: int) -> Response:
    """Remove it, for who gives the account's password."""
    me, now = current_user, clock.now()
    try:
        prove_it()
        second_step.take_passkey_off(me.id, passkey_id, keep=me.session_id, now=now)
    except PermanenceError as error:
        return _back(error)
    flash(_("Clé d’accès retirée."), "live")
    return redirect(url_for("account.index"))


@bp.post("/sign-in/passkey/options")
@public
@repeatable(NEW_CHALLENGE, anew=True)
@limiter.limit("60/minute")
def sign_in_options() -> Any:
    """What to ask the browser of who signs in; after a password, one of that account's passkeys."""
    agent, challenge = half_signed_in(), passkeys.new_challenge()
    _ask("in", challenge)
    return jsonify(passkeys.sign_in_options(challenge, agent.id if agent else None))


@bp.post("/sign-in/passkey")
@public
@limiter.limit("60/minute")
def sign_in() -> Any:
    """The session begins: a passkey is both steps at once."""
    half, now = half_signed_in(), clock.now()
    target = _target()
    tried = [Counter(key_of("passkey", place_of(get_remote_address())), FREE_TRIES_OF_A_PLACE)]
    try:
        asked = _asked("in")
        guessing.admit(tried, now=now)
        answer = request.form.get("credential", "")
        agent = passkeys.sign_in(answer, asked["challenge"], half.id if half else None, now=now)
    except Busy as busy:
        page = sign_in_view.page(busy=busy)
        return page, busy.status, {"Retry-After": str(busy.retry_after)}
    except InvalidInput as error:
        return sign_in_view.page(passkey_refused=error), 401
    if agent is None:
        refused = InvalidInput(
            "Cette clé d'accès n'ouvre aucun compte ici.",
            todo="Essayez une autre clé, ou votre mot de passe.",
        )
        return sign_in_view.page(passkey_refused=refused), 401
    try:
        sign_in_rules.check_door(agent)
    except Forbidden as error:
        return sign_in_view.page(elsewhere=error), error.status
    with unit_of_work():
        guessing.forgive(tried)
    answered = redirect(target or HOME[agent.role])
    complete(agent, answered)
    return answered


def _target() -> str:
    pending = session.get(PENDING)
    kept = pending.get("next") if isinstance(pending, dict) else ""
    return outside.local_path(request.form.get("next", "")) or str(kept or "")


def _ask(what: str, challenge: str, **more: str) -> None:
    session[ASKED] = {
        "what": what,
        "challenge": challenge,
        "at": clock.now().timestamp(),
        **more,
    }


def _asked(what: str) -> dict[str, str]:
    """What this browser was asked, once. Raises InvalidInput when it is over, or was nothing."""
    kept = session.pop(ASKED, None)
    if isinstance(kept, dict) and kept.get("what") == what:
        begun = datetime.fromtimestamp(float(kept["at"]), UTC)
        if clock.now() - begun < passkeys.LIFE:
            return kept
    raise InvalidInput(
        "La demande a expiré : elle est valable trois minutes.",
        kept="Rien n'a été changé.",
        todo="Recommencez.",
    )


def _back(error: PermanenceError) -> Response:
    said = error.told(_)
    flash(f"{said.message} {said.todo}".strip(), "stop")
    return redirect(url_for("account.index"))
