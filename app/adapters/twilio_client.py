"""The one HTTP client towards whoever answers Twilio's REST API (Twilio, compatible, carrier)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError
from urllib3.exceptions import NewConnectionError as NotConnected

from app.foundation.config import Settings
from app.foundation.exceptions import InvalidInput, NotFound, Unavailable
from app.foundation.total_time import within

log = logging.getLogger(__name__)
# At INFO the library writes each request's address, callers' numbers included.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)

Result = TypeVar("Result")
TOO_MANY = 429
RETRIED = (TOO_MANY, 500, 502, 503, 504)
# The resource is unknown, or the leg is over (twilio.com/docs/api/errors).
OVER = (20404, 21220)
# The number itself is refused: malformed, not reachable, not allowed, unsubscribed, no mobile.
NUMBER_REFUSED = (21211, 21214, 21215, 21216, 21217, 21408, 21610, 21612, 21614)


@dataclass(frozen=True)
class Patience:
    """How long a command may take, in seconds, before the person is told that it cannot be done.

    ``pauses`` stand between two tries; no try begins after ``budget``, and all is over after ``whole``,
    whatever drips. ``sleep`` and ``elapsed`` are replaced in tests.
    """

    pauses: tuple[float, ...] = (0.25, 0.75, 2.0)
    connect: float = 3.05
    read: float = 8.0
    budget: float = 8.0
    whole: float = 12.0
    sleep: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic


PATIENT = Patience()
READING = Patience(whole=60.0)  # lists of many pages, away from any request


def make_client(settings: Settings, patience: Patience = PATIENT) -> Client:
    """A client that talks to ``TWILIO_API_BASE_URL`` and keeps its connections open."""
    http = TwilioHttpClient(pool_connections=True)
    http.timeout = (patience.connect, patience.read)  # a pair, for requests
    client = Client(
        settings.twilio_api_key,
        settings.twilio_api_secret,
        settings.twilio_account_sid,
        http_client=http,
        environment={"TWILIO_REGION": ""},  # the process’s own would rewrite our address
    )
    client.api.base_url = settings.twilio_api_base_url
    return client


def ask(
    what: Callable[[], Result], patience: Patience = PATIENT, *, only_once: bool = False
) -> Result:
    """Run a REST command. 429, 5xx and a dead network are tried again with a growing pause.

    ``only_once``: what must not happen twice (a message) is tried again only when it is certain
    that nothing was done. Raises NotFound when the resource is over or unknown, InvalidInput when
    the number is refused, else Unavailable.
    """
    started, spent = patience.elapsed(), 0.0
    for pause in (*patience.pauses, None):
        try:
            with within(patience.whole - spent):
                return what()
        except (TwilioException, requests.RequestException, TimeoutError) as error:
            again = _again(error, only_once=only_once)
            failure: Exception = error
        spent = patience.elapsed() - started + (pause or 0)
        if not again or pause is None or spent > patience.budget:
            raise _told(failure) from failure
        patience.sleep(pause)
    raise AssertionError("unreachable")


def _again(error: Exception, *, only_once: bool) -> bool:
    """May the same command succeed in a moment, without having been done twice?"""
    status = _status(error)
    if status is None:
        return not only_once or _never_connected(error)
    return status == TOO_MANY if only_once else status in RETRIED


def _status(error: Exception) -> int | None:
    """The HTTP status of a refusal; None when no answer came. A list's refusal holds its answer."""
    if isinstance(error, TwilioRestException):
        return int(error.status)
    answer = error.args[1] if isinstance(error, TwilioException) and len(error.args) > 1 else None
    return getattr(answer, "status_code", None)


def _never_connected(error: Exception) -> bool:
    """No request left this machine: the connection itself was refused, or the name is unknown."""
    cause: Any = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NotConnected | ConnectTimeoutError | NameResolutionError)


def _told(failure: Exception) -> NotFound | InvalidInput | Unavailable:
    """The sentence for the person; the log has the provider's codes and nothing of what was sent."""
    status, code = _status(failure), getattr(failure, "code", None)
    if status == 404 or code in OVER:
        return NotFound("Le fournisseur ne connaît plus cet appel.")
    log.warning("telephone provider: HTTP %s, code %s, %s", status, code, type(failure).__name__)
    if code in NUMBER_REFUSED:
        return InvalidInput("Le fournisseur refuse ce numéro.", todo="Vérifiez le numéro.")
    return Unavailable(
        "Le fournisseur téléphonique ne répond pas.",
        kept="La personne garde sa place.",
        todo="Réessayez dans un instant.",
    )
