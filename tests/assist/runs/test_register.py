"""Scripts that send to the register of exceptions show what it says of this dossier."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from app.foundation import clock
from app.tickets.exceptions import service as exceptions
from app.tickets.exceptions.service import Proposal
from tests.assist.test_runs import begin
from tests.dossiers.build import create_contact, create_dossier


def test_the_register_is_read_where_the_script_sends_to_it(app: Flask, create_agent, login) -> None:
    now = clock.now()
    client, boss = login("front"), create_agent("manager", display_name="Isabelle")
    today = clock.local_day(now)
    proposal = Proposal(
        "prépa clés", "", "l'attestation <b>renforcée</b>", "à la main", today, today + timedelta(9)
    )
    made = exceptions.propose(proposal, agent_id=client.agent.id, now=now)

    def shown(title: str, script: str) -> str:
        dossier = create_dossier(training_title=title)
        contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
        begin(contact, client.agent.id, script)
        return client.get(f"/assist/pane?contact={contact.id}").text

    assert "rien pour cette formation" in shown("Prépa Clés renforcé", "S14")  # not decided yet
    exceptions.decide(made.id, accept=True, why="", agent_id=boss.id, now=now)
    for script in ("S14", "S15"):
        page = shown("Prépa Clés renforcé", script)
        assert "&lt;b&gt;renforcée" in page
        assert "décidé par Isabelle" in page
        assert f"/tickets/exceptions#exception-{made.number}" in page
    assert "rien pour cette formation" in shown("Soudeur", "S14")
    assert "renforcée" in shown("Prépa Clés renforcé", "S01"), "where no script is named: in each"
    narrower = exceptions.propose(proposal, agent_id=client.agent.id, now=now, number=made.number)
    exceptions.decide(narrower.id, accept=True, why="", agent_id=boss.id, now=now, scripts="S14")
    assert "renforcée" in shown("Prépa Clés renforcé", "S14")
    assert "renforcée" not in shown("Prépa Clés renforcé", "S01")
