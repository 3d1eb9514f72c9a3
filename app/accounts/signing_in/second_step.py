"""The second step of signing in: a code of a telephone (TOTP, RFC 6238), a passkey, or a recovery code.

A code is accepted once, in every process; the clock of the telephone may be half a minute off. Secrets
are sealed in the database, recovery codes are kept as digests and shown once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update

from app.accounts import journal, sessions
from app.accounts.models import Agent, Passkey, RecoveryCode, TotpSecret
from app.accounts.sessions import Why
from app.accounts.signing_in import guessing, sign_in_rules
from app.accounts.signing_in.patience import Counter, key_of
from app.foundation.database.unit_of_work import Work, rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db

ISSUER = "Permanence"
STEP_SECONDS = 30
DRIFT = 1  # steps before and after
FREE_TRIES = 10
RECOVERY_CODES = 10
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another one


def is_set(agent_id: int) -> bool:
    """Does this account ask for a second step, a code or a passkey?"""
    return has_telephone(agent_id) or has_passkeys(agent_id)


def has_telephone(agent_id: int) -> bool:
    """Does a telephone make codes for this account?"""
    confirmed = TotpSecret.confirmed_at.is_not(None)
    query = select(TotpSecret.agent_id).where(TotpSecret.agent_id == agent_id, confirmed)
    return db.session.scalar(query) is not None


def has_passkeys(agent_id: int) -> bool:
    """Has this account a passkey?"""
    query = select(Passkey.id).where(Passkey.agent_id == agent_id).limit(1)
    return db.session.scalar(query) is not None


def everybody_with_one() -> set[int]:
    """The accounts that ask for a second step."""
    confirmed = select(TotpSecret.agent_id).where(TotpSecret.confirmed_at.is_not(None))
    return set(db.session.scalars(confirmed)) | set(db.session.scalars(select(Passkey.agent_id)))


def begin(agent_id: int) -> str:
    """The secret to put into a telephone; the same one until it is confirmed. Raises Conflict."""
    with unit_of_work():
        row = db.session.get(TotpSecret, agent_id, populate_existing=True)
        if row is not None and row.confirmed_at is not None:
            raise Conflict("La vérification en deux étapes est déjà en place.")
        if row is None:
            row = TotpSecret(agent_id=agent_id, secret=pyotp.random_base32(), last_step=0)
            db.session.add(row)
        return row.secret


def address(secret: str, email: str) -> str:
    """What the QR code says (otpauth://…)."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def confirm(agent_id: int, code: str, *, keep: int | None, now: datetime) -> list[str]:
    """The telephone shows the right code: from now on it is asked for. The recovery codes.

    Every session but ``keep`` ends. Raises InvalidInput on a wrong code, TooSoon, Conflict.
    """
    tried = _counters(agent_id)
    guessing.admit(tried, now=now)
    with unit_of_work() as work:
        row = db.session.get(TotpSecret, agent_id, populate_existing=True, with_for_update=True)
        if row is None or row.confirmed_at is not None:
            raise Conflict("La vérification en deux étapes est déjà en place.")
        step = _step_of(row.secret, code, now)
        if step is None:
            raise InvalidInput(
                "Ce code n'est pas celui que l'application affiche maintenant.",
                kept="Rien n'a été changé.",
                todo="Attendez le suivant, puis recopiez-le.",
            )
        row.confirmed_at, row.last_step = now, step
        codes = new_codes(agent_id)
        guessing.forgive(tried)
        sessions.end_all(agent_id, Why.FACTOR, work, now=now, besides=keep)
        journal.record("second_step_set", f"agent:{agent_id}", agent_id=agent_id, now=now)
    return codes


def check(agent_id: int, code: str, *, now: datetime) -> bool:
    """Is it a code of the telephone that was not used yet, or a recovery code? Journaled; it is used
    up. Raises TooSoon after too many wrong ones (only who knows the password can get there)."""
    tried = _counters(agent_id)
    guessing.admit(tried, now=now)
    with unit_of_work():
        act = "second_step"
        right = _use_code(agent_id, code, now)
        if not right and _use_recovery(agent_id, code, now):
            right, act = True, "recovery_code_used"
        if right:
            guessing.forgive(tried)
        journal.record(
            act if right else "second_step_refused",
            f"agent:{agent_id}",
            agent_id=agent_id if right else None,
            now=now,
        )
    return right


def left(agent_id: int) -> int:
    """How many recovery codes are left."""
    query = select(func.count()).select_from(RecoveryCode)
    mine = (RecoveryCode.agent_id == agent_id) & RecoveryCode.used_at.is_(None)
    return int(db.session.scalar(query.where(mine)) or 0)


def renew_codes(agent_id: int, *, now: datetime) -> list[str]:
    """New recovery codes; those of before are worth nothing. Journaled."""
    with unit_of_work():
        codes = new_codes(agent_id)
        journal.record("recovery_codes_renewed", f"agent:{agent_id}", agent_id=agent_id, now=now)
    return codes


def reset(email: str, *, now: datetime) -> None:
    """Take the second step off an account whose telephone or key is lost; every session ends; journaled.

    Where the role must have one it is asked for at the next sign-in. Raises NotFound.
    """
    with unit_of_work() as work:
        agent_id = db.session.scalar(select(Agent.id).where(Agent.email == email.strip().lower()))
        if agent_id is None:
            raise NotFound("Aucun compte n'a cette adresse.")
        reset_of(agent_id, work, by=None, now=now)


def reset_of(agent_id: int, work: Work, *, by: int | None, now: datetime) -> None:
    """The same inside a unit of work, for an account that is known: codes and passkeys go."""
    for table in (TotpSecret, Passkey, RecoveryCode):
        db.session.execute(delete(table).where(table.agent_id == agent_id))
    sessions.end_all(agent_id, Why.FACTOR, work, now=now)
    journal.record("second_step_reset", f"agent:{agent_id}", agent_id=by, now=now)


def take_off(agent_id: int, *, keep: int, now: datetime) -> None:
    """Do without the telephone's codes, where the role may; other sessions end; journaled.

    Raises Conflict when it is the last factor of somebody whose role must have one.
    """
    with unit_of_work() as work:
        refuse_the_last(agent_id, has_passkeys(agent_id), now)
        db.session.execute(delete(TotpSecret).where(TotpSecret.agent_id == agent_id))
        _after_one_less(agent_id, "second_step_off", work, now, keep)


def take_passkey_off(agent_id: int, passkey_id: int, *, keep: int, now: datetime) -> None:
    """Remove one passkey, where the role may; other sessions end; journaled.

    Raises Conflict as ``take_off`` does, NotFound when the passkey is not the agent's.
    """
    with unit_of_work() as work:
        others = select(Passkey.id).where(Passkey.agent_id == agent_id, Passkey.id != passkey_id)
        rest = has_telephone(agent_id) or db.session.scalar(others.limit(1)) is not None
        mine = (Passkey.id == passkey_id) & (Passkey.agent_id == agent_id)
        if db.session.scalar(select(Passkey.id).where(mine)) is None:
            raise NotFound("Cette clé d'accès n'existe pas.")
        refuse_the_last(agent_id, rest, now)
        db.session.execute(delete(Passkey).where(mine))
        _after_one_less(agent_id, "passkey_removed", work, now, keep)


def refuse_the_last(agent_id: int, another: bool, now: datetime) -> None:
    """Raise Conflict where the role must have a factor and ``another`` is not left."""
    role = db.session.get_one(Agent, agent_id).role
    if not another and sign_in_rules.is_required(role, now=now):
        raise Conflict(
            "Votre rôle demande la vérification en deux étapes.",
            kept="Rien n'a été changé.",
            todo="Mettez d'abord un autre moyen en place : un téléphone ou une clé d'accès.",
        )


def _after_one_less(agent_id: int, act: str, work: Work, now: datetime, keep: int) -> None:
    if not is_set(agent_id):
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    sessions.end_all(agent_id, Why.FACTOR, work, now=now, besides=keep)
    journal.record(act, f"agent:{agent_id}", agent_id=agent_id, now=now)


def _counters(agent_id: int) -> list[Counter]:
    return [Counter(key_of("second step", str(agent_id)), FREE_TRIES)]


def _use_code(agent_id: int, code: str, now: datetime) -> bool:
    row = db.session.get(TotpSecret, agent_id, populate_existing=True)
    if row is None or row.confirmed_at is None:
        return False
    step = _step_of(row.secret, code, now)
    if step is None:
        return False
    used = db.session.execute(
        update(TotpSecret)
        .where(TotpSecret.agent_id == agent_id, TotpSecret.last_step < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(used) == 1


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is; all of them are compared, so that time tells nothing."""
    given = "".join(code.split())[:12].encode("utf-8", "replace")
    present, found = int(now.timestamp()) // STEP_SECONDS, None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), given):
            found = step
    return found


def _use_recovery(agent_id: int, code: str, now: datetime) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.agent_id == agent_id,
            RecoveryCode.code_hash == _digest(agent_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(used) == 1


def new_codes(agent_id: int) -> list[str]:
    """Recovery codes in place of those there are, inside a unit of work."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(agent_id=agent_id, code_hash=_digest(agent_id, code)) for code in codes
    )
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _digest(agent_id: int, code: str) -> str:
    plain = "".join(sign for sign in code.lower()[:40] if sign.isalnum())
    return hashlib.sha256(f"{agent_id} {plain}".encode("utf-8", "replace")).hexdigest()
