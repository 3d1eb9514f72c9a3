"""The sentence and the hint: named cases of the field, then properties."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.facts import DossierFacts, EventFact, PieceFact, PortalPath, fold
from app.dossiers.status import status_sentence
from app.dossiers.troubles.likely import likely_trouble, likely_troubles
from app.dossiers.vocabulary import (
    Defect,
    FlagKind,
    Inside,
    PieceKind,
    PieceState,
    PortalEventKind,
    Rejection,
)
from app.dossiers.wording import REJECTION

NOW = datetime(2021, 6, 22, 8, 30, tzinfo=UTC)
Kind = PortalEventKind


def events(*told: tuple[PortalEventKind, float]) -> PortalPath:
    """The path told by (kind, days ago) pairs."""
    return fold(EventFact(kind, NOW - timedelta(days=ago), {}) for kind, ago in told)


INVITED = DossierFacts(enrolled_on=date(2021, 6, 9))
REJECTED = DossierFacts(
    inside=Inside.REJECTED,
    descends_from_of=False,
    taken_up_on=date(2021, 5, 18),
    decided_on=date(2021, 6, 2),
    rejection=Rejection.OUTSIDE_PROCEDURE,
    notified_on=date(2021, 6, 2),
    # Two mails: the decision on the 2nd, and on the 9th a new connection to make it again.
    path=events((Kind.LINK_SENT, 13)),
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_the_rejected_case_of_the_study_in_one_breath() -> None:
    assert plain(status_sentence(REJECTED, NOW, "fr")) == (
        "Votre dossier a été pris en charge le 18 mai, puis rejeté le 2 juin parce que la demande "
        "n'est pas passée par le mail envoyé pour la faire. "
        "Le mail de décision du 2 juin n'a pas encore été ouvert. "
        "Le lien envoyé le 9 juin pour la refaire a expiré le 12 juin."
    )


@given(st.sampled_from(Rejection), st.sampled_from(["fr", "en"]))
def test_a_contested_reason_is_said_as_contested_never_as_a_fact(
    reason: Rejection, locale: str
) -> None:
    because, contested = {"fr": ("parce que", "contestée"), "en": ("because", "disputed")}[locale]
    sure = status_sentence(replace(REJECTED, rejection=reason), NOW, locale)
    assert because in sure
    assert contested not in sure
    said = status_sentence(replace(REJECTED, rejection=reason, contested=True), NOW, locale)
    assert because not in said
    assert contested in said
    assert plain(REJECTION[reason].get(locale)) in plain(said)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            DossierFacts(),
            "n'a pas encore déclaré votre inscription, ou elle n'est pas encore arrivée",
        ),
        (
            replace(INVITED, path=events((Kind.LINK_SENT, 9))),
            "Votre lien, envoyé le 13 juin, a expiré le 16 juin. Je vous en renvoie un.",
        ),
        (
            replace(INVITED, path=events((Kind.LINK_SENT, 1), (Kind.LINK_OPENED, 0.1))),
            "Il reste à créer votre mot de passe, avant le 24 juin à 10 h 30.",
        ),
        (
            replace(INVITED, path=events((Kind.LINK_SENT, 1))),
            "valable jusqu'au 24 juin à 10 h 30",
        ),
        (
            replace(INVITED, path=events((Kind.LINK_SENT, 1), (Kind.MAIL_BOUNCED, 1))),
            "n'est pas arrivé",
        ),
        (
            replace(INVITED, path=events((Kind.LINK_SENT, 5), (Kind.STEP1_DONE, 4))),
            "Vous avez créé votre mot de passe le 18 juin.",
        ),
        (
            DossierFacts(
                inside=Inside.DEPOSITED,
                deposited_on=date(2021, 6, 14),
                deposits_processed=date(2021, 6, 4),
            ),
            "déposée le 14 juin. Nous traitons aujourd'hui les demandes déposées le 4 juin.",
        ),
        (
            DossierFacts(
                inside=Inside.DEPOSITED,
                deposited_on=date(2021, 6, 14),
                deposits_processed=date(2021, 6, 1),
                processing_noted_on=date(2021, 6, 18),
            ),
            "Le 18 juin, nous traitions les demandes déposées le 1er juin.",
        ),
        (
            DossierFacts(inside=Inside.TO_PAY, next_payment_on=date(2021, 7, 8)),
            "sera payée le 8 juillet",
        ),
        (
            DossierFacts(inside=Inside.VOTED, next_payment_on=date(2021, 7, 8)),
            "Son paiement est prévu le 8 juillet, mais il n'est pas encore proposé.",
        ),
        (
            DossierFacts(inside=Inside.TO_PAY, next_payment_on=date(2021, 6, 18)),
            "devait être payée le 18 juin, et nous ne voyons pas encore ce paiement",
        ),
        (
            DossierFacts(inside=Inside.PAID, paid_on=date(2021, 6, 1), amount_cents=124050),
            "de 1 240,50 € a été payée le 1er juin",
        ),
    ],
)
def test_what_each_situation_says(facts: DossierFacts, words: str) -> None:
    assert words in plain(status_sentence(facts, NOW, "fr"))


@pytest.mark.parametrize(("flag", "script"), [(FlagKind.DISTRESS, "S31"), (FlagKind.URGENT, "S26")])
@pytest.mark.parametrize(
    "facts",
    [
        DossierFacts(),
        REJECTED,
        DossierFacts(inside=Inside.VOTED, next_payment_on=date(2021, 7, 8)),
        replace(INVITED, path=events((Kind.LINK_SENT, 1), (Kind.MAIL_BOUNCED, 0.9))),
    ],
)
def test_a_flag_outranks_every_guess(facts: DossierFacts, flag: FlagKind, script: str) -> None:
    flagged = replace(facts, flags=frozenset({flag, FlagKind.PRIORITY}))
    found = likely_trouble(flagged, NOW, "fr")
    assert found is not None
    assert found.script_id == script
    both = replace(facts, flags=frozenset(FlagKind))
    assert [t.script_id for t in likely_troubles(both, NOW, "fr")][:2] == ["S31", "S26"]
    promised = replace(facts, flags=frozenset({FlagKind.PRIORITY}))
    assert likely_trouble(promised, NOW, "fr") == likely_trouble(facts, NOW, "fr")


RIB_RED = PieceFact(PieceKind.RIB, PieceState.RED)
DARK = PieceFact(PieceKind.IDENTITY, PieceState.RED, Defect.UNREADABLE, sent_at=NOW)


@pytest.mark.parametrize(
    ("facts", "code", "script"),
    [
        (DossierFacts(), "never_enrolled", "S01"),
        (REJECTED, "outside_procedure", "S13"),
        (replace(INVITED, path=events((Kind.LINK_SENT, 9))), "link_expired", "S02"),
        (replace(INVITED, path=events((Kind.LINK_SENT, 1))), "mail_unopened", "S03"),
        (
            replace(INVITED, path=events((Kind.LINK_SENT, 1), (Kind.MAIL_BOUNCED, 0.9))),
            "mail_bounced",
            "S01",
        ),
        (
            replace(INVITED, path=events((Kind.LINK_SENT, 5), (Kind.STEP1_DONE, 4))),
            "after_step1",
            "S10",
        ),
        (
            replace(INVITED, path=events((Kind.LINK_SENT, 1), (Kind.ACCOUNT_NOT_FOUND, 0.5))),
            "account_not_found",
            "S24",
        ),
        (
            replace(INVITED, path=events((Kind.STEP2_DONE, 2), (Kind.FIELDS_LOST, 1))),
            "fields_lost",
            "S23",
        ),
        (replace(REJECTED, other_open_demands=1, rejection=Rejection.ABSENCES,
                 descends_from_of=True), "several_demands", "S12"),
        (replace(INVITED, path=events((Kind.STEP2_DONE, 2), (Kind.DRAFT_OPENED, 1))), "draft_beside", "S12"),
        (DossierFacts(inside=Inside.TAKEN_UP, pieces=(RIB_RED,)), "piece_asked", "S27"),
        (DossierFacts(inside=Inside.TAKEN_UP, pieces=(DARK,)), "piece_unreadable", "S18"),
        (DossierFacts(inside=Inside.DEPOSITED), "awaiting_payment", "S25"),
    ],
)  # fmt: skip
def test_the_likely_trouble_opens_its_script(facts: DossierFacts, code: str, script: str) -> None:
    trouble = likely_trouble(facts, NOW, "fr")
    assert trouble is not None
    assert (trouble.code, trouble.script_id) == (code, script)


def test_the_link_sent_on_the_ninth_names_both_days() -> None:
    facts = replace(INVITED, path=events((Kind.LINK_SENT, 13)))
    trouble = likely_trouble(facts, NOW, "fr")
    assert trouble is not None
    assert trouble.sentence == "Le lien envoyé le 9 juin a expiré le 12 juin."


def test_a_paid_dossier_hints_at_nothing() -> None:
    assert likely_trouble(DossierFacts(inside=Inside.PAID), NOW, "fr") is None


def test_a_fresh_link_forgets_the_bounce_but_not_the_step_done() -> None:
    path = events((Kind.STEP1_DONE, 4), (Kind.MAIL_BOUNCED, 3), (Kind.LINK_SENT, 2))
    assert path.bounced_at is None
    assert path.step1_at is not None


def test_the_portal_says_when_its_link_dies() -> None:
    said = (NOW + timedelta(hours=5)).isoformat()
    path = fold([EventFact(Kind.LINK_SENT, NOW, {"expires_at": said})])
    assert path.expires_at == NOW + timedelta(hours=5)
    broken = fold([EventFact(Kind.LINK_SENT, NOW, {"expires_at": "soon"})])
    assert broken.expires_at == NOW + timedelta(hours=72)


BEFORE_A_GRANT = (
    Inside.AWAITED, Inside.DEPOSITED, Inside.TAKEN_UP, Inside.INADMISSIBLE, Inside.REJECTED,
)  # fmt: skip


@pytest.mark.parametrize("inside", BEFORE_A_GRANT)
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_no_payment_date_before_it_is_granted(inside: Inside, locale: str) -> None:
    """Whatever the row holds: a date, an amount, the day's processing."""
    facts = DossierFacts(
        inside=inside,
        enrolled_on=date(2021, 5, 2),
        deposited_on=date(2021, 6, 14) if inside is not Inside.AWAITED else None,
        rejection=Rejection.ABSENCES if inside is Inside.REJECTED else None,
        next_payment_on=date(2021, 7, 8),
        amount_cents=68220,
        deposits_processed=date(2021, 6, 4),
    )
    said = [status_sentence(facts, NOW, locale)]
    said += [trouble.sentence for trouble in likely_troubles(facts, NOW, locale)]
    for text in said:
        assert "juillet" not in text
        assert "July" not in text
        assert "682" not in text


def test_before_a_grant_what_is_true_is_said() -> None:
    deposited = likely_trouble(DossierFacts(inside=Inside.DEPOSITED), NOW, "fr")
    taken_up = likely_trouble(DossierFacts(inside=Inside.TAKEN_UP), NOW, "fr")
    granted = likely_trouble(DossierFacts(inside=Inside.VOTED), NOW, "fr")
    assert deposited is not None and taken_up is not None and granted is not None  # noqa: PT018
    assert "Personne n’a encore étudié ce dossier" in deposited.sentence
    assert "Rien n’est encore décidé" in taken_up.sentence
    assert "aucune date n’est encore fixée" in granted.sentence


def test_a_mail_that_came_back_is_not_said_unopened_nor_expired() -> None:
    for ago in (1.0, 9.0):
        path = events((Kind.LINK_SENT, ago), (Kind.MAIL_BOUNCED, ago - 0.1))
        codes = [t.code for t in likely_troubles(replace(INVITED, path=path), NOW, "fr")]
        assert codes == ["mail_bounced"]


def test_another_reason_of_rejection_is_not_taken_for_the_procedure() -> None:
    """« Ne descend pas du logiciel » is not why this one was rejected: nothing is to be made again."""
    absences = replace(REJECTED, rejection=Rejection.ABSENCES)
    assert [t.code for t in likely_troubles(absences, NOW, "fr")] == ["rejected"]
    assert "refaire" not in status_sentence(absences, NOW, "fr")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (events((Kind.LINK_SENT, 13)), "Le lien envoyé le 9 juin pour la refaire a expiré le 12 juin."),
        (events((Kind.LINK_SENT, 1)), "Un mail pour la refaire vous a été envoyé le 21 juin."),
        (events((Kind.LINK_SENT, 1), (Kind.MAIL_BOUNCED, 1)), "pour la refaire n'est pas arrivé"),
        (events((Kind.LINK_SENT, 40)), "n'a pas encore été ouvert."),  # before the decision: another matter
        (PortalPath(), "n'a pas encore été ouvert."),
    ],
)  # fmt: skip
def test_the_mail_to_make_it_again_is_not_the_decisions(path: PortalPath, words: str) -> None:
    assert plain(status_sentence(replace(REJECTED, path=path), NOW, "fr")).endswith(words) or (
        words in plain(status_sentence(replace(REJECTED, path=path), NOW, "fr"))
    )


instants = st.datetimes(datetime(2019, 1, 1), datetime(2023, 1, 1), timezones=st.just(UTC))
days = st.dates(date(2019, 1, 1), date(2023, 1, 1))
event_facts = st.builds(
    EventFact,
    st.sampled_from(Kind),
    instants,
    st.sampled_from([{}, {"cause": "identifier"}, {"cause": "password"}, {"expires_at": 3}]),
)
paths = st.lists(event_facts, max_size=12)
pieces = st.builds(
    PieceFact,
    st.sampled_from(PieceKind),
    st.sampled_from(PieceState),
    st.none() | st.sampled_from(Defect),
    st.none() | instants,
    st.none() | instants,
)


@st.composite
def any_facts(draw: Any) -> DossierFacts:
    inside = draw(st.sampled_from(Inside))
    return DossierFacts(
        inside=inside,
        descends_from_of=draw(st.booleans()),
        enrolled_on=draw(st.none() | days),
        deposited_on=draw(st.none() | days),
        taken_up_on=draw(st.none() | days),
        decided_on=draw(st.none() | days),
        rejection=draw(st.sampled_from(Rejection)) if inside is Inside.REJECTED else None,
        notified_on=draw(st.none() | days),
        notification_seen=draw(st.booleans()),
        next_payment_on=draw(st.none() | days),
        paid_on=draw(st.none() | days),
        amount_cents=draw(st.none() | st.integers(0, 10**7)),
        deposits_processed=draw(st.none() | days),
        other_open_demands=draw(st.integers(0, 3)),
        pieces=tuple(draw(st.lists(pieces, max_size=4))),
        path=fold(draw(paths)),
    )


@given(any_facts(), instants, st.sampled_from(["fr", "en", "fr_FR", "en_GB", "de", ""]))
def test_always_a_sentence_and_never_a_secret(
    facts: DossierFacts, now: datetime, locale: str
) -> None:
    sentence = status_sentence(facts, now, locale)
    hints = likely_troubles(facts, now, locale)
    for text in (sentence, *(h.sentence for h in hints), *(h.title for h in hints)):
        assert text.strip() == text != ""
        assert "None" not in text
        assert "  " not in text
        assert not re.search(r"\d{9,}|FR\d{2}", text.replace(" ", ""))
    assert sentence.endswith(".")


@given(any_facts(), instants)
def test_both_languages_hint_at_the_same_thing(facts: DossierFacts, now: datetime) -> None:
    french = likely_troubles(facts, now, "fr")
    english = likely_troubles(facts, now, "en")
    assert [t.script_id for t in french] == [t.script_id for t in english]
    assert status_sentence(facts, now, "fr") != status_sentence(facts, now, "en")
    first = likely_trouble(facts, now, "fr")
    assert (french[0] if french else None) == first


@given(st.lists(event_facts, max_size=12), st.randoms())
def test_late_or_reordered_events_tell_the_same_path(told: list[EventFact], rng: Any) -> None:
    unique = {e.at: e for e in told}.values()
    shuffled = list(unique)
    rng.shuffle(shuffled)
    assert fold(shuffled) == fold(unique)
    assert fold([*unique, *unique]) == fold(unique)


@given(st.lists(event_facts, max_size=30))
def test_the_last_event_of_each_kind_tells_the_whole_path(told: list[EventFact]) -> None:
    """What is read of a dossier does not grow with its years (``store.last_of_each``)."""
    in_order = sorted(told, key=lambda event: event.at)
    last = {event.kind: event for event in in_order}.values()
    kept = [event for event in in_order if any(event is one for one in last)]
    assert fold(kept) == fold(in_order)
