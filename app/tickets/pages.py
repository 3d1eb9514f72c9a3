"""The pages beside a contact, for the factory: one list, whatever their sub-package."""

from __future__ import annotations

from app.tickets.consents import pages as consents
from app.tickets.pane import correction_routes
from app.tickets.pane import routes as pane_routes
from app.tickets.persons import routes as persons

BLUEPRINTS = (pane_routes.bp, correction_routes.bp, persons.bp, consents.bp)
