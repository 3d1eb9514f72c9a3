"""Checks the access tokens that softphones register with (Twilio's AccessToken, a signed JWT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import jwt

from carrier.line.numbers import identity_of
from carrier.settings import CarrierSettings


class TokenRefused(Exception):
    """The token opens nothing. ``code`` is Twilio's (20101 invalid, 20104 expired)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class SoftphoneGrant:
    """Who the token's bearer is, until when, and whether they may be called."""

    identity: str
    expires_at: datetime
    incoming: bool


def check(token: str, settings: CarrierSettings) -> SoftphoneGrant:
    """The grant of a token signed with the account's API key. Raises TokenRefused."""
    try:
        claims = jwt.decode(
            token,
            settings.api_secret,
            algorithms=["HS256"],
            issuer=settings.api_key,
            options={"require": ["exp", "iss", "sub"]},
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenRefused(20104, "Access Token expired") from error
    except jwt.InvalidIssuerError as error:
        raise TokenRefused(20103, "Invalid Access Token issuer") from error
    except jwt.InvalidTokenError as error:
        raise TokenRefused(20101, "Invalid Access Token") from error
    if claims["sub"] != settings.account_sid:
        raise TokenRefused(20103, "Invalid Access Token subject")
    grants = claims.get("grants") or {}
    identity, voice = str(grants.get("identity") or ""), grants.get("voice")
    if voice is None or identity_of(f"client:{identity}") is None:
        raise TokenRefused(20106, "Invalid Access Token grants")
    incoming = bool((voice.get("incoming") or {}).get("allow"))
    return SoftphoneGrant(identity, datetime.fromtimestamp(claims["exp"], UTC), incoming)
