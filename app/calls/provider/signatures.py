"""Is this request really from the telephone provider? (X-Twilio-Signature)

Signed over the public URL, which is what the provider called, whatever proxies stand before us.
"""

from __future__ import annotations

import logging

from flask import request
from twilio.request_validator import RequestValidator, compare

from app.foundation.config import Settings
from app.foundation.exceptions import Forbidden
from app.web.incoming import this_request

log = logging.getLogger(__name__)


def verify(settings: Settings) -> None:
    """Raise Forbidden unless the current request is signed with our auth token.

    The log says which path, and nothing of what was sent.
    """
    query = request.query_string.decode("ascii", "replace")
    url = settings.public_base_url + request.path + (f"?{query}" if query else "")
    signature = request.headers.get("X-Twilio-Signature", "")
    if not _is_valid(settings.twilio_auth_token, url, this_request().given(), signature):
        log.warning(
            "refused a webhook with a %s signature on %s",
            "wrong" if signature else "missing",
            request.path,
        )
        raise Forbidden("Signature invalide.")


def _is_valid(token: str, url: str, params: dict[str, str], signature: str) -> bool:
    """As the library judges; it always signs twice, with a port and without: first what we gave."""
    validator = RequestValidator(token)
    as_given = compare(validator.compute_signature(url, params), signature)
    return as_given or bool(validator.validate(url, params, signature))
