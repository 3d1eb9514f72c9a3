"""A small identity provider for tests, in a process of its own: ProConnect's manners, and lies on demand.

``python -m tests.oidc_provider PORT``. Its ``/_says`` takes what it is to do next, as JSON (``Says``). It
checks what a provider checks: the client, its secret in the body, PKCE, the redirect, a code once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
from dataclasses import dataclass, field, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "permanence", "secret-of-the-tests"
LIFE = 60  # seconds, as ProConnect's tokens


@dataclass
class Says:
    """What it does: whom it signs in, and what is wrong with its answers."""

    sub: str = "sub-1"
    email: str = "somebody@ministere.example"
    acr: str = "eidas1"
    id_token: dict[str, Any] = field(default_factory=dict)  # claims that replace the right ones
    userinfo: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    plain_userinfo: bool = False
    sign: str = "RS256"  # or: none, HS256, stranger, EC
    status: dict[str, int] = field(default_factory=dict)  # {"/token": 500}
    slow: dict[str, float] = field(default_factory=dict)  # seconds before the answer
    drip: str = ""  # a path that answers a letter at a time
    huge: str = ""  # a path that answers far too much
    refuses: str = ""  # the error that comes back instead of a code


says = Says()
keys: dict[str, Any] = {}
codes: dict[str, dict[str, str]] = {}
log: list[dict[str, Any]] = []


def new_keys() -> None:
    """Other keys, under other names."""
    keys.clear()
    name = secrets.token_hex(4)
    keys["RS256"] = RSAKey.generate_key(2048, {"kid": f"rsa-{name}", "use": "sig"})
    keys["EC"] = ECKey.generate_key("P-256", {"kid": f"ec-{name}", "use": "sig"})


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def log_message(self, *_words: Any) -> None:
        """Silent."""

    @property
    def issuer(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/api/v2"

    def do_GET(self) -> None:
        """Discovery, keys, the page that signs in, userinfo, the end of a session."""
        url = urlsplit(self.path)
        path, query = (
            url.path.removeprefix("/api/v2"),
            {k: v[0] for k, v in parse_qs(url.query).items()},
        )
        if self._misbehaves(path):
            return
        if path == "/.well-known/openid-configuration":
            self._json({**self._discovery(), **says.discovery})
        elif path == "/jwks":
            listed = [key.as_dict(private=False) for key in keys.values()]
            self._json({"keys": [*listed, {"kty": "AKP", "kid": "of-tomorrow"}]})
        elif path == "/authorize":
            self._authorize(query)
        elif path == "/userinfo":
            self._userinfo()
        elif path == "/session/end":
            log.append({"end": query})
            back = urlencode({"state": query["state"]})
            self._redirect(f"{query['post_logout_redirect_uri']}?{back}")
        elif path == "/_log":
            self._json({"log": log})
        else:
            self._answer(404, b"", "text/plain")

    def do_POST(self) -> None:
        """The token, and what tests ask."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path.removeprefix("/api/v2")
        if path == "/_says":
            self._obey(json.loads(raw))
        elif not self._misbehaves(path):
            self._token({name: values[0] for name, values in parse_qs(raw.decode()).items()})

    def _obey(self, asked: dict[str, Any]) -> None:
        if asked.pop("new_keys", False):
            new_keys()
        fresh = Says(**asked)
        for each in fields(Says):
            setattr(says, each.name, getattr(fresh, each.name))
        log.clear()
        self._json({})

    def _misbehaves(self, path: str) -> bool:
        time.sleep(says.slow.get(path, 0))
        if path in says.status:
            self._answer(says.status[path], b"{}", "application/json")
        elif path == says.huge:
            self._answer(200, b'{"a": "' + b"x" * 2_000_000 + b'"}', "application/json")
        elif path == says.drip:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "10000")
            self.end_headers()
            try:
                for _letter in range(200):
                    self.wfile.write(b" ")
                    time.sleep(0.05)
            except OSError:
                pass
        else:
            return False
        return True

    def _discovery(self) -> dict[str, Any]:
        base = self.issuer
        return {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/jwks",
            "end_session_endpoint": f"{base}/session/end",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _authorize(self, asked: dict[str, str]) -> None:
        log.append({"authorize": asked})
        if says.refuses:
            back = {"error": says.refuses, "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            codes[code] = asked
            back = {"code": code, "state": asked["state"], "iss": self.issuer}
        self._redirect(f"{asked['redirect_uri']}?{urlencode(back)}")

    def _token(self, asked: dict[str, str]) -> None:
        begun = codes.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = (
            begun is not None
            and (asked.get("client_id"), asked.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
            and begun["redirect_uri"] == asked.get("redirect_uri")
            and (begun.get("code_challenge"), begun.get("code_challenge_method"))
            == (challenge, "S256")
        )
        if not right or begun is None:
            self._answer(400, b'{"error": "invalid_grant"}', "application/json")
            return
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": says.sub, "aud": CLIENT_ID, "iat": now, "exp": now + LIFE,
            "nonce": begun["nonce"], "acr": says.acr,
        }  # fmt: skip
        body = {
            "access_token": secrets.token_urlsafe(24),
            "token_type": "Bearer",
            "expires_in": LIFE,
            "id_token": self._signed(_without_nones({**claims, **says.id_token})),
        }
        self._json(body)

    def _userinfo(self) -> None:
        now = int(time.time())
        about = {"sub": says.sub, "email": says.email}
        signed = {**about, "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + LIFE}
        if says.plain_userinfo:
            self._json({**about, **says.userinfo})
        else:
            raw = self._signed(_without_nones({**signed, **says.userinfo}))
            self._answer(200, raw.encode(), "application/jwt")

    def _signed(self, claims: dict[str, Any]) -> str:
        if says.sign == "none":
            parts = ({"alg": "none"}, claims)
            return ".".join(_b64(json.dumps(each).encode()) for each in parts) + "."
        if says.sign == "HS256":
            shared = OctKey.import_key(CLIENT_SECRET)
            return jwt.encode({"alg": "HS256"}, claims, shared)
        if says.sign == "stranger":
            stranger = RSAKey.generate_key(2048)
            return jwt.encode({"alg": "RS256", "kid": keys["RS256"].kid}, claims, stranger)
        key = keys[says.sign]
        return jwt.encode(
            {"alg": "ES256" if says.sign == "EC" else "RS256", "kid": key.kid}, claims, key
        )

    def _json(self, body: dict[str, Any]) -> None:
        self._answer(200, json.dumps(body).encode(), "application/json")

    def _redirect(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _without_nones(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


if __name__ == "__main__":
    new_keys()
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.daemon_threads = True
    server.serve_forever()
