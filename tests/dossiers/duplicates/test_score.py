"""How alike two persons are: by what is theirs, never by a number or a mail alone; whoever is alike shares a key."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.duplicates import words
from app.dossiers.duplicates.score import Compared, Reason, is_shown, keys, score

BORN = date(1985, 5, 7)
SAMIRA = Compared("Haddad", "Samira", BORN, "samira@exemple.example", frozenset({"+33639980101"}))
NAMES = st.sampled_from(
    ["Haddad", "Hadad", "Le Goff", "Legoff", "Roussel", "Rousselle", "Ng", "Ouali", "Diallo"]
)
PEOPLE = st.builds(
    Compared,
    NAMES,
    st.sampled_from(["Samira", "Samyra", "Nour", "Li", "Jean-Pierre", "Jean"]),
    st.one_of(
        st.none(), st.sampled_from([BORN, date(1985, 7, 5), date(1985, 5, 8), date(1990, 1, 13)])
    ),
    st.sampled_from(["", "a@exemple.example"]),
    st.sets(st.sampled_from(["+33639980101", "+33639980102"])).map(frozenset),
)


@pytest.mark.parametrize(
    ("other", "reason", "shown"),
    [
        (Compared("Hadad", "Samira", BORN), Reason.ONE_LETTER, True),
        (Compared("HADDAD", "samira", BORN), Reason.SAME_NAME, True),
        (Compared("Samira", "Haddad", BORN), Reason.SWAPPED_NAME, True),
        (Compared("Haddad", "Samira", date(1985, 7, 5)), Reason.TURNED_BIRTH, True),
        (Compared("Haddad Martin", "Samira", BORN), Reason.PART_OF_NAME, True),
        (Compared("Haddad", "Samira", date(1990, 1, 13)), Reason.OTHER_BIRTH, False),  # a namesake
        (Compared("Haddad", "Samira", BORN, nir="1 •• 12"), Reason.SAME_NAME, True),
    ],
)
def test_pairs_that_somebody_should_look_at(other: Compared, reason: Reason, shown: bool) -> None:
    found = score(SAMIRA, other)
    assert reason in found.reasons
    assert is_shown(found) is shown


def test_a_number_and_a_mail_alone_are_no_reason() -> None:
    """A mother and her son: one telephone, one mailbox."""
    son = Compared("Haddad", "Yanis", date(2004, 1, 13), SAMIRA.email, SAMIRA.phones)
    neighbour = Compared("Ouali", "Nour", None, SAMIRA.email, SAMIRA.phones)
    assert not is_shown(score(SAMIRA, son))
    assert score(SAMIRA, neighbour).percent == 0
    twin = Compared("Haddad", "Samuel", BORN, SAMIRA.email, SAMIRA.phones)
    assert not is_shown(score(SAMIRA, twin))


@given(PEOPLE, PEOPLE)
def test_the_order_of_two_does_not_count_and_who_is_alike_shares_a_key(
    one: Compared, other: Compared
) -> None:
    found = score(one, other)
    assert found.percent == score(other, one).percent
    assert 0 <= found.percent < 100
    if is_shown(found):
        assert keys(one) & keys(other)


def test_it_is_said_in_one_line() -> None:
    found = score(SAMIRA, Compared("Hadad", "Samira", BORN))
    assert words.said(found.percent, [r.value for r in found.reasons], "fr") == (
        "Similaire à 82 % : nom à une lettre près, même date de naissance"
    )
    assert words.said(found.percent, [r.value for r in found.reasons], "en").startswith("82% alike")
