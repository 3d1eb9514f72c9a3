"""The REST API: messages, numbers, applications, the account itself."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, request

from carrier import rest_shapes as shapes
from carrier.current import exchange
from carrier.messages import MAX_BODY
from carrier.numbers import is_number, outcome_of
from carrier.registry import APPLICATION_FIELDS, NUMBER_FIELDS, Resource, changed
from carrier.rest import account, bp, created, missing, open_request
from carrier.rest_errors import RestRefused
from carrier.rest_paging import DateFilter, listed

root = Blueprint("rest_root", __name__, url_prefix="/2010-04-01/Accounts")
root.before_request(open_request)


@root.get("/<account>.json")
def fetch_account() -> Response:
    """The account."""
    return jsonify(
        sid=account(),
        friendly_name="Permanence",
        status="active",
        type="Full",
        owner_account_sid=account(),
        auth_token=None,
        date_created=None,
        date_updated=None,
        subresource_uris={},
        uri=f"/2010-04-01/Accounts/{account()}.json",
    )


# -- messages -----------------------------------------------------------------------------------


@bp.post("/Messages.json")
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


@bp.get("/Messages.json")
def list_messages() -> Response:
    """Messages, newest first, filtered by To, From and DateSent."""
    to, from_ = request.args.get("To"), request.args.get("From")
    sent = DateFilter("DateSent")
    with exchange().lock:
        found = [
            shapes.message(text, account())
            for text in reversed(list(exchange().messages.by_sid.values()))
            if (to is None or text.to == to)
            and (from_ is None or text.from_ == from_)
            and sent(text.created_at)
        ]
    return listed("messages", found, name=lambda shape: shape["sid"])


@bp.get("/Messages/<sid>.json")
def fetch_message(sid: str) -> Response:
    """One message."""
    text = exchange().messages.by_sid.get(sid)
    if text is None:
        raise missing()
    return jsonify(shapes.message(text, account()))


# -- numbers and applications -------------------------------------------------------------------

NUMBERS = "IncomingPhoneNumbers"
APPLICATIONS = "Applications"


def _found(resources: Mapping[str, Resource], sid: str) -> Resource:
    if sid not in resources:
        raise missing()
    return resources[sid]


def _listed(
    resources: Mapping[str, Resource], key: str, kind: str, **wanted: str | None
) -> Response:
    found = [
        shapes.configured(resource, account(), kind)
        for resource in resources.values()
        if all(value is None or resource.get(name) == value for name, value in wanted.items())
    ]
    return listed(key, found, name=lambda shape: shape["sid"])


@bp.get("/IncomingPhoneNumbers.json")
def list_numbers() -> Response:
    """The subscriber's numbers."""
    return _listed(
        exchange().registry.numbers,
        "incoming_phone_numbers",
        NUMBERS,
        phone_number=request.args.get("PhoneNumber"),
        friendly_name=request.args.get("FriendlyName"),
    )


@bp.post("/IncomingPhoneNumbers.json")
def create_number() -> tuple[Response, int]:
    """Rent a number."""
    number = request.form.get("PhoneNumber", "")
    if not is_number(number) or exchange().registry.number(number):
        raise RestRefused(21211, number)
    resource = exchange().registry.add_number({"phone_number": number, "friendly_name": number})
    changed(resource, NUMBER_FIELDS, request.form)
    return created(shapes.configured(resource, account(), NUMBERS))


@bp.get("/IncomingPhoneNumbers/<sid>.json")
def fetch_number(sid: str) -> Response:
    """One number."""
    resource = _found(exchange().registry.numbers, sid)
    return jsonify(shapes.configured(resource, account(), NUMBERS))


@bp.post("/IncomingPhoneNumbers/<sid>.json")
def update_number(sid: str) -> Response:
    """Wire a number to other webhooks."""
    resource = _found(exchange().registry.numbers, sid)
    changed(resource, NUMBER_FIELDS, request.form)
    return jsonify(shapes.configured(resource, account(), NUMBERS))


@bp.get("/Applications.json")
def list_applications() -> Response:
    """The TwiML applications."""
    return _listed(
        exchange().registry.applications,
        "applications",
        APPLICATIONS,
        friendly_name=request.args.get("FriendlyName"),
    )


@bp.post("/Applications.json")
def create_application() -> tuple[Response, int]:
    """A new TwiML application."""
    resource = exchange().registry.add_application({})
    changed(resource, APPLICATION_FIELDS, request.form)
    return created(shapes.configured(resource, account(), APPLICATIONS))


@bp.get("/Applications/<sid>.json")
def fetch_application(sid: str) -> Response:
    """One application."""
    resource = _found(exchange().registry.applications, sid)
    return jsonify(shapes.configured(resource, account(), APPLICATIONS))


@bp.post("/Applications/<sid>.json")
def update_application(sid: str) -> Response:
    """Wire an application to other webhooks."""
    resource = _found(exchange().registry.applications, sid)
    changed(resource, APPLICATION_FIELDS, request.form)
    return jsonify(shapes.configured(resource, account(), APPLICATIONS))
