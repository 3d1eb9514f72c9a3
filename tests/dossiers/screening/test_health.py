"""An annotation keeps facts: an illness is refused, and no innocent sentence with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers import free_text
from app.dossiers.screening import health
from app.foundation.exceptions import InvalidInput

INNOCENT = [
    "Mot de passe oublié, lien renvoyé.",
    "Doit s'inscrire à la carte avant lundi.",
    "Secrétaire médicale : formation à l'Institut des Métiers du Soin.",
    "Formation d'aide-soignante, stage en psychiatrie en juillet.",
    "Travaille en dialyse depuis mai.",
    "Attestation de la caisse d'assurance maladie à joindre.",
    "Attend sa carte vitale, le numéro est provisoire.",
    "Absente du 3 au 9 juin, l'organisme l'a signalé.",
    "Arrêt de travail transmis par l'organisme.",
    "Le dossier est traité, puis rejeté.",
    "La demande est suspendue pour une pièce.",
    "Suivi par la mission locale, rappel au 02 61 91 01 62.",
    "Suivie pour son dossier par Camille.",
    "Référence PF-2026-004201, action 24-1001, 420 heures.",
    "Soignée dans ses réponses, elle a tout relu.",
    "A fait une demande de prêt ; pas de cause de rejet.",
    "En formation pour la prévention du sida en milieu scolaire.",
    "Infirmier en psychiatrie, deuxième année.",
    "Parle de l'aide aux personnes handicapées de sa commune.",
]
ILL = [
    "Elle est enceinte de six mois.",
    "Il est dépressif, rappeler doucement.",
    "Souffre d'une dépression depuis mars.",
    "Absente car hospitalisée la semaine dernière.",
    "A un cancer, ne peut pas venir.",
    "Est suivie pour son diabète.",
    "Sous antidépresseurs depuis l'été.",
    "En chimiothérapie jusqu'à juin.",
    "Est peut-être séropositif.",
    "Il est en dépression.",
    "Malade d'une sclérose, fatiguée.",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_an_innocent_sentence_is_kept(text: str) -> None:
    assert free_text.accepted(text, "fr") == text


@pytest.mark.parametrize("text", ILL)
def test_an_illness_is_refused_with_what_to_write_instead(text: str) -> None:
    with pytest.raises(InvalidInput, match="absente du 3 au 9 juin"):
        free_text.accepted(text, "fr")


def test_a_person_in_danger_is_never_held_back() -> None:
    text = "Hospitalisée hier, est suicidaire : rappeler tout de suite."
    assert free_text.accepted(text, "fr", of_health=True) == text


@given(
    st.lists(st.sampled_from(INNOCENT)), st.sampled_from(ILL), st.lists(st.sampled_from(INNOCENT))
)
def test_a_note_keeps_all_but_the_sentence_about_health(
    before: list[str], ill: str, after: list[str]
) -> None:
    text = " ".join([*before, ill, *after])[: free_text.LONGEST]
    judged = free_text.check(text, about_somebody=True)
    if ill in text:
        assert isinstance(judged, free_text.Refused)
        assert judged.secrets == (free_text.Secret.HEALTH,)
        assert ill.rstrip(".") not in judged.kept
        assert all(each in judged.kept for each in (*before, *after) if each in text)
    assert isinstance(free_text.check(text), free_text.Accepted)  # what the person writes is theirs


@given(st.sampled_from(INNOCENT), st.sampled_from(ILL))
def test_an_illness_is_seen_after_any_innocent_sentence(before: str, ill: str) -> None:
    assert health.told(f"{before} {ill}")


@given(st.lists(st.sampled_from(INNOCENT), min_size=1, max_size=4))
def test_innocent_sentences_together_are_innocent(texts: list[str]) -> None:
    assert not health.told(" ".join(texts))


phones = st.from_regex(r"0[1-9]( \d\d){4}", fullmatch=True)


@given(phones, st.from_regex(r"PF-20\d\d-00\d{4}", fullmatch=True), st.integers(1, 28))
def test_telephones_references_and_days_are_no_secret(phone: str, reference: str, day: int) -> None:
    text = f"{reference} : rappelée au {phone}, vue le {day:02d}/06/2026, action 24-1{day:03d}."
    assert free_text.accepted(text, "fr") == text
