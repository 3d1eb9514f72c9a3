"""How routes and commands reach what the factory wired: settings and ports of the current app."""

from __future__ import annotations

from typing import cast

from flask import current_app

from app.adapters.ports import Ports
from app.config import Settings


def settings() -> Settings:
    """The settings of the running app."""
    return cast(Settings, current_app.extensions["permanence.settings"])


def ports() -> Ports:
    """The outside, as the factory wired it."""
    return cast(Ports, current_app.extensions["permanence.ports"])
