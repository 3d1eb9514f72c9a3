"""Notes as agents write them, by the dozen: each secret is seen, and no innocent sentence is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.free_text import Accepted, Refused, Secret, check
from app.dossiers.screening import numbers
from tests.dossiers.screening.sentences import INNOCENT, REFUSED

PLAIN = INNOCENT.split("\n")[1:-1]


def lines(secret: Secret) -> list[str]:
    return [each for each in REFUSED[secret].split("\n") if each]


@pytest.mark.parametrize("secret", list(Secret))
def test_each_secret_is_refused_and_not_given_back(secret: Secret) -> None:
    missed = []
    for text in lines(secret):
        judged = check(text, about_somebody=True)
        if not isinstance(judged, Refused) or secret not in judged.secrets or judged.kept == text:
            missed.append(text)
    assert missed == []


def test_no_innocent_sentence_is_refused() -> None:
    assert len(PLAIN) > 400
    refused = [text for text in PLAIN if check(text, about_somebody=True) != Accepted(text)]
    assert refused == []


@given(st.sampled_from(PLAIN), st.sampled_from(lines(Secret.HEALTH)))
def test_an_illness_is_seen_in_any_company(innocent: str, ill: str) -> None:
    judged = check(f"{innocent}. {ill}.", about_somebody=True)
    assert isinstance(judged, Refused)
    assert innocent.split(".")[0] in judged.kept


@given(st.lists(st.sampled_from(PLAIN), min_size=2, max_size=3))
def test_innocent_sentences_together_are_innocent(texts: list[str]) -> None:
    text = ".\n".join(texts)
    assert check(text, about_somebody=True) == Accepted(text)


digits = st.text("0123456789", min_size=8, max_size=8)


def grouped(number: str, sizes: tuple[int, ...], sign: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return sign.join(parts)


@st.composite
def everyday_numbers(draw: st.DrawFn) -> str:
    """Telephones, SIRET, days, references."""
    eight = draw(digits)
    sign = draw(st.sampled_from(["", " ", ".", "-"]))
    return draw(
        st.sampled_from(
            [
                grouped(f"06{eight}", (2, 2, 2, 2, 2), sign),
                grouped(f"03{eight}", (2, 2, 2, 2, 2), sign),
                f"+33 6 {eight}",
                grouped(f"732{eight}074", (3, 3, 3, 5), " "),
                f"PF-2026-{eight[:6]}",
                f"{1 + int(eight[:2]) % 28:02d}/{1 + int(eight[2:4]) % 12:02d}/{1950 + int(eight[4:6]) % 70}",
                f"{eight[:1]} {eight[1:4]},{eight[4:6]} €",
            ]
        )
    )


@given(
    st.lists(everyday_numbers(), min_size=1, max_size=4),
    st.sampled_from([" ", ", ", " / ", " et ", " no "]),
)
def test_everyday_numbers_in_a_row_are_no_secret(parts: list[str], between: str) -> None:
    text = between.join(parts)
    assert not list(numbers.cards(text))
    assert not list(numbers.ibans(text))
    assert check(text, about_somebody=True) == Accepted(text)


@given(
    st.integers(3, 8).filter(lambda n: n not in (5, 6)),
    st.integers(0, 99),
    st.integers(1, 12),
    st.integers(1, 95),
    st.integers(1, 999),
    st.integers(1, 999),
)
def test_a_provisional_number_is_seen_by_its_key(
    first: int, year: int, month: int, place: int, town: int, rank: int
) -> None:
    body = f"{first}{year:02d}{month:02d}{place:02d}{town:03d}{rank:03d}"
    key = 97 - int(body) % 97
    assert list(numbers.nirs(f"n° {body} {key:02d}"))
    assert list(numbers.nirs(f"n° {grouped(body, (1, 2, 2, 2, 3, 3), ' ')} {key:02d}"))
    assert not list(numbers.nirs(f"n° {body} {key % 97 + 1:02d}"))
