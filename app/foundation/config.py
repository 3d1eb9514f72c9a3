"""Settings as data: name, type, default, help, secret. Read once from the environment.

With nothing set the product runs embedded: SQLite, the local carrier, a local outbox, and keys of
its own kept in ``instance/secrets.json``. With a provider's account it wants the rest, and names
everything that is missing at once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.foundation import own_secrets, safety, setting_addresses
from app.foundation.exceptions import ConfigurationError
from app.foundation.roles import STAFF

TWILIO_API = "https://api.twilio.com"
SERVICE_SETTINGS = Path("/etc/permanence.env")  # written by deploy/prepare, read by systemd
ELSEWHERE = ("DATABASE_URL", "INSTANCE_DIR")


@dataclass(frozen=True)
class Setting:
    """One environment variable. ``production`` ones must be set as soon as a provider is."""

    name: str
    type: type
    default: Any
    help: str
    secret: bool = False
    production: bool = False


SETTINGS = (
    Setting("PORT", int, 5000, "Port that the web process listens on."),
    Setting("HOST", str, "127.0.0.1", "Address that the web process listens on."),
    Setting("INSTANCE_DIR", str, "instance", "Folder for the embedded database, keys and outbox."),
    Setting("SECRET_KEY", str, "", "Signs sessions; at least 32 characters.", True, True),
    Setting(
        "ENCRYPTION_KEYS",
        str,
        "",
        "Encrypt NIR, IBAN and secrets of second factors in the database; newest first, separated by "
        "commas; .env.example says how one is made.",
        True,
        True,
    ),
    Setting("DATABASE_URL", str, "", "PostgreSQL URL; empty: SQLite in the instance folder.", True),
    Setting("REDIS_URL", str, "", "Redis URL, needed as soon as two processes serve.", True),
    Setting(
        "PUBLIC_BASE_URL",
        str,
        "",
        "Address that callers' mails and the provider use.",
        production=True,
    ),
    Setting("TWILIO_ACCOUNT_SID", str, "", "Account at the provider; empty: the local carrier."),
    Setting("TWILIO_AUTH_TOKEN", str, "", "Signs the provider's webhooks.", True, True),
    Setting("TWILIO_API_KEY", str, "", "Key for REST calls and softphone tokens.", False, True),
    Setting("TWILIO_API_SECRET", str, "", "Secret of that key.", True, True),
    Setting("TWILIO_TWIML_APP_SID", str, "", "TwiML app of the agents' softphones.", False, True),
    Setting(
        "TWILIO_API_BASE_URL",
        str,
        "",
        "Who answers the REST calls; empty: the account's "
        "provider, or the local carrier when there is no account.",
    ),
    Setting("LINE_NUMBER", str, "+33199000100", "The line's number, in E.164 form."),
    Setting(
        "LINE_COST",
        str,
        "",
        "What a call to it costs, in the words of mails and public pages (« appel gratuit »); empty: not said.",
    ),
    Setting(
        "FALLBACK_URL",
        str,
        "",
        "Where secours.xml of « telephony fallback » is hosted, apart from here; empty: as the "
        "number says.",
    ),
    Setting(
        "RECONCILE_SECONDS",
        float,
        15.0,
        "Pause between two comparisons with the provider's records; 0: never.",
    ),
    Setting("SMTP_URL", str, "", "smtp://user:password@host:587 ; empty: the local outbox.", True),
    Setting(
        "MAIL_FROM", str, "Permanence <ne-pas-repondre@permanence.example>", "Sender of the mails."
    ),
    Setting(
        "IMAP_URL",
        str,
        "",
        "Mailbox of MAIL_FROM: what people write is work to answer, mails that came back are told; empty: none.",
        True,
    ),
    Setting(
        "PORTAL_URL",
        str,
        "",
        "The Portal's API (docs/portal-openapi.yaml); empty: the demo Portal where the line is embedded, else none.",
    ),
    Setting("PORTAL_TOKEN", str, "", "Token of that API; it signs the Portal's events too.", True),
    Setting("SPEECH_RATE", float, 15.0, "Local carrier: characters spoken a second; 0: at once."),
    Setting(
        "CARRIER_CONTROL_TOKEN", str, "", "Opens the local carrier's control API (tests).", True
    ),
    Setting(
        "VOICEMAIL_DAYS", int, 30, "Days after which a voice message is erased at the provider."
    ),
    Setting(
        "BACKUP_RECIPIENT",
        str,
        "",
        "age's public key (age1…) that encrypts backups; « backup key » makes one; empty: not encrypted.",
    ),
    Setting(
        "OIDC_ISSUER",
        str,
        "",
        "Identity provider of the staff (OpenID Connect, ProConnect), as its discovery names it; empty: none.",
    ),
    Setting("OIDC_CLIENT_ID", str, "", "Our name there."),
    Setting("OIDC_CLIENT_SECRET", str, "", "Our secret there.", True),
    Setting("OIDC_NAME", str, "ProConnect", "What it is called on the buttons."),
    Setting("OIDC_SCOPES", str, "openid email", "What is asked of it, separated by spaces."),
    Setting(
        "OIDC_ACR_VALUES",
        str,
        "",
        "How surely people must be recognised there (eidas2); then no second step is asked here; empty: "
        "as it likes.",
    ),
    Setting(
        "SESSION_HOURS", float, 12.0, "A session ends this long after signing in, whatever it does."
    ),
    Setting(
        "REQUIRE_SECOND_FACTOR",
        str,
        "",
        "Roles that must confirm with a code when they sign in, e.g. manager,admin; empty: who wants to.",
    ),
    Setting(
        "SESSION_IDLE_MINUTES",
        float,
        120.0,
        "A session without a request and without an open tab ends after this.",
    ),
    Setting(
        "TRUSTED_HOSTS",
        str,
        "",
        "Further names that this site answers to, separated by commas; that of PUBLIC_BASE_URL is one.",
    ),
    Setting(
        "ALLOW_DEMO",
        int,
        0,
        "1: start although it is unsafe (a demonstration, a test); never with real people.",
    ),
    Setting(
        "PERMANENCE_ENV",
        str,
        "/etc/permanence.env",
        "Where a production's settings are; a command that has not read them is refused beside them.",
    ),
    Setting("TRUSTED_PROXIES", int, 0, "How many reverse proxies stand before the web process."),
    Setting(
        "SOCKETS_PER_ADDRESS",
        int,
        600,
        "Open pages (desks, walls) that one address may have in each web process: an office shares one.",
    ),
    Setting("TICKER_SECONDS", float, 0.5, "Pause between two looks at the due deadlines."),
)
BY_NAME = {s.name: s for s in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """Every setting with its value, and what follows from them."""

    port: int
    host: str
    instance_dir: Path
    secret_key: str
    encryption_keys: tuple[str, ...]
    database_url: str
    redis_url: str
    public_base_url: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_api_key: str
    twilio_api_secret: str
    twilio_twiml_app_sid: str
    twilio_api_base_url: str
    line_number: str
    line_cost: str
    fallback_url: str
    reconcile_seconds: float
    smtp_url: str
    mail_from: str
    imap_url: str
    portal_url: str
    portal_token: str
    speech_rate: float
    carrier_control_token: str
    voicemail_days: int
    backup_recipient: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_name: str
    oidc_scopes: str
    oidc_acr_values: str
    session_hours: float
    session_idle_minutes: float
    require_second_factor: str
    trusted_hosts: tuple[str, ...]
    allow_demo: bool
    permanence_env: str
    trusted_proxies: int
    sockets_per_address: int
    ticker_seconds: float
    embedded_carrier: bool
    testing: bool = False

    @property
    def second_factor_roles(self) -> frozenset[str]:
        """The roles of ``REQUIRE_SECOND_FACTOR``."""
        return frozenset(self.require_second_factor.replace(" ", "").split(",")) - {""}

    @property
    def demo_portal(self) -> bool:
        """Is the Portal the embedded one? Never where real people are served."""
        return not self.portal_url and (self.embedded_carrier or self.allow_demo)

    @property
    def events_token(self) -> str:
        """What signs the Portal's events, and opens its API; empty: there is no Portal.

        The embedded one's is made of our own secret: every process of an installation has the same.
        """
        if not self.demo_portal:
            return self.portal_token if self.portal_url else ""
        return hmac.new(self.secret_key.encode(), b"demo portal", hashlib.sha256).hexdigest()

    @property
    def secure_cookies(self) -> bool:
        """Cookies travel over TLS alone as soon as the public address does."""
        return self.public_base_url.startswith("https://")

    @property
    def browser_carrier_url(self) -> str:
        """Where a browser finds a carrier of ours; empty when it is this very site."""
        return "" if self.embedded_carrier else self.twilio_api_base_url

    @property
    def softphone_driver(self) -> str:
        """``twilio`` when Twilio answers the REST calls, in whatever region, else ``local``."""
        return "twilio" if self._provider_host.endswith(".twilio.com") else "local"

    @property
    def twilio_region(self) -> str:
        """``ie1`` of ``https://api.dublin.ie1.twilio.com``; empty: Twilio's default, or another."""
        return self._place()[1]

    @property
    def twilio_edge(self) -> str:
        """``dublin`` of ``https://api.dublin.ie1.twilio.com``: where softphones connect."""
        return self._place()[0]

    @property
    def _provider_host(self) -> str:
        return urlsplit(self.twilio_api_base_url).hostname or ""

    def _place(self) -> tuple[str, str]:
        """Edge and region that Twilio puts in its names: product.edge.region.twilio.com."""
        match self._provider_host.split("."):
            case [_, edge, region, "twilio", "com"]:
                return edge, region
        return "", ""


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigurationError that names every missing or wrong one."""
    if environ is None:
        environ = os.environ
        _refuse_beside_a_service(environ)
    values, problems = _read(environ)
    if values["TWILIO_ACCOUNT_SID"]:
        problems += [
            f"{s.name} manque : {s.help}" for s in SETTINGS if s.production and not values[s.name]
        ]
        values["TWILIO_API_BASE_URL"] = values["TWILIO_API_BASE_URL"] or TWILIO_API
        embedded = False
    else:
        embedded = True
    problems += setting_addresses.problems(values)
    unsafe = []
    if not values["ALLOW_DEMO"]:
        unsafe = safety.problems(values) + _beside_a_production(values)
    if problems or unsafe:
        raise ConfigurationError(
            "Réglages à corriger :\n- %(problems)s",
            # It lifts what is unsafe, not what is wrong.
            todo="Pour une démonstration ou un essai seulement : ALLOW_DEMO=1." if unsafe else "",
            problems="\n- ".join(problems + unsafe),
        )
    instance = Path(values["INSTANCE_DIR"]).resolve()
    try:
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        if embedded:
            _fill_embedded(values, instance)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            "INSTANCE_DIR : le dossier %(folder)s ne peut pas servir (%(why)s).",
            todo="Donnez-le à l'utilisateur du service, ou choisissez-en un autre.",
            folder=instance,
            why=error.strerror
            if isinstance(error, OSError)
            else f"{own_secrets.FILE} est abîmé : remettez celui d'une sauvegarde",
        ) from error
    values["DATABASE_URL"] = _database_url(values["DATABASE_URL"], instance)
    values["PUBLIC_BASE_URL"] = values["PUBLIC_BASE_URL"].rstrip("/")
    values["ENCRYPTION_KEYS"] = _listed(values["ENCRYPTION_KEYS"])
    values["INSTANCE_DIR"] = instance
    values["TRUSTED_HOSTS"] = _listed(values["TRUSTED_HOSTS"])
    values["ALLOW_DEMO"] = bool(values["ALLOW_DEMO"])
    return Settings(
        **{name.lower(): value for name, value in values.items()}, embedded_carrier=embedded
    )


def _refuse_beside_a_service(environ: Mapping[str, str]) -> None:
    """On a machine that serves, a command without the service's settings works on a database of its own.

    Whoever names another place (INSTANCE_DIR, DATABASE_URL) means it.
    """
    if SERVICE_SETTINGS.exists() and not any(environ.get(name) for name in ELSEWHERE):
        raise ConfigurationError(
            "Cette machine a des réglages de service (%(path)s) que cette commande n'a pas lus. "
            "Lancez-la par « sudo bin/manage … ».",
            path=SERVICE_SETTINGS,
        )


def _read(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems = []
    for setting in SETTINGS:
        raw = environ.get(setting.name, "").strip()
        try:
            values[setting.name] = setting.type(raw) if raw else setting.default
        except ValueError:
            problems.append(f"{setting.name} : « {raw[:20]} » n'est pas un nombre")
            values[setting.name] = setting.default
    required = set(values["REQUIRE_SECOND_FACTOR"].replace(" ", "").split(",")) - {""}
    if unknown := required - set(STAFF):
        problems.append(f"REQUIRE_SECOND_FACTOR : rôles inconnus, {', '.join(sorted(unknown))}")
    problems += _oidc_problems(values)
    if values["PORTAL_URL"] and not values["PORTAL_TOKEN"]:
        problems.append("PORTAL_TOKEN manque : PORTAL_URL est réglé")
    if values["SECRET_KEY"] and len(values["SECRET_KEY"]) < 32:
        problems.append("SECRET_KEY : au moins 32 caractères")
    problems += [
        f"ENCRYPTION_KEYS : la clé n° {number} est abîmée (« keys new » en fait une)"
        for number, key in enumerate(_listed(values["ENCRYPTION_KEYS"]), start=1)
        if not _is_encryption_key(key)
    ]
    return values, problems


def _oidc_problems(values: Mapping[str, Any]) -> list[str]:
    """An identity provider needs a client there, and an address that nobody on the way can change."""
    issuer = values["OIDC_ISSUER"]
    if not issuer:
        return []
    problems = [
        f"{name} manque : OIDC_ISSUER est réglé"
        for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
        if not values[name]
    ]
    parts = urlsplit(issuer)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        problems.append("OIDC_ISSUER : une adresse en https://…")
    if "openid" not in values["OIDC_SCOPES"].split():
        problems.append("OIDC_SCOPES : « openid » en fait toujours partie")
    return problems


def _beside_a_production(values: Mapping[str, Any]) -> list[str]:
    """A command that has not read the production's settings would make another database beside it."""
    file = values["PERMANENCE_ENV"]
    if values["TWILIO_ACCOUNT_SID"] or not file or not os.path.exists(file):
        return []
    return [
        f"cette machine a une production, réglée dans {file}, que cette commande n'a pas lue : "
        "lancez-la par « sudo bin/manage … » (docs/operations.md)"
    ]


def _listed(keys: str) -> tuple[str, ...]:
    return tuple(keys.replace(",", " ").split())


def _is_encryption_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == 32
    except (ValueError, binascii.Error):
        return False


def _fill_embedded(values: dict[str, Any], instance: Path) -> None:
    own = own_secrets.load(instance)
    for name, value in own.items():
        values[name] = values[name] or value
    base = f"http://localhost:{values['PORT']}"
    values["PUBLIC_BASE_URL"] = values["PUBLIC_BASE_URL"] or base
    values["TWILIO_API_BASE_URL"] = (
        values["TWILIO_API_BASE_URL"] or f"http://127.0.0.1:{values['PORT']}/carrier"
    )


def _database_url(url: str, instance: Path) -> str:
    if not url:
        instance.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{instance / 'permanence.sqlite'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url
