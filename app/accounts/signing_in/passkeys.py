"""Passkeys (WebAuthn): registered by their owner, answered when signing in. Library: webauthn.

A passkey proves two things at once, the device and its owner (user verification is required), so who
signs in with one needs no password and no code. Each challenge is answered once, within three minutes,
for this site's address (``PUBLIC_BASE_URL``); the secret never leaves the device.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.accounts import journal, sessions
from app.accounts.models import Agent, AnsweredChallenge, Passkey
from app.accounts.sessions import Why
from app.accounts.signing_in import second_step
from app.foundation.database.inserts import inserting
from app.foundation.database.unit_of_work import Work, rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.text.strict_json import loads
from app.foundation.wiring import settings

LIFE = timedelta(minutes=3)  # of a challenge
CHALLENGE_BYTES = 32
LONGEST_ANSWER = 20_000  # characters; a real one has some two thousand
LONGEST_NAME = 60
MOST = 20  # passkeys of one account
SITE = "Permanence"
# What the library raises on what strangers send in place of an answer: it may be anything.
NO_ANSWER = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, OverflowError)


def new_challenge() -> str:
    """What a device is asked to sign, in base 64."""
    return bytes_to_base64url(secrets.token_bytes(CHALLENGE_BYTES))


def registration_options(agent: Agent, challenge: str) -> dict[str, Any]:
    """What the browser of an agent is asked, to make a passkey. Raises Conflict when there are many."""
    theirs = of(agent.id)
    if len(theirs) >= MOST:
        raise Conflict("Vous avez déjà vingt clés d'accès : retirez-en une d'abord.")
    handle = theirs[0].user_handle if theirs else bytes_to_base64url(secrets.token_bytes(32))
    options = webauthn.generate_registration_options(
        rp_id=_site_id(),
        rp_name=SITE,
        user_name=agent.email,
        user_display_name=agent.display_name,
        user_id=base64url_to_bytes(handle),
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_descriptor(each) for each in theirs],
    )
    return _as_data(webauthn.options_to_json(options))


def sign_in_options(challenge: str, agent_id: int | None) -> dict[str, Any]:
    """What a browser is asked, to sign in: with any passkey of this site, or one of an agent's."""
    options = webauthn.generate_authentication_options(
        rp_id=_site_id(),
        challenge=base64url_to_bytes(challenge),
        allow_credentials=[_descriptor(each) for each in of(agent_id)] if agent_id else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_data(webauthn.options_to_json(options))


def of(agent_id: int) -> list[Passkey]:
    """The passkeys of an account, oldest first."""
    query = select(Passkey).where(Passkey.agent_id == agent_id).order_by(Passkey.id)
    return list(db.session.scalars(query))


def register(
    agent_id: int, answer: str, challenge: str, name: str, handle: str, *, keep: int, now: datetime
) -> list[str]:
    """Keep the passkey that a browser has just made; other sessions end; journaled.

    Gives recovery codes when this is the account's first factor, else none. Raises InvalidInput when
    the answer is not one to this challenge, from this site, by a verified person.
    """
    made = _verified_registration(answer, challenge)
    first = not second_step.is_set(agent_id)
    with unit_of_work() as work:
        _answered(challenge, now)
        db.session.add(
            Passkey(
                agent_id=agent_id,
                credential_id=bytes_to_base64url(made.credential_id),
                public_key=made.credential_public_key,
                user_handle=handle,
                sign_count=made.sign_count,
                name=tidy(name),
                made_at=now,
            )
        )
        try:
            db.session.flush()
        except IntegrityError:
            raise InvalidInput("Cette clé d'accès est déjà enregistrée.") from None
        _registered(agent_id, work, keep, now)
        return second_step.new_codes(agent_id) if first else []


def _registered(agent_id: int, work: Work, keep: int, now: datetime) -> None:
    sessions.end_all(agent_id, Why.FACTOR, work, now=now, besides=keep)
    journal.record("passkey_added", f"agent:{agent_id}", agent_id=agent_id, now=now)


def rename(agent_id: int, passkey_id: int, name: str, *, now: datetime) -> None:
    """Give a passkey another name; journaled. Raises NotFound when it is not the agent's."""
    with unit_of_work():
        changed = db.session.execute(
            update(Passkey)
            .where(Passkey.id == passkey_id, Passkey.agent_id == agent_id)
            .values(name=tidy(name))
        )
        if not rows_changed(changed):
            raise NotFound("Cette clé d'accès n'existe pas.")
        journal.record("passkey_renamed", f"agent:{agent_id}", agent_id=agent_id, now=now)


def sign_in(answer: str, challenge: str, agent_id: int | None, *, now: datetime) -> Agent | None:
    """The agent whose passkey gave this answer, or None; journaled. The challenge is used up.

    ``agent_id``: whose it must be, when a password was given before. A count that did not grow is
    refused: somebody may have copied the device.
    """
    read = _read(answer)
    passkey = _known(read) if read else None
    if read is None or passkey is None or agent_id not in (None, passkey.agent_id):
        return None
    count = _verified_count(read, challenge, passkey)
    with unit_of_work():
        agent = db.session.get(Agent, passkey.agent_id, populate_existing=True)
        right = (
            count is not None
            and agent is not None
            and agent.active
            and use_once(_digest(challenge), now)
            and _counted(passkey.id, passkey.sign_count, count, now)
        )
        journal.record(
            "passkey_used" if right else "passkey_refused",
            f"agent:{passkey.agent_id}",
            agent_id=passkey.agent_id if right else None,
            now=now,
        )
    return agent if right else None


def forget_old(*, now: datetime) -> None:
    """Drop answered challenges that are too old to be answered anyway, inside a unit of work."""
    db.session.execute(delete(AnsweredChallenge).where(AnsweredChallenge.at < now - 10 * LIFE))


def tidy(name: str) -> str:
    """A passkey's name as it is kept."""
    return " ".join(name[:400].split())[:LONGEST_NAME] or "…"


def _known(read: dict[str, Any]) -> Passkey | None:
    """The passkey that an answer says it is of."""
    given = str(read.get("id", ""))
    found = db.session.scalar(select(Passkey).where(Passkey.credential_id == given))
    handle = read.get("response", {}).get("userHandle")
    if found is None or (handle and str(handle).rstrip("=") != found.user_handle):
        return None
    return found


def _read(answer: str) -> dict[str, Any] | None:
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        read = loads(answer)
    except ValueError:
        return None
    if not isinstance(read, dict) or not isinstance(read.get("response"), dict):
        return None
    return read


def _verified_registration(answer: str, challenge: str) -> Any:
    wrong = InvalidInput(
        "La clé d'accès n'a pas pu être vérifiée.",
        kept="Rien n'a été changé.",
        todo="Recommencez ; le navigateur vous demandera votre code ou votre empreinte.",
    )
    read = _read(answer)
    if read is None:
        raise wrong
    try:
        return webauthn.verify_registration_response(
            credential=read,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_site_id(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except NO_ANSWER:
        raise wrong from None


def _verified_count(read: dict[str, Any], challenge: str, passkey: Passkey) -> int | None:
    try:
        verified = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_site_id(),
            expected_origin=_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except NO_ANSWER:
        return None
    return verified.new_sign_count


def _answered(challenge: str, now: datetime) -> None:
    """Use a challenge up, in every process; InvalidInput when it was used before."""
    if not use_once(_digest(challenge), now):
        raise InvalidInput("Cette réponse a déjà servi.", todo="Recommencez.")


def _digest(challenge: str) -> str:
    return hashlib.sha256(challenge.encode()).hexdigest()


def use_once(digest: str, now: datetime) -> bool:
    """Note inside a unit of work that a word was used; False when it had been, in any process."""
    noted = inserting(AnsweredChallenge).values(digest=digest, at=now)
    new = noted.on_conflict_do_nothing().returning(AnsweredChallenge.digest)
    return db.session.execute(new).first() is not None


def _counted(passkey_id: int, before: int, count: int, now: datetime) -> bool:
    used = db.session.execute(
        update(Passkey)
        .where(Passkey.id == passkey_id, Passkey.sign_count == before)
        .values(sign_count=count, used_at=now)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(used) == 1


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))


def _origin() -> str:
    """The address that a browser signs: scheme, name and port, as browsers write them."""
    parts = urlsplit(settings().public_base_url.lower())
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != usual else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _site_id() -> str:
    return urlsplit(settings().public_base_url.lower()).hostname or ""


def _as_data(text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    return data
