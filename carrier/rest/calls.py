"""The REST API: calls and their events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Response, jsonify, request

from carrier import clock
from carrier.current import exchange
from carrier.line import shapes
from carrier.line.calls import NotLive
from carrier.line.legs import LIVE, Leg, Source, StatusCallback
from carrier.rest.errors import RestRefused
from carrier.rest.paging import DateFilter, listed
from carrier.rest.request import (
    Routes,
    account,
    addresses,
    created,
    find_leg,
    method,
    ring_seconds,
    seconds,
    status_callback,
    url,
    wishes,
)
from carrier.webhooks.fetching import Answer

MAX_TWIML = 4000
JSON = "application/json"


def create_call() -> tuple[Response, int]:
    """Ring somebody, and run a document once they answer."""
    to, from_ = addresses()
    source = _source()
    if source is None:
        raise RestRefused(21205, "none given")
    leg = exchange().dialer.outgoing(
        to,
        from_,
        source,
        ring_seconds(),
        status_callback(),
        wishes=wishes("AsyncAmdStatusCallback"),
    )
    exchange().history.note(
        leg.sid, request.base_url, "POST", request.form.to_dict(), Answer(201, JSON, b"", 0.0)
    )
    return created(shapes.call(leg, account()) | {"status": "queued"})


def _source() -> Source | None:
    """The document named by Url, Twiml or ApplicationSid; None when there is none."""
    form = request.form
    fallback, fallback_method = url("FallbackUrl"), method("FallbackMethod")
    if form.get("Url"):
        asked = Source(url("Url"), method("Method"))
    elif form.get("Twiml"):
        if len(form["Twiml"]) > MAX_TWIML:
            raise RestRefused(32018)
        asked = Source(twiml=form["Twiml"])
    elif form.get("ApplicationSid"):
        application = exchange().registry.applications.get(form["ApplicationSid"])
        if application is None:
            raise RestRefused(21218)
        asked = Source(application["voice_url"], application["voice_method"])
        fallback = fallback or application["voice_fallback_url"]
    else:
        return None
    return replace(asked, fallback_url=fallback, fallback_method=fallback_method)


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
    with exchange().board.lock:
        legs = list(exchange().board.legs.values())
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


def list_events(sid: str) -> Response:
    """The requests made for a call and their answers, oldest first.

    As at Twilio not before ``events_after`` seconds from the call's end.
    """
    leg = find_leg(sid)
    ready = leg.ended_at and leg.ended_at + timedelta(seconds=exchange().settings.events_after)
    ripe = ready is not None and clock.now() >= ready
    found = exchange().history.of(leg.sid) if ripe else []
    return listed("events", [shapes.event(entry, account()) for entry in found])


def fetch_call(sid: str) -> Response:
    """One call."""
    return jsonify(shapes.call(find_leg(sid), account()))


def update_call(sid: str) -> Response:
    """End a call, or send it to another document."""
    leg, status = find_leg(sid), request.form.get("Status", "")
    if status not in ("", "completed", "canceled"):
        raise RestRefused(20001, f"Status {status} is not valid")
    source, limit = _source(), seconds("TimeLimit")
    if request.form.get("StatusCallback"):
        leg.callback = StatusCallback(url("StatusCallback"), method("StatusCallbackMethod"))
    if request.form.get("FallbackUrl"):
        leg.fallback_url, leg.fallback_method = url("FallbackUrl"), method("FallbackMethod")
    if limit:
        exchange().calls.limit(leg, limit)
    try:
        if status:
            _finish(leg, status)
        elif source:
            exchange().calls.redirect(leg, source)
    except NotLive as error:
        raise RestRefused(21220) from error
    return jsonify(shapes.call(leg, account()))


def _finish(leg: Leg, status: str) -> None:
    """``completed`` ends a call in any state; ``canceled`` only one that does not talk yet."""
    if leg.over:
        raise NotLive(leg.status)
    if status == "completed" or leg.status != LIVE:
        exchange().calls.end(leg)


def delete_call(sid: str) -> tuple[str, int]:
    """Forget a call that is over."""
    leg = find_leg(sid)
    if not leg.over:
        raise RestRefused(20001, "Call is still in progress")
    exchange().board.forget(leg.sid)
    return "", 204


ROUTES: Routes = (
    ("POST", "/Calls.json", create_call),
    ("GET", "/Calls.json", list_calls),
    ("GET", "/Calls/<sid>/Events.json", list_events),
    ("GET", "/Calls/<sid>.json", fetch_call),
    ("POST", "/Calls/<sid>.json", update_call),
    ("DELETE", "/Calls/<sid>.json", delete_call),
)
