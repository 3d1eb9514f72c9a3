"""Sends mail through an SMTP server named by one URL.

``smtp://user:password@host:587`` (STARTTLS whenever the server offers it), ``smtps://…:465`` (TLS
from the first byte), ``smtp+starttls://…`` (refuses to go on without TLS).
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from app.adapters.mail_text import compose
from app.foundation import clock
from app.foundation.exceptions import ConfigurationError, Unavailable
from app.foundation.ports import MailMessage, MailReceipt, MailRefused
from app.foundation.total_time import within

TIMEOUT_S = 10.0  # in all: the agent waits with a caller on the line
GOODBYE_S = 1.0
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True)
class SmtpServer:
    """Where the mail server is, and how to speak to it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def parse_url(url: str) -> SmtpServer:
    """Read an ``SMTP_URL``. Raises ConfigurationError, which never repeats the password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError("SMTP_URL : adresse illisible.") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigurationError(
            "SMTP_URL commence par smtp://, smtps:// ou smtp+starttls://, puis le nom du serveur."
        )
    return SmtpServer(
        parts.scheme,
        parts.hostname,
        port or _PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class SmtpMail:
    """The MailSender that speaks SMTP; one connection a mail, closed at once."""

    def __init__(self, url: str, sender: str, timeout: float = TIMEOUT_S) -> None:
        self.server = parse_url(url)
        self.sender = sender
        self.timeout = timeout

    def send(self, message: MailMessage) -> MailReceipt:
        """Give a mail to the server.

        Raises MailRefused when it says no for good (5xx), Unavailable when it does not answer,
        breaks off or asks to come back later (4xx): then it is not known to have left.
        """
        at = clock.now()
        mail = compose(message, self.sender, at)
        try:
            self._deliver(mail)
        except smtplib.SMTPRecipientsRefused as error:
            self._refuse(*next(iter(error.recipients.values())))
        except smtplib.SMTPAuthenticationError as error:
            raise _no_answer() from error  # our fault, not the address's
        except smtplib.SMTPResponseException as error:
            self._refuse(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            raise _no_answer() from error
        return MailReceipt(str(mail["Message-ID"]), at)

    def _deliver(self, mail: EmailMessage) -> None:
        """Hand the mail over, all of it within ``timeout``: a server that drips is one that is silent."""
        client: smtplib.SMTP | None = None
        try:
            with within(self.timeout):
                client = self._connected()
                client.send_message(mail)
            with suppress(smtplib.SMTPException, OSError), within(GOODBYE_S):
                client.quit()  # it has the mail: what it says now changes nothing
        finally:
            if client is not None:
                client.close()

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server = self.server
        if server.scheme == "smtps":
            client: smtplib.SMTP = _SecureLine(
                server.host, server.port, timeout=self.timeout, context=context
            )
        else:
            client = _Line(server.host, server.port, timeout=self.timeout)
        try:
            if server.scheme != "smtps":
                client.ehlo()
                if server.scheme == "smtp+starttls" or client.has_extn("starttls"):
                    client.starttls(context=context)
                    client.ehlo()
            if server.user:
                client.login(server.user, server.password)
        except BaseException:
            client.close()
            raise
        return client

    def _refuse(self, code: int, answer: bytes | str) -> None:
        if 400 <= code < 500 or code < 0:
            raise _no_answer()
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        words = " ".join(w for w in text.split() if "@" not in w)  # no address in what we keep
        raise MailRefused(f"{code} {words}"[:200])


class _Line(smtplib.SMTP):
    """The library leaves a connection open that was given up before the server's first word."""

    def connect(self, *words: Any, **named: Any) -> tuple[int, bytes]:
        """As the library's."""
        try:
            return super().connect(*words, **named)
        except BaseException:
            self.close()
            raise


class _SecureLine(_Line, smtplib.SMTP_SSL):
    """SMTP over TLS from the first byte."""


def _no_answer() -> Unavailable:
    return Unavailable(
        "Le serveur de messagerie ne répond pas.",
        kept="Le lien précédent reste valable. L'appel et le script continuent.",
        todo="Renvoyez dans une minute ; si rien ne part, promettez un rappel.",
    )
