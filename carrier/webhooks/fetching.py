"""Asks the subscriber's webhooks, signed as Twilio signs them, and reads what they answer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from twilio.request_validator import RequestValidator
from urllib3 import exceptions as failures

from carrier.twiml.attributes import TwimlRefused
from carrier.twiml.voice import MAX_DOCUMENT
from carrier.webhooks.connections import Connection, split
from carrier.webhooks.cookies import Cookies, header, keep

NOT_CONNECTED = (failures.NewConnectionError, failures.ConnectTimeoutError, failures.SSLError)
FOLLOWED = (301, 302, 303, 307)
KEEPS_METHOD = 307
MOST_REDIRECTIONS = 10
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What a webhook answered; ``status`` 0 when it did not. ``seconds`` is how long it took.

    ``url`` is where the answer came from, after redirections; ``location`` where it points.
    """

    status: int
    content_type: str
    body: bytes
    seconds: float
    url: str = ""
    location: str = ""

    @property
    def ok(self) -> bool:
        """True for a 2xx."""
        return 200 <= self.status < 300


class WebhookFailed(Exception):
    """The subscriber did not answer as it should. ``code`` is Twilio's error code.

    ``kind`` is what a retry policy calls the failure: ct (never connected), rt (answered too
    late), or nothing.
    """

    def __init__(self, code: int, url: str, message: str, kind: str = "") -> None:
        super().__init__(f"{code} {urlsplit(url).path}: {message}")
        self.code = code
        self.url = url
        self.kind = kind


class Webhooks:
    """A pool of connections to the subscriber's application, and to whoever hosts its fallback."""

    def __init__(self, auth_token: str, timeout: float) -> None:
        self._validator = RequestValidator(auth_token)
        self._timeout = timeout
        self.cookies = Cookies()
        # A pool manager goes through no proxy, keeps no cookie, follows no redirection by itself.
        self.pool = urllib3.PoolManager(num_pools=8, maxsize=256, retries=False)

    def ask(
        self,
        url: str,
        method: str,
        params: Mapping[str, str],
        token: str = "",
        largest: int = MAX_DOCUMENT,
    ) -> Answer:
        """Send one request, again where the URL's overrides say so; its last answer.

        Redirections are followed as a browser follows them: after a 301, 302 or 303 by GET and
        without the parameters, after a 307 as before.
        ``token`` is the idempotency token, the same for each try and for a repeated callback;
        ``largest`` is in bytes.
        Raises WebhookFailed when there is no answer, TwimlRefused when it is too large.
        """
        jar = self.cookies.of(params)
        where, answer = url, self._ask(url, method, params, token, largest, jar)
        for _turn in range(MOST_REDIRECTIONS):
            if not 300 <= answer.status < 400:
                return replace(answer, url=where)
            if answer.status not in FOLLOWED or not answer.location:
                raise WebhookFailed(11216, url, f"HTTP invalid redirect ({answer.status})")
            if answer.status != KEEPS_METHOD:
                method, params = "GET", {}
            where = urljoin(where, answer.location)
            answer = self._ask(where, method, params, token, largest, jar)
        raise WebhookFailed(11215, url, "HTTP too many redirects")

    def _ask(
        self,
        url: str,
        method: str,
        params: Mapping[str, str],
        token: str,
        largest: int,
        jar: CookieJar | None,
    ) -> Answer:
        bare, connection = split(url)
        connection = connection.within(self._timeout)
        if urlsplit(bare).scheme not in ("http", "https"):
            raise WebhookFailed(11100, url, "Invalid URL format")
        started, token = time.monotonic(), token or secrets.token_hex(16)
        for attempt in range(connection.retries + 1):
            left = connection.total - (time.monotonic() - started)
            last = attempt == connection.retries
            try:
                answer = self._once(
                    bare, method, params, token, connection, max(left, 0.05), largest, jar
                )
            except WebhookFailed as failure:
                spent = time.monotonic() - started >= connection.total
                if last or spent or not connection.tries_again(failure.kind):
                    raise
                continue
            if answer.ok or last or not connection.tries_again(f"{answer.status // 100}xx"):
                return answer
        raise AssertionError("unreachable")

    def _once(
        self,
        url: str,
        method: str,
        params: Mapping[str, str],
        token: str,
        connection: Connection,
        left: float,
        largest: int,
        jar: CookieJar | None,
    ) -> Answer:
        form = params if method == "POST" else {}
        if method != "POST" and params:
            url += ("&" if urlsplit(url).query else "?") + urlencode(params)
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(url, form),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        if method == "POST":
            headers["Content-Type"] = FORM
        if jar is not None:
            headers |= header(jar, url)
        started = time.monotonic()
        try:
            response = self.pool.request(
                method,
                url,
                body=urlencode(form) if method == "POST" else None,
                headers=headers,
                timeout=urllib3.Timeout(
                    connect=min(connection.connect, left), read=min(connection.read, left)
                ),
                redirect=False,
                preload_content=False,
            )
            if jar is not None:
                keep(jar, url, response.headers)
            return self._read(response, url, started, left, largest)
        except failures.HTTPError as error:
            raise _failed(url, error) from error

    @staticmethod
    def _read(
        response: urllib3.BaseHTTPResponse, url: str, started: float, left: float, largest: int
    ) -> Answer:
        """The whole answer, within the size and the time that a document may take."""
        body, whole = bytearray(), False
        try:
            for chunk in response.stream(16384):
                body += chunk
                if len(body) > largest:
                    raise TwimlRefused(11750, "TwiML response body too large")
                if time.monotonic() - started > left:
                    raise WebhookFailed(11205, url, "timed out", "rt")
            whole = True
        finally:
            if whole:
                response.release_conn()
            else:
                response.close()
        kind = response.headers.get("Content-Type", "")
        location = response.headers.get("Location", "")
        seconds = time.monotonic() - started
        return Answer(response.status, kind, bytes(body), seconds, location=location)


def _failed(url: str, error: failures.HTTPError) -> WebhookFailed:
    kind = ""
    if isinstance(error, NOT_CONNECTED):
        kind = "ct"
    elif isinstance(error, failures.TimeoutError):
        kind = "rt"
    return WebhookFailed(11205, url, type(error).__name__, kind)


def resolve(base: str, url: str) -> str:
    """``url`` as seen from the document at ``base``; empty stays the document itself."""
    return urljoin(base, url) if url else base
