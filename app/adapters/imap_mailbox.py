"""The mailbox that our mails come from, read by IMAP. What is taken is marked read; what is for a person to look
at stays unread, with a flag. Of what was unread before this was set up, the last days alone are taken.

``imaps://user:password@host:993/INBOX`` (TLS from the first byte), ``imap://…:143`` (STARTTLS when offered).
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from app.foundation import clock
from app.foundation.exceptions import Unavailable
from app.foundation.total_time import within

TOTAL_S = 20.0  # one round
TIMEOUT_S = 8.0
LARGEST = 400_000  # bytes of one mail: what is asked for
LATELY = timedelta(days=14)  # what came before is no work of today
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ImapMailbox:
    """The Mailbox that speaks IMAP; one connection a round."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "imaps"
        self._host, self._port = parts.hostname or "", parts.port or (993 if self._secure else 143)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._folder = unquote(parts.path.strip("/")) or "INBOX"
        self._read: list[str] = []

    def unread(self, limit: int) -> list[tuple[str, bytes]]:
        """The unread mails of the last days, ``limit`` at most. Raises Unavailable."""
        with self._open() as box:
            _ok, found = box.uid(
                "SEARCH", "UNSEEN", "UNFLAGGED", "SINCE", _day(clock.now() - LATELY)
            )
            keys = found[0].decode("ascii", "replace").split()[:limit] if found and found[0] else []
            return [(key, raw) for key in keys if (raw := _fetched(box, key))]

    def done(self, key: str) -> None:
        """Mark a mail as read. Raises Unavailable."""
        self._mark(key, r"(\Seen)")

    def leave(self, key: str) -> None:
        """Leave a mail unread, with a flag. Raises Unavailable."""
        self._mark(key, r"(\Flagged)")

    def _mark(self, key: str, flags: str) -> None:
        with self._open() as box:
            box.uid("STORE", key, "+FLAGS", flags)

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        box: imaplib.IMAP4 | None = None
        try:
            with within(TOTAL_S):
                context = ssl.create_default_context()
                if self._secure:
                    box = imaplib.IMAP4_SSL(
                        self._host, self._port, ssl_context=context, timeout=TIMEOUT_S
                    )
                else:
                    box = imaplib.IMAP4(self._host, self._port, timeout=TIMEOUT_S)
                    if "STARTTLS" in box.capabilities:
                        box.starttls(context)
                box.login(self._user, self._password)
                if box.select(f'"{self._folder}"')[0] != "OK":
                    raise imaplib.IMAP4.error("no such folder")
                yield box
        except (imaplib.IMAP4.error, OSError) as error:
            raise Unavailable("La boîte des retours de mails ne répond pas.") from error
        finally:
            if box is not None:
                with suppress(imaplib.IMAP4.error, OSError):
                    box.shutdown()


def _day(at: datetime) -> str:
    """A day as IMAP writes it (RFC 3501), whatever the language of the machine."""
    return f"{at.day}-{_MONTHS[at.month - 1]}-{at.year}"


def _fetched(box: imaplib.IMAP4, key: str) -> bytes:
    """A mail's bytes, its beginning when it is long; it is not marked as read by that."""
    _ok, parts = box.uid("FETCH", key, f"(BODY.PEEK[]<0.{LARGEST}>)")
    return next((bytes(part[1]) for part in parts or [] if isinstance(part, tuple)), b"")
