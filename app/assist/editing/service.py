"""Managers change scripts: a draft, somebody's review, a publication; and back to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.accounts import journal
from app.accounts.models import Agent
from app.assist import loader
from app.assist.editing import forms, library, source
from app.assist.editing.models import (
    DraftState,
    ScriptDraft,
    ScriptPublication,
)
from app.assist.script import Problem
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.foundation.text.bilingual import Text
from app.foundation.text.patterns import pattern

OPEN = (DraftState.DRAFT, DraftState.REVIEW)
_ID = pattern(r"^[a-z][a-z0-9_]{0,39}$")
LEAST_WORD = 5  # letters of a reason to publish alone
_SCRIPT_ID = pattern(r"^S[0-9]{2}$")


def draft(draft_id: int) -> ScriptDraft:
    """A draft; raises NotFound."""
    found = db.session.get(ScriptDraft, draft_id, populate_existing=True)
    if found is None:
        raise NotFound("Ce brouillon n'existe pas.", todo="Rouvrez le script.")
    return found


def open_draft(script_id: str) -> ScriptDraft | None:
    """The draft of a script that is being written or reviewed, if any: one at a time."""
    return db.session.scalar(
        select(ScriptDraft)
        .where(ScriptDraft.script_id == script_id, ScriptDraft.state.in_(OPEN))
        .order_by(ScriptDraft.id.desc())
        .limit(1)
    )


def ids(also: str = "") -> list[str]:
    """The ids that a choice may lead to: all scripts in use, and the one that is being written."""
    return sorted({*library.scripts(), *([also] if also else [])})


def read_draft(found: ScriptDraft) -> source.Read:
    """What the text of a draft holds, and what forbids it."""
    read = source.read(found.source, ids(found.script_id))
    if read.document is not None and read.document.get("id") != found.script_id:
        problem = Problem(
            source.FILE, "", f"ce texte est celui d'un autre script que {found.script_id}"
        )
        return source.Read(read.document, (*read.problems, problem), read.advice)
    return read


def begin(script_id: str, *, agent_id: int, now: datetime, text: str | None = None) -> int:
    """The draft in which a script is changed: the open one, else a new one from what is in use.

    ``text`` begins it with another text: an earlier version, or a file; an open draft is kept as it
    is, and the act refused. Raises NotFound for a script that does not exist and no text.
    """
    if not _SCRIPT_ID.search(script_id):
        raise InvalidInput("L'identifiant d'un script est la lettre S et deux chiffres, comme S40.")
    with unit_of_work() as work:
        going = open_draft(script_id)
        if going is not None and text is None:
            return going.id
        if going is not None:
            raise Conflict(
                "Un brouillon de ce script est déjà ouvert.",
                kept="Le brouillon ouvert n'a pas été touché.",
                todo="Publiez-le ou abandonnez-le d'abord.",
            )
        begun = library.source(script_id) if text is None else text
        if len(begun) > source.LARGEST:
            raise InvalidInput(
                "Ce texte est trop long pour un script.", kept="Rien n'a été changé."
            )
        known = library.scripts().get(script_id)
        row = ScriptDraft(
            script_id=script_id,
            based_on=known.content_hash if known else "",
            source=begun,
            author_id=agent_id,
            changed_by_id=agent_id,
            created_at=now,
            updated_at=now,
        )
        work.session.add(row)
        work.session.flush()
        record("script.draft_begun", script_id, agent_id, now)
        return row.id


def save_text(draft_id: int, *, edition: int, text: str, agent_id: int, now: datetime) -> None:
    """Keep the whole text of a draft, faults and all: what is wrong is told, and nothing is lost."""
    if len(text) > source.LARGEST:
        raise InvalidInput(
            "Ce texte est trop long pour un script.",
            kept="Le brouillon est resté comme il était.",
        )
    with unit_of_work():
        _change(draft_id, edition, text, agent_id, now)


def save_step(
    draft_id: int,
    *,
    edition: int,
    step_id: str,
    sent: Mapping[str, str],
    agent_id: int,
    now: datetime,
) -> None:
    """Keep one step of a draft from its form. Raises InvalidInput when the draft's text is not a script."""
    with unit_of_work():
        document = _document(draft(draft_id))
        steps = document["steps"]
        place = _place(steps, step_id)
        if not forms.shaped(steps[place]):
            raise _not_yet()
        steps[place] = forms.step_of(steps[place], sent)
        _change(draft_id, edition, source.write(document), agent_id, now)


def add_step(draft_id: int, *, edition: int, step_id: str, agent_id: int, now: datetime) -> None:
    """A new step at the end, to be filled in; its first choice ends as unsolved."""
    if not _ID.search(step_id):
        raise InvalidInput(
            "Un nom d'étape : des lettres sans accent, des chiffres, des tirets bas."
        )
    with unit_of_work():
        document = _document(draft(draft_id))
        if any(step["id"] == step_id for step in document["steps"]):
            raise InvalidInput("Une étape porte déjà ce nom.")
        empty = Text("À écrire", "To be written")._asdict()
        document["steps"].append(
            {"id": step_id, "ask": empty, "choices": [{"label": empty, "end": "unsolved"}]}
        )
        _change(draft_id, edition, source.write(document), agent_id, now)


def drop_step(draft_id: int, *, edition: int, step_id: str, agent_id: int, now: datetime) -> None:
    """Take a step away; choices that led to it are told as faults until they lead elsewhere."""
    with unit_of_work():
        document = _document(draft(draft_id))
        del document["steps"][_place(document["steps"], step_id)]
        _change(draft_id, edition, source.write(document), agent_id, now)


def _change(draft_id: int, edition: int, text: str, agent_id: int, now: datetime) -> None:
    """Another text of a draft. Who wrote it is kept: somebody else reads it before it is in use."""
    _claim(draft_id, edition, now, source=text, changed_by_id=agent_id)
    record("script.draft_changed", draft(draft_id).script_id, agent_id, now)


def _document(found: ScriptDraft) -> dict[str, Any]:
    document, problem = source.document_of(found.source)
    steps = document.get("steps") if isinstance(document, dict) else None
    if (
        problem is not None
        or not isinstance(steps, list)
        or not all(isinstance(step, dict) and isinstance(step.get("id"), str) for step in steps)
    ):
        raise _not_yet()
    return dict(document)


def _not_yet() -> InvalidInput:
    return InvalidInput(
        "Le texte du brouillon n'est pas encore un script.",
        kept="Le brouillon est resté comme il était.",
        todo="Corrigez-le d'abord dans « Le texte ».",
    )


def _place(steps: list[dict[str, Any]], step_id: str) -> int:
    for place, step in enumerate(steps):
        if step["id"] == step_id:
            return place
    raise NotFound("Cette étape n'existe pas dans le brouillon.")


def _claim(draft_id: int, edition: int, now: datetime, **values: object) -> None:
    result = db.session.execute(
        update(ScriptDraft)
        .where(
            ScriptDraft.id == draft_id,
            ScriptDraft.edition == edition,
            ScriptDraft.state.in_(OPEN),
        )
        .values(edition=edition + 1, updated_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(result):
        raise Conflict(
            "Le brouillon a changé entre-temps, ou n'est plus ouvert.",
            kept="Ce que l'autre a écrit est gardé.",
            todo="Rechargez la page, puis refaites ce changement.",
        )
    db.session.expire_all()


def ask_review(draft_id: int, *, edition: int, agent_id: int, now: datetime) -> None:
    """Say that the draft is ready to be read by somebody else. Raises InvalidInput while it has faults."""
    with unit_of_work():
        found = draft(draft_id)
        _must_be_good(found)
        _claim(draft_id, edition, now, state=DraftState.REVIEW)
        record("script.draft_ready", found.script_id, agent_id, now)


def drop(draft_id: int, *, edition: int, agent_id: int, now: datetime) -> None:
    """Abandon a draft; its text is kept."""
    with unit_of_work():
        script_id = draft(draft_id).script_id
        _claim(draft_id, edition, now, state=DraftState.DROPPED)
        record("script.draft_dropped", script_id, agent_id, now)


def readers(found: ScriptDraft) -> int:
    """How many others may read a draft before it is in use: managers who did not write its last change."""
    query = select(func.count(Agent.id)).where(
        Agent.role == Role.MANAGER, Agent.active, Agent.id != found.changed_by_id
    )
    return db.session.scalar(query) or 0


def publish(
    draft_id: int, *, edition: int, why: str, agent_id: int, now: datetime, alone: str = ""
) -> str:
    """Put a draft in use, from the next run on; the id of the script.

    Runs that go on keep the text they began with. Who wrote the last change does not publish it: to publish
    is to have read it. Only where no other manager has an account, with a word (``alone``) that is kept and
    journaled. Raises InvalidInput while the draft has faults, was not sent to review or has no second
    reader, Conflict when the script was published otherwise since the draft began.
    """
    with unit_of_work() as work:
        found = draft(draft_id)
        script_id, writer = found.script_id, found.changed_by_id
        _must_be_good(found)
        if found.state is not DraftState.REVIEW:
            raise InvalidInput(
                "Un brouillon se relit avant d'être publié.", todo="Passez-le en relecture."
            )
        by_itself = _second_reader(found, agent_id, alone)
        known = library.scripts().get(script_id)
        if known is not None and known.content_hash != found.based_on:
            raise Conflict(
                "Une autre version de ce script a été publiée depuis le début du brouillon.",
                kept="Le brouillon est gardé.",
                todo="Comparez, puis repartez de la version en usage.",
            )
        document = _document(found)
        document["version"] = max(known.version if known else 0, _last_version(script_id)) + 1
        text = source.write(document)
        _claim(draft_id, edition, now, state=DraftState.PUBLISHED, source=text)
        work.session.add(
            ScriptPublication(
                script_id=script_id,
                version=document["version"],
                content_hash=loader.content_hash(text),
                source=text,
                why=_line(why),
                agent_id=agent_id,
                written_by_id=writer,
                alone=by_itself,
                at=now,
            )
        )
        act = "script.published_alone" if by_itself else "script.published"
        record(act, script_id, agent_id, now)
        return script_id


def _second_reader(found: ScriptDraft, agent_id: int, alone: str) -> str:
    """Nothing when somebody else wrote it; else the word of who publishes alone. Raises InvalidInput."""
    if found.changed_by_id != agent_id:
        return ""
    if readers(found):
        raise InvalidInput(
            "Vous avez écrit le dernier changement : quelqu'un d'autre le relit et le publie.",
            kept="Le brouillon attend en relecture.",
            todo="Demandez à une autre personne de l'encadrement d'ouvrir ce brouillon.",
        )
    said = _line(alone)
    if len(said) < LEAST_WORD:
        raise InvalidInput(
            "Personne d'autre ne peut relire : vous êtes le seul compte d'encadrement.",
            kept="Le brouillon attend en relecture.",
            todo="Dites en quelques mots pourquoi le publier sans relecture.",
        )
    return said


def _line(text: str) -> str:
    return " ".join(text.split())[:200]


def _must_be_good(found: ScriptDraft) -> None:
    if not read_draft(found).good:
        raise InvalidInput(
            "Ce brouillon a encore des fautes : il bloquerait un agent en plein appel.",
            kept="Le brouillon est gardé tel quel.",
            todo="Corrigez ce que la liste montre.",
        )


def _last_version(script_id: str) -> int:
    return max((each.version for each in history(script_id)), default=0)


def history(script_id: str) -> list[ScriptPublication]:
    """The publications of a script, the last first."""
    return list(
        db.session.scalars(
            select(ScriptPublication)
            .where(ScriptPublication.script_id == script_id)
            .order_by(ScriptPublication.id.desc())
            .limit(50)
        )
    )


def earlier(script_id: str, publication_id: int) -> str:
    """The text of an earlier publication (0: the house's own file); raises NotFound."""
    if publication_id == 0:
        if script_id in loader.library():
            return loader.source(script_id)
        raise NotFound("Ce script n'a pas de version d'origine.")
    found = db.session.get(ScriptPublication, publication_id)
    if found is None or found.script_id != script_id:
        raise NotFound("Cette version n'existe pas.")
    return found.source


def record(act: str, script_id: str, agent_id: int, now: datetime) -> None:
    """One line of the journal about a script, in the caller's transaction."""
    journal.record(act, f"script:{script_id}", agent_id=agent_id, now=now)


def open_drafts() -> list[ScriptDraft]:
    """The drafts that are being written or reviewed, by script."""
    query = select(ScriptDraft).where(ScriptDraft.state.in_(OPEN)).order_by(ScriptDraft.script_id)
    return list(db.session.scalars(query))


def house_text(script_id: str) -> str:
    """The house's own file of a script, or nothing when it has none."""
    return loader.source(script_id) if script_id in loader.library() else ""


def in_use(script_id: str) -> str:
    """The text in use of a script, or nothing when it is new."""
    return library.source(script_id) if script_id in library.scripts() else ""


def changes(found: ScriptDraft) -> list[list[source.Change]]:
    """What a draft changes in the script in use, in words."""
    before, _problem = source.document_of(in_use(found.script_id))
    after, problem = source.document_of(found.source)
    if problem is not None or not isinstance(after, dict) or not isinstance(before, dict):
        return source.differences(in_use(found.script_id), found.source)
    return source.differences(source.write(before), source.write(after))


def changed_steps(found: ScriptDraft) -> frozenset[str]:
    """The steps of the script in use that a draft has otherwise, or no more; none while it is no script."""
    before, _problem = source.document_of(in_use(found.script_id))
    after, problem = source.document_of(found.source)
    if problem is not None or not (_has_steps(before) and _has_steps(after)):
        return frozenset()
    return source.changed_steps(before, after)


def _has_steps(document: Any) -> bool:
    steps = document.get("steps") if isinstance(document, dict) else None
    return isinstance(steps, list) and all(isinstance(s, dict) and "id" in s for s in steps)
