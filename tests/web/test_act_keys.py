"""Keys of acts: what is the same act, and what only the key opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.acts.keys import (
    FIELD,
    LARGEST_ANSWER,
    Answer,
    flat,
    name_of,
    new_key,
    seal,
    unseal,
    usable,
)

KEY = "k" * 24
words = st.lists(st.text(max_size=6) | st.binary(max_size=6), max_size=5)
headers = st.lists(st.tuples(st.text("abc-", min_size=1), st.text(max_size=9)), max_size=4)


def bare(part: str | bytes) -> bytes:
    return part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part


@given(words, words)
def test_two_acts_have_one_name_when_all_that_is_asked_is_the_same(
    one: list[str | bytes], other: list[str | bytes]
) -> None:
    same = [bare(part) for part in one] == [bare(part) for part in other]
    assert (name_of(KEY, *one) == name_of(KEY, *other)) is same
    assert name_of(KEY, *one) != name_of(new_key(), *one)
    assert len(name_of(KEY, *one)) == 64


@given(st.integers(200, 599), headers, st.binary(max_size=3000), st.text(max_size=40))
def test_an_answer_is_read_again_with_its_key_alone(
    status: int, sent: list[tuple[str, str]], body: bytes, session: str
) -> None:
    answer = Answer(status, tuple(sent), body, session, ("gone",))
    sealed = seal(answer, KEY, "secret")
    assert sealed is not None
    assert unseal(sealed, KEY, "secret") == answer
    assert unseal(sealed, new_key(), "secret") is None
    assert unseal(sealed, KEY, "another secret") is None


def test_what_is_sealed_says_nothing() -> None:
    sealed = seal(Answer(200, (), "Zoé Quatremère".encode() * 9), KEY, "secret")
    assert sealed is not None
    assert b"Quatrem" not in sealed


def test_an_answer_that_is_too_large_is_not_kept() -> None:
    assert seal(Answer(200, (), b"x" * (LARGEST_ANSWER + 1)), KEY, "secret") is None


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 15, "x" * 101, "é" * 20, "a b" * 9, "x" * 20 + "\n"]
)
def test_what_is_no_key(key: str) -> None:
    assert not usable(key)


def test_keys_are_new_each_time() -> None:
    keys = {new_key() for _each in range(200)}
    assert len(keys) == 200
    assert all(map(usable, keys))


def test_the_tokens_of_a_form_are_no_part_of_what_is_asked() -> None:
    assert flat([("csrf_token", "t"), ("note", "a"), (FIELD, KEY), ("note", "b")]) == [
        "note", "a", "note", "b",
    ]  # fmt: skip
