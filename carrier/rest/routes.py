"""The REST API put together: its routes, who may open them, and what answers an unknown path.

Paths and shapes are those of Twilio's API 2010-04-01, which the ``twilio`` library speaks.
Access is the API's own (basic authentication).
"""

from __future__ import annotations

import functools
import hmac
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from carrier.conformance import REST, Fate, Spoken
from carrier.current import exchange
from carrier.rest import account as rest_account
from carrier.rest import calls as rest_calls
from carrier.rest import messages as rest_messages
from carrier.rest import participants as rest_participants
from carrier.rest import recordings as rest_recordings
from carrier.rest import rooms as rest_rooms
from carrier.rest.errors import RestRefused
from carrier.rest.request import Routes, missing
from carrier.webhooks.faults import REST_KINDS

API = "/2010-04-01"
OF_ACCOUNT = "/Accounts/<account>"
ROUTES: Routes = (
    *rest_calls.ROUTES,
    *rest_rooms.ROUTES,
    *rest_participants.ROUTES,
    *rest_recordings.ROUTES,
    *rest_messages.ROUTES,
    *rest_account.ROUTES,
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def create_rest() -> Blueprint:
    """The blueprint of ``/2010-04-01``."""
    bp = Blueprint("rest", __name__, url_prefix=API)
    bp.before_request(open_request)
    bp.register_error_handler(RestRefused, RestRefused.response)
    for method, path, view in ROUTES:
        spoken = REST[method, path]
        bp.add_url_rule(
            OF_ACCOUNT + path,
            endpoint=f"{view.__name__}{len(bp.deferred_functions)}",
            view_func=_weighed(view, spoken),
            methods=[method],
        )
    bp.add_url_rule("/Accounts.json", view_func=rest_account.list_accounts)
    for rule in ("/", "/<path:_rest>"):
        bp.add_url_rule(rule, view_func=unknown, methods=METHODS)
    return bp


def _weighed(view: Callable[..., Any], spoken: Spoken) -> Callable[..., Any]:
    """The view, once its parameters were looked up in the table of what is done here."""

    @functools.wraps(view)
    def weighed(**values: str) -> Any:
        weigh(spoken)
        return view(**values)

    return weighed


def weigh(spoken: Spoken) -> None:
    """Refuse a parameter that cannot be done; one that has no effect here raises an alert.

    Strict: what has no effect is refused too, and what Twilio does not know.
    """
    if spoken.fate is Fate.REFUSED:
        raise RestRefused(20404, f"{request.path} ({spoken.why})")
    board = exchange().board
    for name in {**request.args, **request.form}:
        fate, why = spoken.of(name) or (Fate.ALERT, "it is not known")
        if fate is Fate.DONE or not request.values.get(name):
            continue
        if fate is Fate.REFUSED or board.settings.strict:
            raise RestRefused(20001, f"{name} is not done here: {why}")
        board.alert("", 20001, request.path, f"{name} is not done here: {why}")


def open_request() -> Response | None:
    """Check the account's credentials, then the faults that a test asked for."""
    settings = exchange().settings
    given = request.authorization
    user, password = (given.username or "", given.password or "") if given else ("", "")
    accepted = {settings.account_sid: settings.auth_token, settings.api_key: settings.api_secret}
    expected = accepted.get(user) if user else None
    if not expected or not hmac.compare_digest(expected.encode(), password.encode()):
        return RestRefused(20003).response()
    account = (request.view_args or {}).pop("account", settings.account_sid)
    if account != settings.account_sid:
        return RestRefused(20404, request.path).response()
    return _fault()


def _fault() -> Response | None:
    fault = exchange().faults.take(REST_KINDS, f"{request.method} {request.path}")
    if fault is None:
        return None
    if fault.kind == "rest-429":
        return RestRefused(20429).response()
    if fault.kind == "rest-500":
        return RestRefused(20500).response()
    time.sleep(fault.seconds)
    return RestRefused(20500).response() if fault.kind == "rest-drop" else None


def unknown(_rest: str = "") -> Response:
    """Anything else: a resource that Twilio has and this carrier has not, or nobody has."""
    raise missing()
