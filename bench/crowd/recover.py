"""``python -m bench.crowd.recover``: makes every call again from its events, and compares.

Prints the references of the calls whose row is not what their events say, as JSON.
"""

from __future__ import annotations

import json

from sqlalchemy import select

from app.calls.call import store
from app.calls.call.life import states
from app.calls.call.models import Call
from app.factory import create_app
from app.foundation.extensions import db


def differing() -> list[str]:
    """Calls that could not be recovered from their events."""
    wrong = []
    for call in db.session.scalars(select(Call)):
        events = store.events_of(call.id)
        again = states.rebuild(call.received_at, events, outbound=store.is_outbound(call))
        if again != store.record_of(call) or len(events) != call.version:
            wrong.append(call.ref)
    return wrong


if __name__ == "__main__":
    with create_app().app_context():
        print(json.dumps(differing()))
