"""Free texts keep facts and refuse secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.assist import loader
from app.dossiers.free_text import LONGEST, REMOVED, Accepted, Refused, Secret, check, explain

CARD = "4111 1111 1111 1111"
IBAN = "FR14 2004 1010 0505 0001 3M02 606"
NIR = "1 85 05 78 006 084 91"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rappeler demain matin, mail renvoyé à 10 h 35.",
        "Mot de passe de la messagerie perdu, boîte refaite avec elle.",
        "Le mot de passe est refusé par le Portail depuis hier.",
        "mdp : oublié. Renvoi du lien.",
        "mot de passe trop court",
        "N'a pas reçu le mail sur l'adresse en .fr ; 2e appel.",
        "Formatrice au 06 12 34 56 78, organisme SIRET 732 829 320 00074.",
        "Dossier PF-2021-004512, déposé le 14/06/2021, 1 240,50 €.",
        "Pin's du formateur sur la photo",
        "Dit que le code secret n'arrive pas.",
        "La page du mot de passe : elle continue seule.",
        "Deux mots de passe : celui de ses mails, et celui du Portail.",
    ],
)
def test_plain_facts_are_accepted(text: str) -> None:
    assert check(text) == Accepted(text)


def said_by_scripts() -> list[str]:
    """Every sentence of every guided script, in both languages: what people say all day, and no secret in it."""
    found = []
    for path in sorted(Path(loader.__file__).with_name("scripts").glob("*.yaml")):
        held = [yaml.safe_load(path.read_text())]
        while held:
            each = held.pop()
            held += (
                each.values() if isinstance(each, dict) else each if isinstance(each, list) else []
            )
            found += [each[:LONGEST].strip()] if isinstance(each, str) else []
    return found


def test_no_sentence_of_our_scripts_is_refused() -> None:
    sentences = said_by_scripts()
    assert len(sentences) > 5_000
    refused = [text for text in sentences if isinstance(check(text, about_somebody=True), Refused)]
    assert refused == []


@pytest.mark.parametrize(
    ("text", "secret", "hidden"),
    [
        ("mdp: Soleil#12", Secret.PASSWORD, "Soleil#12"),
        ("Mot de passe = tournesol", Secret.PASSWORD, "tournesol"),
        ("son mot de passe est Azerty!2021 depuis hier", Secret.PASSWORD, "Azerty!2021"),
        ("nouveau mdp Toto2021", Secret.PASSWORD, "Toto2021"),
        ("mot de passe du Portail : « Chat-noir8 »", Secret.PASSWORD, "Chat-noir8"),
        ("le mot de passe : il a mis Soleil2021! hier", Secret.PASSWORD, "Soleil2021"),
        ("password: hunter2", Secret.PASSWORD, "hunter2"),
        (f"paye avec {CARD} au besoin", Secret.CARD, "1111 1111"),
        ("carte 5555-5555-5555-4444", Secret.CARD, "5555-4444"),
        (f"06 12 34 56 78 {CARD}", Secret.CARD, "1111 1111"),
        (f"NIR {NIR} vérifié", Secret.NIR, "006 084"),
        ("185057800608491", Secret.NIR, "8505780"),
        ("2 76 12 2A 123 456", Secret.NIR, "123 456"),
        (f"IBAN {IBAN} ok", Secret.IBAN, "2004 1010"),
        ("fr1420041010050500013m02606", Secret.IBAN, "20041010"),
    ],
)
def test_secrets_are_refused_and_not_given_back(text: str, secret: Secret, hidden: str) -> None:
    result = check(text)
    assert isinstance(result, Refused)
    assert secret in result.secrets
    assert hidden not in result.kept
    assert REMOVED in result.kept
    for locale in ("fr", "en"):
        assert len(explain(result, locale)) == len(result.secrets) + 1


def test_the_rest_of_the_note_is_kept() -> None:
    result = check("Rappelle à 14 h. mdp: Soleil#12 Lien renvoyé.")
    assert isinstance(result, Refused)
    assert result.kept == f"Rappelle à 14 h. mdp: {REMOVED} Lien renvoyé."


def test_too_long_keeps_every_word() -> None:
    result = check("a" * (LONGEST + 1))
    assert isinstance(result, Refused)
    assert result.too_long
    assert result.secrets == ()
    assert result.kept == "a" * (LONGEST + 1)


@given(st.text(max_size=LONGEST * 2))
def test_never_fails_and_what_is_accepted_stays_accepted(text: str) -> None:
    result = check(text)
    if isinstance(result, Accepted):
        assert check(result.text) == result
        assert len(result.text) <= LONGEST
    else:
        assert explain(result, "fr")


@given(st.text(max_size=100), st.text(max_size=100), st.sampled_from([CARD, IBAN, NIR]))
def test_a_secret_is_found_wherever_it_stands(before: str, after: str, secret: str) -> None:
    result = check(f"{before} ; {secret} ; {after}")
    assert isinstance(result, Refused)
    assert secret not in result.kept


@given(st.lists(st.integers(0, 9), min_size=15, max_size=15))
def test_any_card_number_is_refused(digits: list[int]) -> None:
    body = [4, *digits[:14]]
    total = sum(d * 2 - 9 * (d > 4) if i % 2 == 0 else d for i, d in enumerate(body))
    number = "".join(map(str, [*body, -total % 10]))
    assert isinstance(check(f"carte {number}."), Refused)
