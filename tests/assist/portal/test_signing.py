"""What the Portal signs is believed; whatever else is sent to the same address is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.assist.portal import signing

NOW = datetime(2021, 6, 22, 8, 40, tzinfo=UTC)
TOKEN = "a token of the contract"


@given(st.binary(max_size=200), st.integers(-300, 300))
def test_what_is_signed_is_believed_for_five_minutes(body: bytes, seconds: int) -> None:
    header = signing.sign(TOKEN, NOW + timedelta(seconds=seconds), body)
    assert signing.problem(TOKEN, header, body, NOW) == ""
    for other in (body + b" ", body[:-1] if body else b"x"):
        assert signing.problem(TOKEN, header, other, NOW) == "forged"
    assert signing.problem("another token", header, body, NOW) == "forged"


@given(st.binary(max_size=50), st.integers(301, 10**9), st.booleans())
def test_a_message_caught_on_its_way_cannot_be_sent_again(body: bytes, late: int, after: bool):
    at = NOW + timedelta(seconds=late if after else -late)
    assert signing.problem(TOKEN, signing.sign(TOKEN, at, body), body, NOW) == "stale"


@given(st.text(max_size=300))
def test_no_header_of_a_stranger_is_believed_or_breaks_anything(header: str) -> None:
    assert signing.problem(TOKEN, header, b"{}", NOW) in ("unsigned", "forged", "stale")


def test_one_right_signature_among_several_is_enough_and_no_token_believes_nobody() -> None:
    stamp, right = signing.sign(TOKEN, NOW, b"x").split(",")
    wrong = signing.sign("the token of before", NOW, b"x").split(",")[1]
    assert signing.problem(TOKEN, f"{stamp}, {wrong}, {right}", b"x", NOW) == ""
    assert signing.problem(TOKEN, f"{stamp},{stamp},{right}", b"x", NOW) == "unsigned"
    assert signing.problem("", signing.sign("", NOW, b"x"), b"x", NOW) == "unsigned"
