"""Whoever is in trouble reads a number and can dial it: on each mail and each public page."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.assist.mail import mails
from app.assist.portal import links
from app.calls.callbacks import request_form
from app.foundation import clock
from app.foundation.extensions import db
from app.lines import service as line_service
from app.lines import week_in_words
from app.lines.models import Line
from app.web import access, helpline
from tests.dossiers.build import create_dossier, create_person

TEL = 'href="tel:+33199000100"'
SHOWN = "01 99 00 01 00"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_mail_gives_the_number_to_dial_and_when(app: Flask, locale: str) -> None:
    dossier = create_dossier(create_person(email="ana@tests.example", language=locale))
    with app.test_request_context():
        sent = mails.access(
            dossier, "x" * 43, clock.now() + timedelta(hours=72), "https://p.example"
        )
    plain = sent.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert SHOWN in plain
    assert TEL in (sent.html or "")
    assert (
        "du lundi au vendredi, de 9 h à 12 h 30" if locale == "fr" else "Monday to Friday, 9:00"
    ) in plain
    assert "numéro affiché sur votre dossier" not in plain


def test_every_mail_template_names_the_number() -> None:
    for template in (ROOT / "templates" / "mail").iterdir():
        if template.name.startswith(("invitation.", "emergency.")):
            continue  # goes to whoever works here, not to a caller
        text = template.read_text("utf-8")
        assert "line.number" in text, template.name
        assert template.suffix != ".html" or "tel:" in text, template.name


def link_in(state: str) -> str:
    """A token of the Portal's page in this state."""
    now = clock.now()
    begun = now - timedelta(hours=80 if state == "expired" else 0)
    dossier, agent = create_dossier(), _agent()
    link, token = links.create(dossier.id, agent, begun, run_id=None, contact_id=None)
    if state in ("begun", "step2", "done"):
        link.opened_at = now
    if state in ("step2", "done"):
        link.step1_at = now
    if state == "done":
        link.step2_at = now
    if state == "superseded":
        link.superseded_at = now
    db.session.commit()
    return token


def _agent() -> int:
    from app.accounts.models import Agent

    found = db.session.query(Agent).first()
    assert found is not None
    return int(found.id)


STATES = ("valid", "begun", "step2", "done", "superseded", "expired", "unknown")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", ["", "/etape-2"])
def test_the_page_behind_a_link_names_the_number(
    app: Flask, client: Any, create_agent: Any, state: str, step: str, language: str
) -> None:
    create_agent("front")
    token = "x" * 43 if state == "unknown" else link_in(state)
    page = client.get(f"/portail/lien/{token}{step}", headers={"Accept-Language": language}).text
    assert TEL in page
    assert SHOWN in page.replace("\u00a0", " ")


# What a public route answers to somebody who has nothing: an address for each, in a test of all routes.
PLACES = {
    "token": "x" * 43,
    "step": "etape-2",
    "filename": "none.css",
    "sid": "CAx",
    "path": "x",
    "name": "x",
}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_public_page_that_a_person_reads_names_the_number(
    app: Flask, client: Any, language: str
) -> None:
    walked = 0
    for rule in app.url_map.iter_rules():
        declared = access.access_of(app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or declared is None or not declared.public:
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: PLACES.get(m[1], "x"), rule.rule)
        answer = client.get(
            address,
            headers={"Accept": "text/html", "Accept-Language": language},
            follow_redirects=True,
        )
        if answer.mimetype != "text/html" or address.startswith(
            ("/telephone", "/voice", "/invitation")
        ):
            continue  # figures for machines, what the provider fetches, the demo's telephone, a colleague's page
        walked += 1
        assert TEL in answer.text, address
    assert walked >= 4


@pytest.mark.parametrize("path", ["/portail/lien/x/rien", "/nulle-part", "/demande/x"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_errors_that_a_caller_may_see_name_the_number(
    client: Any, path: str, language: str
) -> None:
    answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 404
    assert TEL in answer.text


def test_the_request_form_names_the_number(app: Flask, client: Any) -> None:
    assert TEL in client.get("/demande/x").text
    assert TEL in client.post("/demande/x", data={"when": "soonest"}).text
    assert request_form is not None


def test_a_line_that_follows_no_hours_says_none(app: Flask) -> None:
    with app.test_request_context():
        assert "du lundi au vendredi" in helpline.with_hours("fr").hours
        db.session.add(Line(name="Aide", number="+33199000100", mode="open"))
        db.session.commit()
        assert helpline.with_hours("fr").hours == ""
        assert line_service.answering("en") == ""


@pytest.mark.parametrize(
    ("week", "french", "english"),
    [
        ({}, "", ""),
        (
            {
                "0": [["09:00", "12:30"], ["13:30", "17:00"]],
                "1": [["09:00", "12:30"], ["13:30", "17:00"]],
            },
            "du lundi au mardi, de 9 h à 12 h 30 et de 13 h 30 à 17 h",
            "Monday to Tuesday, 9:00 to 12:30 and 13:30 to 17:00",
        ),
        (
            {"0": [["08:00", "24:00"]], "2": [["08:00", "24:00"]]},
            "le lundi, de 8 h à 24 h ; le mercredi, de 8 h à 24 h",
            "Monday, 8:00 to 24:00; Wednesday, 8:00 to 24:00",
        ),
    ],
)
def test_hours_in_words(week: dict[str, Any], french: str, english: str) -> None:
    said = (
        week_in_words.in_words({"week": week}, "fr").replace("\u00a0", " ").replace("\u202f", " ")
    )
    assert said == french
    assert week_in_words.in_words({"week": week}, "en") == english
