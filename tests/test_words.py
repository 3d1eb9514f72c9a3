"""One word for one thing: the banned twins of docs/glossary.md are nowhere that people read.

A failure names the sentence and the word to say instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po

from app.lines.announcements.texts import TEXTS

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
ROW = re.compile(r"^\| (fr|en|docs) \| `([^`]+)` \| (.+) \|$", re.M)
FRENCH_GUIDES = ("agents.md", "managers.md", "scripts.md")
# Bilingual, or made of other pages' words.
NEITHER = ("glossary.md", "definitions.md")
# Names of things that are not ours to rename, and commands.
QUOTED = re.compile(
    r"mail (servers?|programs?)|Suspect mail|« [^»]*courriers indésirables[^»]*»|`[^`]*`|\]\([^)]*\)|«?\s?--?[a-z-]+",
    re.I,
)
Said = tuple[str, str]  # where, what


def _twins(where: str) -> list[tuple[re.Pattern[str], str]]:
    rows = [(twin, say) for place, twin, say in ROW.findall(GLOSSARY.read_text()) if place == where]
    return [
        (re.compile(rf"(?<![\w-]){re.escape(_plain(twin))}(?![\w-])", re.I), say)
        for twin, say in rows
    ]


def _plain(text: str) -> str:
    """One apostrophe, one space."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("’", "'"))


def _catalogue() -> Iterator[tuple[str, str]]:
    """The French and the English of each text, plural forms apart."""
    file = ROOT / "app" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as source:
        for message in read_po(source):
            if message.id:
                yield from zip(_forms(message.id), _forms(message.string), strict=True)


def _forms(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(form) for form in value or ()]  # type: ignore[attr-defined]


def _of_scripts(node: object) -> Iterator[tuple[str, str]]:
    """Every pair of a script's file; keywords, which people search by, left out."""
    if isinstance(node, dict):
        if set(node) == {"fr", "en"}:
            yield str(node["fr"]), str(node["en"])
        for value in node.values():
            yield from _of_scripts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _of_scripts(value)


def _text(node: ast.expr) -> str | None:
    """A string as it is written, the places of its values left out; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value
            for part in node.values
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
    return None


def pairs_in(code: str) -> Iterator[tuple[str, str]]:
    """The sentences that code writes in both languages: two strings side by side, one with a space."""
    for node in ast.walk(ast.parse(code)):
        both = (
            node.elts
            if isinstance(node, ast.Tuple)
            else node.args
            if isinstance(node, ast.Call)
            else []
        )
        texts = [_text(each) for each in both]
        if len(texts) == 2 and all(texts):
            french, english = texts
            assert french is not None
            assert english is not None
            if french != english and " " in french + english:
                yield french, english


def _both() -> Iterator[tuple[str, str, str]]:
    """Where, French, English."""
    for french, english in _catalogue():
        yield "catalogue", french, english
    for file in sorted((ROOT / "app" / "assist" / "scripts").glob("*.yaml")):
        for french, english in _of_scripts(yaml.safe_load(file.read_text())):
            yield file.name, french, english
    for key, french in TEXTS["fr"].items():
        yield f"announcement {key}", french, TEXTS["en"][key]
    # The demo Portal and the demo phone are met by people too.
    beside = [ROOT / "demo_portal" / "texts.py", ROOT / "carrier" / "texts.py"]
    for file in [*sorted((ROOT / "app").rglob("*.py")), *beside]:
        for french, english in pairs_in(file.read_text()):
            yield str(file.relative_to(ROOT)), french, english


def _of_mails(language: str) -> Iterator[Said]:
    of_people = [ROOT / "templates" / "mail", ROOT / "templates" / "channels"]
    for file in sorted(f for folder in of_people for f in folder.glob(f"*.{language}.*")):
        read = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", file.read_text(), flags=re.S)
        yield file.name, read


def _guides(french: bool) -> Iterator[Said]:
    for file in sorted((ROOT / "docs").glob("*.md")):
        if file.name not in NEITHER and (file.name in FRENCH_GUIDES) is french:
            prose = re.sub(r"(?s)```.*?```", " ", file.read_text())
            for line in prose.splitlines():
                yield file.name, line


def _read(where: str) -> Iterator[Said]:
    if where == "docs":
        yield from _guides(french=False)
        # The demo's people have a name, and a pronoun with it.
        yield from (
            (p, english) for p, _french, english in _both() if not p.startswith("app/demo/")
        )
        return
    yield from ((place, french if where == "fr" else english) for place, french, english in _both())
    yield from _of_mails(where)
    if where == "fr":
        yield from _guides(french=True)


@pytest.mark.parametrize("where", ["fr", "en", "docs"])
def test_a_twin_is_nowhere(where: str) -> None:
    twins = _twins(where)
    assert len(twins) > 5
    found = {
        f"{place}: « {_plain(text).strip()[:110]} » → {say}"
        for place, text in _read(where)
        for twin, say in twins
        if twin.search(QUOTED.sub(" ", _plain(text)))
    }
    if found:
        pytest.fail(
            "\n  ".join(["banned twins (docs/glossary.md):", *sorted(found)]), pytrace=False
        )


DOUBLED = re.compile(r"[^\W\d_]·(?:e|es|ne|nes|rice|trice|euse)\b|[^\W\d_]\(e\)(?:s\b)?", re.I)
PAPERS = re.compile(
    r"« [^»]*stagiaire[^»]*»|« non rémunéré·e »"
)  # a form of another service, as it is


def test_nobody_is_two_genders_on_a_screen() -> None:
    """« payé·e » cannot be said aloud: the sentence turns around. Words alone are looked at too."""
    said = [(place, _plain(text)) for place, text in _read("fr")]
    said += [
        (str(file.relative_to(ROOT)), node.args[0].value)
        for file in sorted((ROOT / "app").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Text"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]
    assert len(said) > 3000
    found = {f"{place}: {text}" for place, text in said if DOUBLED.search(PAPERS.sub(" ", text))}
    assert not found, "\n".join(sorted(found))


BOTH_NUMBERS = re.compile(
    r"(?<!http)(?<=[a-zà-ÿ])\((?:e?s|x)\)(?![\w.])"
)  # « 2 appel(s) » cannot be said aloud


def test_nothing_is_singular_and_plural_at_once() -> None:
    """What commands, refusals and screens say in French counts with a label, or with the right form."""
    said = [(place, text) for place, text in _read("fr")]
    said += [
        (str(file.relative_to(ROOT)), text)
        for file in sorted((ROOT / "app").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant | ast.JoinedStr)
        and (text := _text(node))
        and "\n" not in text
    ]
    found = {f"{place}: {text}" for place, text in said if BOTH_NUMBERS.search(text)}
    assert not found, "\n".join(sorted(found))


def test_a_twin_would_be_found() -> None:
    """The test itself sees what it should: an e-mail in a screen's English, a ticket in French."""
    said = dict(pairs_in('Text("Un mail part", "An e-mail is sent")'))
    assert said == {"Un mail part": "An e-mail is sent"}
    assert any(twin.search("An e-mail is sent") for twin, _say in _twins("en"))
    assert any(twin.search("Le ticket est gardé") for twin, _say in _twins("fr"))
    assert not any(twin.search("The mailbox is full") for twin, _say in _twins("en"))


def test_no_english_is_the_french_left_as_it_was() -> None:
    """A text that is the same in both languages is a word of both, never a sentence."""
    same = sorted({french for french, english in _catalogue() if french == english})
    sentences = [text for text in same if len(re.findall(r"[^\W\d_]{2,}", text)) > 3]
    commands = [text for text in sentences if not text.startswith("flask ")]
    assert commands == []


def test_each_term_has_both_languages() -> None:
    rows = re.findall(
        r"^\| ([^|`]+) \| ([^|]+) \| (`[^|]+`) \| ([^|]+) \|$", GLOSSARY.read_text(), re.M
    )
    assert len(rows) > 40
    for french, english, _code, meaning in rows:
        assert french.strip(), english
        assert english.strip(), french
        assert " · " in meaning, french


def test_a_template_names_no_role_by_its_code() -> None:
    """Roles and their groups have names (app/foundation/roles.py); templates know them as globals."""
    role = re.compile(
        r"""role\b[^%}]{0,30}["'](front|back|manager|admin)["']|\(\s*["'](front|manager)["'],"""
    )
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in sorted((ROOT / "templates").rglob("*.html"))
        for match in role.finditer(file.read_text())
    ]
    assert found == []
