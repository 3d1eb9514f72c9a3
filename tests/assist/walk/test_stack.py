"""Scripts that call one another: every walk ends, no caller loses its place, facts are not lost."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.assist import engine, loader
from app.assist.script import LOOPED, Script
from app.assist.walk import facts, stack

AT = datetime(2021, 6, 22, 8, 30, tzinfo=UTC)
LIBRARY = dict(loader.library())

starts = st.sampled_from(list(LIBRARY.values()))
choices = st.lists(st.integers(0, 8), min_size=1, max_size=150)


def walk(script: Script, numbers: list[int]) -> list[stack.Walk]:
    """The walks that these choices lead through, until it is over."""
    walks = [stack.begin(script, AT)]
    for count, number in enumerate(numbers):
        here = walks[-1].here
        if stack.over(walks[-1]) or not here.running:
            break
        at = AT + timedelta(seconds=count)
        walks.append(stack.answer(walks[-1], number % len(here.step.choices), at, LIBRARY))
    return walks


@given(starts, choices)
@settings(max_examples=150)
def test_no_caller_loses_its_place(script: Script, numbers: list[int]) -> None:
    """Under the present run the chain only waits: each has called the next, at a choice of its own."""
    walks = walk(script, numbers)
    for before, after in itertools.pairwise(walks):
        kept = min(len(before.chain), len(after.chain)) - 1
        assert after.chain[:kept] == before.chain[:kept]
        for caller, called in zip(after.chain, after.chain[1:], strict=False):
            assert caller.next_script == called.script.id
        if len(after.chain) < len(before.chain):  # back to the nearest that waited, at its step
            waiting = before.chain[stack.waiting(before.chain) or 0]
            step = waiting.script.step(waiting.goes_on_at or "")
            first = after.here.answers[len(waiting.answers) :]
            assert after.here.script == waiting.script
            assert (first[0].step_id if first else after.here.step_id) == step.id
            assert all(given.known for given in first)


@given(starts, choices)
@settings(max_examples=150)
def test_facts_only_grow_or_are_corrected(script: Script, numbers: list[int]) -> None:
    walks = walk(script, numbers)
    later = AT + timedelta(hours=1)
    for before, after in itertools.pairwise(walks):
        was, now = before.known(later), after.known(later)
        assert set(was) <= set(now)
        assert all(now[name] == was[name] or now[name].at >= was[name].at for name in was)


@given(starts, choices)
@settings(max_examples=150)
def test_nothing_known_is_asked_at_a_first_meeting(script: Script, numbers: list[int]) -> None:
    for one in walk(script, numbers):
        here = one.here
        if here.running and not here.visits(here.step_id):
            assert facts.passes(here.step, one.known(AT + timedelta(hours=1))) is None


@given(starts, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_every_walk_ends(script: Script, random) -> None:
    """Whatever is answered, without going back, every walk through all scripts comes to an end."""
    one = stack.begin(script, AT)
    for count in range(20_000):
        if not one.here.running:
            break
        number = random.randrange(len(one.here.step.choices))
        one = stack.answer(one, number, AT + timedelta(seconds=count), LIBRARY)
    assert not one.here.running
    assert len(one.chain) <= stack.MOST_RUNS


def choose(one: stack.Walk, *steps: tuple[str, str]) -> stack.Walk:
    """The walk after these (step, beginning of the answer)."""
    for step_id, label in steps:
        count = sum(len(state.answers) for state in one.chain)  # each answer after the one before
        assert one.here.step_id == step_id, (one.here.script.id, one.here.step_id, step_id)
        labels = [c.label.fr.replace("\u00a0", " ") for c in one.here.step.choices]
        number = next(n for n, text in enumerate(labels) if text.startswith(label))
        one = stack.answer(one, number, AT + timedelta(seconds=count), LIBRARY)
    return one


def test_s13_calls_s01_s04_s03_and_comes_back_to_its_recap() -> None:
    """The call of 10:35, with each blockage met: back in S13, the pièces, the priority, the recap."""
    one = choose(
        stack.begin(LIBRARY["S13"], AT),
        ("ecouter", "Elle n’arrive pas"), ("qui", "C’est bien elle, personne"),
        ("lire", "Oui, l’inscription"), ("fait", "C’est clair"),
        ("adresse", "C’est la bonne, et la boîte"), ("renvoi", "Le serveur l’a refusé"),
    )  # fmt: skip
    assert [s.script.id for s in one.chain] == ["S13", "S01"]
    one = choose(one, ("adresse", "Elle n’entre plus"),  # the mailbox, not the Portal: said, so not asked again
                 ("ailleurs", "Oui, elle est ouverte"), ("renvoi", "Rien n’arrive"))  # fmt: skip
    assert [s.script.id for s in one.chain] == ["S13", "S01", "S04", "S03"]
    one = choose(
        one, ("appareil", "Téléphone, une"), ("application", "Oui"), ("liste", "Oui"),
        ("message", "C’est le bon"), ("sortir", "C’est fait"),
        ("ouvrir", "La page du mot de passe : elle continue"),
    )  # fmt: skip
    assert [s.script.id for s in one.chain] == ["S13"]
    assert one.here.step_id == "dedans"
    known = {name: each.value for name, each in one.known(AT + timedelta(minutes=9)).items()}
    assert known["mailbox"] == "open"
    assert known["device"] == "phone"
    assert known["enrolled"] == "yes"
    one = choose(one, ("dedans", "Oui, elle voit"), ("refaire", "Transmise"), ("priorite", "Priorité posée"),
                 ("contact", "C’est redit, la demande"))  # fmt: skip
    assert one.here.outcome == "under_way"


def test_what_was_said_once_is_passed_over_and_said_to_be() -> None:
    s01 = LIBRARY["S01"]
    known = {
        "address": facts.Known("address", "confirmed", AT),
        "mailbox": facts.Known("mailbox", "open", AT),
    }
    state = stack.skip(engine.start(s01), known, AT)
    assert state.step_id == "parti"
    assert [given.known for given in state.answers] == [True]
    state = engine.answer(state, "parti", 0, AT)
    state = stack.skip(state, known, AT)
    assert state.step_id == "renvoi"  # the mailbox is open: nobody is asked again
    assert stack.skip(engine.back(engine.back(state)), known, AT).step_id == "parti"


def test_answers_that_differ_in_more_than_what_was_asked_still_answer_it() -> None:
    """« Qui parle » has two answers for somebody alone, with a helper or not: known, it is passed over."""
    step = LIBRARY["S13"].step("qui")
    known = {
        "identity": facts.Known("identity", "checked", AT),
        "heard": facts.Known("heard", "alone", AT),
    }
    assert facts.passes(step, known) == 0
    assert facts.passes(step, {**known, "heard": facts.Known("heard", "overheard", AT)}) == 1
    assert facts.passes(step, {"heard": known["heard"]}) is None


def test_what_is_true_of_one_call_is_asked_again_in_the_next() -> None:
    told = [
        facts.Told(AT, (("mailbox", "open"), ("address", "confirmed")), earlier=True),
        facts.Told(AT + timedelta(minutes=1), (("identity", "checked"),), earlier=True),
    ]
    assert set(facts.gather(told, AT + timedelta(days=1))) == {"address"}
    assert facts.gather(told, AT + facts.LASTS + timedelta(days=1)) == {}


def test_a_script_called_again_and_again_is_stopped() -> None:
    assert not stack.going_round(["S01"], "S03")
    assert not stack.going_round(["S01", "S03"], "S01")
    assert stack.going_round(["S01", "S03", "S01", "S03"], "S01")
    assert stack.going_round([f"S{n:02d}" for n in range(stack.MOST_RUNS)], "S90")
    one = stack.Walk((engine.start(LIBRARY["S04"]),))
    refused = (("ailleurs", "Oui"), ("renvoi", "Le serveur"))
    one = choose(one, ("lequel", "La boîte"), *refused, ("adresse", "Elle n’entre plus"), *refused)
    one = choose(one, ("adresse", "Elle n’entre plus"))
    assert one.here.script.id == "S01"
    assert one.here.outcome == LOOPED
