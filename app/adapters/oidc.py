"""Signs people in at an identity provider: OpenID Connect, code flow with PKCE. Library: Authlib.

What ProConnect asks is what this does: userinfo signed (application/jwt), tokens of 60 seconds, nonce,
signing out by redirect. All that is asked of it has a total time, redirects are not followed, what it
answers is bounded, and its own texts reach the log as codes alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.adapters import oidc_tokens
from app.adapters.oidc_tokens import TokenRefused, UnknownKey
from app.foundation.exceptions import Unavailable
from app.foundation.ports import Identity, IdentityRefused
from app.foundation.text import strict_json
from app.foundation.total_time import within

log = logging.getLogger(__name__)

TOTAL_S = 8.0  # for the questions of one step together
STEP_S = 4.0  # between two bytes
LARGEST = 256_000  # bytes of an answer
KEPT_S = 3600.0  # what the provider says of itself is asked again after this
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Oidc:
    """The IdentityProvider that speaks OpenID Connect."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        name: str,
        scopes: str,
        acr_values: tuple[str, ...],
        now: Callable[[], datetime],
        total_s: float = TOTAL_S,
    ) -> None:
        self.issuer = issuer
        self.name = name
        self.acr_values = acr_values
        self._client_id, self._secret, self._scopes = client_id, client_secret, scopes
        self._now, self._total = now, total_s
        self._says: Mapping[str, Any] | None = None
        self._says_until = 0.0
        self._keys: KeySet | None = None
        self._keys_until = 0.0

    def authorization(self, *, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        """Where to send a browser. Raises Unavailable, IdentityRefused."""
        with self._asking() as http:
            endpoint = self._discovered(http)["authorization_endpoint"]
        more = {"acr_values": " ".join(self.acr_values)} if self.acr_values else {}
        url, _state = self._session(redirect_uri).create_authorization_url(
            endpoint, state=state, code_verifier=verifier, nonce=nonce, **more
        )
        return str(url)

    def identify(self, code: str, *, nonce: str, verifier: str, redirect_uri: str) -> Identity:
        """Who came back with this code. Raises Unavailable, IdentityRefused."""
        with self._asking() as http:
            token = self._token(http, code, verifier, redirect_uri)
            claims = self._verified(
                http,
                lambda keys: oidc_tokens.id_token(
                    token["id_token"],
                    keys,
                    issuer=self.issuer,
                    client_id=self._client_id,
                    nonce=nonce,
                    access_token=token["access_token"],
                    now=self._now().timestamp(),
                ),
            )
            acr = str(claims.get("acr") or "")
            if self.acr_values and acr not in self.acr_values:
                raise TokenRefused("ID token: acr")
            subject = oidc_tokens.subject_of(claims)
            told = self._userinfo(http, token["access_token"], subject)
        email = told.get("email") or claims.get("email") or ""
        return Identity(self.issuer, subject, str(email)[:254], acr, token["id_token"])

    def end_session(self, id_token: str, *, state: str, back: str) -> str | None:
        """Where to send a browser, to be signed out there too. Raises Unavailable, IdentityRefused."""
        with self._asking() as http:
            endpoint = self._discovered(http).get("end_session_endpoint")
        if not endpoint:
            return None
        asked = {"id_token_hint": id_token, "state": state, "post_logout_redirect_uri": back}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def check(self) -> str:
        """Ask the provider what it says of itself, for ``doctor``: where it signs people in."""
        self._says = self._keys = None
        with self._asking() as http:
            found = self._discovered(http)["authorization_endpoint"]
            self._key_set(http)
        return str(found)

    @contextmanager
    def _asking(self) -> Iterator[_Http]:
        """Within the total time; whatever goes wrong becomes one of our own errors."""
        try:
            with within(self._total):
                yield _Http(time.monotonic() + self._total)
        except (TokenRefused, JoseError, AuthlibBaseError) as error:
            reason = str(error) if isinstance(error, TokenRefused) else type(error).__name__
            log.warning("identity provider: not believed: %s", reason)
            raise IdentityRefused(reason=reason, name=self.name) from None
        except OSError as error:  # requests' errors are some, and a total time that is over
            log.warning("identity provider: no answer: %s", type(error).__name__)
            raise Unavailable(
                "%(name)s ne répond pas.",
                kept="Votre compte n'est pas bloqué.",
                todo="Réessayez dans un instant, ou connectez-vous avec votre mot de passe.",
                name=self.name,
            ) from None

    def _session(self, redirect_uri: str) -> OAuth2Session:
        methods = (self._says or {}).get("token_endpoint_auth_methods_supported") or []
        # ProConnect takes the secret in the body; where nothing is said, the standard's own way.
        method = "client_secret_post" if "client_secret_post" in methods else "client_secret_basic"
        return OAuth2Session(
            self._client_id,
            self._secret,
            token_endpoint_auth_method=method,
            scope=self._scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _token(self, http: _Http, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        endpoint = self._discovered(http)["token_endpoint"]
        with self._session(redirect_uri) as session:
            session.register_compliance_hook("access_token_response", http.bounded)
            found = session.fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                timeout=STEP_S,
                allow_redirects=False,
                stream=True,
            )
        if not all(isinstance(found.get(name), str) for name in ("access_token", "id_token")):
            raise TokenRefused("no token")
        return dict(found)

    def _userinfo(self, http: _Http, access_token: str, subject: str) -> Mapping[str, Any]:
        """What is said of the subject: signed (ProConnect), or plain JSON over the provider's own TLS."""
        endpoint = self._discovered(http).get("userinfo_endpoint")
        if not endpoint:
            return {}
        wanted = {
            "Authorization": f"Bearer {access_token}",
            "Accept": "application/jwt, application/json",
        }
        answer = http.get(endpoint, wanted)
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/jwt":
            return oidc_tokens.about(_object(answer), subject)
        raw = answer.text.strip()
        return self._verified(
            http,
            lambda keys: oidc_tokens.userinfo(
                raw,
                keys,
                issuer=self.issuer,
                client_id=self._client_id,
                subject=subject,
                now=self._now().timestamp(),
            ),
        )

    def _verified(
        self, http: _Http, check: Callable[[KeySet], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Check a signature; with an unknown key, once more with the keys that the provider has now."""
        try:
            return check(self._key_set(http))
        except UnknownKey:
            self._keys = None
            return check(self._key_set(http))

    def _key_set(self, http: _Http) -> KeySet:
        if self._keys is None or time.monotonic() > self._keys_until:
            read = _object(http.get(self._discovered(http)["jwks_uri"]))
            self._keys = oidc_tokens.key_set(read)
            self._keys_until = time.monotonic() + KEPT_S
        return self._keys

    def _discovered(self, http: _Http) -> Mapping[str, Any]:
        if self._says is None or time.monotonic() > self._says_until:
            said = _object(http.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"))
            self._says = self._believed(said)
            self._says_until = time.monotonic() + KEPT_S
        return self._says

    def _believed(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the provider says of itself names itself, and addresses as safe as its own."""
        if said.get("issuer") != self.issuer:
            raise TokenRefused("discovery: issuer")
        safe = ("https", urlsplit(self.issuer).scheme)
        optional = [name for name in ("userinfo_endpoint", "end_session_endpoint") if name in said]
        for name in (*ENDPOINTS, *optional):
            address = said.get(name)
            if not isinstance(address, str) or urlsplit(address).scheme not in safe:
                raise TokenRefused(f"discovery: {name}")
        return said


@dataclass(frozen=True)
class _Http:
    """Questions to the provider, all of them before ``deadline`` (``time.monotonic``)."""

    deadline: float

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        """Ask for an address; the answer, whole. Raises TokenRefused for one that is not a success."""
        answer = requests.get(
            address,
            headers=dict(headers or {}),
            timeout=STEP_S,
            allow_redirects=False,
            stream=True,
        )
        if self.bounded(answer).status_code != HTTPStatus.OK:
            raise TokenRefused(f"answer: {answer.status_code}")
        return answer

    def bounded(self, answer: requests.Response) -> requests.Response:
        """Read an answer, if it is no longer than an answer is, and comes in time."""
        content = b""
        with answer:
            for piece in answer.iter_content(4096):
                content += piece
                if len(content) > LARGEST:
                    raise TokenRefused("answer: too long")
                if time.monotonic() > self.deadline:
                    raise TimeoutError
        answer._content = content  # read once: what asks for it next finds it
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise requests.HTTPError("server error")
        return answer


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        read = strict_json.loads(answer.content)
    except ValueError:
        raise TokenRefused("answer: no JSON") from None
    if not isinstance(read, dict):
        raise TokenRefused("answer: no object")
    return read
