"""Socket.IO namespace ``/carrier``: telephones, softphones, and the signalling of their voice.

Anybody may open a telephone, as in life; a softphone shows an access token. Every event answers
with an acknowledgement: ``{"ok": true, …}`` or ``{"ok": false, "error": <code word>}``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import request
from flask_socketio import SocketIO

from carrier.carrier import Carrier
from carrier.current import carrier
from carrier.line.legs import LIVE, Leg
from carrier.line.numbers import is_number, normalise
from carrier.softphones.hub import Browser, Hub
from carrier.softphones.tokens import TokenRefused, check

NAMESPACE = "/carrier"
MAX_SIGNAL = 64 * 1024
Answer = dict[str, Any]

Handler = Callable[..., Any]


def register_sockets(socketio: SocketIO, carrier: Carrier) -> None:
    """Let the carrier's events out through ``socketio``, and those of ``EVENTS`` in."""
    carrier.hub.emit = partial(socketio.emit, namespace=NAMESPACE)
    for name, handler in EVENTS.items():
        own = name not in ("connect", "disconnect")
        socketio.on(name, namespace=NAMESPACE)(_one_word(handler) if own else handler)


def _one_word(handler: Handler) -> Handler:
    """A client may send any number of words with an event: the first one counts."""

    @functools.wraps(handler)
    def called(*args: Any) -> Any:
        return handler(*args[:1])

    return called


def _hub() -> Hub:
    return carrier().hub


def _socket() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _me() -> Browser:
    return _hub().browser(_socket())


def _refuse(error: str) -> Answer:
    return {"ok": False, "error": error}


def _welcome(browser: Browser) -> Answer:
    settings = carrier().settings
    return {
        "ok": True,
        "key": browser.key,
        "ice": list(settings.ice_servers),
        "legs": [leg.sid for leg in _hub().legs(browser)],
        "number": carrier().exchange.registry.first_number(),
    }


def _text(data: Any, name: str) -> str:
    value = data.get(name) if isinstance(data, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _leg(data: Any) -> Leg | None:
    return _hub().own_leg(_me(), _text(data, "leg"))


def connected(_auth: Any = None) -> None:
    """A page joins; what it is, it says next."""


def disconnected(*_reason: Any) -> None:
    """A page is gone, perhaps for an instant only."""
    _hub().dropped(_socket())


def open_telephone(data: Any = None) -> Answer:
    """Be the telephone of a number (none: outgoing calls only)."""
    number = normalise(_text(data, "number"))
    if number and not is_number(number):
        return _refuse("invalid-number")
    return _welcome(_hub().telephone(_socket(), number))


def register_softphone(data: Any = None) -> Answer:
    """Be a softphone: show the access token, or a fresh one for the same identity."""
    try:
        grant = check(_text(data, "token"), carrier().settings)
    except TokenRefused as refused:
        return {**_refuse("token"), "code": refused.code}
    browser = _hub().softphone(_socket(), grant)
    return _welcome(browser) | {
        "identity": grant.identity,
        "expires_at": grant.expires_at.isoformat(),
    }


def resume(data: Any = None) -> Answer:
    """Come back after a break, with the key given at first."""
    browser = _hub().resume(_socket(), _text(data, "key"))
    return _welcome(browser) if browser else _refuse("gone")


def bye(_data: Any = None) -> Answer:
    """The page closes."""
    _hub().goodbye(_me())
    return {"ok": True}


def dial(data: Any = None) -> Answer:
    """Call a number of the line, from the telephone or through the softphone's application."""
    me, exchange = _me(), carrier().exchange
    if _hub().legs(me):
        return _refuse("busy")
    if me.identity:
        return {
            "ok": True,
            "leg": exchange.dialer.from_client(me, me.identity, _text(data, "to")).sid,
        }
    line = exchange.registry.number(normalise(_text(data, "to")))
    if line is None:
        return _refuse("unknown-number")
    hidden = bool(data.get("hidden")) or not me.number
    shown = exchange.settings.hidden_from if hidden else me.number
    return {"ok": True, "leg": exchange.dialer.incoming(me, shown, line).sid}


def accept(data: Any = None) -> Answer:
    """Pick up a ringing leg; ``taken`` when somebody else did."""
    leg = carrier().exchange.board.legs.get(_text(data, "leg"))
    if leg is None or not carrier().exchange.calls.answered(leg, _me()):
        return _refuse("taken")
    return {"ok": True, "leg": leg.sid}


def decline(data: Any = None) -> Answer:
    """Refuse a ringing leg."""
    leg = carrier().exchange.board.legs.get(_text(data, "leg"))
    if leg is not None:
        carrier().exchange.calls.refused(leg, _me())
    return {"ok": True}


def hang_up(data: Any = None) -> Answer:
    """Put the receiver down."""
    leg = _leg(data)
    return {"ok": bool(leg and carrier().exchange.calls.end(leg))}


def keys(data: Any = None) -> Answer:
    """Press keys."""
    leg = _leg(data)
    if leg is None or leg.status != LIVE:
        return _refuse("no-call")
    carrier().exchange.calls.press(leg, _text(data, "keys")[:64])
    return {"ok": True}


def text(data: Any = None) -> Answer:
    """Write to a number of the line."""
    me, exchange = _me(), carrier().exchange
    line, body = exchange.registry.number(normalise(_text(data, "to"))), _text(data, "body")
    if line is None or not me.number or not 0 < len(body) <= 1600:
        return _refuse("unknown-number")
    return {"ok": True, "sid": exchange.messages.receive(me.number, line, body).sid}


def audio(data: Any = None) -> Answer:
    """Samples of the page's microphone while it is recorded (``recordings.py``)."""
    leg = _leg(data)
    samples = data.get("samples") if isinstance(data, dict) else None
    recording = carrier().exchange.recordings.hearing(leg) if leg else None
    if recording is None or not isinstance(samples, bytes):
        return _refuse("no-call")
    return {"ok": len(samples) <= MAX_SIGNAL and recording.hear(samples)}


def signal(data: Any = None) -> Answer:
    """Pass an offer, an answer or a candidate to another leg of the same conference."""
    leg, other = _leg(data), carrier().exchange.board.legs.get(_text(data, "to"))
    rooms = carrier().exchange.rooms
    room = rooms.of(leg) if leg else None
    if leg is None or other is None or room is None:
        return _refuse("no-call")
    if rooms.of(other) is not room or len(str(data.get("data"))) > MAX_SIGNAL:
        return _refuse("not-together")
    other.tell("signal", **{"from": leg.sid, "data": data.get("data")})
    return {"ok": True}


EVENTS: dict[str, Handler] = {
    "connect": connected,
    "disconnect": disconnected,
    "open": open_telephone,
    "register": register_softphone,
    "resume": resume,
    "bye": bye,
    "dial": dial,
    "accept": accept,
    "decline": decline,
    "hangup": hang_up,
    "keys": keys,
    "text": text,
    "audio": audio,
    "signal": signal,
}
