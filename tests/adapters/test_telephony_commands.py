"""`telephony check` and `telephony provision`, against a carrier and an address that answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask, Response, request
from sqlalchemy import select

from app.adapters.twilio_client import Patience
from app.adapters.twilio_provisioning import TwilioProvisioning
from app.calls.provider import fallback, probe, twiml
from app.calls.provider.models import ProviderLink
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.ports import NOBODY, Finding, Ports
from carrier.tests.subscriber import LINE, Server
from tests.adapters.conftest import Bench
from tests.clients import post_signed
from tests.fakes import fake_ports

pytestmark = pytest.mark.integration  # real servers, real HTTP

WRITTEN = ("POST",)
Run = Callable[..., Result]


@pytest.fixture
def bench(bench: Bench) -> Bench:
    """The public address answers as Permanence does: 204, or 403 when the signature is wrong."""

    def status(_form: dict[str, str]) -> Response:
        application = bench.line.application
        signature = request.headers.get("X-Twilio-Signature", "")
        good = application.validator.validate(request.url, request.form, signature)
        return Response(status=204 if good else 403)

    bench.line.application.answers["/voice/status"] = status
    return bench


def provisioning(bench: Bench, **changes: Any) -> TwilioProvisioning:
    return TwilioProvisioning(bench.changed(**changes), clock.now, bench.patience)


def check(bench: Bench, **changes: Any) -> dict[str, Finding]:
    """The findings by their subject."""
    return {finding.what: finding for finding in provisioning(bench, **changes).check()}


def wrong(findings: dict[str, Finding]) -> list[str]:
    return [what for what, finding in findings.items() if finding.wrong]


@pytest.fixture
def wired(bench: Bench) -> Bench:
    provisioning(bench).provision()
    bench.asked.clear()
    return bench


# -- check ------------------------------------------------------------------------------------------


def test_all_is_well(wired: Bench) -> None:
    findings = check(wired)
    assert wrong(findings) == []
    assert list(findings) == [
        "identifiants de l'API",
        "jeton du compte",
        "horloge",
        f"numéro {LINE}",
        "secours",
        "application TwiML",
        "adresse publique",
        "signature vraie",
        "signature fausse",
    ]
    assert not [asked for asked in wired.asked if asked.startswith(WRITTEN)]  # only looked at


@pytest.mark.parametrize(
    "change",
    [
        {"twilio_api_secret": "x" * 32},
        {"twilio_api_key": "SK" + "9" * 32},
        {"twilio_account_sid": "AC" + "9" * 32},
    ],
)
def test_wrong_credentials(wired: Bench, change: dict[str, str]) -> None:
    finding = check(wired, **change)["identifiants de l'API"]
    assert "refusé" in finding.state
    assert "TWILIO_API_KEY" in finding.todo


def test_a_wrong_token_is_told_apart_from_a_wrong_key(wired: Bench) -> None:
    findings = check(wired, twilio_auth_token="f" * 32)
    assert not findings["identifiants de l'API"].wrong
    assert "TWILIO_AUTH_TOKEN" in findings["jeton du compte"].todo
    assert "refusée" in findings["signature vraie"].state  # the server has the right one


def test_the_provider_cannot_be_reached(wired: Bench) -> None:
    findings = check(wired, twilio_api_base_url="http://127.0.0.1:9/carrier")
    assert "injoignable" in findings["identifiants de l'API"].state
    assert f"numéro {LINE}" not in findings  # nothing is said of what was not seen
    assert not findings["adresse publique"].wrong


def test_a_provider_in_trouble(wired: Bench) -> None:
    wired.line.driver.fault("rest-500", count=1)
    assert "HTTP 500" in check(wired)["identifiants de l'API"].state


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"voice_url": "https://demo.twilio.com/welcome/voice/"}, "voice_url"),
        ({"voice_method": "GET"}, "voice_method"),
        ({"status_callback": ""}, "status_callback"),
        ({"voice_fallback_url": ""}, "voice_fallback_url"),
        ({"sms_url": "https://demo.twilio.com/welcome/sms/"}, "sms_url"),
        ({"voice_application_sid": "AP" + "8" * 32}, "voice_application_sid"),
    ],
)
def test_a_number_that_is_not_wired(wired: Bench, changes: dict[str, str], says: str) -> None:
    number(wired).update(**changes)
    finding = check(wired)[f"numéro {LINE}"]
    assert finding.state == f"à régler : {says}"
    assert "telephony provision" in finding.todo
    provisioning(wired).provision()
    assert not check(wired)[f"numéro {LINE}"].wrong


def test_a_number_of_somebody_else(wired: Bench) -> None:
    finding = check(wired, line_number="+33199005678")["numéro +33199005678"]
    assert (finding.state, "LINE_NUMBER" in finding.todo) == ("absent de ce compte", True)


# -- what callers hear when nothing answers ---------------------------------------------------------


@pytest.fixture
def apart() -> Iterator[str]:
    """The static files on a host of their own: the address of the folder."""
    files = twiml.files(fallback.documents())
    host = Flask("apart")
    host.add_url_rule(
        "/<name>", view_func=lambda name: Response(files.get(name, "?"), mimetype="text/xml")
    )
    server = Server(host)
    yield server.url
    server.stop()


def test_a_fallback_that_somebody_hosts_apart_is_kept(wired: Bench, apart: str) -> None:
    theirs = f"{apart}/secours.xml"
    number(wired).update(voice_fallback_url=theirs, voice_fallback_method="GET")
    findings = check(wired)
    assert wrong(findings) == []
    assert "hébergé à part" in findings["secours"].state
    provisioning(wired).provision()
    assert number(wired).voice_fallback_url == theirs


def test_the_fallback_of_the_settings_is_set_on_the_number(wired: Bench, apart: str) -> None:
    ours = f"{apart}/secours.xml"
    assert check(wired, fallback_url=ours)[f"numéro {LINE}"].wrong
    provisioning(wired, fallback_url=ours).provision()
    assert (number(wired).voice_fallback_url, number(wired).voice_fallback_method) == (ours, "GET")
    findings = check(wired, fallback_url=ours)
    assert wrong(findings) == []
    assert "aucun numéro" not in findings["secours"].state


def test_a_fallback_that_takes_no_number_is_told(wired: Bench, apart: str) -> None:
    finding = check(wired, fallback_url=f"{apart}/merci.xml")["secours"]
    assert (finding.wrong, "aucun numéro n'y est pris" in finding.state) == (False, True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/secours.xml", "{apart}/absent"])
def test_a_fallback_that_would_not_answer(wired: Bench, apart: str, url: str) -> None:
    finding = check(wired, fallback_url=url.format(apart=apart))["secours"]
    assert finding.wrong


def test_on_the_internet_a_fallback_here_is_to_be_moved(wired: Bench) -> None:
    found = TwilioProvisioning(
        wired.changed(twilio_api_base_url="https://api.twilio.com"), clock.now
    )._fallback(f"{wired.settings.public_base_url}/voice/fallback")
    assert "telephony fallback" in found.todo


def test_a_number_without_messages(wired: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from carrier.line import shapes as rest_shapes

    shape = rest_shapes.configured
    monkeypatch.setattr(
        rest_shapes,
        "configured",
        lambda *words: {**shape(*words), "capabilities": {"voice": True, "sms": False}},
    )
    number(wired).update(sms_url="")
    findings = check(wired)
    assert wrong(findings) == []
    assert "n'en envoie pas" in findings["SMS"].state


def test_an_application_that_points_elsewhere(wired: Bench) -> None:
    application(wired).update(voice_url="https://elsewhere.example/voice")
    finding = check(wired)["application TwiML"]
    assert (finding.state, "telephony provision" in finding.todo) == ("pointe ailleurs", True)
    missing = check(wired, twilio_twiml_app_sid="AP" + "8" * 32)["application TwiML"]
    assert (missing.state, "TWILIO_TWIML_APP_SID" in missing.todo) == ("introuvable", True)


@pytest.mark.parametrize(
    ("skew", "says"), [(-300, "en retard de 300 s"), (300, "en avance de 300 s"), (20, "à l'heure")]
)
def test_the_clock_is_compared_with_the_providers(wired: Bench, skew: int, says: str) -> None:
    off = TwilioProvisioning(
        wired.settings, lambda: clock.now().replace(microsecond=0) + timedelta(seconds=skew)
    )
    found = next(finding for finding in off.check() if finding.what == "horloge")
    assert found.wrong == (abs(skew) > 60)
    assert says[:9] in found.state
    if found.wrong:
        assert abs(int(found.state.split()[-2]) - abs(skew)) <= 2  # seconds


def test_the_public_address_cannot_be_reached(wired: Bench) -> None:
    finding = check(wired, public_base_url="http://127.0.0.1:9")["adresse publique"]
    assert (finding.state, "PUBLIC_BASE_URL" in finding.todo) == ("injoignable", True)


def test_a_certificate_that_nobody_trusts(wired: Bench) -> None:
    address = wired.settings.public_base_url.replace("http://", "https://")  # it speaks no TLS
    finding = check(wired, public_base_url=address)["adresse publique"]
    assert (finding.state, "certificat" in finding.todo) == ("certificat refusé", True)


@pytest.mark.parametrize(
    ("status", "subject", "says"),
    [
        (301, "adresse publique", "redirige"),
        (503, "adresse publique", "HTTP 503"),
        (404, "adresse publique", "HTTP 404"),
        (403, "signature vraie", "refusée"),
        (204, "signature fausse", "pas refusée"),
    ],
)
def test_what_answers_is_not_permanence(wired: Bench, status: int, subject: str, says: str) -> None:
    wired.line.application.answers["/voice/status"] = lambda _form: Response(
        status=status, headers={"Location": "https://elsewhere.example/"}
    )
    finding = check(wired)[subject]
    assert says in finding.state
    assert finding.todo


def test_an_internet_provider_wants_a_public_address_in_https(wired: Bench) -> None:
    """Its API is not reached here: the address alone is judged."""
    for base in ("http://permanence.example", "https://localhost", "https://10.0.0.1"):
        findings = list(
            TwilioProvisioning(
                wired.changed(twilio_api_base_url="https://api.twilio.com", public_base_url=base),
                clock.now,
            )._address()
        )
        assert "https" in findings[0].todo, base
    public = wired.changed(
        twilio_api_base_url="https://api.twilio.com", public_base_url="https://permanence.example"
    )
    assert list(TwilioProvisioning(public, clock.now)._address()) == []


# -- provision --------------------------------------------------------------------------------------


def number(bench: Bench) -> Any:
    (found,) = bench.line.client.incoming_phone_numbers.list(phone_number=LINE)
    return found


def application(bench: Bench) -> Any:
    return bench.line.client.applications(bench.settings.twilio_twiml_app_sid).fetch()


def test_provision_sets_the_number_and_the_app_then_nothing(bench: Bench) -> None:
    assert {"numéro " + LINE, "application TwiML"} <= set(wrong(check(bench)))
    first = provisioning(bench).provision()
    base = bench.settings.public_base_url
    assert number(bench).voice_url == f"{base}/voice/incoming"
    assert number(bench).voice_fallback_url == f"{base}/voice/fallback"
    assert number(bench).status_callback == f"{base}/voice/status"
    assert number(bench).sms_url == f"{base}/sms/incoming"
    assert application(bench).voice_url == f"{base}/voice/agent"
    assert all("réglé (" in sentence for sentence in first)
    bench.asked.clear()
    again = provisioning(bench).provision()
    assert all("rien n'a changé" in sentence for sentence in again)
    assert not [asked for asked in bench.asked if asked.startswith(WRITTEN)]


def test_other_numbers_of_the_account_are_left_alone(bench: Bench) -> None:
    other = "https://autre-service.example/voice"
    made = bench.line.client.incoming_phone_numbers.create(
        phone_number="+33199005678", voice_url=other
    )
    provisioning(bench).provision()
    assert bench.line.client.incoming_phone_numbers(made.sid).fetch().voice_url == other


def test_the_numbers_of_further_lines_are_wired_and_one_that_is_absent_is_said(
    bench: Bench,
) -> None:
    made = bench.line.client.incoming_phone_numbers.create(phone_number="+33199005678")
    further = ["+33199005678", "+33199009999"]
    said = provisioning(bench).provision(further)
    base = bench.settings.public_base_url
    assert bench.line.client.incoming_phone_numbers(made.sid).fetch().voice_url == (
        f"{base}/voice/incoming"
    )
    assert any("+33199009999 : absent de ce compte" in sentence for sentence in said)
    findings = {each.what: each for each in provisioning(bench).check(further)}
    assert not findings["numéro +33199005678"].wrong
    assert findings["numéro +33199009999"].wrong
    assert "LINE_NUMBER" not in findings["numéro +33199009999"].todo


# -- the command line -------------------------------------------------------------------------------


@pytest.fixture
def ports(bench: Bench) -> Ports:
    """The provisioning that ``changes`` (below) may have broken."""
    return dataclasses.replace(fake_ports(), provisioning=provisioning(bench))


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["telephony", *words])


@pytest.fixture
def served(app: Flask, bench: Bench) -> None:
    """Another process serves the public address: what the provider tells it is noted."""
    answer = bench.line.application.answers["/voice/status"]

    def status(form: dict[str, str]) -> Any:
        if form.get("To") == NOBODY:
            with app.app_context():
                probe.arrived(form["CallSid"])
        return answer(form)  # type: ignore[operator]

    bench.line.application.answers["/voice/status"] = status


@pytest.mark.usefixtures("served")
def test_the_commands_say_what_to_do_then_that_all_is_well(run: Run) -> None:
    before = run("check")
    assert before.exit_code == 1
    assert f"✗ numéro {LINE} : à régler" in before.output
    assert "telephony provision" in before.output
    assert run("provision").exit_code == 0
    after = run("check")
    assert after.exit_code == 0, after.output
    assert "✗" not in after.output
    assert "✓ signature fausse : refusée" in after.output
    assert "✓ accès depuis l'extérieur : le fournisseur nous a joints" in after.output
    again = run("provision")
    assert again.exit_code == 0
    assert again.output.count("rien n'a changé") == 2


@pytest.mark.usefixtures("served")
def test_the_commands_know_the_lines_of_the_database(run: Run, app: Flask, bench: Bench) -> None:
    bench.line.client.incoming_phone_numbers.create(phone_number="+33199005678")
    assert run("provision").exit_code == 0  # it made the first line
    added = app.test_cli_runner().invoke(args=["line", "add", "+33199005678", "Logement"])
    assert added.exit_code == 0, added.output
    assert "✗ numéro +33199005678 : à régler" in run("check").output
    assert "numéro +33199005678 : réglé (" in run("provision").output
    assert "✓ numéro +33199005678 : relié à Permanence" in run("check").output


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"line_number": "+33199005678"}, "Le numéro +33199005678 n'est pas sur ce compte"),
        ({"twilio_twiml_app_sid": "AP" + "8" * 32}, "TWILIO_TWIML_APP_SID"),
        ({"twilio_api_base_url": "http://127.0.0.1:9/carrier"}, "ne répond pas"),
    ],
)
def test_provision_that_cannot_be_done_says_why(
    app: Flask, run: Run, bench: Bench, change: dict[str, str], says: str
) -> None:
    broken = TwilioProvisioning(bench.changed(**change), clock.now, Patience(pauses=()))
    app.extensions["permanence.ports"] = dataclasses.replace(fake_ports(), provisioning=broken)
    result = run("provision")
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output


# -- from outside -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("served", "app")
def test_the_provider_reaches_us_and_nobody_rings(bench: Bench) -> None:
    phone = bench.line.driver.agent("agent_7", answer_after=None)
    finding = probe.from_outside(provisioning(bench), probe.Wait(pause=0.05))
    assert not finding.wrong, finding
    assert not phone.calls


@pytest.mark.usefixtures("app")
def test_a_provider_that_does_not_reach_us_is_told(bench: Bench) -> None:
    finding = probe.from_outside(
        provisioning(bench, public_base_url="http://127.0.0.1:9"), probe.Wait(1, 0.5, _no_time)
    )
    assert finding.wrong
    assert "11200" in finding.todo


@pytest.mark.usefixtures("app")
def test_a_trial_that_cannot_be_made(bench: Bench) -> None:
    finding = probe.from_outside(provisioning(bench, twilio_api_secret="x" * 32))
    assert "non essayé" in finding.state


def _no_time(_seconds: float) -> None:
    """Nobody waits in tests."""


def test_the_webhook_notes_the_trial(app: Flask) -> None:
    form = {"CallSid": "CAtrial", "CallStatus": "no-answer", "To": NOBODY, "From": LINE}
    assert post_signed(app.test_client(), "/voice/status", form).status_code == 200
    assert db.session.scalar(select(ProviderLink.probe_sid)) == "CAtrial"


# -- the static files -------------------------------------------------------------------------------


def test_the_fallback_is_written_and_says_what_to_do(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "secours"
    result = run("fallback", "--out", str(folder), "--base-url", "https://secours.example/p/")
    assert result.exit_code == 0, result.output
    assert "FALLBACK_URL=https://secours.example/p/secours.xml" in result.output
    first = (folder / "secours.xml").read_text()
    assert 'action="https://secours.example/p/merci.xml"' in first
    assert "dix chiffres" in first
    assert "ten digits" in first
    assert "<Hangup" in (folder / "merci.xml").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--base-url", "secours.example"], "n'est pas une adresse"),
        ([], "n'a pas pu être écrit"),
    ],
)
def test_a_fallback_that_cannot_be_written_says_why(
    run: Run, tmp_path: Path, words: list[str], says: str
) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    result = run("fallback", "--out", str(taken / "folder"), *words)
    assert (result.exit_code, says in result.output) == (1, True)
    assert "Traceback" not in result.output
