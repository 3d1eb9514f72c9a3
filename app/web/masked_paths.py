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
    "/guide/",
    "/accord/",
)
MASK = "***"
OURS = ("/static/",)
LONGEST_WORD = 23  # what is longer in an address of ours is a key
MOST_DIGITS = 8  # a day has eight, a telephone number more


def masked(path: str) -> str:
    """The path with the part that follows one of ``BEFORE_A_KEY``, and whatever may be a key, masked;
    without query."""
    path = path.partition("?")[0]
    for start in BEFORE_A_KEY:
        if path.startswith(start):
            rest = path[len(start) :]
            return start + MASK + (rest[rest.index("/") :] if "/" in rest else "")
    if path.startswith(OURS):
        return path
    # An address that somebody typed or a program broke (« //demande/… ») holds the key all the same.
    return "/".join(MASK if _may_be_a_key(part) else part for part in path.split("/"))


def _may_be_a_key(part: str) -> bool:
    digits = sum(each.isdigit() for each in part)
    return len(part) > LONGEST_WORD or digits > MOST_DIGITS or "@" in part or "%40" in part
