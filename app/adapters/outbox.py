"""The local outbox: mails kept as .eml files in a folder, for a page to show instead of a server.

A file is written under another name, forced to disk, then renamed: a full disk or a dead process
leaves no half mail behind.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from app.adapters.mail_text import compose
from app.foundation import clock
from app.foundation.exceptions import Unavailable
from app.foundation.ports import FOR_STAFF, MailMessage, MailReceipt, OutboxMail
from app.foundation.text.patterns import pattern

_KEY = pattern(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}")
DEFAULT_SENDER = "Permanence <ne-pas-repondre@permanence.example>"


class FileOutbox:
    """Keeps mails in ``folder``, newest first by the names of the files."""

    def __init__(self, folder: Path, sender: str = DEFAULT_SENDER) -> None:
        self.folder = folder
        self.sender = sender

    def send(self, message: MailMessage) -> MailReceipt:
        """Keep a mail. Raises Unavailable (nothing kept) when the disk refuses."""
        at = clock.now()
        mail = compose(message, self.sender, at)
        key = f"{at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        try:
            self._write(key, mail.as_bytes())
        except OSError as error:
            raise Unavailable(
                "La boîte d'envoi locale ne peut pas écrire : disque plein ou dossier protégé.",
                kept="Rien n'a été envoyé, rien n'a été perdu.",
                todo="Libérez de la place, puis renvoyez le mail.",
            ) from error
        return MailReceipt(str(mail["Message-ID"]), at, delivered=True)

    def list(self, limit: int = 100) -> Sequence[OutboxMail]:
        """The newest mails first, at most ``limit``."""
        if not self.folder.is_dir():
            return []
        names = sorted(f.stem for f in self.folder.glob("*.eml") if _KEY.fullmatch(f.stem))
        mails = (self.get(key) for key in reversed(names[-limit:]))
        return [mail for mail in mails if mail is not None]

    def get(self, key: str) -> OutboxMail | None:
        """One mail, or None. Only keys made here are read: no path can be asked for."""
        if not _KEY.fullmatch(key):
            return None
        try:
            raw = (self.folder / f"{key}.eml").read_bytes()
        except FileNotFoundError:
            return None
        mail = message_from_bytes(raw, policy=policy.default)
        return OutboxMail(
            key=key,
            to=str(mail["To"] or ""),
            subject=str(mail["Subject"] or ""),
            text=_body(mail, "plain") or "",
            html=_body(mail, "html"),
            sent_at=_date(mail, key),
            message_id=str(mail["Message-ID"] or ""),
            for_staff=all(mail[name] == value for name, value in FOR_STAFF.items()),
        )

    def _write(self, key: str, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{key}.part"
        try:
            with open(
                os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.folder / f"{key}.eml")
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise


def _body(mail: EmailMessage, kind: str) -> str | None:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else None


def _date(mail: EmailMessage, key: str) -> datetime:
    try:
        return parsedate_to_datetime(str(mail["Date"])).astimezone(UTC)
    except ValueError:
        return datetime.strptime(key[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
