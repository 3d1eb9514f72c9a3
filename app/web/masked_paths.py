"""Addresses as a log may hold them: what opens something by itself is masked. Pure.

A link of a mail, a request's link and an announcement's address are keys: who reads the log must not
be able to use them. ``tests/web/test_masked_paths.py`` finds each route that takes one; nginx's format
(``deploy/nginx.conf``) masks the same.
"""

from __future__ import annotations

# What stands before a key in an address.
BEFORE_A_KEY = (
    "/portail/lien/",
    "/demande/",
    "/voice/sound/",
    "/admin/line/sounds/",
    "/invitation/",
)
MASK = "***"


def masked(path: str) -> str:
    """The path with the part that follows one of ``BEFORE_A_KEY`` masked; without query."""
    path = path.partition("?")[0]
    for start in BEFORE_A_KEY:
        if path.startswith(start):
            rest = path[len(start) :]
            return start + MASK + (rest[rest.index("/") :] if "/" in rest else "")
    return path
