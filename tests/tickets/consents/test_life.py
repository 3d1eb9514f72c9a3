"""No answer is no agreement, a no is never turned, taking back is always heard; and what is read as an answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.consents import life
from app.tickets.consents.life import Asked, Effect, State
from app.tickets.consents.reading import Reply, Word, is_word, read
from app.tickets.delivery import Delivery

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
TODAY = date(2026, 3, 3)
ASKED = st.builds(
    Asked,
    st.none() | st.booleans(),
    st.booleans(),
    st.sampled_from(Delivery),
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 6)).map(lambda at: at.replace(tzinfo=UTC)),
    st.dates(date(2026, 3, 1), date(2026, 3, 9)),
)


@given(ASKED)
def test_only_a_yes_in_time_makes_an_agreement(asked: Asked) -> None:
    held = life.state(asked, NOW, TODAY) is State.AGREED
    assert held == (asked.agreed is True and not asked.revoked and asked.until >= TODAY)
    if life.effect(asked, Word.YES, NOW, TODAY) is Effect.AGREE:
        assert asked.agreed is None
        assert asked.expires_at > NOW


@given(ASKED, st.sampled_from([Word.NO, Word.STOP]))
def test_taking_back_is_always_heard_and_a_no_stays(asked: Asked, word: Word) -> None:
    done = life.effect(asked, word, NOW, TODAY)
    if asked.agreed is True and not asked.revoked:
        assert done is Effect.REVOKE
    if asked.agreed is False:
        assert done is Effect.NOTHING
        assert life.effect(asked, Word.YES, NOW, TODAY) is Effect.AFTER_NO


@pytest.mark.parametrize(
    ("delivery", "later", "expected"),
    [
        (Delivery.QUEUED, 0, State.ASKED), (Delivery.SENT, 0, State.SENT),
        (Delivery.DELIVERED, 0, State.DELIVERED), (Delivery.FAILED, 0, State.FAILED),
        (Delivery.DELIVERED, 49, State.NO_ANSWER),
    ],
)  # fmt: skip
def test_where_a_request_stands(delivery: Delivery, later: int, expected: State) -> None:
    asked = Asked(None, False, delivery, NOW + life.ANSWER_WITHIN, TODAY)
    assert life.state(asked, NOW + timedelta(hours=later), TODAY) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OUI", Reply(Word.YES, False)), ("oui merci !", Reply(Word.YES, False)),
        ("D’accord.", Reply(Word.YES, False)), ("Oui Zoé", Reply(Word.YES, True)),
        ("bonjour, NON", Reply(Word.NO, False)), ("STOP zoe", Reply(Word.STOP, True)),
        ("pas d'accord", Reply(Word.NO, False)),
        ("d'accord merci", Reply(Word.YES, False)), ("Je suis d’accord, Zoé", Reply(Word.YES, True)),
        ("oui bien sûr", Reply(Word.YES, False)), ("Oui pour Zoé. Cordialement", Reply(Word.YES, True)),
        ("Ok, d'accord", Reply(Word.YES, False)), ("oui\nEnvoyé de mon iPhone", Reply(Word.YES, False)),
        ("j'accepte", Reply(Word.YES, False)), ("je refuse", Reply(Word.NO, False)),
        ("Non, je ne veux pas", Reply(Word.NO, False)), ("Je ne suis plus d'accord", Reply(Word.STOP, False)),
        ("oui mais pas à ma mère", None), ("je ne comprends pas", None), ("c'est bon", None), ("pas de problème", None),
        ("oui et non", None), ("ok stop", None), ("non c'est bon", None), ("oui si c'est elle", None), ("pas ok", None),
        ("oui ?", None), ("oui mais pas les paiements", None), ("non non je veux bien", None),
        ("Zoé", None), ("", None), ("oui " * 40, None),
    ],
)  # fmt: skip
def test_what_is_an_answer(text: str, expected: Reply | None) -> None:
    assert read(text, "Zoé") == expected


@given(
    st.sampled_from(["OUI", "d'accord", "je refuse", "pas d'accord", "arrêtez", "i agree", "STOP"]),
    st.sampled_from(["", " zoé", " pour Zoé"]),
)
def test_what_is_an_answer_is_looked_at_as_one(said: str, name: str) -> None:
    """``is_word`` lets through whatever ``read`` understands: else an answer would be read by nobody."""
    assert read(said + name, "Zoé") is not None
    assert is_word(said + name)


@given(st.text(max_size=60), st.text(max_size=12))
def test_whatever_is_written_is_read_without_a_fault(text: str, name: str) -> None:
    if read(text, name) is not None and "?" not in text:
        assert read(f"{text} ?", name) is None
    is_word(text)
