"""A browser in three words, for the owner of a session: « Firefox, Windows ». Pure.

What a browser says of itself is long, and tells apart people; a person needs to know their own ones.
"""

from __future__ import annotations

# In this order: each says that it is those after it too.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """Browser and system; empty when neither is known."""
    said = user_agent[:400]
    found = [_first(_BROWSERS, said), _first(_SYSTEMS, said)]
    return ", ".join(word for word in found if word)


def _first(names: tuple[tuple[str, str], ...], said: str) -> str:
    return next((word for sign, word in names if sign in said), "")
