"""Puts the local carrier together. What mounts it uses ``create_carrier`` and nothing else."""

from __future__ import annotations

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from carrier.control import create_control
from carrier.current import EXTENSION, Running
from carrier.pages import create_pages
from carrier.rest.routes import create_rest
from carrier.settings import CarrierSettings

__all__ = ["Carrier", "CarrierSettings", "create_carrier"]


class Carrier(Running):
    """A telephone company: its exchange, its browsers, its driver, and its blueprints.

    ``blueprint`` is ``/carrier/…`` (REST API, control API), ``pages`` is ``/telephone``;
    ``sockets.register_sockets`` does the rest.
    """

    def __init__(self, settings: CarrierSettings) -> None:
        super().__init__(settings)
        self.pages = create_pages(settings)
        self.blueprint = Blueprint("carrier", __name__, url_prefix="/carrier")
        self.blueprint.register_blueprint(create_rest())
        if settings.control_token:
            self.blueprint.register_blueprint(create_control())
        self.blueprint.record_once(self._install)

    def _install(self, state: BlueprintSetupState) -> None:
        state.app.extensions[EXTENSION] = self


def create_carrier(settings: CarrierSettings) -> Carrier:
    """A carrier for one subscriber."""
    return Carrier(settings)
