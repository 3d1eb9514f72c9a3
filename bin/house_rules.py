"""Rules of the house that no general linter knows. Prints each breach as path:line: what.

* time comes from app/foundation/clock.py alone (STYLE: no hidden clock);
* templates hold no inline script, style or handler (the Content-Security-Policy would block them);
* patterns are compiled by app/foundation/text/patterns.py alone (a linear engine: texts come from outside);
* what the telephone provider's form fields are called stands in app/calls/provider/reading.py alone;
* roles are named (app/foundation/roles.py), never spelled out;
* which of our two languages serves a reader is asked of app/foundation/text/bilingual.py, and a text in both is a Text;
* numbers of a form or an address are read within bounds (app/foundation/text/outside.py);
* `__init__.py` files stay empty, modules stay short, no utils or helpers;
* what asks another machine does so within a total time (app/foundation/total_time.py);
* nothing swallows every exception;
* no mark of a conflict that was not resolved is left;
* what calls itself pure is in both lists that prove it, and no list names a module that is not there.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 450  # lines in a module; the habit is 400
OWN_CLOCK = "app/foundation/clock.py"  # (the carrier is a house of its own, with its own clock)
PATTERNS = "app/foundation/text/patterns.py"
READER = "app/calls/provider/reading.py"  # of the telephone provider's form fields
PROVIDERS = "app/adapters/"  # who speak with one provider, and may use its words
ENGINES = {"re", "re2", "regex", "sre_compile", "sre_parse", "fnmatch"}
# Who speaks to another machine. Commands at a terminal wait as long as who typed them.
SPEAKERS = {
    "smtplib",
    "imaplib",
    "poplib",
    "ftplib",
    "requests",
    "httpx",
    "aiohttp",
    "urllib.request",
    "http.client",
}
AT_A_TERMINAL = ("app/operations/doctor.py", "app/adapters/twilio_provisioning.py")
BOUNDED = {("app.foundation.total_time", "within"), ("app.adapters.twilio_client", "ask")}
BILINGUAL = "app/foundation/text/bilingual.py"
ROLES = "app/foundation/roles.py"
ROLE_WORDS = {"front", "back", "manager", "admin"}
WRITTEN = ("app", "bin", "docs", "migrations", "static", "templates", "tests")
WRITTEN_AS = {".css", ".html", ".js", ".md", ".po", ".py", ".toml", ".txt", ".yaml", ".yml"}
FORMS = {"request.form", "request.values", "request.data"}
FIELD = re.compile(r"[A-Z][A-Za-z]+")
CLOCK_CALLS = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"}
INLINE = (
    (
        re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.I),
        "inline script",
    ),
    (re.compile(r"<style\b", re.I), "inline style sheet"),
    (re.compile(r"<[a-z][^>]*\sstyle\s*=", re.I), "style attribute"),
    (re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I), "inline handler"),
    (
        re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//[^\"']+\.(?:js|css)", re.I),
        "file from another site",
    ),
    (re.compile(r"\bhx-on[:-]"), "hx-on handler"),
)

Finding = tuple[Path, int, str]


def clock_calls(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """datetime.now(), date.today()… anywhere but in the clock."""
    if path.as_posix() == OWN_CLOCK:
        return
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = ast.unparse(node.func.value)
        if node.func.attr in CLOCK_CALLS and owner.split(".")[-1] in {"datetime", "date"}:
            if node.func.attr.endswith("fromtimestamp") and (node.keywords or len(node.args) > 1):
                continue
            yield (
                path,
                node.lineno,
                f"{owner}.{node.func.attr}(): take `now` as an argument, or use app.foundation.clock",
            )


def swallowed(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """`except Exception: pass` and its like hide bugs for years."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        broad = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
        silent = all(isinstance(s, ast.Pass | ast.Continue) or is_none_return(s) for s in node.body)
        if broad and silent:
            yield path, node.lineno, "swallows every exception: catch what you expect"


def is_none_return(statement: ast.stmt) -> bool:
    """`return` or `return None`."""
    if not isinstance(statement, ast.Return):
        return False
    return statement.value is None or (
        isinstance(statement.value, ast.Constant) and statement.value.value is None
    )


def own_patterns(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """`import re`: one slow pattern, one stranger's text, and every caller waits."""
    if path.as_posix() == PATTERNS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.split(".")[0] in ENGINES:
                yield (
                    path,
                    node.lineno,
                    f"import {name}: compile patterns with app.foundation.text.patterns",
                )


def endless_waits(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """`import smtplib` without a total time: a server that drips is waited for as long as it likes."""
    if path.as_posix() in AT_A_TERMINAL:
        return
    speaks, bounded = 0, False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            if SPEAKERS & {name.name for name in node.names}:
                speaks = speaks or node.lineno
        elif isinstance(node, ast.ImportFrom):
            if node.module in SPEAKERS:
                speaks = speaks or node.lineno
            bounded = bounded or any((node.module, name.name) in BOUNDED for name in node.names)
    if speaks and not bounded:
        yield path, speaks, "asks another machine: do it within app.foundation.total_time.within"


def loose_numbers(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """`form.get("page", type=int)` reads « ٣ », « 1_000 » and 4,000 digits."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        typed = [k for k in node.keywords if k.arg == "type" and ast.unparse(k.value) == "int"]
        if typed and node.func.attr in {"get", "getlist"}:
            yield (
                path,
                node.lineno,
                "type=int: read numbers with app.foundation.text.outside or number_in",
            )


def provider_fields() -> set[str]:
    """The names of form fields that the reader reads."""
    tree = ast.parse((ROOT / READER).read_text())
    given = [arg for node in ast.walk(tree) if isinstance(node, ast.Call) for arg in node.args]
    names = [arg.value for arg in given if isinstance(arg, ast.Constant)]
    return {name for name in names if isinstance(name, str) and FIELD.fullmatch(name)}


def read_elsewhere(path: Path, tree: ast.AST, fields: set[str]) -> Iterator[Finding]:
    """A form field of the provider named, or its form read, but by the one reader."""
    if path.as_posix() == READER or path.as_posix().startswith(PROVIDERS):
        return
    signed = "signed_webhook" in {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    given = {
        id(arg)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("reading.")
        for arg in node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in fields:
            yield (
                path,
                node.lineno,
                f"« {node.value} », a form field of the provider: {READER} reads it",
            )
        whole = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if isinstance(node, ast.Attribute) and signed and whole in FORMS and id(node) not in given:
            yield path, node.lineno, f"{whole}: give it to {READER} as it is"


def own_language_choice(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """`locale.startswith("en")`, `locale[:2] == "en"`, `pair[0 if it == "fr" else 1]`: a shape of one's own."""
    if path.as_posix() == BILINGUAL:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr):
            continue
        found = False
        if isinstance(node, ast.Call):
            found = ast.unparse(node).endswith(".startswith('en')")
        elif isinstance(node, ast.Compare):
            said = ast.unparse(node)
            found = "[:2]" in said and said.endswith("== 'en'")
        elif isinstance(node, ast.Dict):
            keys = {k.value if isinstance(k, ast.Constant) else None for k in node.keys}
            texts = all(isinstance(v, ast.Constant | ast.JoinedStr) for v in node.values)
            found = keys == {"fr", "en"} and texts
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.IfExp):
            found = ast.unparse(node.slice.test).endswith(("== 'fr'", "== 'en'"))
        if found:
            yield path, node.lineno, f"choose with {BILINGUAL} (Text, language)"


def spelled_roles(path: Path, tree: ast.AST) -> Iterator[Finding]:
    """`role == "front"`, `("front", "back")`, `@allow("manager")`, `role="back"`: a list that some rule forgets."""
    if path.as_posix() == ROLES:
        return
    for node in ast.walk(tree):
        words: list[ast.expr] = []
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            words = node.elts
        elif isinstance(node, ast.Compare) and "role" in ast.unparse(node):
            words = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "allow":
            words = node.args
        elif isinstance(node, ast.keyword) and node.arg == "role":
            words = [node.value]
        said = [w.value if isinstance(w, ast.Constant) else None for w in words]
        spelled = ROLE_WORDS.intersection(s for s in said if isinstance(s, str))
        collection = isinstance(node, ast.Tuple | ast.List | ast.Set)
        if spelled and words and not (collection and set(said) - ROLE_WORDS):
            yield path, words[0].lineno, f"« {min(spelled)} »: name roles by {ROLES}"


def shape(path: Path, text: str) -> Iterator[Finding]:
    """Empty __init__.py, short modules, telling names."""
    lines = text.count("\n")
    if path.name == "__init__.py" and text.strip():
        yield path, 1, "__init__.py stays empty"
    if lines > LONGEST:
        yield path, lines, f"{lines} lines: split by subject"
    if path.stem.rstrip("s") in {"util", "helper"}:
        yield path, 1, "no utils, no helpers: name the subject"


def python_findings() -> Iterator[Finding]:
    """What is wrong in app/, and in carrier/ by those rules that any house has."""
    for file in sorted((ROOT / "carrier").rglob("*.py")):
        path, text = file.relative_to(ROOT), file.read_text()
        if path.parts[1] != "tests":
            yield from shape(path, text)
        yield from swallowed(path, ast.parse(text))
    fields = provider_fields()
    for file in sorted((ROOT / "app").rglob("*.py")):
        path, text = file.relative_to(ROOT), file.read_text()
        tree = ast.parse(text)
        yield from shape(path, text)
        yield from read_elsewhere(path, tree, fields)
        yield from spelled_roles(path, tree)
        yield from own_language_choice(path, tree)
        yield from clock_calls(path, tree)
        yield from own_patterns(path, tree)
        yield from endless_waits(path, tree)
        yield from loose_numbers(path, tree)
        yield from swallowed(path, tree)


def calls_itself_pure(tree: ast.Module) -> bool:
    """Does the module's docstring say « Pure »?"""
    return re.search(r"\bPure\b", ast.get_docstring(tree) or "") is not None


def pure_findings(settings: dict[str, Any], modules: dict[str, bool]) -> Iterator[Finding]:
    """Lists of modules in pyproject.toml against the modules themselves (name → calls itself pure)."""
    path = Path("pyproject.toml")
    contracts = settings["importlinter"]["contracts"]
    proved = [c for c in contracts if c["name"].startswith("Pure modules")]
    strict = [o for o in settings["mypy"]["overrides"] if o.get("warn_return_any")]
    for what, names in (
        ("the contract of pure modules", {m for c in proved for m in c["source_modules"]}),
        ("mypy's list of pure modules", {m for o in strict for m in o["module"]}),
    ):
        for name in sorted(names ^ {name for name, pure in modules.items() if pure}):
            if name not in modules:
                yield path, 1, f"{what} names {name}, which is not there"
            elif modules[name]:
                yield path, 1, f"{name} calls itself pure: put it in {what}"
            else:
                yield path, 1, f"{what} names {name}, which does not call itself pure"


def named_modules() -> dict[str, bool]:
    """Each module of app/, carrier/ and demo_portal/, and whether it calls itself pure."""
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): calls_itself_pure(
            ast.parse(file.read_text())
        )
        for room in ("app", "carrier", "demo_portal")
        for file in sorted((ROOT / room).rglob("*.py"))
    }


def template_findings() -> Iterator[Finding]:
    """What is wrong in the templates of app/ and carrier/."""
    for file in sorted(
        [*(ROOT / "templates").rglob("*.html"), *(ROOT / "carrier").rglob("*.html")]
    ):
        path, text = file.relative_to(ROOT), file.read_text()
        if path.parts[1] == "mail":
            continue  # mail programs read style attributes only
        for pattern, what in INLINE:
            for match in pattern.finditer(text):
                yield path, text.count("\n", 0, match.start()) + 1, f"{what}: {match.group()[:60]}"


def unmerged(path: Path, text: str) -> Iterator[Finding]:
    """Marks of a conflict that were committed: a style sheet or a catalogue goes on without a word."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            yield path, number, "a conflict that was not resolved"


def unmerged_findings() -> Iterator[Finding]:
    """Marks of a conflict in what people write here."""
    for folder in WRITTEN:
        for file in sorted((ROOT / folder).rglob("*")):
            path = file.relative_to(ROOT)
            if file.suffix in WRITTEN_AS and "vendor" not in path.parts:
                yield from unmerged(path, file.read_text())


def main() -> int:
    """Print the findings; returns the exit code."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    findings = [
        *python_findings(),
        *pure_findings(settings, named_modules()),
        *template_findings(),
        *unmerged_findings(),
    ]
    for path, line, what in findings:
        print(f"{path}:{line}: {what}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
