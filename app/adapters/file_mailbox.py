"""The local mailbox of an embedded installation: delivery reports and answers as files, read once."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from app.foundation import clock

LARGEST = 400_000  # bytes of one report


class FileMailbox:
    """Reads ``folder/*.eml``, oldest first; what is done is removed, what is left is renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def unread(self, limit: int) -> list[tuple[str, bytes]]:
        """The mails that wait, ``limit`` at most."""
        found = sorted(self.folder.glob("*.eml"))[:limit] if self.folder.is_dir() else []
        return [(path.name, path.read_bytes()[:LARGEST]) for path in found]

    def put(self, raw: bytes) -> None:
        """Put a mail there, as a server would have brought it: renamed once it is whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{clock.now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        part = self.folder / f".{name}.part"
        part.write_bytes(raw)
        part.rename(self.folder / f"{name}.eml")

    def done(self, key: str) -> None:
        """Remove a mail that was read."""
        with suppress(FileNotFoundError):
            (self.folder / Path(key).name).unlink()

    def leave(self, key: str) -> None:
        """Keep it under another name, for a person to read."""
        path = self.folder / Path(key).name
        with suppress(FileNotFoundError):
            path.rename(path.with_suffix(".left"))
