"""What a supervisor asks: the process lives, it can serve, and the line in figures."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from app.accounts.models import Agent


def test_alive_and_ready(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/health/live").json == {"status": "ok"}
    assert client.get("/health/ready").json == {"status": "ok", "database": "up"}


def test_the_line_in_figures_without_anybodys_name(
    app: Flask, create_agent: Callable[..., Agent]
) -> None:
    create_agent("front", state="available", display_name="Inès")
    create_agent("manager", state="available")
    shown = app.test_client().get("/metrics").text
    assert 'permanence_agents{state="available"} 1.0' in shown
    assert 'permanence_calls{state="waiting"} 0.0' in shown
    assert "Inès" not in shown
