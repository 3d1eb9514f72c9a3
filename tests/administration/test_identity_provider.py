"""Signing in at an identity provider in another process: by subject, verified, and ours when it fails."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts import passwords, staff
from app.accounts.models import Agent, IdentityLink, JournalEntry
from app.accounts.signing_in import identity_links, second_step
from app.adapters.oidc import Oidc
from app.foundation import clock
from app.foundation.config import Settings, load
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import ConfigurationError, Conflict, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import Identity, IdentityRefused, Ports
from app.operations import doctor
from tests.administration.conftest import Provider
from tests.clients import StaffClient
from tests.fakes import FakeMail, fake_ports
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET

PASSWORD = "une phrase assez longue"
EMAIL = "ines@permanence.example"


def client_of(provider: Provider, **changed: Any) -> Oidc:
    given: dict[str, Any] = {
        "name": "ProConnect",
        "scopes": "openid email",
        "acr_values": (),
        "now": clock.now,
    }
    return Oidc(provider.issuer, CLIENT_ID, CLIENT_SECRET, **{**given, **changed})


@pytest.fixture
def settings(settings: Settings, provider: Provider) -> Settings:
    return dataclasses.replace(settings, oidc_issuer=provider.issuer)


@pytest.fixture
def ports(provider: Provider) -> Ports:
    return dataclasses.replace(fake_ports(), identity=client_of(provider))


@pytest.fixture
def ines(app: Flask) -> Agent:
    stored = passwords.hashed(PASSWORD)
    with unit_of_work():
        return staff.create_agent(EMAIL, "Inès", "front", stored, now=clock.now())


def link(agent: Agent, subject: str, issuer: str) -> None:
    with unit_of_work() as work:
        identity = Identity(issuer, subject)
        identity_links.link(agent.id, identity, work, keep=None, now=clock.now())


def walk(client: Any, provider: Provider, path: str = "/sign-in/provider") -> Any:
    """There and back."""
    away = client.get(path)
    assert away.status_code == 303, away.text
    return client.get(provider.follow(away.headers["Location"]))


def is_in(client: Any) -> bool:
    return bool(client.get("/account").status_code == 200)


def acts() -> list[str]:
    return list(db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))


def test_who_is_linked_gets_in_and_out_here_and_there(
    app: Flask, ines: Agent, provider: Provider
) -> None:
    link(ines, "sub-1", provider.issuer)
    client: Any = app.test_client()
    assert "Se connecter avec ProConnect" in client.get("/sign-in").text
    back = walk(client, provider, "/sign-in/provider?next=/scripts")
    assert back.headers["Location"] == "/scripts"
    assert is_in(client)
    asked = provider.log()[0]["authorize"]
    assert (asked["response_type"], asked["scope"]) == ("code", "openid email")
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    kept = db.session.execute(text("SELECT id_token FROM staff_sessions")).scalars().all()
    assert not any("." in str(each) and str(each).startswith("eyJ") for each in kept)  # sealed
    out = client.post("/sign-out", headers={"X-CSRFToken": token_of(client)})
    leaving = urlsplit(out.headers["Location"])
    assert leaving.path == "/api/v2/session/end"
    asked = {name: values[0] for name, values in parse_qs(leaving.query).items()}
    assert asked["post_logout_redirect_uri"] == "http://localhost/sign-in/signed-out"
    assert asked["id_token_hint"].count(".") == 2
    assert not is_in(client)
    home = client.get(provider.follow(out.headers["Location"]))
    assert home.headers["Location"] == "/sign-in"
    assert "Votre session est fermée." in client.get("/sign-in").text
    assert acts() == ["identity_linked", "identity_used", "sign_out"]


def token_of(client: Any) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/account").text)
    assert found
    return found[1]


def test_the_same_address_opens_nothing(app: Flask, ines: Agent, provider: Provider) -> None:
    provider.says(email=EMAIL)
    client = app.test_client()
    refused = walk(client, provider)
    assert refused.status_code == 404
    assert "n&#39;ouvre aucun compte ici" in refused.text
    assert not is_in(client)
    assert acts() == ["identity_refused"]


def test_another_providers_subject_opens_nothing(
    app: Flask, ines: Agent, provider: Provider
) -> None:
    link(ines, "sub-1", "https://autre.example")
    assert walk(app.test_client(), provider).status_code == 404


def test_a_closed_account_is_not_opened(app: Flask, ines: Agent, provider: Provider) -> None:
    link(ines, "sub-1", provider.issuer)
    staff.close(EMAIL, now=clock.now())
    assert walk(app.test_client(), provider).status_code == 404


def test_linked_and_unlinked_from_my_account(app: Flask, ines: Agent, provider: Provider) -> None:
    client: Any = app.test_client().sign_in(ines)  # type: ignore[attr-defined]
    other: Any = app.test_client().sign_in(ines)  # type: ignore[attr-defined]
    wrong = client.post("/sign-in/provider/link", data={"password": "autre chose"})
    assert wrong.headers["Location"] == "/account"
    away = client.post("/sign-in/provider/link", data={"password": PASSWORD})
    assert away.status_code == 303
    back = client.get(provider.follow(away.headers["Location"]))
    assert back.headers["Location"] == "/account"
    assert "relié" in client.get("/account").text
    assert not is_in(other)  # a new way in: whoever else is there shows who they are
    assert is_in(client)
    browser: Any = app.test_client()
    walk(browser, provider)
    assert is_in(browser)
    client.post("/account/provider/unlink", data={"password": PASSWORD})
    assert db.session.scalars(select(IdentityLink)).all() == []
    assert not is_in(browser)


def test_a_link_is_for_who_asked_for_it(
    app: Flask, ines: Agent, provider: Provider, create_agent: Callable[..., Agent]
) -> None:
    client: Any = app.test_client().sign_in(ines)  # type: ignore[attr-defined]
    away = client.post("/sign-in/provider/link", data={"password": PASSWORD})
    client.sign_in(create_agent("back"))
    client.get(provider.follow(away.headers["Location"]))
    assert db.session.scalars(select(IdentityLink)).all() == []


def test_one_identity_opens_one_account(
    app: Flask, ines: Agent, provider: Provider, create_agent: Callable[..., Agent]
) -> None:
    link(create_agent("back"), "sub-1", provider.issuer)
    client: Any = app.test_client().sign_in(ines)  # type: ignore[attr-defined]
    away = client.post("/sign-in/provider/link", data={"password": PASSWORD})
    client.get(provider.follow(away.headers["Location"]))
    assert "ouvre déjà celui de quelqu" in client.get("/account").text
    assert len(db.session.scalars(select(IdentityLink)).all()) == 1


def test_an_invitation_is_taken_up_without_a_password(
    app: Flask, provider: Provider, login: Callable[..., StaffClient], mail: FakeMail
) -> None:
    form = {"name": "Léa", "email": "lea@permanence.example", "role": "front", "locale": "fr"}
    login("admin").post("/admin/accounts", data={**form, "languages": "fr"})
    found = re.search(r"(/invitation/[\w-]+)", mail.sent[0].text)
    assert found
    client: Any = app.test_client()
    page = client.get(found[1]).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    away = client.post(f"{found[1]}/provider", data={"csrf_token": token[1]})
    assert client.get(provider.follow(away.headers["Location"])).headers["Location"] == "/desk"
    assert is_in(client)
    assert client.get(found[1]).status_code == 404  # used
    page = client.get("/account").text
    assert "n’a pas de mot de passe" in page
    lea = db.session.scalars(select(Agent).where(Agent.display_name == "Léa")).one()
    with pytest.raises(Conflict):
        identity_links.unlink(lea.id, keep=0, now=clock.now())
    csrf = {"X-CSRFToken": token_of(client)}
    options = client.post(
        "/account/passkeys/options", headers={**csrf, "Accept": "application/json"}
    )
    assert options.status_code == 200  # just signed in: no password to give
    with unit_of_work():
        db.session.execute(text("UPDATE staff_sessions SET proved_at = '2020-01-01 00:00:00'"))
    late = client.post("/account/passkeys/options", headers={**csrf, "Accept": "application/json"})
    assert late.status_code == 403


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"id_token": {"iss": "https://autre.example"}},
    "made for another client": {"id_token": {"aud": "somebody-else"}},
    "for several, not by us": {"id_token": {"aud": [CLIENT_ID, "other"], "azp": "other"}},
    "over": {"id_token": {"exp": 1_600_000_000}},
    "of tomorrow": {"id_token": {"iat": 4_000_000_000, "exp": 4_000_000_060}},
    "old, for long": {"id_token": {"iat": 1_600_000_000, "exp": 4_000_000_000}},
    "another nonce": {"id_token": {"nonce": "of another sign-in"}},
    "no nonce": {"id_token": {"nonce": None}},
    "no end": {"id_token": {"exp": None}},
    "an end in words": {"id_token": {"exp": "tomorrow"}},
    "nobody": {"id_token": {"sub": None}},
    "a number for a name": {"id_token": {"sub": 12}},
    "an endless name": {"id_token": {"sub": "x" * 256}},
    "another access token": {"id_token": {"at_hash": "of another"}},
    "unsigned": {"sign": "none"},
    "signed with the shared secret": {"sign": "HS256"},
    "signed by a stranger": {"sign": "stranger"},
    "userinfo of somebody else": {"userinfo": {"sub": "sub-2"}},
    "plain userinfo of somebody else": {"userinfo": {"sub": "sub-2"}, "plain_userinfo": True},
    "userinfo for another client": {"userinfo": {"aud": "somebody-else"}},
    "userinfo of another issuer": {"userinfo": {"iss": "https://autre.example"}},
    "userinfo that is over": {"userinfo": {"exp": 1_600_000_000}},
    "too long an answer": {"huge": "/userinfo"},
    "a redirect": {"status": {"/userinfo": 302}},
}


@pytest.mark.parametrize("name", LIES)
def test_what_is_not_so_opens_nothing(
    sqlite_url: str, provider: Provider, name: str, recwarn: pytest.WarningsRecorder
) -> None:
    provider.says(**LIES[name])
    with pytest.raises(IdentityRefused) as refused:
        identify(client_of(provider), provider)
    assert "ProConnect" in str(refused.value)
    assert "mot de passe" in refused.value.told().todo


def identify(oidc: Oidc, provider: Provider, **changed: Any) -> Identity:
    given = {"nonce": "n" * 20, "verifier": "v" * 50, "redirect_uri": "http://localhost/back"}
    address = oidc.authorization(state="s" * 20, **given)
    code = parse_qs(urlsplit(provider.follow(address)).query)["code"][0]
    return oidc.identify(code, **{**given, **changed})


@pytest.mark.parametrize(
    "how", [{}, {"sign": "EC"}, {"plain_userinfo": True}, {"id_token": {"aud": [CLIENT_ID]}}]
)
def test_what_is_so_is_believed(provider: Provider, how: dict[str, Any]) -> None:
    provider.says(sub="sub-9", email="nadia@ministere.example", **how)
    found = identify(client_of(provider), provider)
    assert (found.issuer, found.subject) == (provider.issuer, "sub-9")
    assert found.email == "nadia@ministere.example"


def test_a_token_of_a_minute_may_be_a_few_seconds_late(provider: Provider) -> None:
    for seconds, right in ((-5, True), (-65, True), (65, True), (-75, False), (75, False)):
        shifted = client_of(provider, now=lambda s=seconds: clock.now() - timedelta(seconds=s))
        provider.says()
        if right and abs(seconds) <= 5:
            identify(shifted, provider)
        elif not right:
            with pytest.raises(IdentityRefused):
                identify(shifted, provider)


def test_keys_that_were_changed_are_asked_for(provider: Provider) -> None:
    oidc = client_of(provider)
    identify(oidc, provider)
    provider.says(new_keys=True)
    assert identify(oidc, provider).subject == "sub-1"


def test_a_code_is_for_the_browser_that_left(provider: Provider) -> None:
    with pytest.raises(IdentityRefused):
        identify(client_of(provider), provider, verifier="w" * 50)


def test_how_surely_somebody_must_be_recognised(provider: Provider) -> None:
    asks = client_of(provider, acr_values=("eidas2", "eidas3"))
    with pytest.raises(IdentityRefused):
        identify(asks, provider)
    assert provider.log()[0]["authorize"]["acr_values"] == "eidas2 eidas3"
    provider.says(acr="eidas2")
    assert identify(asks, provider).acr == "eidas2"


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://autre.example"},
        {"token_endpoint": "ftp://autre.example"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": 3},
    ],
)
def test_a_provider_that_names_another_is_not_believed(
    provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.says(discovery=wrong)
    with pytest.raises(IdentityRefused):
        client_of(provider).check()


@pytest.mark.parametrize(
    "how",
    [
        {"status": {"/.well-known/openid-configuration": 500}},
        {"status": {"/token": 503}},
        {"status": {"/userinfo": 502}},
        {"drip": "/token"},
        {"drip": "/.well-known/openid-configuration"},
    ],
)
def test_one_that_does_not_answer_is_said_within_the_time(
    provider: Provider, how: dict[str, Any]
) -> None:
    provider.says(**how)
    with pytest.raises(Unavailable) as said:
        identify(client_of(provider, total_s=0.5), provider)
    assert "ProConnect ne répond pas" in str(said.value)


def test_nobody_at_that_address(app: Flask, ines: Agent, ports: Ports, provider: Provider) -> None:
    """The page says so, and the password opens all the same."""
    nowhere = Oidc(
        "http://127.0.0.1:9",
        "a",
        "b",
        name="ProConnect",
        scopes="openid",
        acr_values=(),
        now=clock.now,
    )
    app.extensions["permanence.ports"] = dataclasses.replace(ports, identity=nowhere)
    client: Any = app.test_client()
    page = client.get("/sign-in/provider")
    assert page.status_code == 503
    assert "ProConnect ne répond pas" in page.text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    given = {"email": EMAIL, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/sign-in", data=given).headers["Location"] == "/desk"


def test_signing_out_works_when_it_does_not_answer(
    app: Flask, ines: Agent, provider: Provider, ports: Ports
) -> None:
    link(ines, "sub-1", provider.issuer)
    client: Any = app.test_client()
    walk(client, provider)
    headers = {"X-CSRFToken": token_of(client)}
    provider.says(status={"/.well-known/openid-configuration": 500})
    app.extensions["permanence.ports"] = dataclasses.replace(ports, identity=client_of(provider))
    assert client.post("/sign-out", headers=headers).headers["Location"] == "/sign-in"
    assert not is_in(client)
    assert "fermez aussi sa page" in client.get("/sign-in").text


def test_a_return_serves_once_and_to_who_left(
    app: Flask, ines: Agent, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(ines, "sub-1", provider.issuer)
    client, thief = app.test_client(), app.test_client()
    away = client.get("/sign-in/provider").headers["Location"]
    with client.session_transaction() as before:
        copied = dict(before)["identity"]
    back = provider.follow(away)
    assert thief.get(back).status_code == 422  # another browser
    other = re.sub("state=[^&]+", "state=other", provider.follow(away))
    assert client.get(other).status_code == 422  # another state: what was left for is over
    with client.session_transaction() as session:
        session["identity"] = copied
    assert client.get(back + "x").status_code in (302, 401)
    with thief.session_transaction() as session:
        session["identity"] = copied
    assert thief.get(provider.follow(away)).status_code == 422  # a copy of the browser
    away = client.get("/sign-in/provider").headers["Location"]
    then = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert client.get(provider.follow(away)).status_code == 422
    assert not is_in(thief)


def test_what_comes_back_without_a_code_is_a_sentence(
    app: Flask, provider: Provider, ines: Agent
) -> None:
    provider.says(refuses="access_denied")
    refused = walk(app.test_client(), provider)
    assert refused.status_code == 401
    assert "annulée" in refused.text
    client: Any = app.test_client()
    away = provider.follow(client.get("/sign-in/provider").headers["Location"])
    assert client.get(away + "&iss=https://autre.example").status_code == 401
    assert client.get("/sign-in/provider/return?state=x&code=y").status_code == 422


def test_our_second_step_comes_after_unless_the_provider_was_asked_for_one(
    app: Flask, ines: Agent, provider: Provider, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(ines, "sub-1", provider.issuer)
    monkeypatch.setattr(second_step, "_step_of", lambda *_given: int(time.time()))
    second_step.begin(ines.id)
    codes = second_step.confirm(ines.id, "123456", keep=None, now=clock.now())
    client: Any = app.test_client()
    assert walk(client, provider).headers["Location"] == "/sign-in/second-step"
    assert not is_in(client)
    page = client.get("/sign-in/second-step").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    client.post("/sign-in/second-step", data={"code": codes[0], "csrf_token": token[1]})
    assert is_in(client)
    out = client.post("/sign-out", headers={"X-CSRFToken": token_of(client)})
    assert "/session/end" in out.headers["Location"]
    provider.says(acr="eidas2")
    sure = client_of(provider, acr_values=("eidas2",))
    app.extensions["permanence.ports"] = dataclasses.replace(ports, identity=sure)
    other: Any = app.test_client()
    assert walk(other, provider).headers["Location"] == "/desk"


def test_pages_may_send_a_form_on_to_the_provider(app: Flask, provider: Provider) -> None:
    policy = app.test_client().get("/sign-in").headers["Content-Security-Policy"]
    assert f"form-action 'self' http://127.0.0.1:{provider.port};" in policy


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID manque"),
        ({"OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET manque"),
        ({"OIDC_ISSUER": "http://proconnect.example"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "proconnect"}, "OIDC_ISSUER"),
        ({"OIDC_SCOPES": "email"}, "OIDC_SCOPES"),
    ],
)
def test_settings_that_cannot_work_are_named_at_the_start(
    changed: dict[str, str], said: str
) -> None:
    whole = {
        "OIDC_ISSUER": "https://proconnect.example/api/v2", "OIDC_CLIENT_ID": "a",
        "OIDC_CLIENT_SECRET": "b", "INSTANCE_DIR": "/tmp/none",
    }  # fmt: skip
    with pytest.raises(ConfigurationError, match=said):
        load({**whole, **changed})


def test_doctor_says_whether_the_provider_can_be_asked(
    settings: Settings, ports: Ports, provider: Provider
) -> None:
    found = list(doctor._identity(settings, ports, clock.now()))
    assert [finding.wrong for finding in found] == [False]
    assert "/api/v2/authorize" in found[0].state
    for how in ({"discovery": {"issuer": "https://autre.example"}}, {"status": {"/jwks": 500}}):
        provider.says(**how)
        assert [f.wrong for f in doctor._identity(settings, ports, clock.now())] == [True]
    assert list(doctor._identity(settings, fake_ports(), clock.now())) == []
