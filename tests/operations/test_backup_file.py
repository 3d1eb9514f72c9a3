"""The file of a backup: whatever is cut from it or changed in it, it is refused, never half read."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tracemalloc
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.exceptions import InvalidInput
from app.operations.backups import backup_file

SECRET, PUBLIC = backup_file.new_identity()
ENTRIES = {"header.json": b"{}", "tables/a/000000.jsonl": bytes(range(256)) * 900, "empty": b""}


def written(path: Path, recipients: list[str]) -> bytes:
    with backup_file.writing(path, recipients) as writer:
        for name, content in ENTRIES.items():
            writer.add(name, content)
    return path.read_bytes()


def content(path: Path, *identities: str) -> dict[str, bytes]:
    with backup_file.reading(path, identities) as entries:
        return {name: source.read() for name, source in entries}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, tuple[Path, bytes]]:
    folder = tmp_path_factory.mktemp("files")
    return {
        False: (folder / "clear", written(folder / "clear", [])),
        True: (folder / "sealed", written(folder / "sealed", [PUBLIC])),
    }


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_was_written_is_read(whole: dict[bool, tuple[Path, bytes]], encrypted: bool) -> None:
    path, _ = whole[encrypted]
    assert backup_file.is_encrypted(path) is encrypted
    assert content(path, SECRET) == ENTRIES


@given(
    encrypted=st.booleans(),
    where=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 7),
    cut=st.booleans(),
)
def test_one_bit_or_the_end_is_missed(
    whole: dict[bool, tuple[Path, bytes]], encrypted: bool, where: float, bit: int, cut: bool
) -> None:
    path, good = whole[encrypted]
    at = int(where * len(good))
    bad = good[:at] if cut else good[:at] + bytes([good[at] ^ (1 << bit)]) + good[at + 1 :]
    damaged = path.with_name("damaged")
    damaged.write_bytes(bad)
    try:
        read = content(damaged, SECRET)
    except InvalidInput:
        return
    # Without a key a few bits mean nothing (the date in gzip's header, padding): all is there then.
    assert not cut
    assert not encrypted
    assert read == ENTRIES


def test_the_tools_of_everybody_open_it(whole: dict[bool, tuple[Path, bytes]]) -> None:
    """Nothing of Permanence is needed to read a backup: age and tar do."""
    _, sealed = whole[True]
    plain = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(SECRET)])
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        assert archive.getnames() == list(ENTRIES)
    path, _ = whole[False]
    listed = subprocess.run(["tar", "tzf", path], capture_output=True, text=True, check=True)
    assert listed.stdout.split() == list(ENTRIES)


def test_it_is_made_and_read_in_little_memory(tmp_path: Path) -> None:
    class Long(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:
            return len(buffer)

    path, size = tmp_path / "long", 24 << 20
    tracemalloc.start()
    with backup_file.writing(path, [PUBLIC]) as writer:
        writer.add_stream("files/long", io.BufferedReader(Long()), size)
    with backup_file.reading(path, [SECRET]) as entries:
        for _name, source in entries:
            while source.read(backup_file.READ):
                pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < size / 6


def test_an_entry_that_is_no_file_is_refused(tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
        path = tmp_path / "odd"
        with tarfile.open(path, "w:gz") as archive:
            entry = tarfile.TarInfo("header.json")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        with pytest.raises(InvalidInput, match="abîmée"):
            content(path)
