"""A mail as bytes, the same for the outbox and for SMTP. Pure but for the random Message-ID."""

from __future__ import annotations

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from app.foundation.ports import MailMessage, MailRefused


def compose(message: MailMessage, sender: str, at: datetime) -> EmailMessage:
    """The mail with its headers. Raises MailRefused for an address that no server could take.

    A line break in an address or a subject would forge headers: ``EmailMessage`` refuses it.
    """
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = sender
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = message.subject
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused("adresse mal formée") from error
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=_domain(sender))
    mail["Content-Language"] = message.language
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers to us
    for name, value in message.headers.items():
        mail[name] = value
    mail.set_content(message.text)
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    return mail


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].partition("@")[2] or "permanence.example"
