"""The pages on which managers change scripts: drafts, their check, publication, history, changed screens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response as Answer

from app.assist.editing import forms, library, offered, reviews, service, source, standing, tree
from app.assist.editing.models import ScriptDraft
from app.assist.script import OUTCOMES
from app.assist.walk import facts, filling, obstacles
from app.foundation import clock
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import DESK, Role
from app.foundation.text import outside
from app.foundation.text.saying import Saying
from app.web.access import allow
from app.web.whose import LINE, NOTHING, TEAM, about

bp = Blueprint("script_editing", __name__)


@bp.get("/scripts/drafts")
@allow(Role.MANAGER)
def index() -> str:
    """What waits for a manager: open drafts, screens that changed, scripts that no practitioner has read."""
    known, read = library.scripts(), reviews.read_hashes()
    return render_template(
        "assist/editing/index.html",
        drafts=service.open_drafts(),
        screens=reviews.screens(),
        unread=[script for script in known.values() if script.content_hash not in read],
        locale=_locale(),
        when=_when(),
    )


@bp.post("/scripts/<script_id>/draft")
@allow(Role.MANAGER)
@about(LINE)
def begin(script_id: str) -> Answer:
    """Open the draft of a script, a new one if there is none."""
    draft_id = service.begin(script_id, agent_id=current_user.id, now=clock.now())
    return redirect(f"/scripts/drafts/{draft_id}")


@bp.post("/scripts/drafts")
@allow(Role.MANAGER)
@about(LINE)
def bring() -> Answer:
    """A draft from a YAML text: a new script, or another text for one that exists."""
    text = request.form.get("text", "")
    document, problem = source.document_of(text)
    if problem is not None:
        raise InvalidInput(
            "Ce texte n'a pas pu être lu : %(why)s",
            why=problem.message,
            todo="Corrigez-le, puis envoyez-le à nouveau.",
        )
    script_id = str(document.get("id", ""))[:8] if isinstance(document, dict) else ""
    draft_id = service.begin(script_id, agent_id=current_user.id, now=clock.now(), text=text)
    return redirect(f"/scripts/drafts/{draft_id}")


@bp.get("/scripts/drafts/<int:draft_id>")
@allow(Role.MANAGER)
def edit(draft_id: int) -> str:
    """A draft: its tree, the form of one step, how agent and caller will see it, its text, its faults."""
    return _editor(service.draft(draft_id), request.args.get("step", ""))


@bp.post("/scripts/drafts/<int:draft_id>/steps/<step_id>")
@allow(Role.MANAGER)
@about(LINE)
def save_step(draft_id: int, step_id: str) -> Answer:
    """Keep one step from its form."""
    service.save_step(
        draft_id,
        edition=_edition(),
        step_id=step_id,
        sent=request.form,
        agent_id=current_user.id,
        now=clock.now(),
    )
    return redirect(f"/scripts/drafts/{draft_id}?step={step_id[:40]}#step")


@bp.post("/scripts/drafts/<int:draft_id>/steps")
@allow(Role.MANAGER)
@about(LINE)
def add_step(draft_id: int) -> Answer:
    """Add a step, to be filled in."""
    step_id = request.form.get("new", "").strip()
    service.add_step(
        draft_id, edition=_edition(), step_id=step_id, agent_id=current_user.id, now=clock.now()
    )
    return redirect(f"/scripts/drafts/{draft_id}?step={step_id}#step")


@bp.post("/scripts/drafts/<int:draft_id>/steps/<step_id>/drop")
@allow(Role.MANAGER)
@about(LINE)
def drop_step(draft_id: int, step_id: str) -> Answer:
    """Take a step away."""
    service.drop_step(
        draft_id, edition=_edition(), step_id=step_id, agent_id=current_user.id, now=clock.now()
    )
    return redirect(f"/scripts/drafts/{draft_id}")


@bp.post("/scripts/drafts/<int:draft_id>/text")
@allow(Role.MANAGER)
@about(LINE)
def save_text(draft_id: int) -> Answer:
    """Keep the whole text, faults and all."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    service.save_text(
        draft_id, edition=_edition(), text=text, agent_id=current_user.id, now=clock.now()
    )
    return redirect(f"/scripts/drafts/{draft_id}#text")


@bp.post("/scripts/drafts/<int:draft_id>/check")
@allow(Role.MANAGER)
@about(NOTHING)
def check(draft_id: int) -> str:
    """What is wrong with the text as it is being typed; nothing is kept."""
    found = service.draft(draft_id)
    read = source.read(request.form.get("text", ""), service.ids(found.script_id))
    return render_template("assist/editing/_problems.html", read=read)


@bp.post("/scripts/drafts/<int:draft_id>/review")
@allow(Role.MANAGER)
@about(LINE)
def ask_review(draft_id: int) -> Answer:
    """Send a draft to be read by somebody else."""
    service.ask_review(draft_id, edition=_edition(), agent_id=current_user.id, now=clock.now())
    return redirect(f"/scripts/drafts/{draft_id}")


@bp.post("/scripts/drafts/<int:draft_id>/publish")
@allow(Role.MANAGER)
@about(LINE)
def publish(draft_id: int) -> Answer:
    """Put a draft in use, from the next run on."""
    found = service.draft(draft_id)
    held = standing.on(found.script_id, service.changed_steps(found), clock.now()).total()
    script_id = service.publish(
        draft_id,
        edition=_edition(),
        why=request.form.get("why", ""),
        alone=request.form.get("alone", ""),
        agent_id=current_user.id,
        now=clock.now(),
    )
    flash(_published(held), "live")
    return redirect(f"/scripts/{script_id}/history")


@bp.post("/scripts/drafts/<int:draft_id>/drop")
@allow(Role.MANAGER)
@about(LINE)
def drop(draft_id: int) -> Answer:
    """Abandon a draft."""
    service.drop(draft_id, edition=_edition(), agent_id=current_user.id, now=clock.now())
    flash(_("Brouillon abandonné. Le script en usage n’a pas changé."), "live")
    return redirect("/scripts/drafts")


@bp.get("/scripts/drafts/<int:draft_id>/yaml")
@allow(Role.MANAGER)
def draft_yaml(draft_id: int) -> Response:
    """The text of a draft, as a file."""
    found = service.draft(draft_id)
    return _file(found.script_id, found.source)


@bp.get("/scripts/<script_id>/yaml")
@allow(Role.MANAGER)
def script_yaml(script_id: str) -> Response:
    """The text of the script in use, as a file."""
    return _file(script_id, library.source(script_id))


@bp.get("/scripts/<script_id>/history")
@allow(Role.MANAGER)
def history(script_id: str) -> str:
    """The versions of a script, the last first, and what each changed, in words."""
    script = library.get(script_id)
    rows = service.history(script_id)
    texts = [row.source for row in rows]
    before = [*texts[1:], *([service.house_text(script_id)] if rows else [])]
    return render_template(
        "assist/editing/history.html",
        script=script,
        versions=[
            (row, source.differences(old, row.source) if old else [])
            for row, old in zip(rows, before, strict=True)
        ],
        house=service.house_text(script_id) != "",
        review=reviews.reviewed(script_id),
        screens=reviews.screens(script_id),
        locale=_locale(),
        when=_when(),
    )


@bp.post("/scripts/<script_id>/restore")
@allow(Role.MANAGER)
@about(LINE)
def restore(script_id: str) -> Answer:
    """A draft from an earlier version: it is read and published as any other."""
    publication = outside.whole_number(request.form.get("version", ""), 0, outside.LARGEST_ID)
    if publication is None:
        raise InvalidInput("Cette version n'existe pas.")
    text = service.earlier(script_id, publication)
    draft_id = service.begin(script_id, agent_id=current_user.id, now=clock.now(), text=text)
    return redirect(f"/scripts/drafts/{draft_id}")


@bp.post("/scripts/<script_id>/reviewed")
@allow(Role.MANAGER)
@about(LINE)
def reviewed(script_id: str) -> Answer:
    """Keep that a practitioner has read the script in use."""
    reviews.review(
        script_id,
        reviewer=request.form.get("reviewer", ""),
        agent_id=current_user.id,
        now=clock.now(),
    )
    return redirect(f"/scripts/{script_id}/history")


@bp.post("/scripts/<script_id>/steps/<step_id>/screen")
@allow(*DESK)
@about(TEAM)
def screen_changed(script_id: str, step_id: str) -> str:
    """« L'écran a changé »: told to the managers from the desk."""
    reviews.report_screen(
        script_id,
        step_id,
        seen=request.form.get("seen", ""),
        agent_id=current_user.id,
        now=clock.now(),
    )
    return render_template("assist/editing/_screen_told.html")


@bp.post("/scripts/screens/<int:report_id>/handled")
@allow(Role.MANAGER)
@about(LINE)
def screen_handled(report_id: int) -> Answer:
    """A manager has looked at a changed screen."""
    reviews.handle_screen(report_id, agent_id=current_user.id, now=clock.now())
    return redirect("/scripts/drafts")


def _published(held: int) -> str:
    """What is said once published; ``held`` follow an earlier text, at a step that has changed, now."""
    said = _("Publié. Les scripts en cours gardent leur version ; les prochains suivent celle-ci.")
    if not held:
        return said
    more = ngettext(
        "En ce moment, %(num)d suivi est sur une étape qui a changé : il finit avec l’ancienne.",
        "En ce moment, %(num)d suivis sont sur une étape qui a changé : ils finissent avec l’ancienne.",
        held,
    )
    return f"{said} {more}"


def _editor(found: ScriptDraft, step_id: str) -> str:
    read, locale = service.read_draft(found), _locale()
    document: dict[str, Any] = read.document or {}
    steps = _steps(document)
    step = next((s for s in steps if s["id"] == step_id), steps[0] if steps else None)
    if not forms.shaped(step):
        step = None  # being typed: only its text can be changed
    changed = service.changed_steps(found)
    return render_template(
        "assist/editing/draft.html",
        draft=found,
        read=read,
        nodes=tree.draw(document, locale, {p.step for p in read.problems}),
        step=step,
        shown=defaultdict(str, forms.fields_of(step or {})),
        ways=offered.ways(steps, service.ids(found.script_id), _outcome, locale),
        thens=offered.ways_back(steps, locale),
        kinds=facts.KINDS,
        values=offered.learnt(locale),
        obstacles=offered.where_one_stops(locale),
        obstacle=lambda code: obstacles.words(code, locale),
        learnt=lambda name, value: facts.words(name, value, locale),
        outcome=_outcome,
        actions=offered.actions(locale),
        named_step=lambda step_id: offered.step_words(steps, step_id, locale),
        most=forms.MOST_CHOICES,
        words=tree.words,
        named=filling.named,
        standing=standing.on(found.script_id, changed, clock.now()),
        readers=service.readers(found),
        mine=found.changed_by_id == current_user.id,
        changes=service.changes(found),
        locale=locale,
        when=_when(),
    )


def _steps(document: dict[str, Any]) -> list[dict[str, Any]]:
    steps = document.get("steps")
    return (
        [s for s in steps if isinstance(s, dict) and s.get("id")] if isinstance(steps, list) else []
    )


def _outcome(code: str) -> str:
    """An end in words; the code itself for one that a text has and we do not."""
    return render_template("assist/_outcome.html", outcome=code) if code in OUTCOMES else code


def _file(name: str, text: str) -> Response:
    safe = "".join(c for c in name if c.isalnum())[:8]
    return Response(
        text,
        mimetype="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{safe}.yaml"'},
    )


def _edition() -> int:
    value = outside.whole_number(request.form.get("edition", ""), 0, outside.LARGEST_ID)
    if value is None:
        raise InvalidInput("La demande est incomplète.", todo="Rechargez la page.")
    return value


def _when() -> Callable[[datetime], str]:
    return Saying(_locale(), clock.now()).when


def _locale() -> str:
    return str(get_locale() or "fr")
