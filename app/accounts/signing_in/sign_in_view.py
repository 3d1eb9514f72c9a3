"""The sign-in page, whoever shows it: with a password, with a passkey, refused or not."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.foundation.text import outside
from app.foundation.wiring import ports


def page(email: str = "", **context: Any) -> str:
    """The page, which keeps where its reader was going (``next``)."""
    asked = request.args.get("next") or request.form.get("next") or ""
    return render_template(
        "accounts/sign_in.html",
        email=email,
        following=outside.local_path(asked),
        provider=ports().identity,
        **context,
    )
