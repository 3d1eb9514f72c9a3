"""The search answers what an agent or a caller would really say, with its slips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist import loader
from app.assist.symptoms import index, words

INDEX = index.build(loader.library().values(), index.phrases())
SHOWN = 3  # what somebody reads without scrolling

CORPUS: list[tuple[str, str]] = [
    ("le mail est pas arrivé", "S01"),
    ("elle a rien recu du portail", "S01"),
    ("ya pas de lien dans sa boite", "S01"),
    ("son lien est mort", "S02"),
    ("le lien a expiré hier", "S02"),
    ("ça dit que c'est plus valable", "S02"),
    ("courier indesirable", "S03"),
    ("elle trouve pas les spam", "S03"),
    ("dossier pourriels", "S03"),
    ("mdp gmail perdu", "S04"),
    ("il peut plus ouvrir sa boite mail", "S04"),
    ("sa boîte hotmail est bloquée", "S04"),
    ("il veut changer d'adresse mail", "S05"),
    ("nouvelle adresse mél", "S05"),
    ("smartphone écran blanc", "S06"),
    ("que son portable", "S06"),
    ("mot de passe pas assez fort", "S07"),
    ("le portail refuse son nouveau mot de passe", "S07"),
    ("huit caractères", "S07"),
    ("tiret du 6 ou du 8", "S08"),
    ("mot de passe incorect", "S08"),
    ("n'arrive pas à se connecter", "S08"),
    ("identifiant inconnu", "S09"),
    ("identifient invalide", "S09"),
    ("gmial", "S09"),
    ("et après l'étape 1 ?", "S10"),
    ("perdu après la premiere étape", "S10"),
    ("une erreur est survenue", "S11"),
    ("le site plante", "S11"),
    ("ca bug", "S11"),
    ("elle a cliqué sur déposer", "S12"),
    ("dossier en double", "S12"),
    ("deux demandes", "S12"),
    ("le seul du groupe pas payé", "S13"),
    ("tout le groupe payé sauf lui", "S13"),
    ("déposé direct sur le site", "S13"),
    ("hors procedure", "S13"),
    ("liste des exceptions", "S14"),
    ("accompagnement renforcé", "S14"),
    ("touche pole emploi", "S15"),
    ("allocation france travail", "S15"),
    ("garantie jeunes", "S15"),
    ("que veut dire dossier traité", "S16"),
    ("notification de rejet", "S16"),
    ("comprend pas son courrier", "S16"),
    ("revenu fiscal de référence", "S17"),
    ("distance en km", "S17"),
    ("iban refusé", "S17"),
    ("captcha robot", "S17"),
    ("photo trop sombre", "S18"),
    ("fichier trop lourd", "S18"),
    ("piece illisible", "S18"),
    ("manque le verso", "S19"),
    ("il manque des pages", "S19"),
    ("mauvaise case", "S20"),
    ("il s'est trompé de case", "S20"),
    ("pas d'avis d'imposition", "S21"),
    ("jamais déclaré ses impots", "S21"),
    ("son ex patron garde l'attestation", "S22"),
    ("attend un papier de l'employeur", "S22"),
    ("les champs s'effacent", "S23"),
    ("les cases se vident quand elle valide", "S23"),
    ("compte introuvable", "S24"),
    ("ne voit pas sa demande", "S24"),
    ("quand est-ce qu'elle est payée", "S25"),
    ("date de virement", "S25"),
    ("où en est mon dossier", "S25"),
    ("loyer impayé", "S26"),
    ("plus de quoi manger", "S26"),
    ("à découvert", "S26"),
    ("on lui redemande une pièce", "S27"),
    ("redonner la main", "S27"),
    ("perdre le rsa", "S28"),
    ("quoi dire à la caf", "S28"),
    ("non rémunéré", "S28"),
    ("parle pas francais", "S29"),
    ("interprete arabe", "S29"),
    ("ne sait pas lire", "S29"),
    ("pas d'ordinateur chez elle", "S30"),
    ("ni scanner ni imprimante", "S30"),
    ("elle veut mourir", "S31"),
    ("idées suicidaires", "S31"),
    ("son mari la frappe", "S31"),
    ("a-t-il droit à l'aide", "S32"),
    ("combien il toucherait", "S32"),
    ("quels papiers préparer", "S32"),
    ("il arrete sa formation", "S33"),
    ("change de formation", "S33"),
    ("absences", "S33"),
    ("formatrice qui appelle pour plusieurs stagiaires", "S34"),
    ("toute une classe", "S34"),
    ("voté mais pas payé", "S35"),
    ("proposée au paiement", "S35"),
    ("ordinateur de la mediatheque", "S36"),
    ("elle a oublié de se déconnecter", "S36"),
    ("c'est une arnaque ?", "S37"),
    ("on lui demande un code par téléphone", "S37"),
    ("numéro bizarre", "S37"),
    ("bourse infirmiere", "S38"),
    ("aide soignante", "S38"),
    ("never got the email", "S01"),
    ("link expired", "S02"),
    ("when am i paid", "S25"),
    ("blurred photo", "S18"),
]


@pytest.mark.parametrize(("said", "script_id"), CORPUS)
def test_what_is_said_finds_its_script(said: str, script_id: str) -> None:
    assert script_id in index.find(INDEX, said)[:SHOWN]


def test_nearly_all_are_found_first() -> None:
    first = sum(index.find(INDEX, said)[:1] == [script_id] for said, script_id in CORPUS)
    assert first >= len(CORPUS) * 0.9


def test_every_script_has_sentences_and_is_found_by_its_own_words() -> None:
    assert set(index.phrases()) == set(loader.library())
    for script_id, sentences in index.phrases().items():
        assert len(sentences) >= 5
        for sentence in sentences:
            assert script_id in index.find(INDEX, sentence)[:SHOWN], sentence


def test_what_no_script_speaks_of_finds_nothing() -> None:
    for strange in ("zzz", "girafe", "xkcd qwerty"):
        assert index.find(INDEX, strange) == []


def test_nothing_asked_is_all() -> None:
    assert index.find(INDEX, "") == index.find(INDEX, "la") == list(INDEX.ids)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_answered_with_scripts_once_each(query: str) -> None:
    found = index.find(INDEX, query)
    assert len(set(found)) == len(found)
    assert set(found) <= set(INDEX.ids)


@given(st.sampled_from([said for said, _script in CORPUS]))
def test_accents_and_capitals_do_not_matter(said: str) -> None:
    assert words.read(said) == words.read(said.upper())
