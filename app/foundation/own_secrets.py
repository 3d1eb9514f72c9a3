"""Secrets of the embedded installation, made once in its folder, readable by their owner alone."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from pathlib import Path

FILE = "secrets.json"


def load(instance: Path) -> dict[str, str]:
    """The secrets of this folder, made if they are not there; those an older version had not are added.

    One process at a time: two that begin together must not each encrypt with keys of their own.
    """
    path = instance / FILE
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(instance / f"{FILE}.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = dict(json.loads(path.read_text())) if path.exists() else {}
        complete = {**_made(), **kept}
        if complete != kept:
            _write(path, complete)
    finally:
        os.close(lock)
    return complete


def encryption_key() -> str:
    """A new key for ENCRYPTION_KEYS: 32 random bytes, as ``cryptography.fernet`` writes them."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _made() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": encryption_key(),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_API_KEY": "SK" + secrets.token_hex(16),
        "TWILIO_API_SECRET": secrets.token_hex(16),
        "TWILIO_TWIML_APP_SID": "AP" + secrets.token_hex(16),
    }


def _write(path: Path, content: dict[str, str]) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
