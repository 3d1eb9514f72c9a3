"""What ``bench.assignment`` begins with is a state that the database takes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.models import Holding
from app.calls.call.models import Call
from app.factory import create_app
from app.foundation.extensions import db
from bench import assignment
from tests.fakes import fake_ports
from tests.fixtures.settings import make_settings


def test_all_agents_are_in_a_call_and_can_be_let_go(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignment, "AGENTS", 4)
    monkeypatch.setattr(assignment, "PAST_CALLS", 3)
    app = create_app(make_settings(database_url=postgres_url), fake_ports())
    with app.app_context():
        agents = assignment.scene()
        held = db.session.scalars(select(Holding.agent_id).where(Holding.phase == "in_call")).all()
        assert sorted(held) == sorted(agents)
        assert db.session.scalar(select(func.count(Call.id))) == 3
        assignment.everybody("available")
        assert db.session.scalar(select(func.count(Holding.id))) == 0
        db.session.remove()
        db.engine.dispose()
