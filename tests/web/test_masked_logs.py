"""No log holds a name, a number, a mail address or a key: the logs of a whole journey are searched."""

from __future__ import annotations

import logging
import re
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyotp
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from app.adapters.outbox import FileOutbox
from app.foundation import own_secrets
from app.web.masked_logs import Masking, masked
from tests.fixtures.servers import ARTEFACTS, Served, serve_embedded
from tests.remote import PASSWORD, Staff

KEY = "Zm9vYmFyLWJhei1xdXV4LTEyMzQ1Njc4OTAtYWJjZGVm"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("mail to ana.b+c@courriel.example refused", "mail to *** refused"),
        ("Key (number)=(+33639980101) already exists", "Key (number)=(***) already exists"),
        ("06 39 98 01 01 and 0639980101", "*** and ***"),
        ("redis://:s3cr-et@127.0.0.1:6379/0 refused", "redis://:***@127.0.0.1:6379/0 refused"),
        (f"token {KEY}", "token ***"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "***"),
        ("0" * 31 + "1", "***"),
        ("[2026-11-26 05:34:42 +0000] [26814] [INFO] Booting", None),
        ('File "/srv/permanence/.venv/lib/python3.11/site-packages/redis/connection.py", line 1028', None),
        ("in _redis_listen_with_retries_of_a_long_name", None),
        ("call c0a1b2 deadline 12 of 2026-11-26T05:34:42.123456", None),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_line(line: str, kept: str | None) -> None:
    assert masked(line) == (line if kept is None else kept)


def test_tracebacks_are_masked_too() -> None:
    try:
        raise ValueError(f"refused: ana@courriel.example {KEY}")
    except ValueError as error:
        told = (type(error), error, error.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, "", 1, "failed", None, told)
    said = Masking().format(record)
    assert "Traceback" in said
    assert "ana@" not in said
    assert KEY not in said


@given(st.text(max_size=200))
def test_masking_never_fails_and_twice_is_once(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@pytest.fixture(scope="module")
def talkative() -> Iterator[Served]:
    """The embedded server with every log that the documentation names turned on."""
    (ARTEFACTS / "logs" / "talkative.log").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="permanence-") as folder:
        served = serve_embedded("talkative", Path(folder), ACCESS_LOG="-", LOG_LEVEL="debug")
        yield served
        served.stop()


def send(who: Staff, path: str, **fields: str) -> requests.Response:
    """Send a form as its page would."""
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    data = {"csrf_token": who.csrf, **fields}
    return who.http.post(f"{who.base_url}{path}", data=data, headers=headers, timeout=20)


@pytest.mark.processes
def test_the_logs_of_a_whole_journey_tell_nothing(talkative: Served) -> None:
    base, secrets = talkative.url, set(own_secrets.load(talkative.instance).values())
    agent, admin = Staff(base, "camille@demo.permanence"), Staff(base, "admin@demo.permanence")
    ask = agent.http

    # Signing in: passwords, the cookie, the form's token, the telephone's secret, recovery codes.
    secrets |= {PASSWORD, agent.csrf, *(cookie.value or "" for cookie in ask.cookies)}
    page = send(agent, "/account/second-step/begin", password=PASSWORD)
    shown = re.search(r"<code>([A-Z2-7 ]{16,})</code>", page.text)
    assert shown, (page.status_code, page.text[:2000])
    secret = shown[1].replace(" ", "")
    code = pyotp.TOTP(secret).now()
    page = send(agent, "/account/second-step/confirm", code=code)
    codes = re.findall(r"<li><code>([^<]+)</code>", page.text)
    assert len(codes) == 10
    secrets |= {secret, *codes}

    # An invitation, the softphone's token, what people are called.
    send(admin, "/admin/accounts", email="zoe.nouvelle@exemple.example",
         display_name="Zoé Quatremère", role="front")  # fmt: skip
    mails = " ".join(mail.text for mail in FileOutbox(talkative.instance / "outbox").list())
    secrets |= {"zoe.nouvelle", "Quatremère", "camille@"}
    secrets |= set(re.findall(r"/invitation/([A-Za-z0-9_-]{16,})", mails))
    for token in re.findall(r"/(?:invitation|portail/lien|demande)/[A-Za-z0-9_.-]{16,}", mails):
        requests.get(base + token, timeout=10)
    secrets.add(ask.get(f"{base}/desk/token", timeout=10).json()["token"])
    send(agent, "/dossiers", q="Haddad")
    secrets |= {"Haddad", "haddad"}

    # A call and an SMS, signed; then one that is signed wrongly.
    number = "+33639980105"
    own = own_secrets.load(talkative.instance)
    for path, more in (("/voice/incoming", {"CallSid": "CA" + "9" * 32}),
                       ("/sms/incoming", {"MessageSid": "SM" + "9" * 32, "Body": "Ma fille Quatremère"})):  # fmt: skip
        data = {"AccountSid": own["TWILIO_ACCOUNT_SID"], "From": number, "To": "+33199000100",
                "CallStatus": "ringing", **more}  # fmt: skip
        signature = RequestValidator(own["TWILIO_AUTH_TOKEN"]).compute_signature(base + path, data)
        for said in (signature, "d3Jvbmc="):
            requests.post(base + path, data=data, headers={"X-Twilio-Signature": said}, timeout=10)
        secrets.add(signature)
    secrets |= {number, number[1:], "0639980105", quote(number)}

    # Every address with a key in it, and as people and programs break them.
    secrets.add(KEY)
    for before in ("/portail/lien/", "/demande/", "/voice/sound/", "/admin/line/sounds/", "/invitation/",
                   "//demande/", "/demande//", "/fr/demande/", "/Demande/", "/nowhere/"):  # fmt: skip
        for after in ("", "/etape-2", ").", "?x=" + KEY):
            ask.get(f"{base}{before}{KEY}{after}", timeout=10)
    ask.get(f"{base}/nowhere/zoe.nouvelle@exemple.example/{quote(number)}?q=Haddad", timeout=10)
    ask.get(
        f"{base}/nowhere",
        headers={"Authorization": f"Bearer {KEY}", "Referer": f"{base}/{KEY}"},
        timeout=10,
    )
    for person in (agent, admin):
        person.close()
    talkative.stop()

    whole = talkative.processes[0].log.read_text(errors="replace")
    log = whole[
        whole.index("Starting gunicorn") :
    ]  # before it, the demo's public accounts are printed
    assert "/portail/lien/***" in log  # it is this log that is searched
    assert log.count("GET ") > 40
    assert [each for each in sorted(secrets) if len(each) > 3 and each in log] == []
