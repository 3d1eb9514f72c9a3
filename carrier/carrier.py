"""Puts the local carrier together. What mounts it uses ``create_carrier`` and nothing else."""

from __future__ import annotations

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from carrier import (
    control,
    rest,
    rest_account,
    rest_participants,
    rest_recordings,
    rest_rooms,
)
from carrier.current import EXTENSION
from carrier.driver import Driver
from carrier.exchange import Exchange
from carrier.hub import Hub
from carrier.pages import create_pages
from carrier.settings import CarrierSettings

__all__ = ["Carrier", "CarrierSettings", "create_carrier"]
VIEWS = (rest_rooms, rest_participants, rest_recordings)  # imported so that its routes exist


class Carrier:
    """A telephone company: its exchange, its browsers, its driver, its blueprints.

    ``blueprint`` is ``/carrier/…`` (REST API, control API), ``pages`` is ``/telephone``;
    ``sockets.register_sockets`` does the rest.
    """

    def __init__(self, settings: CarrierSettings) -> None:
        self.settings = settings
        self.exchange = Exchange(settings)
        self.hub = Hub(self.exchange)
        self.driver = Driver(self.exchange)
        self.pages = create_pages(settings)
        self.blueprint = Blueprint("carrier", __name__, url_prefix="/carrier")
        self.blueprint.register_blueprint(rest.bp)
        self.blueprint.register_blueprint(rest_account.root)
        if settings.control_token:
            self.blueprint.register_blueprint(control.bp)
        self.blueprint.record_once(self._install)

    def _install(self, state: BlueprintSetupState) -> None:
        state.app.extensions[EXTENSION] = self


def create_carrier(settings: CarrierSettings) -> Carrier:
    """A carrier for one subscriber."""
    return Carrier(settings)
