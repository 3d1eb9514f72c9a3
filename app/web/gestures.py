"""What fetches a link is often no person: mail and message scanners fetch, prefetch and run every link they see."""

from __future__ import annotations

from flask import request


def by_a_person() -> bool:
    """Did somebody press the button? Browsers say it of the request that a press begins.

    ``Sec-Fetch-User: ?1`` is sent for a navigation by a person's gesture, never for one that a script
    makes (w3.org/TR/fetch-metadata). A browser that sends none of these headers is too old to tell:
    it is believed.
    """
    if "Sec-Fetch-Mode" not in request.headers:
        return True
    gesture = request.headers.get("Sec-Fetch-User") == "?1"
    return gesture and request.headers["Sec-Fetch-Mode"] == "navigate"
