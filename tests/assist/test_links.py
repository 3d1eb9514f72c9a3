"""Resending a link while the caller is on the line, and what the caller does with it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.assist import acting, service, store
from app.assist.acts import actions
from app.assist.models import Mail, PortalLink, ScriptAct
from app.assist.portal import links
from app.dossiers.models import Dossier, Person, PortalEvent
from app.factory import create_app
from app.foundation import clock
from app.foundation.config import Settings
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, Unavailable
from app.foundation.extensions import db, limiter
from app.foundation.ports import MailRefused, Ports
from app.foundation.wiring import ports
from tests.clients import StaffClient
from tests.dossiers.build import NOW, create_contact, create_dossier, create_mandate, create_person
from tests.fakes import FakeMail

BASE = "https://permanence.example"


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict, str]]:
    """What was published, in order: (event, payload, room)."""
    seen: list[tuple[str, dict, str]] = []
    monkeypatch.setattr(
        links.realtime,
        "publish",
        lambda event, payload, *, room: seen.append((event, payload, room)),
    )
    return seen


def dossier_with(email: str | None = "ana@tests.example", **fields: str) -> Dossier:
    return create_dossier(create_person(email=email, **fields))


def run_for(dossier: Dossier, agent_id: int) -> int:
    contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
    return service.start_run(
        "S02", contact_id=contact.id, dossier_id=None, agent_id=agent_id, now=NOW
    )


def resend(run_id: int, agent_id: int, at=NOW) -> acting.Result:
    actor = acting.Actor(run_id, agent_id, "renvoi", "spoken", at)
    return actions.perform("resend_link", actor, ports(), BASE)


def token_in(mail: FakeMail, number: int = -1) -> str:
    found = re.search(rf"{BASE}/portail/lien/([\w-]+)", mail.sent[number].text)
    assert found
    return found.group(1)


def confirm_address(client: StaffClient, run_id: int, typed: str = "ana@tests.example") -> None:
    """Read the address back from the script's step, as an agent does: the form, then « oui »."""
    page = client.get(f"/assist/runs/{run_id}/address").text
    data = {"email": typed, "seen": sealed("seen", page)}
    read = client.post(f"/assist/runs/{run_id}/address", data=data).text
    data["read"] = sealed("read", read)
    assert client.post(f"/assist/runs/{run_id}/address", data=data).status_code == 200


def sealed(name: str, page: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found.group(1)


def last_link() -> PortalLink:
    db.session.expire_all()
    link = db.session.scalar(select(PortalLink).order_by(PortalLink.id.desc()).limit(1))
    assert link is not None
    return link


def kinds() -> list[str]:
    return [e.kind.value for e in db.session.scalars(select(PortalEvent).order_by(PortalEvent.id))]


def test_a_link_is_sent_logged_and_told_in_the_dossier(app: Flask, create_agent, mail) -> None:
    agent, dossier = create_agent("front"), dossier_with(first_name="Ana")
    result = resend(run_for(dossier, agent.id), agent.id)
    assert result.code == "sent"
    (sent,) = mail.sent
    assert sent.to == "ana@tests.example"
    assert "Portail" in sent.subject
    assert "Bonjour Ana" in sent.text
    assert "vendredi 25 juin à 10" in sent.text
    link = last_link()
    assert link.expires_at - link.created_at == timedelta(hours=72)
    assert token_in(mail) not in (link.token_hash, dossier.reference)
    assert links.token_hash(token_in(mail)) == link.token_hash
    assert kinds() == ["link_sent"]
    (act,) = db.session.scalars(select(ScriptAct))
    assert (act.action, act.result, act.basis, act.link_id) == (
        "resend_link",
        "done",
        "spoken",
        link.id,
    )
    entry = db.session.scalar(select(JournalEntry).where(JournalEntry.act == "link.resent"))
    assert entry is not None
    assert entry.subject == f"dossier:{dossier.id}"
    assert "ana" not in str(entry.detail).lower()


def test_the_mail_server_is_called_with_no_transaction_open(
    app: Flask, create_agent, mail: FakeMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    open_when_sent: list[bool] = []
    send = mail.send
    monkeypatch.setattr(
        mail, "send", lambda m: (open_when_sent.append(db.session().in_transaction()), send(m))[1]
    )
    resend(run_for(dossier, agent.id), agent.id)
    assert open_when_sent == [False]


def test_a_second_link_replaces_the_first(app: Flask, create_agent, mail, client) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    run_id = run_for(dossier, agent.id)
    now = clock.now()
    resend(run_id, agent.id, now - timedelta(hours=1))
    resend(run_id, agent.id, now)
    old, new = token_in(mail, 0), token_in(mail, 1)
    assert client.get(f"/portail/lien/{old}").status_code == 410
    assert "remplacé" in client.get(f"/portail/lien/{old}").text
    assert client.get(f"/portail/lien/{new}").status_code == 200
    assert not links.opened(old, now)
    assert links.opened(new, now)


def test_a_double_press_sends_one_mail(app: Flask, create_agent, mail) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    run_id = run_for(dossier, agent.id)
    assert resend(run_id, agent.id).code == "sent"
    assert resend(run_id, agent.id, NOW + timedelta(seconds=2)).code == "already_sent"
    assert resend(run_id, agent.id, NOW + timedelta(seconds=9)).code == "sent"
    assert len(mail.sent) == 2


def test_a_corrected_address_within_a_double_press_gets_its_mail(
    app: Flask, create_agent, mail
) -> None:
    """To another address it is no second press; nor is going back to one whose link is replaced."""
    agent, dossier = create_agent("front"), dossier_with()
    run_id = run_for(dossier, agent.id)
    resend(run_id, agent.id)
    codes = []
    for seconds, email in (
        (1, "new@tests.example"),
        (2, "new@tests.example"),
        (4, "ana@tests.example"),
    ):
        with unit_of_work():
            db.session.get_one(Person, dossier.person_id).email = email
        codes.append(resend(run_id, agent.id, NOW + timedelta(seconds=seconds)).code)
    assert codes == ["sent", "already_sent", "sent"]
    assert [sent.to for sent in mail.sent] == [
        "ana@tests.example",
        "new@tests.example",
        "ana@tests.example",
    ]
    assert links.opened(token_in(mail), NOW + timedelta(seconds=5))
    assert not links.opened(token_in(mail, 0), NOW + timedelta(seconds=5))


@pytest.mark.parametrize(
    ("error", "code", "state"),
    [(MailRefused("550 unknown user"), "refused", "refused"),
     (Unavailable("Le serveur ne répond pas."), "failed", "failed")],
)  # fmt: skip
def test_a_mail_that_does_not_leave_is_told_at_once_and_the_old_link_lives(
    app: Flask, create_agent, mail: FakeMail, error: Exception, code: str, state: str
) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    run_id = run_for(dossier, agent.id)
    now = clock.now()
    resend(run_id, agent.id, now - timedelta(hours=1))
    mail.error = error
    result = resend(run_id, agent.id, now)
    assert result.code == code
    assert result.error is not None
    assert db.session.scalar(select(Mail.state).order_by(Mail.id.desc()).limit(1)) == state
    assert links.opened(token_in(mail, 0), now)  # the first link still works
    assert links.state(last_link(), now) == "superseded"  # nobody has the second


def test_a_refusal_shows_on_the_pane(app: Flask, login, mail: FakeMail) -> None:
    client = login("front")
    dossier = dossier_with()
    contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
    client.post("/assist/runs", data={"script": "S02", "contact": contact.id})
    run = store.running(contact.id, None)
    assert run is not None
    for moves, (step, choice) in enumerate([("date", 0), ("devant", 0)]):
        client.post(
            f"/assist/runs/{run.id}/answer", data={"moves": moves, "step": step, "choice": choice}
        )
    mail.error = MailRefused("550 <b>no such user</b>")
    html = client.post(
        f"/assist/runs/{run.id}/action", data={"action": "resend_link", "basis": "spoken"}
    ).text
    assert "Le serveur de messagerie a refusé ce mail." in html
    assert "Refusé par le serveur" in html
    assert "550 &lt;b&gt;no such user" in html
    assert 'role="alert"' in html
    mail.error = None
    again = client.post(
        f"/assist/runs/{run.id}/action", data={"action": "resend_link", "basis": "spoken"}
    )
    assert again.status_code == 422  # the address is known to be bad
    assert "Le dernier mail envoyé à cette adresse est revenu." in again.text
    confirm_address(client, run.id)
    html = client.post(
        f"/assist/runs/{run.id}/action", data={"action": "resend_link", "basis": "spoken"}
    ).text
    assert "limite : " in html
    assert "Renvoyer encore" in html


def to_the_resend(client: StaffClient, script: str = "S02") -> int:
    """A run of S02 that stands at the step which resends the link."""
    dossier = dossier_with()
    contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
    client.post("/assist/runs", data={"script": script, "contact": contact.id})
    run = store.running(contact.id, None)
    assert run is not None
    for moves, (step, choice) in enumerate([("date", 0), ("devant", 0)]):
        client.post(
            f"/assist/runs/{run.id}/answer", data={"moves": moves, "step": step, "choice": choice}
        )
    return run.id


@pytest.mark.parametrize("basis", [{}, {"basis": ""}, {"basis": "assumed"}])
def test_an_act_for_the_person_needs_an_agreement_that_somebody_said(
    app: Flask, login, mail: FakeMail, basis: dict[str, str]
) -> None:
    client = login("front")
    run_id = to_the_resend(client)
    answer = client.post(f"/assist/runs/{run_id}/action", data={"action": "resend_link", **basis})
    assert answer.status_code == 422
    assert "Dites sur quel accord vous agissez" in answer.text
    assert mail.sent == []
    assert db.session.scalar(select(func.count(ScriptAct.id))) == 0


@pytest.mark.parametrize("basis", ["spoken", "mandate"])
def test_the_button_pressed_says_the_agreement(app: Flask, login, mail, basis: str) -> None:
    client = login("front")
    run_id = to_the_resend(client)
    address = f"/assist/pane?contact={store.run(run_id).contact_id}"
    page = client.get(address).text
    assert 'name="basis" value="spoken"' in page
    assert 'name="basis" value="mandate"' not in page  # none is noted: none can be claimed
    claimed = {"action": "resend_link", "basis": "mandate"}
    refused = client.post(f"/assist/runs/{run_id}/action", data=claimed)
    assert refused.status_code == 422
    assert "Aucun mandat écrit en cours" in refused.text
    create_mandate(store.contact(store.run(run_id).contact_id or 0).person_id or 0, client.agent.id)
    page = client.get(address).text
    assert 'name="basis" value="mandate"' in page
    assert "mandat écrit jusqu’au" in page
    assert '<input type="hidden" name="basis"' not in page
    client.post(f"/assist/runs/{run_id}/action", data={"action": "resend_link", "basis": basis})
    (act,) = db.session.scalars(select(ScriptAct))
    assert (act.result, act.basis) == ("done", basis)


def test_a_dossier_without_an_address_sends_nothing(app: Flask, create_agent, mail) -> None:
    agent, dossier = create_agent("front"), dossier_with(email=None)
    with pytest.raises(InvalidInput):
        resend(run_for(dossier, agent.id), agent.id)
    assert mail.sent == []
    assert db.session.scalar(select(func.count(PortalLink.id))) == 0


def test_a_contact_without_a_dossier_sends_nothing(app: Flask, create_agent, mail) -> None:
    agent, contact = create_agent("front"), create_contact()
    run_id = service.start_run(
        "S02", contact_id=contact.id, dossier_id=None, agent_id=agent.id, now=NOW
    )
    with pytest.raises(InvalidInput):
        resend(run_id, agent.id)
    assert mail.sent == []


def test_an_action_of_another_step_is_refused(app: Flask, login) -> None:
    client, dossier = login("front"), dossier_with()
    run_id = run_for(dossier, client.agent.id)
    answer = client.post(
        f"/assist/runs/{run_id}/action", data={"action": "resend_link", "basis": "spoken"}
    )
    assert answer.status_code == 422


def test_an_unknown_act_or_basis_is_refused(app: Flask, create_agent) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    run_id = run_for(dossier, agent.id)
    actor = acting.Actor(run_id, agent.id, "rappel", "mandate", NOW)
    with pytest.raises(InvalidInput):
        actions.perform("fly", actor, ports(), BASE)
    with pytest.raises(InvalidInput):
        actions.perform(
            "link_incident", acting.Actor(run_id, agent.id, "x", "because", NOW), ports(), BASE
        )
    assert db.session.scalars(select(ScriptAct)).all() == []


# --- the caller's side ---


@pytest.fixture
def link(app: Flask, create_agent, mail) -> str:
    """A token just sent by a front-office agent."""
    agent, dossier = create_agent("front"), dossier_with(first_name="Ana")
    resend(run_for(dossier, agent.id), agent.id, clock.now())
    return token_in(mail)


def test_reading_the_page_proves_nothing(link: str, client: StaffClient, published) -> None:
    """Mail scanners GET and HEAD every link that they see."""
    for method in (client.get, client.head):
        for path in ("", "/etape-2"):
            assert method(f"/portail/lien/{link}{path}").status_code == 200
    assert last_link().opened_at is None
    assert published == []
    assert "link_opened" not in kinds()


PRESSED = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        ({}, True),  # a browser too old to say
        (PRESSED, True),
        ({**PRESSED, "Sec-Fetch-User": ""}, False),  # form.submit() by a script
        ({**PRESSED, "Sec-Fetch-Mode": "cors"}, False),  # fetch() by a script
        ({"Sec-Fetch-Mode": "no-cors"}, False),
    ],
)
@pytest.mark.parametrize("act", ["ouvert", "etape-1"])
def test_only_what_a_person_presses_counts(
    link: str, client: StaffClient, headers: dict[str, str], counts: bool, act: str
) -> None:
    client.post(f"/portail/lien/{link}/{act}", headers=headers)
    assert (last_link().opened_at is not None) is counts
    assert (last_link().step1_at is not None) is (counts and act == "etape-1")


def test_the_page_runs_nothing_and_asks_for_one_press(link: str, client: StaffClient) -> None:
    page = client.get(f"/portail/lien/{link}").text
    assert "<script" not in page
    assert "Commencer" in page
    client.post(f"/portail/lien/{link}/ouvert")
    assert "Étape 1 terminée" in client.get(f"/portail/lien/{link}").text


@pytest.mark.parametrize(
    "around",
    ["{}.", "{})", "{},", "{}>", "{};", "{}%20", "%3C{}%3E", "{}%22", "{}=", "=3D{}", "{}…", "{}»",
     "_{}_", "{}.)", "%20{}", "({})", "{}/", "{}//", "{}%0A", "{}%0D%0A", "{}./"],
)  # fmt: skip
def test_what_a_mail_program_puts_around_a_link_is_taken_off(
    link: str, client: StaffClient, around: str
) -> None:
    address = around.format(link)
    answer = client.get(f"/portail/lien/{address}")
    assert answer.status_code == 200
    assert f"/portail/lien/{link}/ouvert" in answer.text
    if not address.endswith(("/", "%0A")):  # the form that the page gives has the bare token
        client.post(f"/portail/lien/{address}/etape-1")
        assert last_link().step1_at is not None
    assert (
        client.get(
            f"/portail/lien/{link}/etape-2{around.partition('{}')[2].strip('/')}"
        ).status_code
        == 200
    )


def test_a_host_in_capitals_is_the_same_host(link: str, client: StaffClient) -> None:
    assert client.get(f"/portail/lien/{link}", base_url="http://LOCALHOST").status_code == 200


@pytest.fixture
def served(app: Flask, settings: Settings, ports: Ports) -> Iterator[FlaskClient]:
    """The same installation with its limits, as in production."""
    production = create_app(dataclasses.replace(settings, testing=False), ports)
    limiter.reset()
    yield production.test_client()
    limiter.reset()
    create_app(settings, ports)  # the limiter is one for all: off again


def test_a_whole_office_reads_its_links_from_one_address(
    app: Flask, create_agent, mail: FakeMail, served: FlaskClient
) -> None:
    agent = create_agent("front")
    for _person in range(4):
        resend(run_for(dossier_with(), agent.id), agent.id, clock.now())
    for _round in range(25):
        for number in range(4):
            assert served.get(f"/portail/lien/{token_in(mail, number)}").status_code == 200


def test_links_that_do_not_exist_slow_only_who_tries_them(link: str, served: FlaskClient) -> None:
    tried = [served.get(f"/portail/lien/{'x' * 42}{n % 10}").status_code for n in range(70)]
    assert tried[:50] == [404] * 50
    assert tried[-1] == 429
    assert (
        served.get(f"/portail/lien/{link}").status_code == 200
    )  # a valid link is never refused for it


def test_the_agent_hears_when_the_link_is_opened_and_each_step_done(
    link: str, client: StaffClient, published
) -> None:
    assert client.post(f"/portail/lien/{link}/ouvert").status_code == 303
    ((event, payload, room),) = published
    row = last_link()
    assert (event, room) == ("assist.link", f"agent:{row.agent_id}")
    assert payload["state"] == "opened"
    assert payload["contact_id"] == row.contact_id
    assert payload["text"].startswith("Lien ouvert à ")
    assert "Ana" not in str(payload)
    assert client.post(f"/portail/lien/{link}/etape-1").status_code == 303
    assert client.post(f"/portail/lien/{link}/etape-2").status_code == 303
    assert [p["state"] for _e, p, _r in published] == ["opened", "step1", "step2"]
    assert kinds()[-3:] == ["link_opened", "step1_done", "step2_done"]


def test_a_replay_changes_nothing(link: str, client: StaffClient, published) -> None:
    for _again in range(3):
        for act in ("ouvert", "etape-1", "etape-2"):
            client.post(f"/portail/lien/{link}/{act}")
    assert [p["state"] for _e, p, _r in published] == ["opened", "step1", "step2"]


def test_step_1_pressed_without_script_counts_as_opened_too(link: str, client, published) -> None:
    client.post(f"/portail/lien/{link}/etape-1")
    assert [p["state"] for _e, p, _r in published] == ["opened", "step1"]


def test_step_2_waits_for_step_1(link: str, client: StaffClient) -> None:
    client.post(f"/portail/lien/{link}/etape-2")
    assert last_link().step2_at is None
    assert "L’étape 1 d’abord" in client.get(f"/portail/lien/{link}/etape-2").text


@pytest.mark.parametrize(("late", "works"), [(-1, True), (0, False), (1, False)])
def test_the_link_dies_after_72_hours_to_the_second(
    app: Flask, create_agent, mail, late: int, works: bool
) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    resend(run_for(dossier, agent.id), agent.id)
    at = NOW + timedelta(hours=72, seconds=late)
    assert links.opened(token_in(mail), at) is works
    assert links.step1_done(token_in(mail), at) is works


def test_a_dead_link_says_what_to_do(app: Flask, create_agent, mail, client: StaffClient) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    resend(run_for(dossier, agent.id), agent.id, clock.now() - timedelta(hours=80))
    answer = client.get(f"/portail/lien/{token_in(mail)}")
    assert answer.status_code == 410
    assert "Ce lien n’est plus valable" in answer.text
    assert 'href="tel:+33199000100"' in answer.text
    assert "Appeler le 01 99 00 01 00" in answer.text
    assert client.post(f"/portail/lien/{token_in(mail)}/ouvert").status_code == 303
    assert last_link().opened_at is None


@pytest.mark.parametrize("token", ["x", "A" * 43, "../../etc/passwd", "%00", "<script>"])
def test_an_unknown_token_is_not_found_and_echoes_nothing(client: StaffClient, app, token) -> None:
    answer = client.get(f"/portail/lien/{token}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text.replace('<script src="', "")


def test_the_page_keeps_the_token_to_itself(link: str, client: StaffClient) -> None:
    answer = client.get(f"/portail/lien/{link}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert "password" not in answer.text
    assert "Ana" not in answer.text  # whoever holds the address learns no name


def test_the_life_fragment_says_when_the_link_was_opened(link: str, client, login) -> None:
    client.post(f"/portail/lien/{link}/ouvert")
    html = login("back").get(f"/assist/life?dossier={last_link().dossier_id}").text
    assert "Lien ouvert" in html
    assert 'hx-trigger="mail-life from:body"' in html


# --- the outbox ---


def test_the_outbox_is_for_staff_and_shows_hostile_mail_safely(
    link: str, client: StaffClient, login, mail: FakeMail
) -> None:
    hostile = '<script>alert(1)</script> http://x.example/"onmouseover="alert(1)'
    mail.sent[0] = type(mail.sent[0])("a@x.example", hostile, hostile, hostile)
    assert client.get("/outbox").status_code == 302
    staff = login("front")
    assert "<script>alert" not in staff.get("/outbox").text
    page = staff.get("/outbox/0").text
    assert "<script>alert" not in page
    assert "onmouseover=" not in page.replace("&#34;onmouseover=", "")
    frame = staff.get("/outbox/0/html")
    assert frame.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert staff.get("/outbox/77").status_code == 404


def test_links_of_a_mail_can_be_followed_from_the_outbox(link: str, login) -> None:
    page = login("manager").get("/outbox/0").text
    assert f'href="{BASE}/portail/lien/{link}"' in page
    assert 'rel="noopener noreferrer"' in page
