"""The summary: what really happened, what to do, by when, whom to call; nothing else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist.summary.compose import Facts, Happened, What, compose
from app.foundation.text.saying import day, moment

ON = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)
NUMBER = "01 99 00 01 00"

DATED = {What.LINK, What.CALL_BACK, What.ANSWER, What.PLACE}
happenings = st.sampled_from(What).flatmap(
    lambda what: st.builds(
        Happened,
        st.just(what),
        st.datetimes(datetime(2021, 6, 22, 9), datetime(2021, 9, 1)).map(
            lambda at: (
                at.replace(tzinfo=UTC)
                if what in DATED
                else (at.date() if what is What.PRIORITY else None)
            )
        ),
        st.just("Avis d'imposition" if what in (What.SLOT, What.PLACE) else ""),
    )
)
facts = st.builds(
    Facts,
    st.lists(happenings, max_size=8).map(tuple),
    st.just(ON),
    st.sampled_from(["fr", "en"]),
    st.just(NUMBER),
    st.just(""),
    st.just("PF-2021-04711"),
)


@given(facts)
def test_it_says_no_date_that_nobody_gave_and_always_whom_to_call(given_facts: Facts) -> None:
    text = compose(given_facts)
    assert NUMBER in text
    assert "PF-2021-04711" in text
    assert "{" not in text
    today = ON.date()
    allowed = {day(today, today, given_facts.language)}
    for each in given_facts.happened:
        if isinstance(each.until, datetime):
            allowed.add(moment(each.until, today, given_facts.language))
        elif each.until is not None:
            allowed.add(day(each.until, today, given_facts.language))
    left = text
    for said in sorted(allowed, key=len, reverse=True):
        left = left.replace(said, "")
        left = left.replace(
            said.removeprefix("le").removeprefix("on "), ""
        )  # after « jusqu'au », "until"
    months = "janvier|février|mars|avril|mai|juin|juillet|août|september|september|june|july|august"
    assert not re.search(rf"\d+ ({months})", left.lower()), left


@given(facts)
def test_each_thing_is_said_once_and_what_did_not_happen_is_not_said(given_facts: Facts) -> None:
    text = compose(given_facts)
    done = [line for line in text.split("\n") if not line.startswith(("À faire", "To do"))]
    assert len(done) == len(set(done))
    happened = {each.what for each in given_facts.happened}
    for what, words in {
        What.PRIORITY: ("en premier", "looked at first"),
        What.CALL_BACK: ("rappelons", "call you back"),
        What.ANSWER: ("répondons", "answer you"),
        What.INCIDENT: ("chez nous", "our side"),
    }.items():
        said = any(word in text for word in words)
        assert said is (what in happened), what


def test_the_call_of_10_35_as_its_person_keeps_it() -> None:
    link = Happened(What.LINK, ON + timedelta(hours=72))
    happened = (
        Happened(What.LINK, ON + timedelta(hours=71)), link,
        Happened(What.PRIORITY, date(2021, 6, 22)),
    )  # fmt: skip
    text = compose(Facts(happened, ON, "fr", NUMBER, "du lundi au vendredi", "PF-2021-04711"))
    assert text.replace("\u202f", " ").replace("\xa0", " ").split("\n") == [
        "Ce que nous avons fait ensemble le 22 juin :",
        "Nous vous avons envoyé un mail avec un lien. Il marche jusqu'au 25 juin à 10 h 35.",
        "Ensuite : ouvrez ce mail, étape 1, puis étape 2 et « suivre ma demande ».",
        "Votre dossier sera regardé en premier, au plus tard le 22 juin.",
        "Une difficulté ? Appelez le 01 99 00 01 00 (du lundi au vendredi). Référence : PF-2021-04711.",
    ]


@pytest.mark.parametrize("tongue", ["fr", "en"])
def test_without_an_act_it_says_so_little(tongue: str) -> None:
    assert len(compose(Facts((), ON, tongue, NUMBER)).split("\n")) == 2


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Il marche jusqu'au 25 juin à 10 h 35."), ("en", "It works until 25 June at 10:35.")],
)
def test_the_limit_of_a_link_reads_as_it_is_spoken(language: str, said: str) -> None:
    sent = Happened(What.LINK, ON + timedelta(days=3))
    assert said in compose(Facts((sent,), ON, language, NUMBER))
