"""Answers by mail: read as mail programs write them, and harmless whoever else writes them."""

from __future__ import annotations

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
    "more", ["Auto-Submitted: auto-replied\n", "Precedence: bulk\n", "X-Autoreply: yes\n"]
)
def test_what_a_machine_sent_is_no_answer(more: str) -> None:
    assert reading.read(answer_to(OURS, "a@x.example", "Absent", more=more)) is None


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
