"""Passkeys: only the owner's own device, for this site, once each answer, by a verified person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts import passwords, staff
from app.accounts.models import Agent, JournalEntry, Passkey, RecoveryCode
from app.accounts.signing_in import passkeys, second_step, sign_in_rules
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from tests.accounts.authenticator import UP, UV, Authenticator, b64
from tests.clients import StaffClient
from tests.fixtures.settings import BASE_URL

PASSWORD = "une phrase assez longue"
SITE = BASE_URL.partition("//")[2].partition(":")[0]


@pytest.fixture
def me(app: Flask) -> StaffClient:
    stored = passwords.hashed(PASSWORD)
    with unit_of_work():
        agent = staff.create_agent(
            "ines@permanence.example", "Inès", "front", stored, now=clock.now()
        )
    client: StaffClient = app.test_client()  # type: ignore[assignment]
    return client.sign_in(agent)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(BASE_URL, SITE)


def ask(client: StaffClient, password: str = PASSWORD) -> Any:
    return client.post(
        "/account/passkeys/options",
        data={"password": password},
        headers={"Accept": "application/json"},
    )


def add(client: StaffClient, device: Authenticator, name: str = "Téléphone") -> Any:
    options = ask(client).get_json()
    return client.post("/account/passkeys", data={"name": name, "credential": device.make(options)})


class Door:
    """Somebody before the sign-in page."""

    def __init__(self, app: Flask) -> None:
        self.client: StaffClient = app.test_client()  # type: ignore[assignment]
        page = self.client.get("/sign-in").text
        self._token(page)

    def _token(self, page: str) -> None:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found
        self.client.csrf = found[1]

    def options(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.post("/sign-in/passkey/options").get_json()
        return found

    def answer(self, answer: str, **form: str) -> Any:
        return self.client.post("/sign-in/passkey", data={"credential": answer, **form})

    def password(self) -> Any:
        given = {"email": "ines@permanence.example", "password": PASSWORD}
        answered = self.client.post("/sign-in", data=given)
        self._token(self.client.get("/sign-in/second-step", follow_redirects=True).text)
        return answered

    def is_in(self) -> bool:
        return self.client.get("/account").status_code == 200


def acts() -> list[str]:
    return list(db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))


def kept() -> list[Passkey]:
    db.session.rollback()
    return list(db.session.scalars(select(Passkey)))


def test_registered_named_and_used_without_a_word_typed(
    app: Flask, me: StaffClient, device: Authenticator
) -> None:
    page = add(me, device)
    assert len(re.findall(r"<code>[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}</code>", page.text)) == 10
    assert [one.name for one in kept()] == ["Téléphone"]
    door = Door(app)
    options = door.options()
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    answer = door.answer(device.use(options), next="/scripts")
    assert answer.headers["Location"] == "/scripts"
    assert door.is_in()
    assert acts() == ["passkey_added", "passkey_used"]
    passkey = kept()[0]
    assert passkey.sign_count == 1
    me.post(f"/account/passkeys/{passkey.id}/name", data={"name": "  Poste   du bureau "})
    assert "Poste du bureau" in me.get("/account").text
    me.post(f"/account/passkeys/{passkey.id}/remove", data={"password": "autre chose"})
    assert len(kept()) == 1
    me.post(f"/account/passkeys/{passkey.id}/remove", data={"password": PASSWORD})
    assert kept() == []
    assert db.session.scalars(select(RecoveryCode)).all() == []
    late = Door(app)
    assert late.answer(device.use(late.options())).status_code == 401


def test_it_is_asked_for_after_the_password_and_one_of_theirs_alone_will_do(
    app: Flask, me: StaffClient, device: Authenticator, create_agent: Callable[..., Agent]
) -> None:
    add(me, device)
    bruno = app.test_client()
    stranger = Authenticator(BASE_URL, SITE)
    stored = passwords.hashed(PASSWORD)
    with unit_of_work():
        other = staff.create_agent(
            "bruno@permanence.example", "Bruno", "back", stored, now=clock.now()
        )
    add(bruno.sign_in(other), stranger)  # type: ignore[attr-defined]
    door = Door(app)
    assert door.password().headers["Location"] == "/sign-in/second-step"
    assert not door.is_in()
    assert "clé d’accès" in door.client.get("/sign-in/second-step").text
    options = door.options()
    assert [each["id"] for each in options["allowCredentials"]] == [b64(device.credential)]
    assert door.answer(stranger.use(options)).status_code == 401
    assert not door.is_in()
    assert door.answer(device.use(door.options())).headers["Location"] == "/desk"
    assert door.is_in()


def test_a_recovery_code_stands_in_for_a_lost_key(
    app: Flask, me: StaffClient, device: Authenticator
) -> None:
    codes = re.findall(r"<code>([a-z2-9-]{14})</code>", add(me, device).text)
    door = Door(app)
    door.password()
    assert door.client.post("/sign-in/second-step", data={"code": codes[0]}).status_code == 302
    assert door.is_in()


FORGED: dict[str, Callable[[Authenticator, dict[str, Any]], str]] = {
    "another site's address": lambda d, o: _with(
        d, origin="https://permanence.example.attacker"
    ).use(o),
    "another port": lambda d, o: _with(d, origin=BASE_URL + ":8443").use(o),
    "another site's id": lambda d, o: _with(d, rp_id="attacker.example").use(o),
    "nobody verified": lambda d, o: _with(d, flags=UP).use(o),
    "nobody present": lambda d, o: _with(d, flags=UV).use(o),
    "another key": lambda d, o: _with(d, key=Authenticator(BASE_URL, SITE).key).use(o),
    "another challenge": lambda d, o: d.use({**o, "challenge": b64(bytes(32))}),
    "another's name": lambda d, o: d.use(o, userHandle=bytes(32)),
    "a signature of nothing": lambda d, o: d.use(o, signature=b"0"),
    "an unknown passkey": lambda d, o: Authenticator(BASE_URL, SITE).use(o),
    "a making": lambda d, o: d.make({**o, "user": {"id": b64(d.handle)}}),
    "no JSON": lambda d, o: "{",
    "a number": lambda d, o: "12",
    "nothing": lambda d, o: "",
    "two megabytes": lambda d, o: "x" * 2_000_000,
    "half a character": lambda d, o: json.dumps({"id": "\ud800", "response": {"userHandle": 3}}),
}


def _with(device: Authenticator, **changed: Any) -> Authenticator:
    for name, value in changed.items():
        setattr(device, name, value)
    return device


@pytest.mark.parametrize("name", FORGED)
def test_what_is_forged_opens_nothing(
    app: Flask, me: StaffClient, device: Authenticator, name: str
) -> None:
    add(me, device)
    door = Door(app)
    answer = door.answer(FORGED[name](device, door.options()))
    assert answer.status_code in (401, 413), answer.status_code
    assert not door.is_in()
    assert "passkey_used" not in acts()


@pytest.mark.parametrize(
    "changed",
    [{"origin": "https://attacker.example"}, {"rp_id": "attacker.example"}, {"flags": UP}],
)
def test_what_is_forged_is_not_registered(
    me: StaffClient, device: Authenticator, changed: dict[str, Any]
) -> None:
    answer = add(me, _with(device, **changed))
    assert answer.status_code == 302
    assert "n’a pas pu être vérifiée" in me.get("/account").text.replace("&#39;", "’")
    assert kept() == []


def test_an_answer_serves_once_even_with_a_copy_of_the_browser(
    app: Flask, me: StaffClient, device: Authenticator
) -> None:
    add(me, device)
    door, thief = Door(app), Door(app)
    options = door.options()
    with door.client.session_transaction() as before:
        copied = dict(before)
    answer = device.use(options)
    assert door.answer(answer).status_code == 302
    with thief.client.session_transaction() as session:
        session["passkey"] = copied["passkey"]
    with unit_of_work():  # a device that does not count, as most do not
        db.session.execute(Passkey.__table__.update().values(sign_count=0))  # type: ignore[attr-defined]
    assert thief.answer(answer).status_code == 401
    assert not thief.is_in()
    assert Door(app).answer(answer).status_code == 401


def test_a_challenge_is_over_after_three_minutes(
    app: Flask, me: StaffClient, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(me, device)
    door = Door(app)
    answer, then = device.use(door.options()), clock.now() + timedelta(minutes=3, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: then)
    refused = door.answer(answer)
    assert refused.status_code == 401
    assert "expiré" in refused.text


def test_a_count_that_does_not_grow_is_a_copied_device(
    app: Flask, me: StaffClient, device: Authenticator
) -> None:
    add(me, device)
    door = Door(app)
    door.answer(device.use(door.options()))
    device.count = 0
    again = Door(app)
    assert again.answer(device.use(again.options())).status_code == 401
    assert acts()[-1] == "passkey_refused"


def test_a_closed_account_is_not_opened(app: Flask, me: StaffClient, device: Authenticator) -> None:
    add(me, device)
    staff.close("ines@permanence.example", now=clock.now())
    door = Door(app)
    assert door.answer(device.use(door.options())).status_code == 401


def test_a_key_is_added_by_who_knows_the_password(me: StaffClient, device: Authenticator) -> None:
    refused = ask(me, "autre chose")
    assert refused.status_code == 422
    assert "mot de passe" in refused.get_json()["error"]["message"]
    options = {"challenge": b64(bytes(32)), "user": {"id": b64(bytes(32))}}
    me.post("/account/passkeys", data={"name": "x", "credential": device.make(options)})
    assert kept() == []


def test_a_key_is_kept_once_and_other_sessions_end(
    app: Flask, me: StaffClient, device: Authenticator
) -> None:
    other = app.test_client().sign_in(me.agent)  # type: ignore[attr-defined]
    add(me, device)
    assert other.get("/account").status_code == 302
    assert me.get("/account").status_code == 200
    options = ask(me).get_json()
    assert [each["id"] for each in options["excludeCredentials"]] == [b64(device.credential)]
    assert options["user"]["id"] == b64(device.handle)
    me.post("/account/passkeys", data={"name": "x", "credential": device.make(options)})
    assert len(kept()) == 1


def test_nobody_touches_anothers_key(
    me: StaffClient, device: Authenticator, login: Callable[..., StaffClient]
) -> None:
    add(me, device)
    other, passkey = login("back"), kept()[0]
    assert other.post(f"/account/passkeys/{passkey.id}/name", data={"name": "x"}).status_code == 404
    with unit_of_work():
        db.session.get_one(Agent, other.agent.id).password_hash = passwords.hashed(PASSWORD)
    other.post(f"/account/passkeys/{passkey.id}/remove", data={"password": PASSWORD})
    assert [one.name for one in kept()] == ["Téléphone"]


def test_the_last_factor_of_a_role_that_must_have_one_stays(
    me: StaffClient, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(me, device)
    monkeypatch.setattr(sign_in_rules, "is_required", lambda _role, now: True)
    with pytest.raises(Conflict):
        second_step.take_passkey_off(me.agent.id, kept()[0].id, keep=0, now=clock.now())
    add(me, Authenticator(BASE_URL, SITE), "Autre")
    second_step.take_passkey_off(me.agent.id, kept()[0].id, keep=0, now=clock.now())
    assert [one.name for one in kept()] == ["Autre"]


def test_a_lost_key_is_taken_off_by_the_command(
    app: Flask, me: StaffClient, device: Authenticator
) -> None:
    add(me, device)
    assert second_step.is_set(me.agent.id)
    second_step.reset("ines@permanence.example", now=clock.now())
    assert kept() == []
    assert not second_step.is_set(me.agent.id)


def test_used_challenges_are_forgotten(me: StaffClient, device: Authenticator) -> None:
    add(me, device)
    with unit_of_work():
        passkeys.forget_old(now=clock.now() + timedelta(days=1))
    assert db.session.scalars(select(passkeys.AnsweredChallenge)).all() == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20) | st.binary(max_size=60).map(b64),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PARTS = ("clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject")


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    response=st.dictionaries(st.sampled_from(PARTS), json_values, max_size=5),
    rest=st.dictionaries(st.sampled_from(["id", "rawId", "type"]), json_values, max_size=3),
    right=st.booleans(),
)
def test_whatever_is_sent_is_an_answer_or_none(
    known: Authenticator, response: dict[str, Any], rest: dict[str, Any], right: bool
) -> None:
    """Anybody may send anything in place of what a browser says: never a failure of ours."""
    challenge = b64(bytes(32))
    whole = json.loads(known.use({"challenge": b64(b"1" * 32)}))
    sent = {**whole, **rest, "response": {**(whole["response"] if right else {}), **response}}
    assert passkeys.sign_in(json.dumps(sent), challenge, None, now=clock.now()) is None


@pytest.fixture
def known(me: StaffClient, device: Authenticator) -> Authenticator:
    add(me, device)
    return device
