"""Bring the catalogues up to date with the texts of the code: `make translations`.

Texts are French in the code. They are found in ``_("…")`` of Python and of templates, and in what is
given to an error (``raise Conflict("…", kept="…", todo="…")``): errors are told in the reader's
language when they are shown, so nothing marks their sentences but being there.
"""

import ast
import functools
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po
from steps import ROOT, compile_translations, say

ROOT_OF_ERRORS = "PermanenceError"
SENTENCES = ("kept", "todo")  # keyword arguments of an error that are sentences, as its first is
FOLDER = ROOT / "app" / "translations"
WIDTH = 100


def catalogues() -> list[Path]:
    """The catalogue of each language that is not French."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))


def extracted() -> Catalog:
    """Every text of the code as it is now, with the files it comes from."""
    with (ROOT / "babel.cfg").open() as settings:
        methods, options = parse_mapping_cfg(settings)
    found = Catalog(project="Permanence")
    for file, _line, texts, comments, context in extract_from_dir(
        ROOT, methods, options, DEFAULT_KEYWORDS, directory_filter=_is_ours
    ):
        found.add(texts, None, [(file, 0)], auto_comments=comments, context=context)
    return found


def _is_ours(folder: str) -> bool:
    path = Path(folder)
    return path == ROOT or path.relative_to(ROOT).parts[0] in ("app", "templates")


def python_and_errors(
    file: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[Any, ...]]:
    """Extraction method of Babel for Python: the usual keywords, and the sentences of errors."""
    code = file.read()
    yield from extract_python(BytesIO(code), keywords, comment_tags, options)
    for expression in given_to_errors(ast.parse(code)):
        for constant in constants(expression):
            yield constant.lineno, "gettext", constant.value, []


def given_to_errors(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that a module gives to errors as their sentences."""
    for call in errors_made(tree):
        yield from call.args[:1]
        yield from (each.value for each in call.keywords if each.arg in SENTENCES)


def errors_made(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls that make an error, those of the base's constructor in its descendants included."""
    names = names_of_errors()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in names:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "super().__init__":
                    yield inner
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names:
            yield node


def constants(expression: ast.expr) -> Iterator[ast.Constant]:
    """The texts that an expression may be: itself, or the branches of ``a if b else c``, ``a or b``."""
    if isinstance(expression, ast.IfExp):
        yield from constants(expression.body)
        yield from constants(expression.orelse)
    elif isinstance(expression, ast.BoolOp):
        for value in expression.values:
            yield from constants(value)
    elif is_text(expression):
        yield expression


def is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    """Is it a text written as it is, with something in it?"""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)


@functools.cache
def names_of_errors() -> frozenset[str]:
    """The classes of app/ that descend from the base of our errors, itself among them."""
    bases = {
        node.name: {ast.unparse(base).split(".")[-1] for base in node.bases}
        for file in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    names = {ROOT_OF_ERRORS}
    while more := {name for name, above in bases.items() if above & names} - names:
        names |= more
    return frozenset(names)


def read(file: Path) -> Catalog:
    """A catalogue as it is in the repository."""
    with file.open("rb") as source:
        return read_po(source, locale=file.parts[-3])


def update(file: Path, texts: Catalog) -> Sequence[str]:
    """Write the catalogue anew: new texts empty, those no longer used gone. What is left to translate."""
    catalogue = read(file)
    catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    with file.open("wb") as target:
        write_po(
            target,
            catalogue,
            width=WIDTH,
            sort_by_file=True,
            ignore_obsolete=True,
            include_lineno=False,
        )
    return [str(message.id) for message in translated(catalogue) if not complete(message)]


def translated(catalogue: Iterable[Message]) -> Iterator[Message]:
    """The messages of a catalogue, without its header."""
    return (message for message in catalogue if message.id)


def complete(message: Message) -> bool:
    """Has it a translation (of each plural form), that a person looked at?"""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return bool(forms) and all(forms) and not message.fuzzy


def main() -> int:
    """Update and compile the catalogues; say what is left. 1 when something is."""
    texts = extracted()
    missing = 0
    for file in catalogues():
        left = update(file, texts)
        missing += len(left)
        say(f"{file.relative_to(ROOT)}: {len(texts)} texts, {len(left)} to translate")
        for text in left:
            say(f"  {text}")
    compile_translations()
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
