"""The key of an act: how a request carries it, what it names, what its answer is sealed with. Pure.

A form is drawn with a random key; the browser sends it with what was typed. What is stored is a name
made of the key and of all that was asked (``name_of``): two presses of one button have one name, and
the same form sent again with other words has another. The first answer is kept for the second press,
sealed with the key itself, which the database never sees: who has the database, its backups and our
secrets reads none of it (ADR 26).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.foundation.text import patterns

FIELD = "act_key"
HEADER = "Idempotency-Key"  # draft-ietf-httpapi-idempotency-key-header
LARGEST_ANSWER = 300_000  # bytes of a body; ours have some tens of thousands

_SHAPE = patterns.pattern(r"[A-Za-z0-9_-]{16,100}")


@dataclass(frozen=True)
class Answer:
    """What the first press was answered. ``session``: what it changed of the browser's session,
    ``dropped``: what it took out of it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    session: str = ""
    dropped: tuple[str, ...] = ()


def new_key() -> str:
    """A key for a form that is being drawn."""
    return secrets.token_urlsafe(18)


def usable(key: str) -> bool:
    """Is this a key? 16 to 100 letters, digits, hyphens and underscores: nobody guesses one."""
    return _SHAPE.fullmatch(key) is not None


def name_of(key: str, *asked: str | bytes) -> str:
    """The name of an act: its key, who asks, and all that is asked, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in (key, *asked):
        written = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(written).to_bytes(8, "big"))
        digest.update(written)
    return digest.hexdigest()


def flat(fields: Iterable[tuple[str, str]]) -> list[str]:
    """A form's fields, names and values one after the other, its tokens left out."""
    return [word for pair in fields if pair[0] not in (FIELD, "csrf_token") for word in pair]


def seal(answer: Answer, key: str, secret: str) -> bytes | None:
    """The answer, readable again with this key and this secret alone; None when it is too large."""
    if len(answer.body) > LARGEST_ANSWER:
        return None
    words: dict[str, Any] = {
        "status": answer.status,
        "headers": answer.headers,
        "body": b64encode(answer.body).decode(),
        "session": answer.session,
        "dropped": answer.dropped,
    }
    return _lock(key, secret).encrypt(zlib.compress(json.dumps(words).encode(), 1))


def unseal(sealed: bytes, key: str, secret: str) -> Answer | None:
    """What was sealed; None with another key."""
    try:
        words = json.loads(zlib.decompress(_lock(key, secret).decrypt(sealed)))
    except InvalidToken:
        return None
    return Answer(
        int(words["status"]),
        tuple((str(name), str(value)) for name, value in words["headers"]),
        b64decode(words["body"]),
        str(words["session"]),
        tuple(words["dropped"]),
    )


def _lock(key: str, secret: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=secret.encode(), info=b"answer of an act").derive(
        key.encode()
    )
    return Fernet(urlsafe_b64encode(derived))
