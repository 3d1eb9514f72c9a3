"""Identifiers in the provider's shape: two letters and 32 hexadecimal digits. Pure but random."""

from __future__ import annotations

import secrets


def new_sid(prefix: str) -> str:
    """A fresh SID: CA call, CF conference, QU queue, SM message, RE recording, PN number."""
    return prefix + secrets.token_hex(16)
