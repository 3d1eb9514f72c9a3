"""Delivery reports: read as servers write them, and harmless whoever else writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist.mail import dsn

REPORT = """\
From: MAILER-DAEMON@mx.tests.example
To: ne-pas-repondre@permanence.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you…
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.tests.example
Arrival-Date: Tue, 22 Jun 2021 10:42:00 +0200

Final-Recipient: rfc822; ana@tests.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 <ana@tests.example> no such user

--b
Content-Type: {kind}

From: Permanence <ne-pas-repondre@permanence.example>
Message-ID: {message_id}
Subject: Le Portail

--b--
"""
RIGHT = {
    "action": "failed",
    "status": "5.1.1",
    "kind": "text/rfc822-headers",
    "message_id": "<162435@permanence.example>",
}


def written(**changes: str) -> bytes:
    return REPORT.format(**{**RIGHT, **changes}).encode()


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_is_read(kind: str) -> None:
    found = dsn.read(written(kind=kind))
    assert found == dsn.Report("<162435@permanence.example>", "failed", "5.1.1")
    assert (found.lost, found.arrived) == (True, False)
    assert "n'existe pas" in found.words
    crlf = dsn.read(written(kind=kind).replace(b"\n", b"\r\n"))
    assert crlf == found


def test_what_is_late_is_not_lost_and_each_code_has_words() -> None:
    late = dsn.read(written(action="delayed", status="4.4.1"))
    assert late is not None
    assert (late.lost, late.arrived) == (False, False)
    delivered = dsn.read(written(action="Delivered", status="2.0.0"))
    assert delivered is not None
    assert delivered.arrived
    for status in ("5.1.1", "5.2.2", "5.2.1", "5.3.4", "5.4.4", "5.7.1", "5.9.9", ""):
        assert dsn.Report("<x>", "failed", status).words
    assert "pleine" in dsn.Report("<x>", "failed", "5.2.2").words


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: bonjour\n\nbonjour",
        written(action="whatever"),
        written(message_id="no brackets"),
        written(kind="text/plain"),
        REPORT.replace("multipart/report", "multipart/mixed").encode(),
    ],
)
def test_anything_else_is_no_report(raw: bytes) -> None:
    assert dsn.read(raw) is None


@given(st.binary(max_size=400), st.integers(0, 900), st.integers(0, 900))
def test_hostile_bytes_break_nothing(noise: bytes, start: int, end: int) -> None:
    good = written()
    for raw in (noise, good[:start] + noise + good[end:], noise + good, good[: len(good) - end]):
        found = dsn.read(raw)
        assert found is None or (found.action in dsn.ACTIONS and len(found.message_id) < 256)


@given(st.text(max_size=120), st.text(max_size=40), st.text(max_size=40))
def test_hostile_fields_break_nothing(message_id: str, action: str, status: str) -> None:
    raw = REPORT.format(action=action, status=status, kind="message/rfc822", message_id=message_id)
    found = dsn.read(raw.encode("utf-8", "surrogatepass"))
    assert found is None or found.words


def test_a_mail_of_thousands_of_parts_is_read_in_no_time() -> None:
    deep = b"".join(
        b"Content-Type: multipart/report; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )
    assert dsn.read(deep) is None
    assert (
        dsn.read(b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n\nx\n" * 20_000) is None
    )


@given(
    to=st.text(max_size=60), reason=st.sampled_from(sorted(dsn.FEIGNED)),
    name=st.text("abcdef0123456789.", min_size=1, max_size=40),
)  # fmt: skip
def test_a_report_that_we_write_is_one_that_we_read(to: str, reason: str, name: str) -> None:
    """Whatever the address holds, it ends no header: what is read back is what was asked for."""
    report = dsn.feigned(f"<{name}@permanence.example>", to, reason)
    assert dsn.read(report) == dsn.Report(
        f"<{name}@permanence.example>", "failed", dsn.FEIGNED[reason]
    )


@pytest.mark.parametrize(
    ("message_id", "reason"), [("<a@b>", "weather"), ("<a@b> x", "full"), ("", "full")]
)
def test_nothing_else_comes_back(message_id: str, reason: str) -> None:
    with pytest.raises(ValueError, match="no such"):
        dsn.feigned(message_id, "ana@tests.example", reason)
