"""Reads the scripts from their YAML files and refuses those that could fail an agent mid-call.

Every fault is told with its file, its step and a sentence: ``flask scripts check`` prints them, a
test wants none, and the application does not start with one.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from app.assist import graph
from app.assist.script import Choice, Problem, Script, Step
from app.assist.walk import rules
from app.foundation.exceptions import ConfigurationError, NotFound
from app.foundation.text import bodies
from app.foundation.text.bilingual import Text
from app.foundation.text.typography import french
from app.tickets.reasons import DigitalKind, Reason

SCRIPTS_DIR = Path(__file__).parent / "scripts"
SCHEMA_FILE = Path(__file__).parent / "schema.json"


@functools.cache
def library() -> dict[str, Script]:
    """All scripts of the house by id, in order. Raises ConfigurationError if one is refused."""
    problems = check_all()
    if problems:
        raise ConfigurationError(
            "Scripts refusés : %(problems)s", problems=" ; ".join(map(str, problems))
        )
    scripts = (build(_read(text), content_hash(text)) for text in _texts(SCRIPTS_DIR).values())
    return {script.id: script for script in scripts}


def get(script_id: str) -> Script:
    """The current version of a script; raises NotFound."""
    try:
        return library()[script_id]
    except KeyError:
        raise NotFound("Ce script n'existe pas.", todo="Choisissez-en un dans la liste.") from None


def source(script_id: str) -> str:
    """The YAML text of the current version of a script, to be kept with a run."""
    return _sources()[script_id]


@functools.cache
def _sources() -> dict[str, str]:
    return {str(_read(text)["id"]): text for text in _texts(SCRIPTS_DIR).values()}


@functools.cache
def _texts(directory: Path) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in files(directory)}


@functools.lru_cache(maxsize=256)
def _read(text: str) -> Any:
    """A text's document; nobody changes it. The C parser is ten times faster, where there is one."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def files(directory: Path) -> list[Path]:
    """The script files of a directory, in the order of their names."""
    return sorted(directory.glob("*.yaml"))


def check_all(directory: Path = SCRIPTS_DIR) -> list[Problem]:
    """Everything wrong with the scripts of ``directory``; empty when all can be used."""
    problems: list[Problem] = []
    documents: dict[Path, Any] = {}
    for file in files(directory):
        try:
            documents[file] = _read(file.read_text("utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            problems.append(Problem(file.name, "", f"YAML illisible : {_one_line(error)}"))
    ids = [d.get("id") for d in documents.values() if isinstance(d, dict)]
    for file, document in documents.items():
        problems += check_document(document, file.name, [i for i in ids if isinstance(i, str)])
    return problems


def check_document(document: Any, file: str, ids: list[str]) -> list[Problem]:
    """Everything wrong with one script already read from YAML; ``ids`` are all scripts' ids."""
    problems = [_schema_problem(e, document, file) for e in _validator().iter_errors(document)]
    if problems:
        return problems
    script = build(document, "")
    problems += _qualification(script, file)
    if ids.count(script.id) > 1:
        problems.append(Problem(file, "", f"deux fichiers portent l'identifiant {script.id}"))
    return problems + graph.problems(script, file, ids)


def _qualification(script: Script, file: str) -> list[Problem]:
    """The reason is one of the seven, by its code, and the kind of trouble one of the list."""
    found = []
    if script.reason not in set(Reason):
        found.append(f"motif inconnu : « {script.reason} »")
    if script.digital is not None and script.digital not in {k.value for k in DigitalKind}:
        found.append(f"difficulté numérique inconnue : « {script.digital} »")
    return [Problem(file, "", message) for message in found]


def parse(source: str) -> Script:
    """A script from its YAML text, which must be valid (``check_document``)."""
    return build(_read(source), content_hash(source))


def content_hash(source: str) -> str:
    """SHA-256, in hexadecimal, of a script's source: tells two texts of one version apart."""
    return hashlib.sha256(source.encode()).hexdigest()


def build(document: dict[str, Any], digest: str) -> Script:
    """The frozen script that a schema-valid document describes."""
    return Script(
        id=document["id"],
        version=document["version"],
        content_hash=digest,
        title=_text(document["title"]),
        trouble=_text(document["trouble"]),
        reason=document["reason"],
        digital=document.get("digital"),
        keywords=tuple(document["keywords"]),
        steps=tuple(_step(step) for step in document["steps"]),
    )


def _step(document: dict[str, Any]) -> Step:
    fields: dict[str, Any] = {
        name: _text(document[name])
        for name in ("ask", "do", "say", "screen", "check")
        if name in document
    }
    fields |= {name: document[name] for name in _OPTIONS if name in document}
    fields["asks"] = tuple(document.get("asks", ()))
    without = document.get("without", {})
    fields["without"] = tuple((name, _text(text)) for name, text in without.items())
    choices = tuple(_choice(c) for c in document["choices"])
    return Step(id=document["id"], choices=choices, **fields)


def _choice(document: dict[str, Any]) -> Choice:
    fields: dict[str, Any] = {name: document[name] for name in _WAYS if name in document}
    fields["learns"] = tuple(document.get("learns", {}).items())
    return Choice(_text(document["label"]), **fields)


_WAYS = ("next", "end", "script", "then", "for_good", "obstacle")


_OPTIONS = ("action", "patience", "posture")


def _text(document: dict[str, str]) -> Text:
    """Both languages, names of bodies and rules filled in; an unknown mark stays for ``graph`` to tell."""
    return Text(
        fr=french(_named(document["fr"].strip(), "fr")), en=_named(document["en"].strip(), "en")
    )


def _named(text: str, locale: str) -> str:
    told = rules.fill(text, locale)
    return told if bodies.unknown_marks(told) else bodies.fill(told, locale)


@functools.cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))


def _schema_problem(error: ValidationError, document: Any, file: str) -> Problem:
    path = list(error.absolute_path)
    step = ""
    if len(path) > 1 and path[0] == "steps":
        raw = document["steps"][path[1]]
        step = (
            str(raw.get("id", f"n° {int(path[1]) + 1}")) if isinstance(raw, dict) else str(path[1])
        )
    place = ".".join(str(p) for p in path[2 if step else 0 :])
    return Problem(file, step, (f"{place} : " if place else "") + _sentence(error))


def _sentence(error: ValidationError) -> str:
    """The fault in the author's words rather than in the validator's."""
    if error.validator == "required":
        wanted = cast("list[str]", error.validator_value)
        missing = [name for name in wanted if name not in cast("dict[str, Any]", error.instance)]
        if set(missing) <= {"fr", "en"}:
            return "texte manquant en " + ", ".join(f"« {n} »" for n in missing)
        return "il manque " + ", ".join(f"« {n} »" for n in missing)
    if error.validator == "oneOf":
        return "il faut « ask » ou « do », l'un des deux seulement"
    if error.validator == "minLength":
        return "texte vide"
    return _one_line(error)


def _one_line(error: Exception) -> str:
    return " ".join(getattr(error, "message", str(error)).split())[:200]
