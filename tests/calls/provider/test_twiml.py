"""Each verb in TwiML; the carrier, which refuses what Twilio refuses, takes every one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.provider import twiml
from app.calls.spoken.next_step import Door, Next, Step
from app.calls.spoken.verbs import (
    Elsewhere,
    Enqueue,
    Gather,
    HangUp,
    Join,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Say,
    Verb,
)
from app.lines.announcements.texts import TEXTS
from carrier.twiml import voice as carriers

WAIT = Next(Door.WAIT, round=2)
CLOSED = Next(Door.CHOICE, Step.CLOSED)


@pytest.mark.parametrize(
    ("verb", "written"),
    [
        (Say("Bonjour.", "fr"), '<Say language="fr-FR">Bonjour.</Say>'),
        (Say("Merhaba.", "tr"), '<Say language="tr-TR" voice="Polly.Filiz">Merhaba.</Say>'),
        (Say("Demat.", "br"), '<Say language="fr-FR">Demat.</Say>'),
        (Say("<Dial>&", "fr"), '<Say language="fr-FR">&lt;Dial&gt;&amp;</Say>'),
        (Play("https://x/voice/sound/a"), "<Play>https://x/voice/sound/a</Play>"),
        (Pause(5), '<Pause length="5" />'),
        (Leave(), "<Leave />"),
        (HangUp(), "<Hangup />"),
        (Redirect(WAIT), '<Redirect method="POST">/voice/wait?round=2</Redirect>'),
        (
            Gather((Pause(1),), CLOSED, 6, keys=1),
            '<Gather action="/voice/choice?step=closed" method="POST" numDigits="1" timeout="6">'
            '<Pause length="1" /></Gather>',
        ),
        (
            Gather((), Elsewhere("merci.xml", "GET"), 10, keys=10, until_hash=True, even_empty=True),
            '<Gather action="merci.xml" actionOnEmptyResult="true" finishOnKey="#" input="dtmf" '
            'method="GET" numDigits="10" timeout="10" />',
        ),
        (
            Enqueue(once_more=True),
            '<Enqueue action="/voice/left-queue?again=1" method="POST" waitUrl="/voice/wait" '
            'waitUrlMethod="POST">permanence</Enqueue>',
        ),
    ],
)  # fmt: skip
def test_each_verb(verb: Verb, written: str) -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    assert twiml.render((verb,)) == f"{head}<Response>{written}</Response>"


def test_a_conversation_is_named_by_the_public_name_alone() -> None:
    written = twiml.render((Join("abc123", caller=True),))
    assert ">call-abc123</Conference>" in written
    assert 'endConferenceOnExit="true"' in written


def test_every_language_that_we_speak_has_a_voice() -> None:
    assert set(TEXTS) <= set(twiml.VOICES)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1)
speech = st.builds(Say, words, st.sampled_from(sorted(TEXTS))) | st.builds(
    Pause, st.integers(1, 60)
)
nexts = st.builds(
    Next,
    st.sampled_from(Door),
    st.none() | st.sampled_from(Step),
    round=st.none() | st.integers(1, 99),
)
verbs = st.one_of(
    speech,
    st.builds(
        Gather, st.lists(speech, max_size=3).map(tuple), nexts, st.integers(1, 10),
        keys=st.none() | st.integers(1, 10), until_hash=st.booleans(),
    ),
    st.builds(Enqueue, st.booleans()),
    st.builds(Join, st.just("abc"), st.booleans(), st.none() | st.just("CA" + "1" * 32), st.booleans()),
    st.builds(Redirect, nexts),
    st.builds(Record, nexts, st.integers(1, 120), st.integers(1, 10)),
    st.just(Leave()),
    st.just(HangUp()),
)  # fmt: skip


@given(st.lists(verbs, max_size=6).map(tuple))
def test_the_carrier_takes_every_document(document: tuple[Verb, ...]) -> None:
    assert len(carriers.parse(twiml.render(document).encode())) == len(document)
