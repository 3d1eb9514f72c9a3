"""create_app: the only wiring. Concrete adapters, blueprints and background work meet here."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import Flask, send_from_directory
from flask.cli import NoAppException
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts import components_page, saved_view_routes, sessions
from app.accounts import routes as accounts_routes
from app.accounts.own import passkey_routes, second_step_routes
from app.accounts.own import routes as own_account_routes
from app.accounts.presence import SET_BY_CALLS, PresenceState
from app.accounts.role_words import role_words
from app.adapters.file_mailbox import FileMailbox
from app.adapters.imap_mailbox import ImapMailbox
from app.adapters.oidc import Oidc
from app.adapters.outbox import FileOutbox
from app.adapters.portal_http import HttpPortal
from app.adapters.smtp_mail import SmtpMail
from app.adapters.twilio_log import TwilioCallLog
from app.adapters.twilio_provisioning import TwilioProvisioning
from app.adapters.twilio_sms import TwilioSms
from app.adapters.twilio_voice import TwilioVoice
from app.administration import (
    account_routes,
    identity_routes,
    invitation_routes,
    rules_routes,
    say_rule_routes,
)
from app.administration import routes as admin_routes
from app.assist import routes as assist_routes
from app.calls.callbacks import request_pages
from app.calls.provider import caller_webhooks, signatures
from app.calls.provider import routes as provider_routes
from app.channels.sms import webhooks as sms_webhooks
from app.demo.seed import phone_book
from app.desk import (
    alert_routes,
    callback_pages,
    message_routes,
    owed,
    search_routes,
    sockets,
)
from app.desk import (
    routes as desk,
)
from app.desk import (
    transfers as desk_transfers,
)
from app.desk.consents import routes as consent_routes
from app.desk.dossier_acts import routes as dossier_acts
from app.desk.hands import lent
from app.desk.incidents import routes as incident_routes
from app.desk.persons import routes as person_routes
from app.desk.places import routes as place_routes
from app.desk.summaries import routes as summary_routes
from app.dossiers import pages as dossier_pages
from app.dossiers.finding import index as search_index
from app.foundation import clock, config, flask_config, open_files, private_files
from app.foundation.config import Settings
from app.foundation.database import sealed
from app.foundation.database.unit_of_work import release_connection
from app.foundation.exceptions import ConfigurationError
from app.foundation.extensions import babel, csrf, db, limiter, login, migrate, socketio
from app.foundation.ports import MailMessage, MailSender, Ports
from app.foundation.redis_pools import socket_queue
from app.foundation.roles import AGENTS, DESK, STAFF, SUPERVISORS, Role
from app.foundation.text import strict_json
from app.lines import service as line_service
from app.operations import background, health
from app.operations import command_line as commands
from app.operations import commands as operation_commands
from app.reporting import routes as reporting_routes
from app.reporting import target_routes, wall_routes
from app.reporting.tomorrow import routes as tomorrow_routes
from app.supervision import directory_routes, line_routes, queue_routes
from app.supervision import routes as supervision_routes
from app.tickets import pages as contact_pages
from app.tickets import routes as tickets_routes
from app.web import access, error_handlers, helpline, hosts, masked_logs, security_headers
from app.web.incoming import SOCKET_MESSAGE, Permanence
from app.web.locale import select_locale
from app.web.plain_sockets import PlainSockets
from app.web.sessions import Sessions
from app.web.socket_door import Rules, SocketDoor, Unanswered, bound_messages
from carrier.carrier import create_carrier
from carrier.pages import create_library
from carrier.settings import CarrierSettings, LineNumber, PhoneEntry
from carrier.sockets import EVENTS as CARRIER_EVENTS
from carrier.sockets import NAMESPACE as CARRIER_NAMESPACE
from carrier.sockets import register_sockets
from demo_portal.mount import mount as mount_demo_portal
from demo_portal.settings import DemoPortalSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = logging.getLogger(__name__)

DEMO_PORTAL = "/portail/demo"  # the address of the embedded Portal

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None, ports: Ports | None = None) -> Flask:
    """Build the application. Tests pass settings and fake ports; a server reads its environment."""
    settings = settings or _from_environment()
    masked_logs.install()
    private_files.only_ours(settings.instance_dir)
    app = Permanence(__name__, root_path=str(ROOT), instance_path=str(settings.instance_dir))
    app.config.update(flask_config.values(settings))
    app.session_interface = Sessions()
    app.extensions["permanence.settings"] = settings
    sealed.install(app, settings.encryption_keys)
    _init_extensions(app, settings)
    _keep_the_door(app, settings)
    app.extensions["permanence.ports"] = ports or _ports(settings)
    background.install(app, settings.testing)
    error_handlers.install(app)
    hosts.install(app, settings)
    access.install(app, lambda: signatures.verify(settings))
    security_headers.install(app, settings)
    _register(app)
    if settings.softphone_driver == "local":
        _mount_carrier(app, settings)
    if settings.demo_portal:
        _mount_demo_portal(app, settings)
    commands.register(app)
    operation_commands.register(app)
    return app


def _from_environment() -> Settings:
    """The settings of this process; a command says what is wrong with them in sentences."""
    try:
        return config.load()
    except ConfigurationError as error:
        if click.get_current_context(silent=True) is None:
            raise
        said = " ".join(part for part in error.told() if part)
        # Flask prints a traceback of whatever else it meets while it lists the commands.
        kind = NoAppException if {"--help", "-h"} & set(sys.argv) else click.ClickException
        raise kind(said) from None


def _init_extensions(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    search_index.install()
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    login.init_app(app)
    login.session_protection = None  # callers' networks change; the cookie is signed and bounded
    csrf.init_app(app)
    babel.init_app(app, locale_selector=select_locale)
    app.add_template_global(get_locale)
    app.add_template_global(role_words)
    # Named values: a template spells no role and no state of its own.
    app.jinja_env.globals.update(
        Role=Role,
        AGENTS=AGENTS,
        DESK=DESK,
        SUPERVISORS=SUPERVISORS,
        STAFF=STAFF,
        Presence=PresenceState,
        SET_BY_CALLS=SET_BY_CALLS,
    )
    limiter.init_app(app)
    socketio.init_app(
        app,
        async_mode="threading" if settings.testing else "gevent",
        client_manager=socket_queue(settings.redis_url),
        cors_allowed_origins=None,
        json=strict_json,
        max_http_buffer_size=SOCKET_MESSAGE,
        # A dead browser is known within 8 s: its offer is withdrawn in less than 10.
        ping_interval=4,
        ping_timeout=4,
        cookie=None,
    )


def _keep_the_door(app: Flask, settings: Settings) -> None:
    """Before Flask and Socket.IO: whose address it is, and who may open a socket."""

    def signed_in(environ: WSGIEnvironment) -> bool:
        try:
            with app.request_context(environ.copy()):
                return bool(current_user.is_authenticated)
        except SQLAlchemyError as error:
            raise Unanswered from error

    rules = Rules(
        signed_in,
        sockets=open_files.of_this_process().sockets,
        by_address=settings.sockets_per_address,
        open_to_all=frozenset({CARRIER_NAMESPACE} if settings.embedded_carrier else ()),
        joined=lambda sid: app.extensions["permanence.carrier"].hub.knows(sid),  # noqa: PLW0108 - mounted later
    )
    bound_messages(socketio.server.eio, SOCKET_MESSAGE)
    door = SocketDoor(PlainSockets(app.wsgi_app), socketio.server, rules)
    app.extensions["permanence.door"] = door
    app.wsgi_app = door  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )


def _ports(settings: Settings) -> Ports:
    outbox = None if settings.smtp_url else FileOutbox(settings.instance_dir / "outbox")
    return Ports(
        telephony=TwilioVoice(
            settings,
            before_call=release_connection,
            softphone_epoch=sessions.softphone_epoch,
        ),
        mail=SmtpMail(settings.smtp_url, settings.mail_from) if outbox is None else outbox,
        sms=TwilioSms(settings, before_call=release_connection),
        outbox=outbox,
        provisioning=TwilioProvisioning(settings, clock.now),
        call_log=TwilioCallLog(settings, before_call=release_connection),
        identity=_identity(settings),
        portal=_portal(settings),
        mailbox=_mailbox(settings),
    )


def _mailbox(settings: Settings) -> ImapMailbox | FileMailbox | None:
    local = None if settings.smtp_url else FileMailbox(settings.instance_dir / "mailbox")
    return ImapMailbox(settings.imap_url) if settings.imap_url else local


def _portal(settings: Settings) -> HttpPortal | None:
    demo = f"{_own_address(settings)}{DEMO_PORTAL}/api" if settings.demo_portal else ""
    if not (url := settings.portal_url or demo):
        return None
    return HttpPortal(url, settings.events_token, before_call=release_connection)


def _own_address(settings: Settings) -> str:
    """Where this installation and its demo Portal speak to one another: by the network, as with any other."""
    own = settings.embedded_carrier
    return f"http://127.0.0.1:{settings.port}" if own else settings.public_base_url


def _identity(settings: Settings) -> Oidc | None:
    if not settings.oidc_issuer:
        return None
    return Oidc(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        name=settings.oidc_name,
        scopes=settings.oidc_scopes,
        acr_values=tuple(settings.oidc_acr_values.split()),
        now=clock.now,
    )


def _register(app: Flask) -> None:
    for blueprint in (
        accounts_routes.bp,
        own_account_routes.bp,
        saved_view_routes.bp,
        second_step_routes.bp,
        passkey_routes.bp,
        admin_routes.bp,
        account_routes.bp,
        invitation_routes.bp,
        identity_routes.bp,
        rules_routes.bp,
        say_rule_routes.bp,
        components_page.components_bp,
        *dossier_pages.BLUEPRINTS,
        tickets_routes.bp,
        *contact_pages.BLUEPRINTS,
        assist_routes.bp,
        caller_webhooks.bp,
        sms_webhooks.bp,
        request_pages.bp,
        callback_pages.bp,
        dossier_acts.bp,
        consent_routes.bp,
        alert_routes.bp,
        desk.bp,
        desk_transfers.bp,
        incident_routes.bp,
        summary_routes.bp,
        place_routes.bp,
        message_routes.bp,
        search_routes.bp,
        person_routes.bp,
        directory_routes.bp,
        line_routes.bp,
        queue_routes.bp,
        supervision_routes.bp,
        provider_routes.bp,
        reporting_routes.bp,
        target_routes.bp,
        tomorrow_routes.bp,
        wall_routes.bp,
        health.bp,
    ):
        app.register_blueprint(blueprint)
    helpline.install(app, line_service.answering)
    lent.install(app)
    owed.install(app)
    sockets.register()
    _static_is_public(app)


def _static_is_public(app: Flask) -> None:
    @access.public
    def static(filename: str) -> Any:
        return send_from_directory(ROOT / "static", filename)

    app.view_functions["static"] = static


def _mount_carrier(app: Flask, settings: Settings) -> None:
    """The carrier's library for browsers; where the line is embedded, the carrier itself.

    The carrier knows nothing of our access rule: it has its own keys (basic authentication, access
    tokens, a control token), so all of it is declared open here.
    """
    ours = set(app.view_functions)
    app.register_blueprint(create_library())
    if settings.embedded_carrier:
        carrier = create_carrier(carrier_settings(settings))
        app.register_blueprint(carrier.blueprint)
        app.register_blueprint(carrier.pages)
        register_sockets(socketio, carrier)
        app.extensions["permanence.carrier"] = carrier
        access.open_sockets(CARRIER_NAMESPACE, CARRIER_EVENTS)
    access.open_to_all(app, set(app.view_functions) - ours)


def _mount_demo_portal(app: Flask, settings: Settings) -> None:
    """The demo Portal, a site of its own under one address; it and we speak by the contract alone."""

    mail: MailSender = app.extensions["permanence.ports"].mail
    told = mount_demo_portal(
        app,
        DEMO_PORTAL,
        DemoPortalSettings(
            folder=settings.instance_dir,
            url=settings.public_base_url + DEMO_PORTAL,
            events_url=_own_address(settings) + "/portal/events",
            token=settings.events_token,
            spawn=background.nothing if settings.testing else socketio.start_background_task,
            now=clock.now,
            send_mail=lambda *words: mail.send(MailMessage(*words)),
        ),
    )
    app.extensions["permanence.chores"] = (("demo Portal", told),)


def carrier_settings(settings: Settings) -> CarrierSettings:
    """What the local carrier must know of its one subscriber: us."""
    base = settings.public_base_url
    return CarrierSettings(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        api_key=settings.twilio_api_key,
        api_secret=settings.twilio_api_secret,
        application_sid=settings.twilio_twiml_app_sid,
        application_voice_url=f"{base}/voice/agent",
        numbers=(
            LineNumber(
                settings.line_number,
                voice_url=f"{base}/voice/incoming",
                voice_fallback_url=f"{base}/voice/fallback",
                status_callback=f"{base}/voice/status",
                sms_url=f"{base}/sms/incoming",
            ),
        ),
        phone_book=lambda: [PhoneEntry(*entry) for entry in phone_book()],
        speech_rate=settings.speech_rate,
        strict=True,
        language=select_locale,
        control_token=settings.carrier_control_token,
        api_url=settings.twilio_api_base_url,
    )


logging.getLogger("engineio").setLevel(logging.WARNING)
