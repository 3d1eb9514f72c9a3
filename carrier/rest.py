"""The REST API: what it takes to open a request, and the calls.

Paths and shapes are those of Twilio's API 2010-04-01, which the ``twilio`` library speaks.
Access is the API's own (basic authentication), not the application's.
"""

from __future__ import annotations

import hmac
import time
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from carrier import clock
from carrier import rest_shapes as shapes
from carrier.current import exchange
from carrier.exchange import NotLive
from carrier.faults import REST_KINDS
from carrier.legs import LIVE, Leg, Source, StatusCallback
from carrier.numbers import identity_of, is_number, outcome_of
from carrier.rest_errors import RestRefused
from carrier.rest_paging import DateFilter, listed
from carrier.twiml import CALL_EVENTS
from carrier.webhooks import Answer

bp = Blueprint("rest", __name__, url_prefix="/2010-04-01/Accounts/<account>")
MAX_TWIML = 4000
RING_BUFFER = 5.0  # seconds that Twilio adds to every time-out
JSON = "application/json"


@bp.before_request
def open_request() -> Response | None:
    """Check the account's credentials, then the faults that a test asked for."""
    settings = exchange().settings
    given = request.authorization
    user, password = (given.username or "", given.password or "") if given else ("", "")
    accepted = {settings.account_sid: settings.auth_token, settings.api_key: settings.api_secret}
    expected = accepted.get(user) if user else None
    if not expected or not hmac.compare_digest(expected.encode(), password.encode()):
        return RestRefused(20003).response()
    if (request.view_args or {}).pop("account", "") != settings.account_sid:
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


@bp.errorhandler(RestRefused)
def refused(error: RestRefused) -> Response:
    """Twilio's error shape."""
    return error.response()


def account() -> str:
    """The subscriber's account SID."""
    return exchange().settings.account_sid


def created(shape: dict[str, Any]) -> tuple[Response, int]:
    """A new resource."""
    return jsonify(shape), 201


def missing() -> RestRefused:
    """The resource of this path does not exist."""
    return RestRefused(20404, request.path.partition("/2010-04-01")[2])


def flag(name: str) -> bool | None:
    """A boolean of the form; None when it is not there."""
    value = request.form.get(name)
    return None if value is None else value.lower() == "true"


def events(name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """A list of the form: repeated, or separated by spaces."""
    return tuple(word for value in request.form.getlist(name) for word in value.split()) or default


# -- calls --------------------------------------------------------------------------------------


def find_leg(sid: str) -> Leg:
    """The leg of that SID. Raises the API's 404."""
    leg = exchange().legs.get(sid)
    if leg is None:
        raise missing()
    return leg


@bp.post("/Calls.json")
def create_call() -> tuple[Response, int]:
    """Ring somebody, and run a document once they answer."""
    to, from_ = addresses()
    source = _source()
    if source is None:
        raise RestRefused(21205, "none given")
    leg = exchange().dialer.outgoing(to, from_, source, ring_seconds(), status_callback())
    exchange().history.note(
        leg.sid, request.base_url, "POST", request.form.to_dict(), Answer(201, JSON, b"", 0.0)
    )
    return created(shapes.call(leg, account()))


def status_callback() -> StatusCallback | None:
    """Who wants to hear of the call's progress, by the form."""
    if not request.form.get("StatusCallback"):
        return None
    wanted = events("StatusCallbackEvent", ("completed",))
    if set(wanted) - CALL_EVENTS:
        raise RestRefused(21626)
    return StatusCallback(
        url("StatusCallback"), request.form.get("StatusCallbackMethod", "POST").upper(), wanted
    )


def ring_seconds() -> float:
    """How long to ring: Timeout, 60 by default, 600 at most, and Twilio's own five seconds."""
    given = request.form.get("Timeout", "60")
    if not given.isdigit():
        raise RestRefused(20001, f"Timeout {given} is not valid")
    return min(float(given), 600) + RING_BUFFER


def addresses() -> tuple[str, str]:
    """Whom to ring, and the number to show: one of the account's, when a number is rung."""
    to, from_ = request.form.get("To", "").strip(), request.form.get("From", "").strip()
    if not to:
        raise RestRefused(21201)
    if not from_:
        raise RestRefused(21213)
    if identity_of(to):
        return to, from_
    refusal = outcome_of(to).call_refusal
    if refusal or not is_number(to):
        raise RestRefused(refusal or 21211, to)
    if not is_number(from_):
        raise RestRefused(21212, from_)
    if exchange().registry.number(from_) is None:
        raise RestRefused(21210, from_)
    return to, from_


def _source() -> Source | None:
    """The document named by Url, Twiml or ApplicationSid; None when there is none."""
    form = request.form
    fallback = url("FallbackUrl") if form.get("FallbackUrl") else ""
    fallback_method = form.get("FallbackMethod", "POST")
    if form.get("Url"):
        return Source(
            url("Url"),
            form.get("Method", "POST").upper(),
            fallback_url=fallback,
            fallback_method=fallback_method,
        )
    if form.get("Twiml"):
        if len(form["Twiml"]) > MAX_TWIML:
            raise RestRefused(32018)
        return Source(twiml=form["Twiml"], fallback_url=fallback, fallback_method=fallback_method)
    if form.get("ApplicationSid"):
        application = exchange().registry.applications.get(form["ApplicationSid"])
        if application is None:
            raise RestRefused(21218)
        return Source(application["voice_url"], application["voice_method"])
    return None


def url(name: str) -> str:
    """An absolute URL of the form."""
    given = request.form[name]
    if not given.startswith(("http://", "https://")):
        raise RestRefused(21205, given)
    return given


@bp.get("/Calls.json")
def list_calls() -> Response:
    """Calls, newest first, filtered by To, From, Status, ParentCallSid, StartTime, EndTime."""
    wanted = {
        "to": request.args.get("To"),
        "from_": request.args.get("From"),
        "status": request.args.get("Status"),
        "parent_sid": request.args.get("ParentCallSid"),
    }
    wanted = {name: value for name, value in wanted.items() if value is not None}
    started, over = DateFilter("StartTime"), DateFilter("EndTime")
    with exchange().lock:
        legs = list(exchange().legs.values())
    found = [
        leg
        for leg in reversed(legs)
        if all(getattr(leg, name) == value for name, value in wanted.items())
        and started(leg.created_at)
        and over(leg.ended_at)
    ]
    return listed(
        "calls", found, lambda leg: shapes.call(leg, account()), name=lambda leg: str(leg.sid)
    )


@bp.get("/Calls/<sid>/Events.json")
def list_events(sid: str) -> Response:
    """The requests made for a call and their answers, oldest first.

    As at Twilio not before ``events_after`` seconds from the call's end.
    """
    leg = find_leg(sid)
    ready = leg.ended_at and leg.ended_at + timedelta(seconds=exchange().settings.events_after)
    ripe = ready is not None and clock.now() >= ready
    found = exchange().history.of(leg.sid) if ripe else []
    return listed("events", [shapes.event(entry, account()) for entry in found])


@bp.get("/Calls/<sid>.json")
def fetch_call(sid: str) -> Response:
    """One call."""
    return jsonify(shapes.call(find_leg(sid), account()))


@bp.post("/Calls/<sid>.json")
def update_call(sid: str) -> Response:
    """End a call, or send it to another document."""
    leg, status = find_leg(sid), request.form.get("Status", "")
    if status not in ("", "completed", "canceled"):
        raise RestRefused(20001, f"Status {status} is not valid")
    source = _source()
    try:
        if status:
            _finish(leg, status)
        elif source:
            exchange().redirect(leg, source)
    except NotLive as error:
        raise RestRefused(21220) from error
    return jsonify(shapes.call(leg, account()))


def _finish(leg: Leg, status: str) -> None:
    """``completed`` ends a call in any state; ``canceled`` only one that does not talk yet."""
    if leg.over:
        raise NotLive(leg.status)
    if status == "completed" or leg.status != LIVE:
        exchange().end(leg)


@bp.delete("/Calls/<sid>.json")
def delete_call(sid: str) -> tuple[str, int]:
    """Forget a call that is over."""
    leg = find_leg(sid)
    if not leg.over:
        raise RestRefused(20001, "Call is still in progress")
    exchange().forget(leg.sid)
    return "", 204
