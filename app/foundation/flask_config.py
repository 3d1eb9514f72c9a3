"""What Flask and its extensions are told, from the settings of the installation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from app.foundation.config import Settings
from app.foundation.redis_pools import pool

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


def values(settings: Settings) -> dict[str, Any]:
    """The values of ``app.config``, by their names there."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings),
        "SESSION_COOKIE_NAME": "permanence",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        # A late answer, to whoever was signed in before, would put the old cookie back over the new one.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_CHECK_DEFAULT": False,  # app.web.access calls it, by the same rule as the roles
        "WTF_CSRF_TIME_LIMIT": None,  # a desk stays open all day; the session bounds it
        "WTF_CSRF_SSL_STRICT": False,
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "RATELIMIT_STORAGE_OPTIONS": _limits_storage(settings),
        # Redis away: each process counts for itself, and people sign in.
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_ENABLED": not settings.testing,
        "BABEL_DEFAULT_LOCALE": "fr",
        "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
        "TESTING": settings.testing,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }


def _limits_storage(settings: Settings) -> dict[str, Any]:
    return {"connection_pool": pool(settings.redis_url, "limits")} if settings.redis_url else {}


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.database_url.startswith("sqlite"):
        return {
            "connect_args": {"check_same_thread": False, "timeout": 0},
            "hide_parameters": True,
        }
    return {
        "hide_parameters": True,  # an error that is logged quotes no row
        # What only reads needs no BEGIN and no COMMIT, each a round trip: a unit of work says that
        # it writes. Statements of one transaction see each other's commits here all the same.
        "isolation_level": "AUTOCOMMIT",
        # A process works on one core: more transactions at once would only wait in the server.
        "pool_size": 15,
        "max_overflow": 10,
        "pool_use_lifo": True,
        "pool_timeout": 10,
        # A server that is gone without a word is given up; otherwise the system does, in a quarter
        # of an hour.
        "connect_args": {"connect_timeout": 5, "keepalives_idle": 15, "tcp_user_timeout": 10_000},
    }
