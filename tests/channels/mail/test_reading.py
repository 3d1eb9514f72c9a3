"""Mails that people write: read as mail programs write them, and harmless whoever else writes them."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.mail import reading

OURS = "<1@permanence.example>"
_MAIL = """\
From: Ana <{sender}>
Subject: =?utf-8?q?Re=3A_Votre_demande?=
Message-ID: {key}
In-Reply-To: {ours}
{more}Content-Type: {kind}; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""


def answer_to(
    ours: str,
    sender: str,
    text: str,
    *,
    key: str = "<n1@x>",
    kind: str = "text/plain",
    more: str = "",
) -> bytes:
    return _MAIL.format(ours=ours, sender=sender, text=text, key=key, kind=kind, more=more).encode()


def new_mail(sender: str, subject: str, text: str, *, key: str = "<n1@x>", more: str = "") -> bytes:
    """A mail that answers none of ours."""
    mail = answer_to("", sender, text, key=key, more=more)
    lines = mail.decode().split("\n")
    kept = [line for line in lines if line != "In-Reply-To: " and not line.startswith("Subject:")]
    at = kept.index(f"Message-ID: {key}")
    kept[at : at + 1] = [f"Subject: {subject}", *([f"Message-ID: {key}"] if key else [])]
    return "\n".join(kept).encode()


@pytest.mark.parametrize(
    "quoted",
    [
        "",
        "\n\nLe jeu. 26 nov. 2026 à 10:00, Permanence\n<ne-pas-repondre@x.example> a écrit :\n> Bonjour",
        "\n\nLe 26/11/2026, Permanence a écrit :\n\n> Bonjour\n> Merci",
        "\n\nOn Thu, 26 Nov 2026 Permanence wrote:\nBonjour",
        "\n\n-----Message d'origine-----\nDe : Permanence\nBonjour",
        "\n\n________________________________\nDe : Permanence\nBonjour",
        "\n> Bonjour",
    ],
)
def test_what_is_new_is_read_without_what_it_quotes(quoted: str) -> None:
    found = reading.read(
        answer_to(OURS, "Ana@X.example", "Le lien ne marche pas.\nMerci." + quoted)
    )
    assert found is not None
    assert found.words == "Le lien ne marche pas.\nMerci."
    assert (found.names, found.sender) == ((OURS,), "ana@x.example")
    assert found.subject == "Re: Votre demande"
    assert quoted.strip() in found.whole


def test_an_answer_in_html_alone_is_read_as_text() -> None:
    html = "<style>p{color:red}</style><p>Bonjour &amp; merci</p><div>à demain</div>"
    found = reading.read(answer_to(OURS, "a@x.example", html, kind="text/html"))
    assert found is not None
    assert found.words.split("\n") == ["Bonjour & merci", "à demain"]


@pytest.mark.parametrize(
    "more",
    [
        "Auto-Submitted: auto-replied\n",
        "Precedence: bulk\n",
        "X-Autoreply: yes\n",
        "List-Unsubscribe: <https://x.example/u>\n",
        "Return-Path: <>\n",
        "List-Id: <n.x.example>\n",
    ],
)
def test_what_a_machine_sent_is_nobodys_question(more: str) -> None:
    assert reading.read(answer_to(OURS, "a@x.example", "Absent", more=more)) is None
    assert reading.read(new_mail("a@x.example", "Soldes", "Tout à -50 %", more=more)) is None


@pytest.mark.parametrize(
    "sender",
    ["no-reply@x.example", "ne-pas-repondre@x.example", "MAILER-DAEMON@x.example", "ana", "@x", ""],
)
def test_who_cannot_be_answered_is_no_person(sender: str) -> None:
    assert reading.read(new_mail(sender, "Votre compte", "Bonjour")) is None


@pytest.mark.parametrize("written", ["Où ?", "=?utf-8?q?O=C3=B9?= ?", "=?iso-8859-1?q?O=F9?= ?"])
def test_a_subject_is_read_however_it_is_written(written: str) -> None:
    found = reading.read(new_mail("a@x.example", written, ""))
    assert found is not None
    assert (found.subject, found.words) == ("Où ?", "")


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?R=C3=A9ponse_automatique_=3A_Votre_demande?=", "Automatic reply: x"]
)
def test_an_absence_that_its_subject_alone_tells_is_no_answer(subject: str) -> None:
    assert reading.read(new_mail("a@x.example", subject, "Je suis en congé.")) is None


def test_a_receipt_is_no_answer() -> None:
    receipt = answer_to(OURS, "a@x.example", "Lu", kind="multipart/report; boundary=b")
    assert reading.read(receipt) is None


def test_a_new_mail_is_read_whole_even_when_it_quotes_somebody() -> None:
    words = "Bonjour,\nmon organisme m'a écrit :\n> apportez votre RIB\nOù est-ce que je l'envoie ?"
    found = reading.read(new_mail("Ana@X.example", "Mon RIB", words))
    assert found is not None
    assert (found.sender, found.subject, found.names) == ("ana@x.example", "Mon RIB", ())
    assert found.words == words


def test_a_mail_without_an_id_is_named_by_what_it_is() -> None:
    first, again, other = (
        reading.read(new_mail("a@x.example", "S", text, key=""))
        for text in ("Bonjour", "Bonjour", "Bonsoir")
    )
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.key == again.key != other.key
    assert not first.key.endswith(">")  # nothing that an answer could name
    assert len(first.key) <= 80


def test_what_is_attached_is_named() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "a@x.example", "Photos", "<p@x.example>"
    mail.set_content("Voici.")
    mail.add_attachment(b"x", maintype="image", subtype="jpeg", filename="recto é.jpg")
    mail.add_attachment(b"y", maintype="application", subtype="pdf")
    found = reading.read(mail.as_bytes())
    assert found is not None
    assert (found.words, found.attached) == ("Voici.", ("recto é.jpg", "?"))


def test_what_quotes_alone_keeps_its_words() -> None:
    found = reading.read(answer_to(OURS, "a@x.example", "> oui"))
    assert found is not None
    assert found.words == "> oui"


@given(st.binary(max_size=2000))
def test_nothing_that_is_written_breaks_it(raw: bytes) -> None:
    reading.read(raw)
    reading.read(answer_to(OURS, "a@x.example", "").replace(b"\n\n\n", b"\n\n") + raw)
    reading.read(b"In-Reply-To: <1@x>\nMessage-ID: <2@x>\nFrom: a@x\n" + raw)


@given(st.text(max_size=500))
def test_no_word_is_invented(text: str) -> None:
    found = reading.read(answer_to(OURS, "a@x.example", text))
    if found is not None:
        assert found.words in found.whole
