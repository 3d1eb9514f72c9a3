"""The REST API: numbers, applications, the account itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request

from carrier.current import exchange
from carrier.line import shapes
from carrier.line.numbers import is_number
from carrier.line.registry import APPLICATION_FIELDS, NUMBER_FIELDS, Resource, changed
from carrier.rest.errors import RestRefused
from carrier.rest.paging import listed
from carrier.rest.request import Routes, account, created, missing


def _account() -> dict[str, Any]:
    return {
        "sid": account(),
        "friendly_name": "Local carrier",
        "status": "active",
        "type": "Full",
        "owner_account_sid": account(),
        "auth_token": None,
        "date_created": None,
        "date_updated": None,
        "subresource_uris": {},
        "uri": f"/2010-04-01/Accounts/{account()}.json",
    }


def fetch_account() -> Response:
    """The account."""
    return jsonify(_account())


def list_accounts() -> Response:
    """The accounts: there is one."""
    return listed("accounts", [_account()])


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


def list_numbers() -> Response:
    """The subscriber's numbers."""
    return _listed(
        exchange().registry.numbers,
        "incoming_phone_numbers",
        NUMBERS,
        phone_number=request.args.get("PhoneNumber"),
        friendly_name=request.args.get("FriendlyName"),
    )


def create_number() -> tuple[Response, int]:
    """Rent a number."""
    number = request.form.get("PhoneNumber", "")
    if not is_number(number) or exchange().registry.number(number):
        raise RestRefused(21211, number)
    resource = exchange().registry.add_number({"phone_number": number, "friendly_name": number})
    changed(resource, NUMBER_FIELDS, request.form)
    return created(shapes.configured(resource, account(), NUMBERS))


def fetch_number(sid: str) -> Response:
    """One number."""
    resource = _found(exchange().registry.numbers, sid)
    return jsonify(shapes.configured(resource, account(), NUMBERS))


def update_number(sid: str) -> Response:
    """Wire a number to other webhooks."""
    resource = _found(exchange().registry.numbers, sid)
    changed(resource, NUMBER_FIELDS, request.form)
    return jsonify(shapes.configured(resource, account(), NUMBERS))


def list_applications() -> Response:
    """The TwiML applications."""
    return _listed(
        exchange().registry.applications,
        "applications",
        APPLICATIONS,
        friendly_name=request.args.get("FriendlyName"),
    )


def create_application() -> tuple[Response, int]:
    """A new TwiML application."""
    resource = exchange().registry.add_application({})
    changed(resource, APPLICATION_FIELDS, request.form)
    return created(shapes.configured(resource, account(), APPLICATIONS))


def fetch_application(sid: str) -> Response:
    """One application."""
    resource = _found(exchange().registry.applications, sid)
    return jsonify(shapes.configured(resource, account(), APPLICATIONS))


def update_application(sid: str) -> Response:
    """Wire an application to other webhooks."""
    resource = _found(exchange().registry.applications, sid)
    changed(resource, APPLICATION_FIELDS, request.form)
    return jsonify(shapes.configured(resource, account(), APPLICATIONS))


def delete_number(sid: str) -> tuple[str, int]:
    """Give a number back."""
    _found(exchange().registry.numbers, sid)
    del exchange().registry.numbers[sid]
    return "", 204


def delete_application(sid: str) -> tuple[str, int]:
    """Take an application away; not the one that softphones call through."""
    _found(exchange().registry.applications, sid)
    if not exchange().registry.remove_application(sid):
        raise RestRefused(20001, "softphones call through this application")
    return "", 204


ROUTES: Routes = (
    ("GET", ".json", fetch_account),
    ("GET", "/IncomingPhoneNumbers.json", list_numbers),
    ("POST", "/IncomingPhoneNumbers.json", create_number),
    ("GET", "/IncomingPhoneNumbers/<sid>.json", fetch_number),
    ("POST", "/IncomingPhoneNumbers/<sid>.json", update_number),
    ("GET", "/Applications.json", list_applications),
    ("POST", "/Applications.json", create_application),
    ("GET", "/Applications/<sid>.json", fetch_application),
    ("POST", "/Applications/<sid>.json", update_application),
    ("DELETE", "/IncomingPhoneNumbers/<sid>.json", delete_number),
    ("DELETE", "/Applications/<sid>.json", delete_application),
)
