"""What may be said to who speaks: the promises that hold whatever the table says, and the table itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.may_say import RULES, Answer, Basis, Relation, Topic, answer, answers

RELATIONS = st.sampled_from(Relation)
TOPICS = st.sampled_from(Topic)
BASES = st.none() | st.sampled_from(Basis)


@given(RELATIONS, st.booleans(), BASES)
def test_no_secret_is_ever_said(relation: Relation, identity: bool, basis: Basis | None) -> None:
    assert answer(Topic.SECRET, relation, identity=identity, basis=basis) is Answer.NEVER


@given(RELATIONS, st.sampled_from([Topic.STATE, Topic.MONEY]), BASES)
def test_nothing_of_the_dossier_before_the_identity(
    relation: Relation, topic: Topic, basis: Basis | None
) -> None:
    assert answer(topic, relation, identity=False, basis=basis) is Answer.AFTER_IDENTITY


@given(RELATIONS, TOPICS, st.booleans(), BASES)
def test_what_is_learnt_never_closes_what_was_open(
    relation: Relation, topic: Topic, identity: bool, basis: Basis | None
) -> None:
    if answer(topic, relation, identity=identity) is Answer.YES:
        assert answer(topic, relation, identity=True, basis=basis) is Answer.YES


@given(RELATIONS, st.booleans(), BASES)
def test_whoever_calls_is_told_the_way(
    relation: Relation, identity: bool, basis: Basis | None
) -> None:
    assert answer(Topic.WAY, relation, identity=identity, basis=basis) is Answer.YES


@pytest.mark.parametrize(
    ("relation", "basis", "state", "money"),
    [
        (Relation.SELF, None, Answer.YES, Answer.YES),
        (Relation.DUO, None, Answer.YES, Answer.WITH_AGREEMENT),
        (Relation.DUO, Basis.SPOKEN, Answer.YES, Answer.YES),
        (Relation.ORGANISATION, None, Answer.WITH_AGREEMENT, Answer.WITH_MANDATE),
        (Relation.ORGANISATION, Basis.SPOKEN, Answer.YES, Answer.WITH_MANDATE),
        (Relation.ORGANISATION, Basis.MANDATE, Answer.YES, Answer.YES),
        (Relation.THIRD, None, Answer.WITH_AGREEMENT, Answer.WITH_AGREEMENT),
        (Relation.THIRD, Basis.SPOKEN, Answer.YES, Answer.YES),
    ],
)
def test_once_the_identity_is_confirmed(
    relation: Relation, basis: Basis | None, state: Answer, money: Answer
) -> None:
    said = dict(answers(relation, identity=True, basis=basis))
    assert (said[Topic.STATE], said[Topic.MONEY]) == (state, money)


def test_every_relation_has_its_line() -> None:
    assert set(RULES) == set(Relation)
