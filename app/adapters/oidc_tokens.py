"""What an identity provider signed, verified: ID tokens and signed userinfo (OpenID Connect Core 1.0).

Libraries: joserfc for signatures, Authlib for the claims of an ID token. Only public-key signatures are
taken; ``none`` and shared secrets never are. Tokens may live 60 seconds only (ProConnect's do): clocks
may differ by ``LEEWAY``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, import_key

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
KINDS = ("RSA", "EC", "OKP")  # of public keys: a shared secret is none
LEEWAY = 10  # seconds
OLDEST = 600  # seconds: an ID token is made for this very sign-in
LONGEST = 20_000  # characters of a token
LONGEST_SUBJECT = 255  # OpenID Connect Core, section 2


class TokenRefused(Exception):
    """It cannot be believed; the text says why, for the log, without anything personal."""


class UnknownKey(TokenRefused):
    """Signed with a key that is not in the set: the provider may have changed its keys."""


def key_set(said: Mapping[str, Any]) -> KeySet:
    """The provider's keys for signatures; kinds that we do not know are left out."""
    keys: list[Any] = []
    listed = said.get("keys")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and each.get("kty") in KINDS and each.get("use") != "enc":
            try:
                keys.append(import_key(each))
            except (JoseError, ValueError, TypeError, LookupError):
                continue
    if not keys:
        raise TokenRefused("keys: none")
    return KeySet(keys)


def id_token(
    raw: str,
    keys: KeySet,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: float,
) -> Mapping[str, Any]:
    """The claims of an ID token made for us, for this sign-in, now. Raises TokenRefused."""
    token = _signed(raw, keys)
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={"iss": {"essential": True, "value": issuer}},
        params={"client_id": client_id, "nonce": nonce, "access_token": access_token},
    )
    _check_numbers(token.claims)
    try:
        claims.validate(now=math.floor(now), leeway=LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused(
            f"ID token: {type(error).__name__} {getattr(error, 'claim', '')}"
        ) from None
    _check_audience(token.claims, client_id)
    if token.claims["iat"] < now - OLDEST:
        raise TokenRefused("ID token: too old")
    subject_of(token.claims)
    return token.claims


def userinfo(
    raw: str, keys: KeySet, *, issuer: str, client_id: str, subject: str, now: float
) -> Mapping[str, Any]:
    """The claims of a signed userinfo about that subject. Raises TokenRefused."""
    claims = _signed(raw, keys).claims
    _check_numbers(claims)
    if claims.get("iss") != issuer:
        raise TokenRefused("userinfo: iss")
    _check_audience(claims, client_id)
    if "exp" in claims and claims["exp"] <= now - LEEWAY:
        raise TokenRefused("userinfo: exp")
    return about(claims, subject)


def about(claims: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
    """The claims, if they are about that subject: another's could be put in their place."""
    if claims.get("sub") != subject:
        raise TokenRefused("userinfo: sub")
    return claims


def subject_of(claims: Mapping[str, Any]) -> str:
    """Whom the claims are about. Raises TokenRefused."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise TokenRefused("sub")
    return subject


def _signed(raw: str, keys: KeySet) -> jwt.Token:
    if not isinstance(raw, str) or len(raw) > LONGEST:
        raise TokenRefused("no token")
    try:
        token = jwt.decode(raw, keys, algorithms=list(ALGORITHMS))
    except (InvalidKeyIdError, BadSignatureError):
        raise UnknownKey("signature: no key of the provider's") from None
    except JoseError as error:
        raise TokenRefused(f"signature: {type(error).__name__}") from None
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise TokenRefused(f"signature: {type(error).__name__}") from None
    if not isinstance(token.claims, dict):
        raise TokenRefused("claims")
    return token


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise TokenRefused("aud")


def _check_numbers(claims: Mapping[str, Any]) -> None:
    """Instants are numbers, and finite: a text compared with a number would be an error of ours."""
    for name in ("exp", "iat", "nbf", "auth_time"):
        value = claims.get(name)
        if value is not None and (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise TokenRefused(name)
