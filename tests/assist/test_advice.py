"""What the scripts must say, and what they must never say: advice that harmed people once."""

from __future__ import annotations

import re
from datetime import date

import pytest
import yaml

from app.assist import loader
from app.assist.script import ACTIONS, SERVED, Script, Step
from app.assist.walk import filling
from app.dossiers.vocabulary import Rejection
from app.dossiers.wording import PIECE, REJECTION
from app.foundation.text import bodies
from app.foundation.text.bilingual import Text
from app.foundation.text.typography import french
from tests.assist.paths import every_path

SCRIPTS = list(loader.library().values())
SAID = [
    (script, step, step.say.fr)
    for script in SCRIPTS
    for step in script.steps
    if step.say is not None
]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'").lower()


def words_of(step: Step) -> str:
    texts = (step.ask, step.do, step.say, step.screen, step.check)
    return plain(" ".join(t.fr for t in texts if t) + " ".join(c.label.fr for c in step.choices))


# --- CAF and RSA (S28) ---

S28 = loader.get("S28")


def test_the_words_that_kept_rights_are_said_and_read_back() -> None:
    assert S28.step("mots").say is not None
    said = plain(S28.step("mots").say.fr)  # type: ignore[union-attr]
    assert "stagiaire de la formation professionnelle non rémunéré" in said
    for path in every_path(S28):
        ids = [step.id for step, _choice in path]
        if "mots" in ids and path[-1][1].end == "solved" and ids[-1] != "impots":
            assert ids[-1] == "relire", ids
    check = S28.step("relire").check
    assert check is not None
    assert "non rémunéré" in plain(check.fr)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_nobody_is_told_to_declare_the_grant_as_pay(script: Script) -> None:
    for place, text in script.texts():
        for said in (plain(text.fr), text.en.lower()):
            for found in re.finditer(
                r"il faut (?:la |l')?déclarer|déclarez (?:l'aide|le montant)|vous devez déclarer"
                r"|you must declare|declare the (?:grant|amount)",
                said,
            ):
                raise AssertionError(f"{script.id} {place}: {found[0]}")


def test_the_grant_is_said_not_taxable_and_a_doubt_is_a_follow_up() -> None:
    assert "n'est pas imposable, depuis 2019" in plain(S28.step("impots").say.fr)  # type: ignore[union-attr]
    doubt = S28.step("doute")
    assert "je préfère vérifier plutôt que de deviner" in plain(doubt.say.fr)  # type: ignore[union-attr]
    assert doubt.action == "create_callback"
    for step in (S28.step("mots"), S28.step("relire"), S28.step("perdre"), S28.step("impots")):
        assert any(choice.next == "doute" for choice in step.choices), step.id


# --- the identifier (S09 and wherever it is named) ---


def test_an_identifier_that_is_no_address_is_not_called_wrong() -> None:
    s09 = loader.get("S09")
    (choice,) = [c for c in s09.start.choices if c.next == "attribue"]
    assert "pas une adresse" in plain(choice.label.fr)
    assert "pas forcément faux" in plain(s09.step("attribue").say.fr)  # type: ignore[union-attr]
    assert "provisoire" in words_of(s09.step("provisoire"))


def test_no_script_says_that_the_identifier_is_always_the_address() -> None:
    for script, step, said in SAID:
        if re.search(r"identifiant.{0,20}(?:c'est|est) votre adresse", plain(said)):
            assert "premi" in plain(said), (script.id, step.id)


# --- the slot's word and the paper's word (S16) ---


def test_the_frightening_word_never_comes_without_its_meaning() -> None:
    seen = 0
    for script in SCRIPTS:
        for place, text in script.texts():
            said = plain(text.fr)
            if "notification de rejet" in said and "choice" not in place:
                seen += 1
                assert "avis de situation" in said, (script.id, place)
                assert re.search(r"refus|→|=", said), (script.id, place)
    assert seen > 5


def test_proof_of_right_is_said_before_the_word() -> None:
    said = plain(loader.get("S16").step("case_rejet").say.fr)  # type: ignore[union-attr]
    assert said.index("personne ne vous refuse rien") < said.index("notification de rejet")
    assert said.index("notification de rejet") < said.index("avis de situation")


# --- outside the procedure (S13) ---

S13 = loader.get("S13")


def test_s13_listens_before_it_tells_and_says_what_is_kept_first() -> None:
    assert S13.start.id == "ecouter"
    assert "je vous écoute" in plain(S13.start.say.fr)  # type: ignore[union-attr]
    told = plain(S13.step("fait").say.fr)  # type: ignore[union-attr]
    assert told.index("n'est perdu") < told.index("rejeté") < told.index("refaire")
    assert "la faute de personne" in told
    again = plain(S13.step("refaire").say.fr)  # type: ignore[union-attr]
    assert again.index("déjà là") < again.index("remettre les documents")


def test_s13_names_a_contact_and_sums_up_before_it_ends() -> None:
    for path in every_path(S13):
        ids = [step.id for step, _choice in path]
        if path[-1][1].end in ("under_way", "follow_up"):
            assert ids[-1] == "contact", ids
            assert "adresse" in ids
    recap = words_of(S13.step("contact"))
    assert "prénom" in recap
    assert "en résumé" in recap


# --- the mail that the person opens ---

READS_IT = re.compile(r"qui l'envoie.*objet.*date")


@pytest.mark.parametrize("script_id", ["S01", "S02", "S03", "S04", "S05", "S13"])
def test_the_mail_opened_is_checked_sender_subject_and_date(script_id: str) -> None:
    """A person found an older mail, whose link was dead, and nobody noticed (call A of the study)."""
    script = loader.get(script_id)
    for path in every_path(script):
        steps = [step for step, _choice in path]
        opens = next((n for n, s in enumerate(steps) if s.id in ("ouvrir", "dedans")), None)
        if (
            path[-1][1].end == "under_way"
            and script.id == "S05"
            and "renvoi" in {s.id for s in steps}
        ):
            opens = len(steps) - 1  # S05 ends where the mail is in their hands
        sends = [n for n, s in enumerate(steps) if s.action == "resend_link"]
        called = any(choice.then for _step, choice in path[:opens]) if opens else False
        if opens is None or not sends or sends[0] > opens or called:
            continue
        between = steps[: opens + 1]
        dated = [s for s in between if READS_IT.search(words_of(s))]
        chosen = [c for _s, c in path[:opens] if "date lue" in plain(c.label.fr)]
        assert dated or chosen, [s.id for s in steps]


SOON = re.compile(r"trois jours")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_no_link_is_sent_to_somebody_who_cannot_open_it_within_three_days(script: Script) -> None:
    """Placements last a fortnight (call A of the study): the mailbox is open now, or the person said when."""
    for path in every_path(script):
        for number, (step, _choice) in enumerate(path):
            if step.action != "resend_link":
                continue
            learnt = {pair for _s, choice in path[:number] for pair in choice.learns}
            called = any(choice.then for _s, choice in path[:number])
            asked = step.say is not None and SOON.search(plain(step.say.fr)) and "?" in step.say.fr
            there = learnt & {("mailbox", "open"), ("soon", "yes")}
            assert there or called or asked, (script.id, [s.id for s, _c in path])


# --- who hears, who speaks ---

# What is said of, or asked from, the person alone. The names of slots and papers are nobody's secret.
PRIVATE = re.compile(
    r"\{=(?:payment_answer|amount|decided_on|taken_up_on)\}|puis rejeté|demande est refusée|pensez à mourir"
    r"|vous faire du mal|un versement arrive|revenu fiscal|l'iban commence|titre de séjour|une absence"
    r"|fait une déclaration|de quoi manger|en grande difficulté"
)
# Said to nobody in particular: the rules of the grant, and how two cases of the refusals' mails differ.
OF_NOBODY = {("S32", "montant"), ("S12", "transmettre")}
TELLS = re.compile(r"\{=(?:payment_answer|amount|decided_on)\}|puis rejeté")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_who_hears_is_asked_before_private_words_and_who_speaks_before_a_decision(
    script: Script,
) -> None:
    source = yaml.safe_load(loader.source(script.id))
    said = {each["id"]: plain(each.get("say", {}).get("fr", "")) for each in source["steps"]}
    for path in every_path(script):
        for number, (step, choice) in enumerate(path):
            if (script.id, step.id) in OF_NOBODY:
                continue
            asked = {name for earlier, _c in path[:number] for name in earlier.asks}
            if PRIVATE.search(said[step.id]):
                # Danger told in the very first breath is acted upon at once.
                assert "heard" in asked, (script.id, step.id, [s.id for s, _c in path], choice)
            if TELLS.search(said[step.id]):
                assert "identity" in asked, (script.id, step.id, [s.id for s, _c in path])


def test_each_act_that_a_script_may_have_is_reached_by_one() -> None:
    """Issue 13's list: an act that no step offers helps nobody."""
    offered = {step.action for script in SCRIPTS for step in script.steps}
    assert offered >= ACTIONS


@pytest.mark.parametrize("script_id", ["S05", "S07", "S09", "S10", "S11", "S12", "S13"])
def test_what_is_kept_is_said(script_id: str) -> None:
    said = " ".join(
        plain(step.say.fr) for step in loader.get(script_id).steps if step.say is not None
    )
    assert re.search(
        r"rien n'est perdu|n'est perdu|est gardé|sont gardés|sont gardées|reste dans|ne bougent pas|"
        r"est déjà là|déjà là|n'est effacé|ne se perd|garde ses",
        said,
    ), script_id


# --- promises ---

UNKNOWN = (
    "ne vous sera pas reproché", "on vous prévient", "vous préviendra", "vous n'aurez pas à rappeler",
    "dès que c'est réparé", "qu'on vous paiera", "ne vous inquiétez pas. la bonne", "personne ne pourra dire",
    "on va régler", "c'est normal, le délai", "on vous l'a écrit", "il fallait", "tel jour",
)  # fmt: skip


@pytest.mark.parametrize("words", UNKNOWN)
def test_nothing_is_promised_that_nobody_knows(words: str) -> None:
    for script, step, said in SAID:
        assert words not in plain(said), (script.id, step.id)


def test_no_payment_date_is_said_before_it_is_granted() -> None:
    s25 = loader.get("S25")
    for step_id in ("file", "etude"):
        step = s25.step(step_id)
        assert "date de paiement" in plain(step.say.fr)  # type: ignore[union-attr]
        assert "je ne peux" in plain(step.say.fr)  # type: ignore[union-attr]
    assert not any(
        c.next == "vague" for s in (s25.step("file"), s25.step("etude")) for c in s.choices
    )


def test_only_the_step_that_sees_it_says_that_it_is_solved() -> None:
    """Opening a page is not yet being in: such ends say that it is under way."""
    for script_id in ("S03", "S04", "S05", "S06"):
        for path in every_path(loader.get(script_id)):
            assert path[-1][1].end != "solved", script_id
    assert "under_way" in SERVED


PLACE_HOLDER = re.compile(
    r"\btel(?:le)?s? (?:jour|date|heure|montant|personne)|\b[xX]{2,}\b|__|\[|\.\.\.|\bsuch and such\b|\bTODO\b"
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_no_text_waits_for_somebody_to_fill_it(script: Script) -> None:
    """A fact is filled from the dossier, or the sentence has a form without it; nothing else is left open."""
    for place, text in script.texts():
        for said in text:
            assert not PLACE_HOLDER.search(plain(said)), (place, said)
    for step in script.steps:
        for name in filling.NAMES:
            text = filling.written(step, name, {})  # nothing is known
            assert text is None or not any("{" in said for said in text), (step.id, name)
            known = filling.written(step, name, {slot: Text("a", "b") for slot in filling.SLOTS})
            assert known is None or not any("{" in said for said in known), (step.id, name)


# --- names of bodies are data ---


def test_names_of_bodies_are_written_in_one_file() -> None:
    known = [b.fr for b in bodies.registry().values()] + [
        old.name for b in bodies.registry().values() for old in b.former
    ]
    for file in loader.files(loader.SCRIPTS_DIR):
        document = yaml.safe_load(file.read_text("utf-8"))
        del document["keywords"]
        text = str(document)
        for name in known:
            if name not in ("la CAF",):
                assert name not in text, (file.name, name)
    for text in REJECTION[Rejection.PAID_BY_EMPLOYMENT_SERVICE]:
        assert "France Travail" in text


def test_todays_name_is_said_and_the_older_one_helps_with_older_papers() -> None:
    assert bodies.name("emploi", "fr") == bodies.name("emploi", "en") == "France Travail"
    assert bodies.on_paper("emploi", "fr") == "France Travail (« Pôle emploi » avant 2024)"
    assert bodies.fill("{emploi:dit}", "fr") == "France Travail, autrefois Pôle emploi"
    assert bodies.fill("{emploi:dit}", "en") == "France Travail, formerly Pôle emploi"
    s15 = loader.get("S15")
    assert "autrefois Pôle emploi" in s15.step("recoit").say.fr  # type: ignore[union-attr]
    assert french("« Pôle emploi » avant 2024") in s15.step("preuve").screen.fr  # type: ignore[union-attr]


def test_each_name_has_a_source_and_a_day_when_it_was_verified() -> None:
    for body in bodies.registry().values():
        assert body.source
        assert isinstance(body.verified_on, date)
        assert all(old.until < body.verified_on for old in body.former)


def test_a_name_that_no_file_knows_is_told_to_the_author() -> None:
    document = yaml.safe_load((loader.SCRIPTS_DIR / "S30.yaml").read_text("utf-8"))
    document["steps"][0]["say"]["fr"] = "Demandez à {pole_emploi}."
    (problem,) = loader.check_document(document, "S30.yaml", [s.id for s in SCRIPTS])
    assert "nom d'organisme inconnu : « {pole_emploi} »" in str(problem)


def test_pieces_and_reasons_have_no_braces_left() -> None:
    for table in (PIECE, REJECTION):
        for pair in table.values():
            assert not any(bodies.unknown_marks(text) or "{" in text for text in pair)
