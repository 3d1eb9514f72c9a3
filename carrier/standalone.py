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
from carrier.current import EXTENSION
from carrier.pages import create_library
from carrier.settings import CarrierSettings, LineNumber, PhoneEntry
from carrier.sockets import register_sockets

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "local-carrier-token"  # noqa: S105 - of nobody: it opens a line on this machine
NUMBER = "+33199001234"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m carrier", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=5050, help="port to listen on")
    add("--number", action="append", help=f"a number of the line (repeatable); {NUMBER} if none")
    add("--voice-url", default="", help="asked for TwiML when a number is called")
    add("--sms-url", default="", help="asked for TwiML when a number is written to")
    add("--status-callback", default="", help="told when a call to a number is over")
    add("--client-url", default="", help="asked when a softphone calls (the TwiML application)")
    add("--application", default="", help="origin of this repository's own application")
    add("--fallback", default="", help="URL of a static fallback, asked by GET")
    add("--phone-book", help="JSON file of the telephone page's callers: [{name, number, note}]")
    add("--allow-origin", action="append", help="origin of pages that may join (repeatable)")
    add("--speech-rate", type=float, default=15.0, help="characters a second; 0: at once")
    add("--pace", type=float, default=1.0, help="multiplies pauses and time-outs")
    add("--webhook-timeout", type=float, default=15.0, help="seconds")
    add("--device-grace", type=float, default=3.0, help="seconds that a lost page keeps its calls")
    add("--events-after", type=float, default=0.0, help="seconds until call events; Twilio: 900")
    add("--strict", action="store_true", help="refuse what Twilio only warns of")
    add("--control-token", default="", help="opens /carrier/control to code")
    return parser


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    return parser().parse_args(given)


def settings_of(args: argparse.Namespace, environ: Mapping[str, str]) -> CarrierSettings:
    """The account comes from the environment, under the names that Twilio's samples use."""
    base = args.application.rstrip("/")
    return CarrierSettings(
        account_sid=environ.get("TWILIO_ACCOUNT_SID", ACCOUNT_SID),
        auth_token=environ.get("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
        api_key=environ.get("TWILIO_API_KEY", ""),
        api_secret=environ.get("TWILIO_API_SECRET", ""),
        application_sid=environ.get("TWILIO_TWIML_APP_SID", ""),
        application_voice_url=args.client_url or (f"{base}/voice/agent" if base else ""),
        numbers=[line_number(number, args) for number in args.number or [NUMBER]],
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


def line_number(number: str, args: argparse.Namespace) -> LineNumber:
    """A number, wired as the command line says; ``--application`` fills in this repository's paths."""
    base, fallback = args.application.rstrip("/"), args.fallback
    ours = {
        "voice_url": "/voice/incoming",
        "voice_fallback_url": "/voice/fallback",
        "status_callback": "/voice/status",
        "sms_url": "/sms/incoming",
    }
    wired = {name: f"{base}{path}" for name, path in ours.items()} if base else {}
    given = {
        "voice_url": args.voice_url,
        "voice_fallback_url": fallback,
        "status_callback": args.status_callback,
        "sms_url": args.sms_url,
    }
    wired = {"voice_url": ""} | wired | {name: url for name, url in given.items() if url}
    return LineNumber(number, voice_fallback_method="GET" if fallback else "POST", **wired)


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
    print(greeting(app.extensions[EXTENSION].settings), flush=True)
    WSGIServer(listener(args.host, args.port), app, log=None).serve_forever()


def greeting(settings: CarrierSettings) -> str:
    """What somebody needs who has just started it. A token of one's own is not printed."""
    token = settings.auth_token if settings.auth_token == AUTH_TOKEN else "(yours)"
    numbers = ", ".join(line.number for line in settings.numbers)
    return "\n".join(
        [
            f"Local carrier on {settings.api_url}",
            f"  account {settings.account_sid}, token {token}, numbers {numbers}",
            f"  a telephone: {settings.api_url.removesuffix('/carrier')}/telephone",
        ]
    )


def listener(host: str, port: int) -> socket.socket:
    """A listening socket whose answers leave at once.

    gevent's server writes headers and body apart; with Nagle's algorithm each answer would wait
    40 ms for the other side's delayed acknowledgement. Accepted sockets inherit the option.
    """
    listening = socket.create_server((host, port), backlog=1024)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
