"""French and English are complete: each text of the code is in the catalogue, and pages use it.

A failure names the texts. What to do: `make translations`, then write what it lists.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.catalog import Message
from flask import Flask
from jinja2 import Environment, nodes

from tests.clients import StaffClient

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(p for p in (ROOT / "templates").rglob("*.html") if "mail" not in p.parts)
SCRIPTS = sorted(p for p in (ROOT / "static" / "js").rglob("*.js"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|%%")
FRENCH = re.compile(
    r"[àâçèéêëîïôùûœ«»]|\b(le|la|les|des|du|une|est|pas|vous|votre|cette|pour|avec|dans|aucune?)\b",
    re.I,
)
NAMES = {"Permanence", "Français", "English"}  # the same in every language
READ_ALOUD = ("title", "alt", "placeholder", "aria-label")


@pytest.fixture(scope="module")
def translations() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "bin"))
        import translations

        yield translations


@pytest.fixture(scope="module")
def texts(translations: ModuleType) -> dict[str, Message]:
    """Every text of the code, extracted now; by its French."""
    return {
        _singular(message): message for message in translations.translated(translations.extracted())
    }


@pytest.fixture(scope="module")
def english(translations: ModuleType) -> dict[str, Message]:
    """The English catalogue, by the French."""
    (file,) = translations.catalogues()
    assert file.parts[-3] == "en"
    return {
        _singular(message): message for message in translations.translated(translations.read(file))
    }


def _none(found: Iterable[str], what: str) -> None:
    """Fail with every finding, each on a line."""
    listed = sorted(found)
    if listed:
        pytest.fail("\n  ".join([f"{what}:", *listed]), pytrace=False)


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_the_catalogue_has_the_texts_of_the_code_and_no_other(
    texts: dict[str, Message], english: dict[str, Message]
) -> None:
    assert len(texts) > 500  # extraction itself works
    _none(texts.keys() - english.keys(), "not in the catalogue (make translations)")
    _none(english.keys() - texts.keys(), "no longer in the code (make translations)")


def test_each_text_is_translated(translations: ModuleType, english: dict[str, Message]) -> None:
    left = [text for text, message in english.items() if not translations.complete(message)]
    _none(left, "no English yet, or not looked at (fuzzy)")


def test_a_translation_keeps_the_places_of_values(english: dict[str, Message]) -> None:
    differ = [
        f"{text} → {form}"
        for text, message in english.items()
        for form in _forms(message.string)
        if sorted(PLACEHOLDER.findall(form)) != sorted(PLACEHOLDER.findall(text))
    ]
    _none(differ, "values differ")


def test_no_translation_is_still_french(english: dict[str, Message]) -> None:
    # « suivre ma demande » is the name of a button of the real Portal, which speaks French only.
    quoted = re.compile(r"[“(](suivre ma demande|déposer)[”)]")
    french = [
        form
        for message in english.values()
        for form in _forms(message.string)
        if FRENCH.search(quoted.sub("", form))
    ]
    _none(french, "French in the English catalogue")


def test_what_a_sentence_is_made_of_can_be_extracted(translations: ModuleType) -> None:
    """An f-string or a sum, given to an error or to gettext, has no translation."""
    made = [
        f"{file.relative_to(ROOT)}:{expression.lineno}: {ast.unparse(expression)}"
        for file in sorted((ROOT / "app").rglob("*.py"))
        for expression in _said(translations, ast.parse(file.read_text()))
        if isinstance(expression, ast.JoinedStr | ast.BinOp)
    ]
    _none(made, "cannot be extracted: write it whole, with %(name)s")


def _said(translations: ModuleType, tree: ast.AST) -> Iterator[ast.expr]:
    yield from translations.given_to_errors(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "gettext", "ngettext"):
            yield from node.args


def test_an_error_is_given_the_values_of_its_sentences(translations: ModuleType) -> None:
    lacking = [
        f"{file.relative_to(ROOT)}:{call.lineno}: {place}"
        for file in sorted((ROOT / "app").rglob("*.py"))
        for call in translations.errors_made(ast.parse(file.read_text()))
        for place in re.findall(r"%\((\w+)\)", ast.unparse(call))
        if place not in {keyword.arg for keyword in call.keywords}
    ]
    _none(lacking, "a value is missing")


def test_errors_are_found_wherever_their_sentences_are(translations: ModuleType) -> None:
    code = """raise Conflict("un", kept="deux" if x else "trois", todo=y or "quatre", who="Inès")"""
    given = list(translations.given_to_errors(ast.parse(code)))
    assert [c.value for e in given for c in translations.constants(e)] == [
        "un", "deux", "trois", "quatre",
    ]  # fmt: skip
    assert "MailRefused" in translations.names_of_errors()


class _Texts(HTMLParser):
    """The texts of a page, in the order in which they are read; those of its scripts apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.data: list[dict[str, Any]] = []
        self.lang = ""
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.texts += [value for name, value in attrs if name in READ_ALOUD and value]
        if tag == "html":
            self.lang = dict(attrs).get("lang") or ""

    def handle_data(self, data: str) -> None:
        if self._tag == "script":
            if data.strip():
                self.data.append(json.loads(data))
        elif data.strip():
            self.texts.append(" ".join(data.split()))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_a_template_writes_no_text_outside_gettext(file: Path) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    source = file.read_text()
    written = "".join(
        text if kind == "data" else "0" if kind == "variable_begin" else ""
        for _line, kind, text in environment.lex(re.sub(r"<(?=\{\{)", "<a", source))
    )
    slug = re.compile(r"\b[a-z]+-page\b")  # the class of <body>, a block of its own
    texts = _Texts(re.sub(r"(?s)<script.*?</script>", "", written)).texts
    words = {word for text in texts for word in re.findall(r"[^\W\d_]{2,}", slug.sub("", text))}
    _none(words - NAMES, "words outside gettext")
    _none(_french_constants(environment.parse(source)), "French outside gettext")


def _french_constants(tree: nodes.Template) -> list[str]:
    """Texts with French letters in the expressions of a template, but for what gettext takes."""
    taken = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
        for constant in call.find_all(nodes.Const)
    }
    return [
        constant.value
        for constant in tree.find_all(nodes.Const)
        if isinstance(constant.value, str)
        and id(constant) not in taken
        and re.search("[àâçèéêëîïôùûœ«»’]", constant.value)
    ]


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_has_no_sentence_of_its_own(file: Path) -> None:
    """Sentences come from the page, translated (static/js/page/i18n.js)."""
    code = re.sub(r"(?s)/\*.*?\*/|(?m:(?:^|\s)//.*$)", "", file.read_text())
    literals = [next(filter(None, found), "") for found in re.findall(
        r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`', code
    )]  # fmt: skip
    sentence = re.compile(r"^[A-Z][a-z]+ [a-z]+ [a-z]+")
    own = [text for text in literals if FRENCH.search(text) or sentence.search(text)]
    _none(own, "sentences that the template should pass")


def test_each_mail_is_written_in_both_languages() -> None:
    mails = {tuple(p.name.split(".")) for p in (ROOT / "templates" / "mail").iterdir()}
    names = {name for name, _language, _form in mails}
    assert mails == {
        (n, language, form) for n in names for language in ("fr", "en") for form in ("txt", "html")
    }


@pytest.fixture(scope="module")
def compiled(translations: ModuleType) -> None:
    """The compiled catalogue is as new as its text, even without `make`."""
    translations.compile_translations()


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("", "/sign-in"),
        ("front", "/desk"),
        ("front", "/dossiers"),
        ("front", "/tickets"),
        ("manager", "/wall"),
        ("manager", "/reports/2021-06-22"),
        ("manager", "/admin"),
        ("manager", "/admin/components"),
        ("front", "/nowhere"),
    ],
)
@pytest.mark.usefixtures("compiled")
def test_a_page_in_english_has_no_french_left(
    app: Flask,
    login: Callable[..., StaffClient],
    english: dict[str, Message],
    role: str,
    path: str,
) -> None:
    client: Any = login(role, locale="en") if role else app.test_client()
    page = _Texts(client.get(path, headers={"Accept-Language": "en-GB,en"}).text)
    assert page.lang == "en"
    sentences = [value for block in page.data for value in block.values() if isinstance(value, str)]
    shown = {*page.texts, *sentences}
    examples = {"GRETA du Littoral", "D-2021-0412 · GRETA du Littoral"}  # /admin/components
    untranslated = {text for text in shown & english.keys() if english[text].string != text}
    _none(untranslated, "shown in French")
    _none((t for t in shown - NAMES - examples if FRENCH.search(t)), "looks French")


@pytest.mark.usefixtures("compiled")
def test_an_error_speaks_the_language_of_its_reader(login: Callable[..., StaffClient]) -> None:
    headers = {"Accept": "application/json"}
    asked = {"path": "/desk/presence", "json": {"state": "nowhere"}, "headers": headers}
    said = [login("front", locale=locale).post(**asked).json["error"] for locale in ("fr", "en")]
    assert [error["message"] for error in said] == [
        "Cet état n'existe pas.", "This state does not exist.",
    ]  # fmt: skip


@pytest.mark.usefixtures("compiled")
def test_the_language_chosen_is_kept(app: Flask, login: Callable[..., StaffClient]) -> None:
    client = login("front")
    assert _Texts(client.get("/desk").text).lang == "fr"
    client.post("/locale", data={"locale": "en", "next": "/desk"})
    assert _Texts(client.get("/desk").text).lang == "en"
    assert _Texts(app.test_client().get("/sign-in").text).lang == "fr"
