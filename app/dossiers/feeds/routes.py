"""/admin/feeds: managers send files, try, import, follow, correct; export; give keys to programs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug import Response as AnyResponse

from app.accounts.local_moment import local_moment
from app.dossiers.feeds import exporting, files, kinds, passes, service, tokens
from app.dossiers.feeds.kinds import KINDS, Reading
from app.dossiers.feeds.models import FeedRun, RunState
from app.dossiers.feeds.plan import Told, read_mapping
from app.dossiers.feeds.refused import correcting
from app.dossiers.feeds.refused import lines as refusals
from app.dossiers.tables.cells import Unusable
from app.dossiers.tables.days import Order
from app.foundation import clock
from app.foundation.clock import local_day
from app.foundation.exceptions import InvalidInput, NotFound, PermanenceError
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.foundation.wiring import settings
from app.web.access import allow
from app.web.incoming import number_in, takes
from app.web.whose import LINE, about

bp = Blueprint("feeds", __name__, url_prefix="/admin/feeds")

SHOWN = 30
ORDERS = {"dmy": Order.DAY_FIRST, "mdy": Order.MONTH_FIRST}

Page = str | tuple[str, int] | AnyResponse


@bp.get("")
@allow(Role.MANAGER)
def index() -> Page:
    """What was sent, the form to send a file, the keys of programs."""
    return _index()


def _index(refused: PermanenceError | None = None, made: str = "") -> str:
    runs = db.session.scalars(select(FeedRun).order_by(FeedRun.id.desc()).limit(SHOWN)).all()
    return render_template(
        "dossiers/feeds/index.html",
        runs=runs,
        kinds=KINDS,
        labels=labels(),
        tokens=tokens.every(),
        made=made,
        refused=refused,
        most=files.LARGEST // 1_000_000,
        moment=local_moment,
    )


def labels() -> dict[str, str]:
    """The kinds, in the reader's language."""
    return {
        "persons": _("Personnes"),
        "organisations": _("Organismes"),
        "dossiers": _("Dossiers"),
        "pieces": _("Pièces"),
        "events": _("Événements du Portail"),
    }


@bp.post("")
@allow(Role.MANAGER)
@about(LINE)
@takes(files.LARGEST + 1_000_000)
def send() -> Page:
    """Keep a file, and show what its first lines say."""
    sent, mapping = request.files.get("file"), request.files.get("mapping")
    try:
        kind = service.kind_of(request.form.get("kind", ""))
        if sent is None or not sent.filename:
            raise InvalidInput("Choisissez un fichier.", kept="Rien n'a été gardé.")
        told = read_mapping(mapping.read(200_000), kind) if mapping and mapping.filename else Told()
        run_id = service.upload(
            sent.stream,  # type: ignore[arg-type]
            sent.filename,
            kind.name,
            told,
            source=request.form.get("source", ""),
            by_id=current_user.id,
            now=clock.now(),
        )
    except InvalidInput as refused:
        return _index(refused), refused.status
    return redirect(url_for("feeds.show", run_id=run_id), 303)


@bp.get("/<int(max=2147483647):run_id>")
@allow(Role.MANAGER)
def show(run_id: int) -> Page:
    """One run: before (its columns, its first lines), while it goes, and what was refused."""
    return _show(run_id)


def _show(run_id: int, refused: PermanenceError | None = None) -> str:
    run = service.run_of(run_id)
    kind, found, looked = service.kind_of(run.kind), service.plan_of(run), None
    if run.state is RunState.READY and run.file_gone_at is None:
        try:
            looked = service.preview(run)
        except InvalidInput as error:
            refused = refused or error
    return render_template(
        "dossiers/feeds/run.html",
        run=run,
        kind=kind,
        label=labels()[kind.name],
        titles=found.titles,
        sheet=found.plan.sheet,
        others=found.others,
        columns=found.plan.columns,
        order=found.plan.order.value if found.plan.order else "",
        lacking=kinds.lacking(kind, found.plan.columns),
        looked=looked,
        lines=_read(run, looked),
        mixed=[kind.named(n).label for n, o in looked.orders.items() if o is Order.MIXED]
        if looked
        else [],
        refusals=refusals.page(run_id, number_in(request.args, "page")),
        by_kind=refusals.by_kind(run_id),
        correctable=correcting.open_to(run),
        refused=refused,
        moment=local_moment,
        states=RunState,
    )


def _read(run: FeedRun, looked: passes.Looked | None) -> list[dict[str, tuple[str, str]]]:
    """(what was read, or why not) of each cell of the first lines."""
    if looked is None:
        return []
    reading, kind = (
        Reading(today=local_day(clock.now()), orders=looked.orders),
        service.kind_of(run.kind),
    )
    rows = []
    for line in looked.first:
        row = {}
        for name in line.cells:
            try:
                value = kind.named(name).read(line.cells[name], name, reading)
                row[name] = (_said(value), "")
            except Unusable as error:
                row[name] = (line.cells[name][:60], str(error))
        rows.append(row)
    return rows


def _said(value: object) -> str:
    return "" if value is None else str(getattr(value, "value", value))[:80]


@bp.get("/<int(max=2147483647):run_id>/progress")
@allow(Role.MANAGER)
def progress(run_id: int) -> str:
    """How far a run is; read again while it goes."""
    run = service.run_of(run_id)
    return render_template("dossiers/feeds/_progress.html", run=run, states=RunState)


@bp.post("/<int(max=2147483647):run_id>/columns")
@allow(Role.MANAGER)
@about(LINE)
def choose(run_id: int) -> Page:
    """Say which column is what, and the order of the dates."""
    run = service.run_of(run_id)
    columns = {}
    for name in service.kind_of(run.kind).names:
        place = request.form.get(f"column-{name}", "")
        if place.isascii() and place.isdigit() and 1 <= int(place[:4]) <= 500:
            columns[name] = int(place[:4])
    order = ORDERS.get(request.form.get("order", ""))
    service.choose(run_id, columns, order, by_id=current_user.id, now=clock.now())
    return redirect(url_for("feeds.show", run_id=run_id), 303)


@bp.post("/<int(max=2147483647):run_id>/start")
@allow(Role.MANAGER)
@about(LINE)
def start(run_id: int) -> Page:
    """Try, import, or go on."""
    trial = request.form.get("trial") == "1"
    try:
        service.start(run_id, trial=trial, by_id=current_user.id, now=clock.now())
    except InvalidInput as refused:
        return _show(run_id, refused), refused.status
    return redirect(url_for("feeds.show", run_id=run_id), 303)


@bp.post("/<int(max=2147483647):run_id>/stop")
@allow(Role.MANAGER)
@about(LINE)
def stop(run_id: int) -> Page:
    """Stop after the block that is being written."""
    service.stop(run_id, by_id=current_user.id, now=clock.now())
    return redirect(url_for("feeds.show", run_id=run_id), 303)


@bp.get("/export/<kind>.<form>")
@allow(Role.MANAGER)
def export(kind: str, form: str) -> Response:
    """All persons, organismes or dossiers as a file; journaled."""
    if form not in ("csv", "xlsx") or kind not in exporting.ACTS:
        raise NotFound("Ce fichier n'existe pas.")
    folder = tempfile.TemporaryDirectory(prefix="export-", dir=settings().instance_dir)
    path = Path(folder.name) / f"{kind}.{form}"
    agent_id = current_user.id
    exporting.export(kind, path, form, agent_id=agent_id, now=clock.now())

    def pieces() -> Iterator[bytes]:
        with folder, path.open("rb") as file:
            while piece := file.read(1 << 16):
                yield piece

    response = _file(b"", "text/csv" if form == "csv" else _XLSX, path.name)
    response.response = pieces()
    response.headers.pop("Content-Length", None)
    return response


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/keys")
@allow(Role.MANAGER)
@about(LINE)
def make_key() -> Page:
    """A key for a program, shown this once."""
    try:
        made = tokens.make(request.form.get("name", ""), by_id=current_user.id, now=clock.now())
    except PermanenceError as refused:
        return _index(refused), refused.status
    return _index(made=made)


@bp.post("/keys/<int(max=2147483647):token_id>/revoke")
@allow(Role.MANAGER)
@about(LINE)
def revoke_key(token_id: int) -> Page:
    """Take a key back."""
    tokens.revoke(token_id, by_id=current_user.id, now=clock.now())
    flash(_("La clé n’ouvre plus rien."), "live")
    return redirect(url_for("feeds.index"), 303)
