"""Flask extensions, made once, bound to an app by the factory."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import Pool

from app.foundation import sqlite as sqlite  # how it is opened and waited for
from app.foundation import writes as writes  # refuses what is written beside
from app.foundation.postgres import PromptConnection
from app.foundation.text.french_plurals import Languages

IDLE_SECONDS = 1.0  # a connection that came back later than this ago is asked before it is used


class Base(DeclarativeBase):
    """Constraint names are fixed so that migrations can drop what they made, on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login = LoginManager()
csrf = CSRFProtect()
babel = Languages()
limiter = Limiter(key_func=get_remote_address, default_limits=[])
socketio = SocketIO()


@event.listens_for(Engine, "do_connect")
def _connect_postgresql(dialect: Any, _record: Any, words: Any, named: Any) -> Any:
    """A connection that waits as ``app.foundation.postgres`` says; other databases open theirs (None)."""
    return PromptConnection.connect(*words, **named) if dialect.name == "postgresql" else None


@event.listens_for(Pool, "checkin")
def _note_when_back(_connection: Any, record: Any) -> None:
    record.info["back_at"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _ask_if_alive(connection: Any, record: Any, _proxy: Any) -> None:
    """Before a connection that lay idle is used again: is its server still there?

    SQLAlchemy's own ``pre_ping`` asks before each use, a round trip more for every webhook.
    """
    idle = time.monotonic() - record.info.get("back_at", float("inf"))
    if not isinstance(connection, psycopg.Connection) or not IDLE_SECONDS < idle < float("inf"):
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError("the server has closed this connection") from error
