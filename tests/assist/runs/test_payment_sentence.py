"""« Quand serai-je payé ? » : the script, the dossier's page and the agent say one sentence."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask

from app.assist import pane, store
from app.dossiers.payments import service as payments
from app.dossiers.payments.models import PaymentDayOff
from app.dossiers.vocabulary import Inside
from app.foundation import clock
from app.foundation.extensions import db
from tests.assist.test_runs import begin, choose
from tests.dossiers.build import NOW, create_contact, create_dossier

TODAY = clock.local_day(NOW)
FRIDAY = date(2021, 6, 25)
GRANTED, PAID = 2, 3  # the answers of S25's second step
THEMSELVES = 0  # of its first: it is them, and nobody hears


def test_the_script_says_the_dossier_s_sentence(app: Flask, create_agent, login) -> None:
    agent = create_agent("front")
    db.session.add(PaymentDayOff(on=FRIDAY, name="Pont"))
    db.session.commit()
    cases = (
        ({"inside": Inside.DEPOSITED, "deposited_on": TODAY - timedelta(days=9)}, None),
        ({"inside": Inside.TAKEN_UP}, None),
        ({"inside": Inside.VOTED}, GRANTED),
        ({"inside": Inside.TO_PAY, "next_payment_on": FRIDAY}, GRANTED),
        ({"inside": Inside.TO_PAY, "next_payment_on": TODAY - timedelta(days=5)}, GRANTED),
        ({"inside": Inside.PAID, "paid_on": TODAY - timedelta(days=2)}, PAID),
    )
    for fields, choice in cases:
        dossier = create_dossier(**fields)
        contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
        told = payments.answer(dossier, NOW).sentence
        run_id = begin(contact, agent.id, "S25")
        choose(run_id, THEMSELVES, 5, agent.id)
        for step in range(2 if choice is not None else 1):
            if step:
                choose(run_id, choice or 0, 10, agent.id)
            for tongue in ("fr", "en"):
                drawn = pane.draw(store.run(run_id), tongue, "fr", agent.id, NOW)
                assert drawn.said is not None
                assert told.get(tongue) in drawn.said.text, (fields, drawn.step.id)
    page = login("front").get(f"/dossiers/{dossier.id}").text
    assert "Votre aide a été payée le" in page


def test_s35_names_the_day_that_is_really_paid(app: Flask, create_agent) -> None:
    """A wave on a day off is paid on the next working day: the script named the wave's own day."""
    agent = create_agent("front")
    db.session.add(PaymentDayOff(on=FRIDAY, name="Pont"))
    dossier = create_dossier(inside=Inside.TO_PAY, next_payment_on=FRIDAY)
    contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
    run_id = begin(contact, agent.id, "S35")
    choose(run_id, THEMSELVES, 5, agent.id)
    choose(run_id, 1, 10, agent.id)  # « Une date de paiement est écrite »
    drawn = pane.draw(store.run(run_id), "fr", "fr", agent.id, NOW)
    assert drawn.said is not None
    assert "28" in drawn.said.text
    assert "25" not in drawn.said.text
