"""A file that was sent: kept in pieces, encrypted, in the database that all processes share; a copy of its own for who
reads it, gone as soon as it is read."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from app.dossiers.feeds.models import FeedPart
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.wiring import settings

LARGEST = 40_000_000  # bytes
_PIECE = 700_000


def keep(run_id: int, file: BinaryIO) -> int:
    """Keep a file in pieces, inside the caller's transaction; its size. Raises InvalidInput over the limit."""
    size, number = 0, 0
    while piece := file.read(_PIECE):
        size += len(piece)
        if size > LARGEST:
            raise InvalidInput(
                "Le fichier est trop gros : %(most)s Mo au plus.",
                kept="Rien n'a été gardé.",
                todo="Divisez-le en plusieurs fichiers, avec les mêmes titres de colonnes.",
                most=LARGEST // 1_000_000,
            )
        content = base64.b64encode(piece).decode()
        part = FeedPart(run_id=run_id, number=number, content=content)
        db.session.add(part)
        db.session.flush()
        db.session.expunge(part)  # not all of it in memory
        number += 1
    if not size:
        raise InvalidInput("Le fichier est vide.", kept="Rien n'a été gardé.")
    return size


@contextmanager
def opened(run_id: int, name: str) -> Iterator[Path]:
    """The file of a run, on the disk of this machine, for as long as it is read."""
    folder = settings().instance_dir
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="feed-", dir=folder) as made:
        path = Path(made) / (Path(name).name[:80] or "fichier")
        with path.open("wb") as out:
            number = 0
            while True:
                query = select(FeedPart.content).where(
                    FeedPart.run_id == run_id, FeedPart.number == number
                )
                content = db.session.scalar(query)
                if content is None:
                    break
                out.write(base64.b64decode(content))
                number += 1
        yield path
