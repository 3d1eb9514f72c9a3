"""Where callers get stuck: the sums of the figures of a script, over any way of following it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist import loader
from app.assist.figures import counting, drawing
from app.assist.figures.counting import HOLDS, Course, Stay
from app.assist.script import Script
from app.foundation.text.bilingual import Text

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def words(text: str) -> dict[str, str]:
    return {"fr": text, "en": text}


def script(**more: object) -> Script:
    """Three steps: what is in hand, a loop, and an end that hands on."""
    return loader.build(
        {
            "id": "S90", "version": 1, "title": words("T"), "trouble": words("T"), "reason": "accounts",
            "keywords": [],
            "steps": [
                {"id": "one", "ask": words("Un ?"), "choices": [
                    {"label": words("Téléphone"), "next": "two", "learns": {"device": "phone"}},
                    {"label": words("Ordinateur"), "next": "two", "learns": {"device": "computer"}},
                    {"label": words("Rien"), "end": "unsolved", "obstacle": "device"}]},
                {"id": "two", "ask": words("Deux ?"), "choices": [
                    {"label": words("Encore"), "next": "one", "obstacle": "link_dead"},
                    {"label": words("Trois"), "next": "three"},
                    {"label": words("Ailleurs"), "script": "S04", "for_good": True}]},
                {"id": "three", "ask": words("Trois ?"), "choices": [
                    {"label": words("Réglé"), "end": "solved"},
                    {"label": words("Suivi"), "end": "follow_up"}]},
            ], **more,
        },
        "digest",
    )  # fmt: skip


SCRIPT = script()
BY_HAND = ("interrupted", "unsolved", "follow_up", "not_this", "other_script", "looped")


@st.composite
def followed(draw: st.DrawFn) -> Course:
    """One way of following the script: answers to an end, or left, or going on; passed steps here and there."""
    stays, step, outcome = [], "one", None
    for _ in range(draw(st.integers(0, 6))):
        if outcome is not None:
            break
        number = draw(st.integers(0, len(SCRIPT.step(step).choices) - 1))
        choice = SCRIPT.step(step).choices[number]
        if draw(st.integers(0, 9)) == 0:
            stays.append(Stay(step, None))  # left, and taken up again
        stays.append(Stay(step, number, asked=draw(st.integers(0, 4)) > 0))
        step, outcome = choice.next or step, choice.outcome
    if outcome is None:
        stays.append(Stay(step, None))
        outcome = draw(st.sampled_from((None, *BY_HAND)))
    course = Course(SCRIPT, draw(st.integers(1, 2)), tuple(stays), outcome)
    if outcome == "solved" or (course.handed_on and draw(st.booleans())):
        hours = st.integers(-24 * 20, -1)
        at = NOW + timedelta(hours=draw(hours))
        again = at + timedelta(hours=draw(st.integers(1, 24 * 10))) if draw(st.booleans()) else None
        known = draw(st.booleans())
        course = replace(course, solved_at=at, again_at=again, known=known)
    return course


courses = st.lists(followed(), max_size=25)


@given(courses)
def test_each_arrival_has_one_fate_and_each_course_too(given_: list[Course]) -> None:
    found = counting.count(given_, NOW)
    counted = [course for course in given_ if not course.by_mistake]
    assert found.followed + found.by_mistake == len(given_)
    assert found.followed == len(counted) == sum(found.versions.values())
    assert sum(found.devices.values()) == found.followed
    for step in found.steps:
        arrivals = [s for c in counted for s in c.arrivals if s.step_id == step.step_id]
        assert step.answered + step.abandoned + step.open == step.arrived == len(arrivals)
    assert sum(step.abandoned for step in found.steps) == found.abandoned
    assert sum(step.open for step in found.steps) == found.open
    assert all(count <= found.followed for count in found.obstacles.values())


@given(courses)
def test_what_held_is_part_of_what_was_solved_at_once(given_: list[Course]) -> None:
    found = counting.count(given_, NOW)
    for solved, most in [
        (found.solved, found.followed),
        *((branch.solved, branch.chosen) for step in found.steps for branch in step.branches),
    ]:
        assert 0 <= solved.held <= solved.judged <= solved.at_once <= most
        assert solved.at_once == solved.judged + solved.too_soon + solved.unseen


@given(courses, st.integers(0, 24 * 30))
def test_time_alone_settles_what_is_too_recent(given_: list[Course], hours: int) -> None:
    before = counting.count(given_, NOW).solved
    after = counting.count(given_, NOW + timedelta(hours=hours)).solved
    assert (after.at_once, after.came_back, after.unseen) == (
        before.at_once, before.came_back, before.unseen,
    )  # fmt: skip
    assert after.held >= before.held
    if hours >= HOLDS / timedelta(hours=1):
        assert after.too_soon == 0


@given(courses, st.randoms())
def test_order_does_not_matter(given_: list[Course], random) -> None:
    mixed = list(given_)
    random.shuffle(mixed)
    one, two = counting.count(given_, NOW), counting.count(mixed, NOW)
    assert {s.step_id: (s.arrived, dict(s.left)) for s in one.steps} == {
        s.step_id: (s.arrived, dict(s.left)) for s in two.steps
    }
    assert (one.solved, one.obstacles, one.devices) == (two.solved, two.obstacles, two.devices)


@given(courses)
def test_every_answer_is_drawn_once_whatever_the_version(given_: list[Course]) -> None:
    """An answer that kept its words and way is the same one; the others are listed apart, none is lost."""
    other = replace(
        SCRIPT,
        steps=tuple(
            replace(
                s,
                choices=(replace(s.choices[0], label=Text("Autre", "Other")), *s.choices[1:]),
            )
            for s in SCRIPT.steps[:2]
        ),
    )
    found = counting.count(given_, NOW)
    for version in (SCRIPT, other):
        drawn = drawing.on_tree(version, found)
        total = sum(b.chosen for b in drawn.branches.values()) + sum(
            b.chosen for _s, b in drawn.gone
        )
        assert total == sum(step.answered for step in found.steps)
        assert set(drawn.branches) == {
            (s.id, n) for s in version.steps for n in range(len(s.choices))
        }
    assert drawing.on_tree(SCRIPT, found).gone == ()


def course(*stays: Stay, outcome: str | None = None, **more: object) -> Course:
    return replace(Course(SCRIPT, 1, stays, outcome), **more)


@pytest.mark.parametrize(
    ("hours_ago", "again_after", "known", "said"),
    [
        (24 * 7, None, True, "held"),
        (24 * 7 - 1, None, True, "too_soon"),
        (24 * 9, 24 * 7, True, "held"),  # seven days are over
        (24 * 9, 24 * 7 - 1, True, "came_back"),
        (24, 1, True, "came_back"),  # known before the seven days are over
        (24 * 30, None, False, "unseen"),
    ],
)
def test_solved_and_still_solved(
    hours_ago: int, again_after: int | None, known: bool, said: str
) -> None:
    at = NOW - timedelta(hours=hours_ago)
    again = at + timedelta(hours=again_after) if again_after else None
    each = course(Stay("three", 0), outcome="solved", solved_at=at, again_at=again, known=known)
    assert counting.verdict(each, NOW) == said


def test_a_stay_left_and_taken_up_again_is_one_arrival() -> None:
    each = course(
        Stay("one", 0),
        Stay("two", None),
        Stay("two", 1),
        Stay("three", None),
        outcome="interrupted",
    )
    found = counting.count([each], NOW)
    assert [(s.step_id, s.arrived, s.abandoned) for s in found.steps] == [
        ("one", 1, 0), ("two", 1, 0), ("three", 1, 1),
    ]  # fmt: skip


def test_a_known_answer_is_no_arrival_and_still_tells_the_device() -> None:
    found = counting.count([course(Stay("one", 0, asked=False), Stay("two", None))], NOW)
    assert found.step("one").arrived == 0
    assert found.step("one").passed == 1
    assert found.devices == {"phone": 1}
    assert found.step("two").open == 1


def test_a_script_opened_by_mistake_is_counted_apart() -> None:
    mistake = course(Stay("one", None), outcome="not_this")
    later = course(Stay("one", 0), Stay("two", None), outcome="not_this")
    found = counting.count([mistake, later], NOW)
    assert (found.followed, found.by_mistake, found.abandoned) == (1, 1, 1)


def test_few_are_said_to_be_few() -> None:
    assert not counting.conclusive(counting.FEW - 1)
    assert counting.conclusive(counting.FEW)
