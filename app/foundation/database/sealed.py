"""What is encrypted in the database: NIR, IBAN, secrets of second factors.

    nir: Mapped[str] = mapped_column(Sealed)

The code sees the value, the database and its copies see a Fernet token (AES-128-CBC and HMAC, of
the library ``cryptography``). Keys come from ``ENCRYPTION_KEYS``, newest first: the first seals, each
opens. They are changed by ``flask --app app.factory keys rotate`` (ADR 23).
"""

from __future__ import annotations

from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app
from sqlalchemy import Text
from sqlalchemy.sql.operators import is_, is_not
from sqlalchemy.types import TypeDecorator

from app.foundation.exceptions import Unavailable

_EXTENSION = "permanence.keyring"


class WrongKey(Unavailable):
    """A sealed value that none of this installation's keys opens. The value itself is intact."""

    code = "wrong_key"

    def __init__(self) -> None:
        super().__init__(
            "Cette information est chiffrée avec une clé que cette installation n'a pas.",
            kept="Elle est intacte dans la base.",
            todo="La personne qui exploite Permanence doit remettre l'ancienne clé "
            "dans ENCRYPTION_KEYS.",
        )


class Keyring:
    """The keys of one installation, newest first."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._newest = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    def seal(self, value: str) -> str:
        """The token of a value, made with the newest key; another one each time."""
        return self._newest.encrypt(value.encode()).decode()

    def open(self, token: str) -> str:
        """The value of a token. Raises WrongKey."""
        try:
            return self._all.decrypt(token.encode()).decode()
        except InvalidToken:
            raise WrongKey from None

    def is_newest(self, token: str) -> bool:
        """Was it sealed with the newest key?"""
        try:
            self._newest.decrypt(token.encode())
        except InvalidToken:
            return False
        return True


def install(app: Flask, keys: tuple[str, ...]) -> None:
    """Give an application its keys."""
    app.extensions[_EXTENSION] = Keyring(keys)


def keyring() -> Keyring:
    """The keys of the running application."""
    return cast(Keyring, current_app.extensions[_EXTENSION])


class Sealed(TypeDecorator[str]):
    """A text that is encrypted when stored. It cannot be searched: the same text is never the same token."""

    impl = Text
    cache_ok = True

    class comparator_factory(TypeDecorator.Comparator[str]):
        """Only « is it there? » can be asked of what is sealed."""

        def operate(self, op: Any, *other: Any, **named: Any) -> Any:
            """IS NULL and IS NOT NULL; any other comparison would silently find nothing."""
            if op in (is_, is_not):
                return super().operate(op, *other, **named)
            raise TypeError("a sealed column cannot be compared: read it, then compare")

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        """To the database: sealed."""
        return None if value is None else keyring().seal(value)

    def process_result_value(self, value: str | None, _dialect: Any) -> str | None:
        """From the database: opened. Raises WrongKey."""
        return None if value is None else keyring().open(value)
