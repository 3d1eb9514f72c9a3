"""The REST API: messages."""

from __future__ import annotations

from flask import Response, jsonify, request

from carrier import rest_shapes as shapes
from carrier.current import exchange
from carrier.messages import MAX_BODY
from carrier.numbers import is_number, outcome_of
from carrier.rest_errors import RestRefused
from carrier.rest_paging import DateFilter, listed
from carrier.rest_request import Routes, account, created, missing


def create_message() -> tuple[Response, int]:
    """Write to somebody."""
    form = request.form
    to, from_, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    refusal = outcome_of(to).sms_refusal
    if refusal or not is_number(to):
        raise RestRefused(refusal or 21211, to)
    if exchange().registry.number(from_) is None:
        raise RestRefused(21606, from_)
    if not body:
        raise RestRefused(21602)
    if len(body) > MAX_BODY:
        raise RestRefused(21617)
    sent = exchange().messages.send(from_, to, body, form.get("StatusCallback", ""))
    return created(shapes.message(sent, account()))


def list_messages() -> Response:
    """Messages, newest first, filtered by To, From and DateSent."""
    to, from_ = request.args.get("To"), request.args.get("From")
    sent = DateFilter("DateSent")
    with exchange().board.lock:
        found = [
            shapes.message(text, account())
            for text in reversed(list(exchange().messages.by_sid.values()))
            if (to is None or text.to == to)
            and (from_ is None or text.from_ == from_)
            and sent(text.created_at)
        ]
    return listed("messages", found, name=lambda shape: shape["sid"])


def fetch_message(sid: str) -> Response:
    """One message."""
    text = exchange().messages.by_sid.get(sid)
    if text is None:
        raise missing()
    return jsonify(shapes.message(text, account()))


ROUTES: Routes = (
    ("POST", "/Messages.json", create_message),
    ("GET", "/Messages.json", list_messages),
    ("GET", "/Messages/<sid>.json", fetch_message),
)
