"""Signing in at the identity provider (OpenID Connect, ProConnect), and linking an account to one's own there.

Each departure notes in the signed session what it is for, with a state, a nonce and a PKCE secret of its
own; each return uses that up, once in every process, within ten minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts.models import Agent
from app.accounts.own.second_step_routes import prove_it, wait_for_code
from app.accounts.signing_in import (
    identity_links,
    passkeys,
    second_step,
    sign_in_rules,
    sign_in_view,
)
from app.accounts.signing_in.begin_session import HOME, complete
from app.administration import invitations
from app.foundation import clock
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound, PermanenceError
from app.foundation.extensions import limiter
from app.foundation.ports import Identity, IdentityProvider, IdentityRefused
from app.foundation.text import outside
from app.foundation.wiring import ports, settings
from app.web.access import allow, public
from app.web.whose import OWN, about

bp = Blueprint("identity", __name__)

LEFT_FOR = "identity"  # in the session: what this browser left for
LIFE = timedelta(minutes=10)
LONGEST_CODE = 4000  # characters


@bp.get("/sign-in/provider")
@public
@limiter.limit("60/minute")
def leave() -> Any:
    """Go and say who one is."""
    return _leave("in", next=outside.local_path(request.args.get("next", "")) or "")


@bp.post("/sign-in/provider/link")
@allow()
@about(OWN)
def link() -> Any:
    """Go and show which account there opens one's own here; asked of who gives the password."""
    try:
        prove_it()
    except PermanenceError as error:
        return _to_account(error)
    return _leave("link", agent=current_user.id)


@bp.post("/account/provider/unlink")
@allow()
@about(OWN)
def unlink() -> Any:
    """Let nothing there open one's own account any more."""
    try:
        prove_it()
        identity_links.unlink(current_user.id, keep=current_user.session_id, now=clock.now())
    except PermanenceError as error:
        return _to_account(error)
    flash(_("Votre compte n’est plus relié."), "live")
    return redirect(url_for("account.index"))


@bp.post("/invitation/<token>/provider")
@public
@limiter.limit("30/minute")
def accept(token: str) -> Any:
    """Take an invitation up without a password: what is there opens the account."""
    try:
        invitations.owner_of(token, now=clock.now())
    except NotFound as over:
        return render_template("accounts/no_invitation.html", over=over), over.status
    return _leave("invitation", token=token)


@bp.get("/sign-in/provider/return")
@public
@limiter.limit("60/minute")
def come_back() -> Any:
    """Back from there, with a code: who it is, and what they left for."""
    try:
        left = _left()
        identity = _identity(left)
        return _ARRIVALS[left["for"]](left, identity)
    except PermanenceError as error:
        if session.get("_user_id") and current_user.is_authenticated:
            return _to_account(error)
        return sign_in_view.page(elsewhere=error), error.status


def _leave(purpose: str, **more: Any) -> Any:
    try:
        provider = _provider()
        release_connection()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _each in range(3))
        address = provider.authorization(
            state=state, nonce=nonce, verifier=verifier, redirect_uri=_return_address()
        )
    except PermanenceError as error:
        if current_user.is_authenticated:
            return _to_account(error)
        return sign_in_view.page(elsewhere=error), error.status
    session[LEFT_FOR] = {
        "for": purpose,
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "at": clock.now().timestamp(),
        **more,
    }
    return redirect(address, 303)


def _left() -> dict[str, Any]:
    """What this browser left for; once. Raises InvalidInput when it did not, or too long ago."""
    kept, now = session.pop(LEFT_FOR, None), clock.now()
    given = request.args.get("state", "")
    if (
        isinstance(kept, dict)
        and now - datetime.fromtimestamp(float(kept["at"]), UTC) < LIFE
        and hmac.compare_digest(given.encode("utf-8", "replace"), str(kept["state"]).encode())
    ):
        with unit_of_work():
            first = passkeys.use_once(hashlib.sha256(f"state {given}".encode()).hexdigest(), now)
        if first:
            return kept
    raise InvalidInput(
        "Cette connexion a expiré, ou elle vient d'une autre fenêtre.",
        kept="Votre compte n'est pas bloqué.",
        todo="Recommencez.",
    )


def _identity(left: dict[str, Any]) -> Identity:
    provider = _provider()
    # RFC 9207: another provider's answer, mixed up with this one's.
    if request.args.get("iss", provider.issuer) != provider.issuer:
        raise IdentityRefused(reason="return: iss", name=provider.name)
    code = request.args.get("code", "")
    if "error" in request.args or not 0 < len(code) <= LONGEST_CODE:
        raise IdentityRefused(
            "%(name)s n'a pas ouvert de connexion : elle a été annulée, ou refusée.",
            reason="return: error",
            name=provider.name,
        )
    release_connection()
    return provider.identify(
        code, nonce=left["nonce"], verifier=left["verifier"], redirect_uri=_return_address()
    )


def _signs_in(left: dict[str, Any], identity: Identity) -> Any:
    now = clock.now()
    agent = identity_links.sign_in(identity, now=now)
    if agent is None:
        raise NotFound(
            "Ce compte %(name)s n'ouvre aucun compte ici.",
            todo="Connectez-vous avec votre mot de passe puis reliez-le dans « Mon compte », ou demandez "
            "une invitation à l'administration.",
            name=_provider().name,
        )
    return _begin(agent, identity, str(left.get("next") or ""), now)


def _begin(agent: Agent, identity: Identity, target: str, now: datetime) -> Any:
    """The session begins; where the provider was not asked how surely, our second step comes first."""
    wanted = second_step.is_set(agent.id) or sign_in_rules.is_required(agent.role, now=now)
    if wanted and not _provider().acr_values:
        return wait_for_code(agent, target, elsewhere=True)
    answer = redirect(target or HOME[agent.role])
    complete(agent, answer, id_token=identity.id_token)
    return answer


def _links(left: dict[str, Any], identity: Identity) -> Any:
    if not current_user.is_authenticated or current_user.id != left.get("agent"):
        raise InvalidInput(
            "Quelqu'un d'autre a ouvert une session dans ce navigateur.",
            kept="Rien n'a été relié.",
            todo="Recommencez depuis « Mon compte ».",
        )
    me = current_user
    with unit_of_work() as work:
        identity_links.link(me.id, identity, work, keep=me.session_id, now=clock.now())
    flash(_("Votre compte %(name)s ouvre maintenant celui-ci.", name=_provider().name), "live")
    return redirect(url_for("account.index"))


def _accepts(left: dict[str, Any], identity: Identity) -> Any:
    now = clock.now()
    agent = invitations.accept_identity(str(left.get("token")), identity, now=now)
    return _begin(agent, identity, "", now)


_ARRIVALS = {"in": _signs_in, "link": _links, "invitation": _accepts}


def _provider() -> IdentityProvider:
    found = ports().identity
    if found is None:
        raise Conflict("Aucun fournisseur d'identité n'est réglé.")
    return found


def _return_address() -> str:
    return settings().public_base_url + url_for("identity.come_back")


def _to_account(error: PermanenceError) -> Response:
    said = error.told(_)
    flash(f"{said.message} {said.todo}".strip(), "stop")
    return redirect(url_for("account.index"))
