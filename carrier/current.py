"""How routes and socket events reach the carrier mounted on the running app."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from carrier.carrier import Carrier
    from carrier.exchange import Exchange

EXTENSION = "carrier"


def carrier() -> Carrier:
    """The carrier of the current app."""
    return cast("Carrier", current_app.extensions[EXTENSION])


def exchange() -> Exchange:
    """Its exchange."""
    return carrier().exchange
