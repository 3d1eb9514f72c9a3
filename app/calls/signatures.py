"""Is this request really from the telephone provider? (X-Twilio-Signature)

Signed over the public URL, which is what the provider called, whatever proxies stand before us.
"""

from __future__ import annotations

import logging

from flask import request
from twilio.request_validator import RequestValidator

from app.config import Settings
from app.exceptions import Forbidden

log = logging.getLogger(__name__)


def verify(settings: Settings) -> None:
    """Raise Forbidden unless the current request is signed with our auth token.

    The log says which path, and nothing of what was sent.
    """
    query = request.query_string.decode("ascii", "replace")
    url = settings.public_base_url + request.path + (f"?{query}" if query else "")
    signature = request.headers.get("X-Twilio-Signature", "")
    validator = RequestValidator(settings.twilio_auth_token)
    if not validator.validate(url, request.form.to_dict(flat=True), signature):
        log.warning(
            "refused a webhook with a %s signature on %s",
            "wrong" if signature else "missing",
            request.path,
        )
        raise Forbidden("Signature invalide.")
