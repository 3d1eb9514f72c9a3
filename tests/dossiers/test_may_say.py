"""What may be said to who speaks: the promises that hold whatever the table says, and the table itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers import may_say
from app.dossiers.may_say import (
    DEFAULTS,
    SET,
    Answer,
    Basis,
    Level,
    Relation,
    Topic,
    answer,
    answers,
)

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
    assert set(DEFAULTS) == set(Relation)
    for relation in Relation:
        for topic in SET:
            assert DEFAULTS[relation][topic] in may_say.levels_for(relation, topic)


CELLS = [f"{relation.value}.{topic.value}" for relation in Relation for topic in Topic]
TABLES = st.dictionaries(st.sampled_from(CELLS), st.sampled_from(Level) | st.text(max_size=9)).map(
    may_say.read
)


@given(TABLES, RELATIONS, st.booleans(), BASES)
def test_whatever_managers_set_the_floor_holds(
    table: may_say.Table, relation: Relation, identity: bool, basis: Basis | None
) -> None:
    said = dict(answers(relation, identity=identity, basis=basis, table=table))
    assert said[Topic.SECRET] is Answer.NEVER
    if not identity:
        assert said[Topic.STATE] is not Answer.YES
        assert said[Topic.MONEY] is not Answer.YES
    if relation is Relation.SELF and identity:
        assert Answer.NEVER not in (said[Topic.STATE], said[Topic.MONEY])  # it is their own


@given(TABLES, RELATIONS, TOPICS)
def test_a_surer_ground_never_closes_what_a_lesser_one_opened(
    table: may_say.Table, relation: Relation, topic: Topic
) -> None:
    opened = [
        answer(topic, relation, identity=True, basis=basis, table=table) is Answer.YES
        for basis in (None, Basis.SPOKEN, Basis.REMOTE, Basis.MANDATE)
    ]
    assert opened == sorted(opened)


@given(TABLES)
def test_a_table_is_read_as_it_was_written(table: may_say.Table) -> None:
    assert may_say.read(may_say.texts(table)) == table
