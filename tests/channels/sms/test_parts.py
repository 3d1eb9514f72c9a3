"""How a text message is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist.summary import compose
from app.calls.callbacks import form_sms
from app.channels.sms import parts
from app.desk.hands import link_sms
from app.desk.hands import text as hands_text
from app.tickets.consents import service as consents

BASIC = "abcdefgh éèùà'?!0123"


@pytest.mark.parametrize(
    ("text", "used", "count"),
    [
        ("", 0, 0),
        ("Bonjour, c'est noté.", 20, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 153, 306, 3),  # a sign that counts twice is not cut in two
        ("ê" + "a" * 69, 70, 1),
        ("ê" + "a" * 70, 71, 2),
        ("\N{SLIGHTLY SMILING FACE}" * 35, 70, 1),
        ("\N{SLIGHTLY SMILING FACE}" * 36, 72, 2),
    ],
)
def test_known_lengths(text: str, used: int, count: int) -> None:
    found = parts.length(text)
    assert (found.used, found.parts) == (used, count)


@given(st.text(max_size=500), st.text(max_size=20))
def test_more_text_never_makes_fewer_parts(text: str, more: str) -> None:
    assert parts.length(text + more).parts >= parts.length(text).parts


@given(st.text(max_size=500))
def test_parts_hold_what_is_sent(text: str) -> None:
    found = parts.length(text)
    assert found.used <= found.held
    assert (found.parts == 0) == (text == "")


@given(st.text(alphabet=BASIC + "’« »–…œ\u202f", max_size=300))
def test_typographic_signs_cost_no_part(text: str) -> None:
    sent = parts.plain(text)
    assert parts.plain(sent) == sent
    assert parts.length(sent).parts <= max(1, -(-len(sent) // 153)) if sent else sent == ""


def test_our_own_words_cost_no_second_part_for_an_accent() -> None:
    """« ê » or « À » halves what a part holds: what we write ourselves does without."""
    written = [
        form_sms._WORDS, link_sms.WORDS, hands_text._NUMBER, consents._TEXT,
        *compose._DONE.values(), *compose._NEXT.values(),
    ]  # fmt: skip
    for each in written:
        for tongue in ("fr", "en"):
            said = parts.plain(each.get(tongue))
            assert all(parts.length(sign).held == 160 for sign in said), said
