"""What an installation writes is for its own user: files 0600, folders 0700."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

PRIVATE = 0o077  # what a group and others are denied
OURS = ("*.sqlite*", "secrets.json*", "outbox", "outbox/*")  # made by versions that did not care


def only_ours(instance: Path) -> None:
    """From now on this process makes nothing that others may read; what is there already is closed too.

    The folder itself is closed when it is made: one that was there may hold other things of other
    people. A file of somebody else (a copy made by root) is left to them.
    """
    os.umask(PRIVATE)
    instance.mkdir(parents=True, exist_ok=True)
    for pattern in OURS:
        for path in instance.glob(pattern):
            mode = path.stat().st_mode
            if mode & PRIVATE:
                with contextlib.suppress(PermissionError):
                    path.chmod(mode & 0o7700)
