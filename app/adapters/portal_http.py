"""The Portal over HTTP: docs/portal-openapi.yaml is the contract, this is our side of it.

Commands carry an Idempotency-Key, so a request whose answer was lost is asked again a few times,
with pauses; all tries together have a total time. What comes back is read strictly: a Portal that
answers nonsense is one that does not answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from app.foundation.exceptions import Unavailable
from app.foundation.portal_port import IssuedLink, PortalRefused, PortalState, SlotState
from app.foundation.text import strict_json
from app.foundation.total_time import within

log = logging.getLogger(__name__)

TOTAL_S = 8.0  # the agent waits with a caller on the line
STEP_S = 3.0  # between two bytes
PAUSES_S = (0.2, 0.8)  # before the second try and the third
LARGEST = 64_000  # bytes of an answer
AGAIN = frozenset({429, 500, 502, 503, 504})  # a key is done once, however often it is asked
LONGEST_ADDRESS = 1000
ACCOUNTS = frozenset({"none", "created", "open", "locked"})
MOST_SLOTS = 40


class HttpPortal:
    """The Portal that speaks the contract. ``before_call`` gives the database connection back."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        before_call: Callable[[], None],
        total_s: float = TOTAL_S,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._before_call = before_call
        self._total, self._pauses = total_s, pauses_s

    def issue_link(
        self, reference: str, *, mail: str, link_id: str, expires_at: datetime, key: str
    ) -> IssuedLink:
        """As the port says."""
        asked = {"mail": mail, "link": link_id, "expires_at": expires_at.isoformat()}
        answer = self._ask("POST", f"{_of(reference)}/links", key, asked)
        return IssuedLink(
            self._address(answer, "step1_url"),
            self._address(answer, "step2_url"),
            _instant(answer, "expires_at"),
        )

    def send_reset(self, reference: str, *, key: str) -> None:
        """As the port says."""
        self._ask("POST", f"{_of(reference)}/password-resets", key, {})

    def hand_slot_back(self, reference: str, *, slot: str, key: str) -> None:
        """As the port says."""
        self._ask("POST", f"{_of(reference)}/slots/{quote(slot, safe='')}/hand-back", key, {})

    def unlock(self, reference: str, *, key: str) -> None:
        """As the port says."""
        self._ask("POST", f"{_of(reference)}/unlock", key, {})

    def state(self, reference: str) -> PortalState:
        """As the port says."""
        answer = self._ask("GET", _of(reference))
        account, enrolled = answer.get("account"), answer.get("enrolled")
        if account not in ACCOUNTS or not isinstance(enrolled, bool):
            raise _nonsense("state")
        deposited = answer.get("deposited_at")
        return PortalState(
            reference,
            enrolled,
            str(account),
            None if deposited is None else _instant(answer, "deposited_at"),
            _slots(answer.get("slots")),
        )

    def _ask(
        self, method: str, path: str, key: str = "", asked: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """One question, tried again while it may help. Raises Unavailable, PortalRefused."""
        self._before_call()
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            with within(self._total), requests.Session() as http:
                http.trust_env = False  # no proxy, no ~/.netrc: the address is the operator's
                return self._tries(http, method, self.url + path, headers, asked)
        except (requests.RequestException, OSError) as error:
            raise _no_answer(type(error).__name__) from None

    def _tries(
        self,
        http: requests.Session,
        method: str,
        url: str,
        headers: Mapping[str, str],
        asked: Mapping[str, Any] | None,
    ) -> Mapping[str, Any]:
        for pause in (*self._pauses, None):
            try:
                status, said = _answer(http, method, url, headers, asked)
            except requests.RequestException:
                if pause is None:
                    raise
            else:
                if status not in AGAIN or pause is None:
                    return _read(status, said)
            time.sleep(pause)
        raise AssertionError("the last try answers or raises")

    def _address(self, answer: Mapping[str, Any], name: str) -> str:
        """An address that we will send a person to: of the Portal's own scheme, and no other trick."""
        said = answer.get(name)
        if not isinstance(said, str) or len(said) > LONGEST_ADDRESS:
            raise _nonsense(name)
        try:
            parts = urlsplit(said)
        except ValueError:
            raise _nonsense(name) from None
        secure = parts.scheme == "https" or parts.scheme == urlsplit(self.url).scheme
        if not secure or parts.scheme not in ("http", "https") or not parts.hostname:
            raise _nonsense(name)
        return said


def _answer(
    http: requests.Session,
    method: str,
    url: str,
    headers: Mapping[str, str],
    asked: Mapping[str, Any] | None,
) -> tuple[int, bytes]:
    with http.request(
        method,
        url,
        headers=dict(headers),
        json=asked,
        timeout=STEP_S,
        allow_redirects=False,
        stream=True,
    ) as answer:
        body = b""
        for piece in answer.iter_content(8192):
            body += piece
            if len(body) > LARGEST:
                raise _nonsense("too long")
        return answer.status_code, body


def _read(status: int, said: bytes) -> Mapping[str, Any]:
    """What the Portal said, by its status."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        log.error("the Portal does not take our PORTAL_TOKEN (HTTP %s)", status)
        raise _no_answer("token")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _no_answer(f"HTTP {status}")
    if status == HTTPStatus.NO_CONTENT:
        return {}
    try:
        answer = strict_json.loads(said.decode())
    except ValueError:
        raise _nonsense(f"HTTP {status}") from None
    if not isinstance(answer, dict):
        raise _nonsense("no object")
    if status >= HTTPStatus.BAD_REQUEST:
        raise PortalRefused(str(answer.get("code", ""))[:40])
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise _nonsense(f"HTTP {status}")
    return answer


def _of(reference: str) -> str:
    return f"/dossiers/{quote(reference, safe='')}"


def _instant(answer: Mapping[str, Any], name: str) -> datetime:
    said = answer.get(name)
    try:
        instant = datetime.fromisoformat(said if isinstance(said, str) else "")
    except ValueError:
        raise _nonsense(name) from None
    if instant.tzinfo is None:
        raise _nonsense(name)
    return instant


def _slots(said: object) -> tuple[SlotState, ...]:
    if not isinstance(said, list) or len(said) > MOST_SLOTS:
        raise _nonsense("slots")
    found = []
    for each in said:
        if not isinstance(each, dict):
            raise _nonsense("slots")
        found.append(SlotState(str(each.get("kind", ""))[:40], str(each.get("state", ""))[:20]))
    return tuple(found)


def _nonsense(what: str) -> Unavailable:
    log.error("the Portal answered what the contract does not say (%s)", what)
    return _unavailable()


def _no_answer(what: str) -> Unavailable:
    log.warning("the Portal does not answer (%s)", what)
    return _unavailable()


def _unavailable() -> Unavailable:
    return Unavailable(
        "Le Portail ne répond pas.",
        kept="Votre demande est gardée : elle partira toute seule dès qu'il répondra.",
        todo="Dites-le simplement à la personne, et continuez avec elle.",
    )
