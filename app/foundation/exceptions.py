"""The closed set of errors that the product raises on purpose. Pure.

Each carries a sentence for the person (French, plain), what was kept, and what to do:
``error_handlers`` gives them all one shape, in JSON and in HTML, in the reader's language. The
sentences given to an error are extracted for translation (``bin/translations.py``): write them
whole, with ``%(name)s`` for what varies and ``name=…`` beside it; an f-string cannot be translated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Told(NamedTuple):
    """An error's sentences in one language; empty where there is nothing to say."""

    message: str
    kept: str
    todo: str


class PermanenceError(Exception):
    """Base of every expected error.

    ``message`` says what happened, ``kept`` what was not lost, ``todo`` what the person can do;
    ``values`` fills their ``%(name)s``. None of them may hold personal data: they may reach a log.
    """

    status = 500
    code = "error"

    def __init__(
        self, message: str = "", *, kept: str = "", todo: str = "", **values: object
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kept = kept
        self.todo = todo
        self.values = values

    def told(self, translate: Callable[[str], str] = str) -> Told:
        """The sentences, each put through ``translate``, with their values; French by default."""
        return Told(*(self._said(each, translate) for each in (self.message, self.kept, self.todo)))

    def _said(self, sentence: str, translate: Callable[[str], str]) -> str:
        said = translate(sentence) if sentence else ""
        return said % self.values if self.values else said

    def __str__(self) -> str:
        return self.told().message


class NotFound(PermanenceError):
    """The thing named does not exist, or not for this person."""

    status = 404
    code = "not_found"


class Conflict(PermanenceError):
    """Somebody else was faster: the state asked for is taken."""

    status = 409
    code = "conflict"


class IllegalTransition(Conflict):
    """The event cannot happen to a record in this state."""

    code = "illegal_transition"


class InvalidInput(PermanenceError):
    """What was typed or sent cannot be used; nothing was changed."""

    status = 422
    code = "invalid_input"


class TooLarge(PermanenceError):
    """More was sent than anybody types; nothing of it was read further."""

    status = 413
    code = "too_large"


class Forbidden(PermanenceError):
    """This role may not do this."""

    status = 403
    code = "forbidden"


class SignInRequired(PermanenceError):
    """Nobody is signed in."""

    status = 401
    code = "sign_in_required"


class Unavailable(PermanenceError):
    """Something we depend on (provider, mail server, database) does not answer now."""

    status = 503
    code = "unavailable"


class Busy(PermanenceError):
    """Too much of it at once here: not done, and may be asked again in ``retry_after`` seconds."""

    status = 503
    code = "busy"

    def __init__(
        self, message: str, *, retry_after: int, kept: str = "", todo: str = "", **values: object
    ) -> None:
        super().__init__(message, kept=kept, todo=todo, **values)
        self.retry_after = retry_after


class TooSoon(Busy):
    """Too many tries from one place: the next one is heard in ``retry_after`` seconds."""

    status = 429
    code = "too_many_requests"


class ConfigurationError(PermanenceError):
    """Settings are missing or wrong; the message names them all at once."""

    code = "configuration"
