"""The demo data: loads once, and every caller shows the trouble that she is there for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Agent
from app.assist.figures import store as figures
from app.assist.models import ScriptRun
from app.demo import accounts, cases, seed, walks
from app.dossiers import callers, free_text, view
from app.dossiers.models import Annotation, Dossier, Person
from app.dossiers.wording import Words
from app.foundation.clock import local_day
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.tickets.bulletin import service as bulletin
from app.tickets.bulletin.models import BulletinNote
from app.tickets.consultations.models import Consultation, ConsultationState, ConsultationWord
from app.tickets.exceptions import service as exceptions
from app.tickets.exceptions.models import TrainingException
from app.tickets.incidents.life import IncidentState
from app.tickets.incidents.models import Incident
from app.tickets.models import Contact
from app.tickets.promises import view as owed
from app.tickets.promises.clock import Standing
from app.tickets.promises.models import Promise
from app.tickets.promises.sources import Asked, What

NOW = datetime(2026, 3, 9, 9, 15, tzinfo=UTC)

TROUBLES = {
    "Perrin": "S13", "Morel": "S18", "Delmas": "S25", "Leroy": "S07", "Haddad": "S02",
    "Blanchard": "S23", "Nunes": "S01", "Roussel": "S19", "Faure": "S27", "Benali": "S08",
    "Marchand": "S20", "Cochet": "S16", "Petit": "S16", "Hugues": "S10", "Vasseur": "S31",
    "Diallo": "S12", "Texier": "S01", "Boyer": "S24", "Caron": "S16",
}  # fmt: skip


def test_each_caller_shows_her_trouble_and_twice_changes_nothing(app: Flask) -> None:
    seed.seed(NOW)
    for last_name, script in TROUBLES.items():
        person = db.session.scalars(select(Person).where(Person.last_name == last_name)).first()
        assert person is not None
        dossier_id = callers.most_relevant_dossier(person.id)
        assert dossier_id is not None
        shown = view.of(dossier_id, NOW, "fr")
        assert [t.script_id for t in shown.troubles][:1] == [script], last_name
    before = db.session.scalar(select(func.count(Dossier.id)))
    assert seed.seed(NOW + timedelta(days=3)) == "Les données de démonstration sont déjà là."
    assert db.session.scalar(select(func.count(Dossier.id))) == before
    assert db.session.scalar(select(func.count(Agent.id))) == len(accounts.ACCOUNTS)


def test_every_page_of_the_team_has_something_to_show(app: Flask) -> None:
    seed.seed(NOW)
    team = {
        name.partition("@")[0]: number
        for number, name in db.session.execute(select(Agent.id, Agent.email))
    }
    for name, role in (
        ("camille", "front"),
        ("nadia", "front"),
        ("bruno", "back"),
        ("isabelle", "manager"),
    ):
        with app.test_request_context():
            asked = Asked(NOW, None if name == "isabelle" else team[name])
            lines = owed.of(Words("fr", NOW), asked, team[name], role)
        stand = {line.standing for line in lines}
        assert Standing.LATE in stand, name
        assert stand & {Standing.SOON, Standing.TODAY}, name
        assert stand & {Standing.LATER, Standing.PAUSED}, name
        if name == "isabelle":
            assert set(Standing) == stand
            missing = set(What) - {line.owed.what for line in lines}
            assert missing == {
                What.CALLBACK,
                What.MESSAGE,
                What.FOLLOW_UP,
            }  # a call-back would ring by itself
    states = set(db.session.scalars(select(Consultation.state)))
    assert states == set(ConsultationState) - {ConsultationState.WITHDRAWN}
    assert len(exceptions.holding(local_day(NOW))) == 3
    assert len(bulletin.unread(team["camille"], NOW)) == 1
    assert len(bulletin.listed()) == 2
    (incident,) = db.session.scalars(select(Incident))
    assert incident.state is IncidentState.CLOSED
    assert len(incident.links) == 6


def test_the_figures_of_a_script_have_something_to_say(app: Flask) -> None:
    seed.seed(NOW)
    courses = figures.courses(walks.SCRIPT, NOW - timedelta(days=28), NOW)
    assert len(courses) == len(walks.WALKS)
    outcomes = set(db.session.scalars(select(ScriptRun.outcome)))
    assert {"solved", "follow_up", "callback", "other_script", walks.LEFT} <= outcomes


def test_what_the_demo_wrote_could_have_been_typed(app: Flask) -> None:
    """No sentence of it would have been refused to an agent."""
    seed.seed(NOW)
    columns = (Consultation.question, ConsultationWord.text, ConsultationWord.evidence, Promise.reason,
               TrainingException.required, TrainingException.handling, TrainingException.decision,
               BulletinNote.title, BulletinNote.text, Annotation.text, Contact.note, Incident.workaround)  # fmt: skip
    for column in columns:
        for text in db.session.scalars(select(column)):
            assert free_text.check(text, about_somebody=True) == free_text.Accepted(text)


def test_the_phone_book_shows_every_way_of_calling(app: Flask) -> None:
    seed.seed(NOW)
    found = {
        name: len(callers.candidates_for_number(number or None))
        for name, number, _note in seed.phone_book()
    }
    assert found.pop("Numéro inconnu") == 0
    assert found.pop("Numéro masqué") == 0
    assert found.pop("Secrétariat de Passerelle Formation") == 0
    assert found.pop("Interprète arabe") == 0
    assert found.pop("Yannick ou Gwenaëlle Le Goff") == 2
    assert set(found.values()) == {1}


FICTION = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")


@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: case.last_name)
def test_numbers_are_those_kept_for_fiction(case: cases.Case) -> None:
    assert phone_numbers.stored(case.phone) == case.phone
    assert case.phone.startswith(FICTION)


def test_accounts_are_told_without_repeating_the_password() -> None:
    table = accounts.table()
    assert table.count(accounts.PASSWORD) == 1
    assert all(account.email in table for account in accounts.ACCOUNTS)
