"""What the provider tells us of text messages: those that come in, and what became of ours.

Paths are fixed; every request is signed. A failure of ours is a 503: the provider keeps what it told,
and the comparison with its list finds what was lost (``text_watch``).
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from app.calls.directory.entries import LARGEST_ID
from app.calls.provider import reading, twiml
from app.channels.sms import arrivals as text_messages
from app.channels.sms import delivered
from app.channels.sms.arrivals import Text
from app.foundation import clock
from app.foundation.exceptions import PermanenceError
from app.foundation.text import outside
from app.web.access import signed_webhook

log = logging.getLogger(__name__)
bp = Blueprint("sms", __name__)


@bp.errorhandler(SQLAlchemyError)
@bp.errorhandler(PermanenceError)
def _told_in_vain(error: Exception) -> Response:
    """Something of ours is down: say so, so that the message is not taken for read."""
    if getattr(error, "status", 500) == 403:
        return Response(status=403)
    reason = error.code if isinstance(error, PermanenceError) else type(error).__name__
    log.error("webhook %s failed: %s", request.path, reason)
    return Response(status=503)


@bp.post("/sms/incoming")
@signed_webhook
def sms_incoming() -> Response:
    """A text message. It is a contact; nothing is answered by itself."""
    told = reading.new_text(request.form)
    text_messages.receive(
        Text(told.sid, told.from_number, told.to_number, told.body, at=clock.now())
    )
    return Response(twiml.no_reply(), content_type=twiml.MEDIA_TYPE)


@bp.post("/sms/status")
@signed_webhook
def sms_status() -> Response:
    """What became of a message that we sent; ``message`` is our own name of it."""
    message_id = outside.identifier(request.args.get("message")) or 0
    if 0 < message_id <= LARGEST_ID:
        news = reading.text_news(request.form)
        delivered.reported(message_id, news.status, now=clock.now(), problem=news.problem)
    return Response(status=204)
