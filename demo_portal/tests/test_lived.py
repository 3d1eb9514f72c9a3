"""A person lives the Portal: from the enrolment to the deposit, with what goes wrong on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from demo_portal import rules, texts
from demo_portal.app import create_demo_portal
from demo_portal.settings import DemoPortalSettings
from demo_portal.state import FILE

REFERENCE, MAIL, GOOD = "AF-2021-0036", "karim@tests.example", "Soleil-36"
PDF = b"%PDF-1.4"


class World:
    """One Portal, its clock, its mails."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2021, 6, 22, 8, 40, tzinfo=UTC)
        self.mails: list[tuple[str, str, str]] = []
        self.folder = folder
        self.start()

    def start(self) -> None:
        self.app = create_demo_portal(
            DemoPortalSettings(
                self.folder,
                "http://localhost",
                "",
                "secret",
                lambda _task: None,
                lambda: self.now,
                lambda *mail: self.mails.append(mail),
            )
        )
        self.person = self.app.test_client()

    def ask(self, path: str, key: str = "k", **asked: Any) -> Any:
        headers = {"Authorization": "Bearer secret", "Idempotency-Key": key}
        return self.app.test_client().post(
            f"/api/dossiers/{REFERENCE}{path}", json=asked, headers=headers
        )

    def link(self, key: str = "k") -> dict[str, str]:
        until = (self.now + timedelta(hours=72)).isoformat()
        found: dict[str, str] = self.ask("/links", key, mail=MAIL, link="7", expires_at=until).json
        return found

    def stands(self) -> Any:
        headers = {"Authorization": "Bearer secret"}
        return self.person.get(f"/api/dossiers/{REFERENCE}", headers=headers).json

    def events(self) -> list[dict[str, Any]]:
        with self.app.extensions["demo_portal"].state.open() as db:
            found = db.execute("SELECT body FROM events ORDER BY rowid").fetchall()
        return [json.loads(row["body"]) for row in found]

    def told(self) -> list[str]:
        return [each["type"] for each in self.events()]

    def switch(self, *on: str) -> None:
        self.person.post("/coulisses/pannes", data=dict.fromkeys(on, "1"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def sign_in(client: FlaskClient, step2: str, identifier: str = MAIL, password: str = GOOD) -> Any:
    return client.post(step2, data={"identifier": identifier, "password": password})


def test_from_the_link_to_the_deposit(world: World) -> None:
    urls, person = world.link(), world.person
    step1, step2 = urls["step1_url"], urls["step2_url"]
    assert world.link() == urls  # the same key: the same answer
    assert person.get(step1).status_code == 200
    assert world.told() == []  # reading proves nothing
    for first, again, why in (
        ("court", "court", "au moins 8"),
        ("soleil-36", "soleil-36", "majuscule"),
        ("Soleil36", "Soleil36", "spécial"),
        ("Soleil-36", "Soleil–36", "pas identiques"),  # the dashes of two keys
    ):
        page = person.post(step1, data={"password": first, "again": again})
        assert (page.status_code, why in page.text) == (422, True)
    assert "Étape 2" in person.post(step1, data={"password": GOOD, "again": GOOD}).text
    assert sign_in(person, step2, "karim@gmial.example").status_code == 422
    assert sign_in(person, step2, password="Soleil–36").status_code == 422
    assert sign_in(person, step2).status_code == 303
    assert "PAAF20210036"[:4] in person.get("/espace").text
    assert world.told() == ["password_refused"] * 4 + [
        "step1_done",
        "login_failed",
        "login_failed",
        "step2_done",
    ]
    assert "déjà" not in person.get("/demande").text
    page = person.post("/demande/champs", data={"distance_km": "loin"})
    assert "attend un nombre" in page.text
    figures = {"distance_km": "12,5", "tax_income": "11 254", "tax_parts": "1"}
    assert "enregistrées" in person.post("/demande/champs", data=figures).text
    for kind in rules.REQUIRED:
        person.post(f"/demande/pieces/{kind}", data={"file": (BytesIO(PDF), f"{kind}.pdf")})
    assert person.get("/demande/recapitulatif.pdf").data.startswith(b"%PDF")
    assert person.post("/demande/transmettre").status_code == 422
    assert "Demande transmise" in person.post("/demande/transmettre", data={"agree": "1"}).text
    assert world.told()[-1] == "deposited"
    assert (world.stands()["account"], world.stands()["deposited_at"] is not None) == ("open", True)
    assert person.post("/demande/transmettre", data={"agree": "1"}).status_code == 200
    assert world.told().count("deposited") == 1  # transmitted twice: once


def test_deposer_opens_a_second_demande_of_its_own(world: World) -> None:
    """S12: the first stays as it is; the second has its own number, figures, slots, and is told when transmitted."""
    urls, person = world.link(), world.person
    person.post(urls["step1_url"], data={"password": GOOD, "again": GOOD})
    sign_in(person, urls["step2_url"])
    figures = {"distance_km": "12", "tax_income": "11254", "tax_parts": "1"}
    person.post("/demande/champs", data=figures)
    person.post("/demande/pieces/rib")
    opened = person.post("/deposer")
    (draft,) = [each for each in world.events() if each["type"] == "draft_opened"]
    assert draft["data"]["demande"] in opened.location
    number = opened.location.partition("demande=")[2]
    assert (opened.status_code, number[:3], number == REFERENCE) == (303, "SP-", False)
    page = person.get(opened.location).text
    assert ("Nouvelle demande" in page, number in page, 'value="12"' in page) == (True, True, False)
    assert page.count("/demande/pieces/") == len(rules.SLOTS)  # empty slots, all open
    told = len(world.told())
    about = {"demande": number}
    for kind in rules.REQUIRED:
        sent = {**about, "file": (BytesIO(PDF), f"{kind}.pdf")}
        person.post(f"/demande/pieces/{kind}", data=sent)
    person.post("/demande/champs", data={**figures, **about, "distance_km": "7"})
    assert len(world.told()) == told  # what is in a draft is told to nobody
    assert "en cours de création" in person.get("/espace").text
    assert number in person.get(f"/demande/recapitulatif?demande={number}").text
    for _twice in range(2):
        person.post("/demande/transmettre", data={**about, "agree": "1"})
    events = world.events()[told:]
    assert [each["type"] for each in events] == ["deposited"] + ["piece_sent"] * len(rules.REQUIRED)
    assert (events[0]["dossier"], events[0]["data"]) == (REFERENCE, about)
    assert {each["dossier"] for each in events[1:]} == {number}
    assert world.stands()["deposited_at"] is None  # the one of the training centre is as it was
    assert 'value="12"' in person.get("/demande").text
    assert 'value="7"' in person.get(f"/demande?demande={number}").text
    assert person.get("/demande?demande=SP-OTHERS00").status_code == 404
    for _many in range(rules.MOST_BESIDE + 3):
        person.post("/deposer")
    assert person.get("/espace").text.count("?demande=SP-") == rules.MOST_BESIDE


def test_a_slot_looks_sent_and_is_empty_until_it_is_handed_back(world: World) -> None:
    urls = world.link()
    world.person.post(urls["step1_url"], data={"password": GOOD, "again": GOOD})
    sign_in(world.person, urls["step2_url"])
    assert world.ask("/slots/rib/hand-back", "h0").json == {"code": "slot_empty"}
    for name, content, why in (
        ("photo.heic", b"x", "Format"),
        ("long.pdf", b"x" * 2_000_001, "lourd"),
    ):
        page = world.person.post("/demande/pieces/rib", data={"file": (BytesIO(content), name)})
        assert why in page.text
    world.person.post("/demande/pieces/rib")  # nothing chosen
    slots = {each["kind"]: each["state"] for each in world.stands()["slots"]}
    assert slots["rib"] == "orange"
    assert 'action="/demande/pieces/rib"' not in world.person.get("/demande").text
    assert world.ask("/slots/rib/hand-back", "h1").status_code == 200
    assert 'action="/demande/pieces/rib"' in world.person.get("/demande").text
    assert world.ask("/slots/none/hand-back", "h2").status_code == 404


def test_links_die_accounts_lock_and_a_restart_loses_nothing(world: World) -> None:
    old, new = world.link("a"), world.link("b")
    assert world.person.get(old["step1_url"]).status_code == 410
    world.person.post(new["step1_url"], data={"password": GOOD, "again": GOOD})
    assert GOOD.encode() not in b"".join(p.read_bytes() for p in world.folder.glob(f"{FILE}*"))
    world.start()
    for _try in range(rules.TRIES):
        sign_in(world.person, "/connexion", password="no")
    assert "bloqué" in sign_in(world.person, "/connexion").text
    assert world.stands()["account"] == "locked"
    assert world.ask("/unlock", "u").status_code == 200
    assert world.ask("/unlock", "v").json == {"code": "not_locked"}
    assert world.ask("/password-resets", "r").status_code == 200
    ((to, subject, body),) = world.mails
    reset = body.split(" : ")[1].split()[0]
    assert (to, "Portail" in subject) == (MAIL, True)
    assert (
        "enregistré"
        in world.person.post(reset, data={"password": "Lune!2021", "again": "Lune!2021"}).text
    )
    assert sign_in(world.person, "/connexion", password="Lune!2021").status_code == 303
    late = world.link("late")["step1_url"]
    world.now += timedelta(hours=72)
    assert world.person.get(late).status_code == 410


def test_the_switches_and_who_is_not_enrolled(world: World) -> None:
    urls = world.link()
    world.switch("error")
    page = world.person.post(urls["step1_url"], data={"password": GOOD, "again": GOOD})
    assert (page.status_code, "Une erreur est survenue" in page.text) == (500, True)
    world.switch("outage")
    assert world.person.get(urls["step1_url"]).status_code == 503
    assert world.ask("/unlock", "o").status_code == 503
    world.switch("fields_vanish")
    world.person.post(urls["step1_url"], data={"password": GOOD, "again": GOOD})
    sign_in(world.person, urls["step2_url"])
    page = world.person.post("/demande/champs", data={"distance_km": "12"})
    assert "réinitialisée" in page.text
    assert 'value="12"' not in page.text
    assert world.told()[0] == "error_shown"
    assert world.told()[-1] == "fields_lost"
    world.person.post("/coulisses/retirer", data={"reference": REFERENCE})
    assert world.link("late") == {"code": "not_enrolled"}
    world.person.post("/coulisses/inscrire", data={"reference": REFERENCE, "mail": MAIL})
    assert "Étape 1" in world.mails[-1][2]
    assert (
        world.person.post("/demande/champs", headers={"Origin": "http://evil"}).status_code == 403
    )


def test_every_text_is_in_both_languages_and_strangers_are_refused(world: World) -> None:
    for name in texts.names():
        assert all(texts.text(name, language) for language in texts.LANGUAGES)
    assert world.person.get(f"/api/dossiers/{REFERENCE}").status_code == 401
    assert "Step 2" in world.person.get("/connexion?lang=en").text
    assert world.person.get("/espace").status_code == 303


@given(st.text(max_size=140))
def test_the_rule_is_the_rule(password: str) -> None:
    wrong = rules.password_problems(password)
    assert ("short" in wrong) == (len(password) < rules.FEWEST)
    assert (rules.password_problems(password + "aA-aaaaa") == ()) or len(password) > 100


@given(st.text(max_size=30))
def test_figures_are_figures(text: str) -> None:
    value = rules.figure(text)
    assert value is None or 0 <= value <= rules.LARGEST_FIGURE
