"""How routes and socket events reach what runs on the app that they were asked of."""

from __future__ import annotations

from typing import cast

from flask import current_app

from carrier.driver import Driver
from carrier.exchange import Exchange
from carrier.settings import CarrierSettings
from carrier.softphones.hub import Hub

EXTENSION = "carrier"


class Running:
    """What runs: the exchange, its browsers, its driver."""

    def __init__(self, settings: CarrierSettings) -> None:
        self.settings = settings
        self.exchange = Exchange(settings)
        self.hub = Hub(self.exchange)
        self.driver = Driver(self.exchange)


def carrier() -> Running:
    """The carrier of the current app."""
    return cast(Running, current_app.extensions[EXTENSION])


def exchange() -> Exchange:
    """Its exchange."""
    return carrier().exchange
