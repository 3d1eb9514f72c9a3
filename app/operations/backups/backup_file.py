"""The file of a backup: a tar, compressed, encrypted with age when there is a key. Written and read as a stream.

Any `tar` and `age` open it: nothing of Permanence is needed to read what is in it. It is written under
another name and renamed when whole, so that a file with its name is complete.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, BinaryIO, cast

import pyrage

from app.foundation.exceptions import InvalidInput

AGE = b"age-encryption.org/"
READ = 1 << 16
BROKEN = (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile, pyrage.DecryptError)


class Writer:
    """Adds one entry after the other."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def add(self, name: str, content: bytes) -> None:
        """An entry that is in memory."""
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_stream(self, name: str, source: IO[bytes], size: int) -> None:
        """An entry read from ``source``: ``size`` bytes of it."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._archive.addfile(entry, source)


def new_identity() -> tuple[str, str]:
    """A key of age for backups: the secret half, which restores, and the public one, which encrypts."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_encrypted(path: Path) -> bool:
    """Must a key be given to read this file?"""
    with _opened(path) as source:
        return source.read(len(AGE)) == AGE


@contextlib.contextmanager
def writing(path: Path, recipients: Sequence[str]) -> Iterator[Writer]:
    """Write a backup; ``recipients`` are age's public keys, none: not encrypted.

    Raises InvalidInput for a key that is none, a file that is there already, a disk that refuses.
    """
    keys = [_recipient(text) for text in recipients]
    if path.exists():
        raise InvalidInput(
            "%(path)s existe déjà.",
            kept="Il n'a pas été touché.",
            todo="Donnez un autre nom.",
            path=path,
        )
    partial = path.with_name(path.name + ".partial")
    try:
        with open(partial, "wb", opener=_private) as target:
            with (
                _encrypting(target, keys) as plain,
                gzip.GzipFile("", "wb", 6, plain) as packed,
                tarfile.open(fileobj=packed, mode="w|") as archive,
            ):
                yield Writer(archive)
            target.flush()
            os.fsync(target.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise InvalidInput(
            "%(path)s n'a pas pu être écrit (%(why)s).",
            path=path,
            why=error.strerror or error,
            todo="Libérez de la place ou choisissez un autre dossier.",
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            partial.unlink()


@contextlib.contextmanager
def reading(path: Path, identities: Sequence[str]) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The entries of a backup, in order, each read before the next is asked for.

    Raises InvalidInput: no such file, no or another key, truncated or damaged (found out as late as
    its end: what was read before is only good when the context ends without an error).
    """
    keys = [_identity(text) for text in identities]
    if is_encrypted(path) and not keys:
        raise InvalidInput(
            "Cette sauvegarde est chiffrée.", todo="Donnez la clé qui l'ouvre (--identity)."
        )
    try:
        with (
            _opened(path) as source,
            _decrypting(source, keys) as plain,
            gzip.GzipFile(fileobj=plain) as packed,
        ):
            with tarfile.open(fileobj=packed, mode="r|") as archive:
                yield _entries(archive)
            while packed.read(READ):  # its end holds the checksum of all that came before
                pass
    except pyrage.DecryptError as error:
        if "matching keys" in str(error):
            raise InvalidInput(
                "La clé donnée n'ouvre pas cette sauvegarde.", kept="Rien n'a été changé."
            ) from error
        raise damaged() from error
    except BROKEN as error:
        raise damaged() from error
    except OSError as error:
        if error.errno is None:  # age's own words, in the middle of a stream
            raise damaged() from error
        raise InvalidInput(
            "La sauvegarde n'a pas pu être lue jusqu'au bout (%(why)s).",
            kept="Rien n'a été changé.",
            todo="Vérifiez la place sur le disque, puis recommencez.",
            why=error.strerror,
        ) from error


def damaged() -> InvalidInput:
    """What is said of a file that is not whole."""
    return InvalidInput(
        "Cette sauvegarde est incomplète ou abîmée.",
        kept="Rien n'a été changé.",
        todo="Prenez une autre sauvegarde.",
    )


def _entries(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for entry in archive:
        content = archive.extractfile(entry) if entry.isreg() else None
        if content is None:
            raise damaged()
        yield entry.name, content


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        source = path.open("rb")
    except OSError as error:
        raise InvalidInput(
            "%(path)s n'a pas pu être lu (%(why)s).", path=path, why=error.strerror
        ) from error
    with source:
        yield source


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise InvalidInput("La clé publique des sauvegardes n'est pas valable (age1…).") from error


def _identity(text: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError as error:
        raise InvalidInput("La clé donnée n'est pas valable (AGE-SECRET-KEY-1…).") from error


@contextlib.contextmanager
def _encrypting(target: BinaryIO, keys: list[pyrage.x25519.Recipient]) -> Iterator[IO[bytes]]:
    if not keys:
        yield target
        return
    with _piped(lambda source: pyrage.encrypt_io(source, target, keys), writes=True) as pipe:
        yield pipe


@contextlib.contextmanager
def _decrypting(source: BinaryIO, keys: list[pyrage.x25519.Identity]) -> Iterator[IO[bytes]]:
    start = source.read(len(AGE))
    source.seek(0)
    if start != AGE:
        yield source
        return
    with _piped(lambda target: pyrage.decrypt_io(source, target, keys), writes=False) as pipe:
        yield pipe


@contextlib.contextmanager
def _piped(work: Callable[[IO[bytes]], None], *, writes: bool) -> Iterator[IO[bytes]]:
    """Our end of a pipe (to write into, or to read from) whose other end a thread works on.

    age pulls its input and pushes its output; tar and gzip do too. A pipe between them keeps memory
    small. The thread's own error says more than the broken pipe that follows from it.
    """
    read, write = os.pipe()
    ours, theirs = (write, read) if writes else (read, write)

    def run() -> None:
        with cast(IO[bytes], os.fdopen(theirs, "rb" if writes else "wb")) as end:
            work(end)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(run)
        try:
            with cast(IO[bytes], os.fdopen(ours, "wb" if writes else "rb")) as pipe:
                yield pipe
        except (OSError, *BROKEN):
            _raise_first(job)
            raise
        _raise_first(job)


def _raise_first(job: Future[None]) -> None:
    error = job.exception()
    if error is not None and not isinstance(error, BrokenPipeError):
        raise error
