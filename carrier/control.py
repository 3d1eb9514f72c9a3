"""HTTP control of the line for tests in other processes: the same acts as ``driver.Driver``.

Mounted only when the settings have a control token, which every request must carry as a bearer.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from carrier.current import carrier
from carrier.driving.fakes import CallFailed, FakeCall, FakePhone
from carrier.driving.traffic import Plan
from carrier.reading import whole_number

MAX_WAIT = 60.0


def create_control() -> Blueprint:
    """The blueprint of ``/control``."""
    bp = Blueprint("control", __name__, url_prefix="/control")
    bp.before_request(check_token)
    bp.register_error_handler(CallFailed, failed)
    bp.register_error_handler(KeyError, unknown)
    for method, path, view in ROUTES:
        bp.add_url_rule(path, view_func=view, methods=[method])
    return bp


def check_token() -> tuple[Response, int] | None:
    """Refuse whoever does not carry the token."""
    expected = f"Bearer {carrier().settings.control_token}"
    given = request.headers.get("Authorization", "")
    if hmac.compare_digest(expected.encode(), given.encode()):
        return None
    return jsonify(error="control token wanted"), 401


def failed(error: CallFailed) -> tuple[Response, int]:
    """What was waited for did not come."""
    return jsonify(error=str(error)), 409


def unknown(_error: KeyError) -> tuple[Response, int]:
    """No such call or phone, or a field is missing."""
    return jsonify(error="not found"), 404


def _call(sid: str) -> FakeCall:
    driver = carrier().driver
    if sid in driver.calls:
        return driver.calls[sid]
    for phone in list(driver.phones.values()):
        if sid in phone.calls:
            return phone.calls[sid]
    raise KeyError(sid)


def _form() -> dict[str, Any]:
    return request.get_json(silent=True) or {}


def dial() -> tuple[Response, int]:
    """``{from, to?, hidden?, silent?, keys?, words?}`` → a fake caller's call."""
    form = _form()
    call = carrier().driver.dial(
        form["from"],
        form.get("to", ""),
        hidden=bool(form.get("hidden")),
        silent=bool(form.get("silent")),
        keys=str(form.get("keys", "")),
        words=str(form.get("words", "")),
    )
    return jsonify(call.snapshot()), 201


def fetch(sid: str) -> Response:
    """A call; ``?state=a,b`` or ``?heard=text`` or ``?gathering=1`` waits up to ``timeout`` s."""
    call, args = _call(sid), request.args
    timeout = min(args.get("timeout", 5.0, type=float), MAX_WAIT)
    if args.get("state"):
        call.wait_for_state(*args["state"].split(","), timeout=timeout)
    if args.get("heard"):
        call.wait_for_heard(args["heard"], timeout)
    if args.get("gathering"):
        call.wait_for(lambda: call.gathering, timeout, "keys were never asked for")
    return jsonify(call.snapshot())


def press(sid: str) -> Response:
    """``{keys, wait?}`` presses keys, once they are asked for."""
    call, form = _call(sid), _form()
    call.press(form["keys"], wait=float(form.get("wait", 5.0)))
    return jsonify(call.snapshot())


def say(sid: str) -> Response:
    """``{words, wait?}`` says something, once the line listens."""
    call, form = _call(sid), _form()
    call.say(str(form["words"]), wait=float(form.get("wait", 5.0)))
    return jsonify(call.snapshot())


def hang_up(sid: str) -> Response:
    """The fake caller hangs up."""
    call = _call(sid)
    call.hang_up()
    return jsonify(call.snapshot())


def add_phone() -> tuple[Response, int]:
    """``{address, answer_after?, decline?, keys?, talk?, silent?}`` → a fake phone that is on.

    ``answer_after`` null: never answers. See ``fakes.FakePhone``.
    """
    form = _form()
    phone = carrier().driver.phone(form["address"], **_habits(form))
    return jsonify(_phone_shape(phone)), 201


def _habits(form: dict[str, Any]) -> dict[str, Any]:
    """What a telephone does by itself."""
    return {
        "answer_after": form.get("answer_after", 0.0),
        "decline": bool(form.get("decline")),
        "keys": str(form.get("keys", "")),
        "talk": form.get("talk"),
        "silent": bool(form.get("silent")),
        "machine": bool(form.get("machine")),
        "words": str(form.get("words", "")),
    }


def _phone_shape(phone: FakePhone) -> dict[str, Any]:
    return {
        "phone": phone.key,
        "calls": [call.snapshot() for call in phone.calls.values()],
        "messages": list(phone.messages),
    }


def fetch_phone(key: str) -> Response:
    """A phone; ``?calls=n`` or ``?messages=n`` waits until that many have come."""
    phone, args = carrier().driver.phones[key], request.args
    timeout = min(args.get("timeout", 5.0, type=float), MAX_WAIT)
    if args.get("calls"):
        phone.wait_for_call(whole_number(args.get("calls", "1"), 0, 10**6) or 0, timeout)
    if args.get("messages"):
        phone.wait_for_message(whole_number(args.get("messages", "1"), 0, 10**6) or 0, timeout)
    return jsonify(_phone_shape(phone))


def answer(key: str, sid: str) -> Response:
    """Pick up by hand a phone that does not answer by itself."""
    phone = carrier().driver.phones[key]
    return jsonify(answered=phone.answer(phone.calls[sid]))


def remove_phone(key: str) -> Response:
    """Switch a phone off: its calls end."""
    carrier().driver.phones.pop(key).go_away()
    return jsonify(ok=True)


def begin_traffic() -> tuple[Response, int]:
    """``traffic.Plan`` as JSON → many callers, from now on."""
    try:
        plan = Plan(**_form())
    except (TypeError, ValueError) as error:
        return jsonify(error=str(error)), 422
    return jsonify(carrier().driver.traffic(plan).report()), 201


def fetch_traffic(key: str) -> Response:
    """What became of the callers so far."""
    return jsonify(carrier().driver.traffics[key].report())


def stop_traffic(key: str) -> Response:
    """No more calls; those that are live end as planned."""
    carrier().driver.traffics[key].stop()
    return jsonify(ok=True)


def audibility(name: str) -> Response:
    """Who hears whom: the legs that each leg hears."""
    return jsonify(carrier().driver.audibility(name))


def text() -> tuple[Response, int]:
    """``{from, to?, body, media?}``: somebody writes to the line."""
    form = _form()
    media = tuple(str(url) for url in form.get("media", ()))
    sid = carrier().driver.text(form["from"], form.get("to", ""), form["body"], media)
    return jsonify(sid=sid), 201


def add_fault() -> tuple[Response, int]:
    """``{kind, match?, count?, seconds?}``: see ``faults.py``."""
    form = _form()
    try:
        carrier().driver.fault(
            str(form.get("kind", "")),
            str(form.get("match", "")),
            count=int(form.get("count", 1)),
            seconds=float(form.get("seconds", 0.5)),
        )
    except (ValueError, TypeError, re.error) as error:
        return jsonify(error=str(error)), 422
    return jsonify(ok=True), 201


def clear_faults() -> Response:
    """No faults any more."""
    carrier().driver.clear_faults()
    return jsonify(ok=True)


def line() -> Response:
    """All that is live."""
    return jsonify(carrier().driver.line())


def journal() -> Response:
    """Callbacks so far; ``?idle=1`` waits until none is on its way."""
    if request.args.get("idle"):
        carrier().driver.wait_idle(min(request.args.get("timeout", 5.0, type=float), MAX_WAIT))
    return jsonify(carrier().driver.journal())


def quiet() -> Response:
    """End every call and switch every fake phone off."""
    carrier().driver.hang_up_all()
    return jsonify(ok=True)


ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("POST", "/calls", dial),
    ("GET", "/calls/<sid>", fetch),
    ("POST", "/calls/<sid>/keys", press),
    ("POST", "/calls/<sid>/words", say),
    ("DELETE", "/calls/<sid>", hang_up),
    ("POST", "/phones", add_phone),
    ("GET", "/phones/<key>", fetch_phone),
    ("POST", "/phones/<key>/answer/<sid>", answer),
    ("DELETE", "/phones/<key>", remove_phone),
    ("POST", "/traffic", begin_traffic),
    ("GET", "/traffic/<key>", fetch_traffic),
    ("DELETE", "/traffic/<key>", stop_traffic),
    ("GET", "/conferences/<name>/audibility", audibility),
    ("POST", "/messages", text),
    ("POST", "/faults", add_fault),
    ("DELETE", "/faults", clear_faults),
    ("GET", "/line", line),
    ("GET", "/journal", journal),
    ("DELETE", "/line", quiet),
)
