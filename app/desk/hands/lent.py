"""The hands that the desk lends to scripts; ``app/factory.py`` installs them."""

from __future__ import annotations

from flask import Flask

from app.assist.acts import hands
from app.assist.portal import by_sms
from app.desk.hands import callback, interpreter, link_sms, place, summary, text


def install(app: Flask) -> None:
    """Let scripts promise a call-back, write, and call an interpreter in."""
    hands.lend(app, "create_callback", callback.HAND)
    hands.lend(app, "send_sms", text.HAND)
    hands.lend(app, "send_summary", summary.HAND)
    hands.lend(app, "book_place", place.HAND)
    by_sms.lend(app, link_sms.CARRIER)
    hands.lend(app, "ask_interpreter", interpreter.HAND)
