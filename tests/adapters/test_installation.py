"""A real installation (`make run`): its own carrier, its own webhooks, its own commands."""

from __future__ import annotations

from typing import Any


def test_it_is_right_from_the_first_minute(served: Any) -> None:
    findings = served.flask("telephony", "check")
    assert "✗" not in findings
    assert "signature fausse : refusée" in findings
    assert served.flask("telephony", "provision").count("rien n'a changé") == 2
