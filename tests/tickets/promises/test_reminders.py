"""A promise is said before its time, once; the morning's mail leaves once, and names nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask, g

from app.foundation.clock import PARIS
from app.lines.models import Line
from app.tickets.promises import reminders, rules, service
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person
from tests.fakes import FakeMail

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=PARIS)


def test_once_live_and_once_by_mail(
    app: Flask, login: Callable[..., StaffClient], line: Line, mail: FakeMail
) -> None:
    me, boss = login("front").agent, login("manager").agent
    dossier = create_dossier(create_person(last_name="Zylberstein"))
    service.promise("answer", agent_id=me.id, owner_id=me.id, due_at=NOW + timedelta(minutes=10),
                    reason="vérifier l'avis", now=NOW, dossier_id=dossier.id)  # fmt: skip
    assert reminders.look(NOW) == 1  # live alone: nobody has set a mail
    assert reminders.look(NOW) == 0
    assert mail.sent == []
    rules.change({}, "09:00", agent_id=boss.id, now=NOW)
    g.pop("permanence_promise_rules", None)
    assert reminders.look(NOW) == 1
    assert reminders.look(NOW + timedelta(minutes=5)) == 0
    (sent,) = mail.sent
    assert sent.to == me.email
    assert "Zylberstein" not in sent.subject + sent.text
    assert "vérifier" not in sent.subject + sent.text
    assert "/tickets/owed" in sent.text
    # Another one made since then waits for the next morning's mail.
    service.promise("answer", agent_id=me.id, owner_id=me.id, due_at=NOW + timedelta(hours=3),
                    reason="et cela", now=NOW)  # fmt: skip
    assert reminders.look(NOW + timedelta(minutes=6)) == 0
    assert len(mail.sent) == 1
