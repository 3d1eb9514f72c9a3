"""Asks the subscriber's webhooks, signed as Twilio signs them, and reads what they answer."""

from __future__ import annotations

import http.cookiejar
import secrets
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.request_validator import RequestValidator

from app.local_carrier.attributes import TwimlRefused
from app.local_carrier.twiml import MAX_DOCUMENT, check_content_type


class WebhookFailed(Exception):
    """The subscriber did not answer with a document. ``code`` is Twilio's error code."""

    def __init__(self, code: int, url: str, message: str) -> None:
        super().__init__(f"{code} {urlsplit(url).path}: {message}")
        self.code = code
        self.url = url


class Webhooks:
    """A pool of connections to the subscriber's application."""

    def __init__(self, auth_token: str, timeout: float) -> None:
        self._validator = RequestValidator(auth_token)
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False  # the line never goes through a proxy
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=8, pool_maxsize=128))

    def document(self, url: str, method: str, params: Mapping[str, str]) -> bytes:
        """The TwiML that ``url`` answers. Raises WebhookFailed or TwimlRefused."""
        response = self._ask(url, method, params, secrets.token_hex(16))
        with response:
            body = self._read(response, url)
            if not 200 <= response.status_code < 300:
                raise WebhookFailed(11200, url, f"HTTP {response.status_code}")
        check_content_type(response.headers.get("Content-Type"))
        return body

    def post(self, url: str, method: str, params: Mapping[str, str], token: str) -> int:
        """Send a callback whose answer does not matter; its HTTP status. May raise WebhookFailed.

        ``token`` is the idempotency token: the same for a repeated callback.
        """
        response = self._ask(url, method, params, token)
        with response:
            self._read(response, url)
            return response.status_code

    def _ask(
        self, url: str, method: str, params: Mapping[str, str], token: str
    ) -> requests.Response:
        if urlsplit(url).scheme not in ("http", "https"):
            raise WebhookFailed(11100, url, "Invalid URL format")
        form = dict(params) if method == "POST" else None
        if form is None and params:
            url += ("&" if urlsplit(url).query else "?") + urlencode(params)
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(url, form or {}),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        try:
            return self._session.request(
                method,
                url,
                data=form,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise WebhookFailed(11205, url, type(error).__name__) from error

    def _read(self, response: requests.Response, url: str) -> bytes:
        """The whole body, within the size and the time that a document may take."""
        deadline, body = time.monotonic() + self._timeout, b""
        try:
            for chunk in response.iter_content(16384):
                body += chunk
                if len(body) > MAX_DOCUMENT:
                    raise TwimlRefused(11750, "TwiML response body too large")
                if time.monotonic() > deadline:
                    raise WebhookFailed(11205, url, "timed out")
        except requests.RequestException as error:
            raise WebhookFailed(11205, url, type(error).__name__) from error
        return body


def resolve(base: str, url: str) -> str:
    """``url`` as seen from the document at ``base``; empty stays the document itself."""
    return urljoin(base, url) if url else base
