"""What the REST API's views share: reading a form, finding a leg, answering."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request

from carrier.current import exchange
from carrier.line.legs import Leg, StatusCallback, Wishes
from carrier.line.numbers import identity_of, in_e164, is_number, outcome_of
from carrier.reading import whole_number
from carrier.rest.errors import RestRefused
from carrier.twiml.elements import CALL_EVENTS, RECORDING_EVENTS
from carrier.twiml.verbs import Hook

Routes = tuple[tuple[str, str, Callable[..., Any]], ...]  # method, path below the account, view
NOT_TONES = re.compile(r"[^0-9*#wW]")
RING_BUFFER = 5.0  # seconds that Twilio adds to every time-out


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


def find_leg(sid: str) -> Leg:
    """The leg of that SID. Raises the API's 404."""
    leg = exchange().board.legs.get(sid)
    if leg is None:
        raise missing()
    return leg


def status_callback() -> StatusCallback | None:
    """Who wants to hear of the call's progress, by the form."""
    if not request.form.get("StatusCallback"):
        return None
    wanted = events("StatusCallbackEvent", ("completed",))
    if set(wanted) - CALL_EVENTS:
        raise RestRefused(21626)
    return StatusCallback(url("StatusCallback"), method("StatusCallbackMethod"), wanted)


def ring_seconds() -> float:
    """How long to ring: Timeout, 60 by default, 600 at most, and Twilio's own five seconds."""
    return min(seconds("Timeout") if "Timeout" in request.form else 60.0, 600) + RING_BUFFER


def address(name: str) -> str:
    """A client or a number of the form, as it is called: « (415) 123-4567 » is +14151234567, spaces are none."""
    return in_e164(request.form.get(name, "").strip())


def addresses() -> tuple[str, str]:
    """Whom to ring, and the number to show: one of the account's, when a number is rung."""
    to, from_ = address("To"), address("From")
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


def url(name: str) -> str:
    """An absolute URL of the form; empty when it is not there."""
    given = request.form.get(name, "").strip()
    if given and not given.startswith(("http://", "https://")):
        raise RestRefused(21205, given)
    return given


def method(name: str, default: str = "POST") -> str:
    """GET or POST."""
    given = request.form.get(name, default).upper()
    if given not in ("GET", "POST"):
        raise RestRefused(20001, f"{name} {given} is not valid")
    return given


def hook(name: str, allowed: frozenset[str] = frozenset()) -> Hook:
    """A callback of the form: ``name``, with its Method and Event."""
    wanted = events(f"{name}Event", ())
    if set(wanted) - allowed:
        raise RestRefused(20001, f"{name}Event {' '.join(wanted)} is not valid")
    return Hook(url(name), method(f"{name}Method"), wanted)


def seconds(name: str, most: int = 86400) -> float:
    """A length of time; 0 when it is not there."""
    given = request.form.get(name, "0")
    found = whole_number(given, 0, most)
    if found is None:
        raise RestRefused(20001, f"{name} {given} is not valid")
    return float(found)


def wishes(detected: str) -> Wishes:
    """What is asked of a call that is placed; ``detected`` names the callback of its detection."""
    detection, tones = request.form.get("MachineDetection", ""), request.form.get("SendDigits", "")
    if detection not in ("", "Enable", "DetectMessageEnd"):
        raise RestRefused(20001, f"MachineDetection {detection} is not valid")
    if NOT_TONES.search(tones):
        raise RestRefused(21207, tones)
    apart = detected != "AsyncAmdStatusCallback" or bool(flag("AsyncAmd"))
    return Wishes(
        time_limit=seconds("TimeLimit"),
        send_digits=tones,
        record=bool(flag("Record")),
        recording=hook("RecordingStatusCallback", RECORDING_EVENTS),
        detection=detection,
        detected=hook(detected) if apart else None,
    )
