"""All that is owed, put together for an app: its sources, its hours, its pages. Called by the factory."""

from __future__ import annotations

from flask import Flask

from app.desk.owed_messages import Messages
from app.lines import service as lines
from app.tickets.bulletin import routes as bulletin
from app.tickets.consultations import routes as consultations
from app.tickets.consultations.groups import routes as groups
from app.tickets.consultations.owed import Consultations
from app.tickets.exceptions import routes as exceptions
from app.tickets.promises import found_rows, hours, routes, sources
from app.tickets.promises.kept_rows import Promises
from app.tickets.promises.table_rows import CallBacks, Flags


def install(app: Flask) -> None:
    """What each room owes is in one list, in the service's hours, on pages of its own."""
    hours.install(app, lines.working_spans)
    sources.register(
        app,
        Promises(),
        CallBacks(),
        Consultations(),
        Messages(),
        Flags(),
        *found_rows.all_of_them(),
    )
    for room in (routes, consultations, groups, exceptions, bulletin):
        app.register_blueprint(room.bp)
