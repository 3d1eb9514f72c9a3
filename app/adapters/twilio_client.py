"""The one HTTP client towards whoever answers Twilio's REST API (Twilio, compatible, carrier)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from app.config import Settings
from app.exceptions import NotFound, Unavailable

log = logging.getLogger(__name__)

Result = TypeVar("Result")
TIMEOUT_SECONDS = 8
RETRY_AFTER = (0.25, 0.75, 2.0)
RETRIED = (429, 500, 502, 503, 504)


def make_client(settings: Settings) -> Client:
    """A client that talks to ``TWILIO_API_BASE_URL`` and keeps its connections open."""
    client = Client(
        settings.twilio_api_key,
        settings.twilio_api_secret,
        settings.twilio_account_sid,
        http_client=TwilioHttpClient(pool_connections=True, timeout=TIMEOUT_SECONDS),
    )
    client.api.base_url = settings.twilio_api_base_url
    return client


def ask(what: Callable[[], Result]) -> Result:
    """Run a REST command. 429 and 5xx are asked again with a growing pause.

    Raises NotFound when the resource is over or unknown (20404, 21220), else Unavailable.
    """
    for pause in (*RETRY_AFTER, None):
        try:
            return what()
        except TwilioRestException as error:
            if error.status == 404 or error.code in (20404, 21220):
                raise NotFound("Le fournisseur ne connaît plus cet appel.") from error
            if error.status not in RETRIED or pause is None:
                raise _unavailable(error.status, error.code) from error
        except (TwilioException, requests.RequestException) as error:
            if pause is None:
                raise _unavailable(None, type(error).__name__) from error
        time.sleep(pause)
    raise AssertionError("unreachable")


def _unavailable(status: int | None, code: Any) -> Unavailable:
    log.warning("telephone provider refused: HTTP %s, code %s", status, code)
    return Unavailable(
        "Le fournisseur téléphonique ne répond pas.",
        kept="La personne garde sa place.",
        todo="Réessayez dans un instant.",
    )
