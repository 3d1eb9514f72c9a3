"""What is suggested is right for the moment: flags before guesses, nothing done already, no mail that came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.assist.walk import suggesting
from app.dossiers.facts import DossierFacts, PortalPath
from app.dossiers.troubles.likely import likely_troubles
from app.dossiers.vocabulary import FlagKind, Inside

NOW = datetime(2021, 6, 22, 8, 30, tzinfo=UTC)
instants = st.none() | st.integers(0, 30 * 24).map(lambda h: NOW - timedelta(hours=h))

paths = st.builds(
    PortalPath,
    sent_at=instants, expires_at=instants, bounced_at=instants, opened_at=instants,
    step1_at=instants, step2_at=instants, password_refused_at=instants, login_failed_at=instants,
    error_at=instants, fields_lost_at=instants, not_found_at=instants,
)  # fmt: skip
dossiers = st.builds(
    DossierFacts,
    inside=st.sampled_from(Inside),
    enrolled_on=st.none() | st.just(NOW.date()),
    other_open_demands=st.integers(0, 2),
    flags=st.frozensets(st.sampled_from(FlagKind)),
    path=paths,
)
followed = st.frozensets(st.sampled_from([f"S{n:02d}" for n in range(1, 39)]))


@given(dossiers, followed)
def test_flags_come_before_any_guess(facts: DossierFacts, done: frozenset[str]) -> None:
    chosen = suggesting.choose(likely_troubles(facts, NOW, "fr"), followed=done)
    codes = [trouble.code for trouble in chosen]
    if FlagKind.DISTRESS in facts.flags:
        assert codes[:1] == ["distress"]
        assert set(codes) <= set(suggesting.FLAGGED)
    flagged = [code in suggesting.FLAGGED for code in codes]
    assert flagged == sorted(flagged, reverse=True)
    assert len(codes) <= suggesting.MOST
    assert all(trouble.sentence for trouble in chosen)  # the reason is always said


@given(dossiers, followed, st.sampled_from([f"S{n:02d}" for n in range(1, 39)]))
def test_what_is_followed_is_not_suggested_again(
    facts: DossierFacts, done: frozenset[str], here: str
) -> None:
    chosen = suggesting.choose(likely_troubles(facts, NOW, "fr"), followed=done, now_followed=here)
    assert all(t.script_id != here for t in chosen)
    assert all(t.script_id not in done for t in chosen if t.code != suggesting.DANGER)


@given(dossiers)
def test_a_mail_that_came_back_is_never_said_to_be_unopened(facts: DossierFacts) -> None:
    refused = replace(facts, path=replace(facts.path, bounced_at=NOW - timedelta(minutes=20)))
    codes = [trouble.code for trouble in likely_troubles(refused, NOW, "fr")]
    assert "mail_unopened" not in codes
    assert "link_expired" not in codes
