"""The page that shows every component, in every tone: what screens are built from."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.web.access import allow

components_bp = Blueprint("components", __name__)

TONES = ("neutral", "action", "live", "wait", "stop", "aside")


@components_bp.get("/admin/components")
@allow()
def components() -> str:
    """The components, live: to choose from, and to look at after a change of the stylesheet."""
    return render_template("admin/components.html", tones=TONES)
