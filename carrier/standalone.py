"""The local carrier as a process of its own: one line that several web processes share."""

from __future__ import annotations

import argparse
import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flask import Flask
from flask_socketio import SocketIO
from gevent.pywsgi import WSGIServer

from carrier.carrier import create_carrier
from carrier.pages import create_library
from carrier.settings import CarrierSettings, LineNumber, PhoneEntry
from carrier.sockets import register_sockets


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m carrier", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5050)
    parser.add_argument("--application", required=True, help="origin of the application's webhooks")
    parser.add_argument("--fallback", default="", help="URL of a static fallback, asked by GET")
    parser.add_argument("--number", action="append", help="a number of the line (repeatable)")
    parser.add_argument("--phone-book", help="JSON file: [{name, number, note}]")
    parser.add_argument("--allow-origin", action="append", help="origin of pages (repeatable)")
    parser.add_argument("--speech-rate", type=float, default=15.0, help="characters/s; 0: at once")
    parser.add_argument("--pace", type=float, default=1.0, help="multiplies pauses and time-outs")
    parser.add_argument("--webhook-timeout", type=float, default=15.0, help="seconds")
    parser.add_argument("--device-grace", type=float, default=3.0, help="seconds")
    parser.add_argument("--events-after", type=float, default=0.0, help="seconds; Twilio: 900")
    parser.add_argument("--strict", action="store_true", help="refuse what Twilio only warns of")
    parser.add_argument("--control-token", default="", help="opens /carrier/control (tests)")
    return parser.parse_args(given)


def settings_of(args: argparse.Namespace, environ: Mapping[str, str]) -> CarrierSettings:
    """The account comes from the environment, under the application's own names."""
    base = args.application.rstrip("/")
    return CarrierSettings(
        account_sid=environ["TWILIO_ACCOUNT_SID"],
        auth_token=environ["TWILIO_AUTH_TOKEN"],
        api_key=environ.get("TWILIO_API_KEY", ""),
        api_secret=environ.get("TWILIO_API_SECRET", ""),
        application_sid=environ.get("TWILIO_TWIML_APP_SID", ""),
        application_voice_url=f"{base}/voice/agent",
        numbers=[line_number(n, base, args.fallback) for n in args.number or ["+33199001234"]],
        phone_book=lambda: phone_book(args.phone_book),
        speech_rate=args.speech_rate,
        pace=args.pace,
        webhook_timeout=args.webhook_timeout,
        device_grace=args.device_grace,
        control_token=args.control_token,
        strict=args.strict,
        events_after=args.events_after,
        api_url=f"http://{args.host}:{args.port}/carrier",
    )


def line_number(number: str, base: str, fallback: str = "") -> LineNumber:
    """A number wired to an application's webhooks at ``base``; ``fallback`` is hosted apart."""
    return LineNumber(
        number,
        voice_url=f"{base}/voice/incoming",
        voice_fallback_url=fallback or f"{base}/voice/fallback",
        voice_fallback_method="GET" if fallback else "POST",
        status_callback=f"{base}/voice/status",
        sms_url=f"{base}/sms/incoming",
    )


def phone_book(path: str | None) -> list[PhoneEntry]:
    """The demo callers of a JSON file."""
    return [PhoneEntry(**entry) for entry in json.loads(Path(path).read_text())] if path else []


def create_standalone(settings: CarrierSettings, origins: Sequence[str], mode: str) -> Flask:
    """An application that is nothing but the carrier."""
    app = Flask("carrier", static_folder=None, template_folder=None)
    socketio = SocketIO(
        app,
        async_mode=mode,
        cors_allowed_origins=origin_rule(frozenset(origins)),
        ping_interval=4,
        ping_timeout=4,
        cookie=None,
    )
    carrier = create_carrier(settings)
    app.register_blueprint(carrier.blueprint)
    app.register_blueprint(carrier.pages)
    app.register_blueprint(create_library())
    register_sockets(socketio, carrier)
    return app


def origin_rule(origins: frozenset[str]) -> Callable[[str, dict[str, str]], bool]:
    """Which pages may join: those of the ``origins`` named, and the carrier's own telephones."""

    def allowed(origin: str, environ: dict[str, str]) -> bool:
        own = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}"
        return origin == own or origin in origins

    return allowed


def serve(given: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    args = arguments(given)
    app = create_standalone(settings_of(args, os.environ), args.allow_origin or (), "gevent")
    print(f"Local carrier on http://{args.host}:{args.port}/carrier", flush=True)
    WSGIServer(listener(args.host, args.port), app, log=None).serve_forever()


def listener(host: str, port: int) -> socket.socket:
    """A listening socket whose answers leave at once.

    gevent's server writes headers and body apart; with Nagle's algorithm each answer would wait
    40 ms for the other side's delayed acknowledgement. Accepted sockets inherit the option.
    """
    listening = socket.create_server((host, port), backlog=1024)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
