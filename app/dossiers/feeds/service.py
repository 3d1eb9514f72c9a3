"""Sending a file: kept, looked at, tried, imported block by block, stopped, gone on with; and what was refused.

A block is one transaction with how far one is: a process that is killed leaves whole blocks, and whoever takes the
run up again goes on from there. A run belongs to who holds its lease.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import delete, or_, select, update

from app.accounts import journal
from app.dossiers.feeds import blocks, files, kinds, passes, plan
from app.dossiers.feeds.blocks import Result
from app.dossiers.feeds.kinds import KINDS, Kind, Reading
from app.dossiers.feeds.models import FeedPart, FeedRefusal, FeedRun, RunState
from app.dossiers.feeds.plan import Found, Plan, Told
from app.dossiers.tables import reading
from app.dossiers.tables.days import Order
from app.foundation import clock
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db

KEEP_FILES = timedelta(days=7)
KEEP_REFUSALS = timedelta(days=30)
LEASE = timedelta(seconds=60)
MOST_REFUSALS = 20_000  # kept to be corrected; more is another file than was meant
FIRST_LINES = 60
MOST_SHEETS = 12  # of a workbook, whose first lines are looked at
ORDERS = "orders"  # in a run's plan, beside the plan itself


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises InvalidInput."""
    try:
        return KINDS[name]
    except KeyError:
        raise InvalidInput(
            "Ce genre de fichier n'existe pas.",
            todo="Choisissez : %(kinds)s.",
            kinds=", ".join(KINDS),
        ) from None


def run_of(run_id: int) -> FeedRun:
    """A run. Raises NotFound."""
    found = db.session.get(FeedRun, run_id, populate_existing=True)
    if found is None:
        raise NotFound("Cet import n'existe pas.")
    return found


# --- before --------------------------------------------------------------------------------------


def found_in(path: Path, kind: Kind, told: Told) -> Found:
    """How a file is to be read, by its first lines and what is told of it. Raises InvalidInput."""
    shown, count = ((), 0) if told.sheet else reading.sheets(path)
    if count < 2 or not shown:
        return _in_sheet(path, kind, told)
    # A sheet that is hidden is nobody's to send; a notice may stand before the one with the columns.
    found = [_in_sheet(path, kind, replace(told, sheet=name)) for name in shown[:MOST_SHEETS]]
    best = max(found, key=lambda each: len(each.plan.columns))
    others = tuple(
        each.plan.sheet
        for each in found
        if each is not best and not kinds.lacking(kind, each.plan.columns)
    )
    return replace(best, others=others)


def _in_sheet(path: Path, kind: Kind, told: Told) -> Found:
    layout = Plan({}, told.separator, told.encoding, told.header, told.skip or 0, told.sheet)
    first = reading.first_rows(path, layout, FIRST_LINES)
    return plan.find(kind, first.rows, told, first.separator, told.encoding)


def upload(
    file: BinaryIO, name: str, kind_name: str, told: Told, *, source: str, by_id: int, now: datetime
) -> int:
    """Keep a file that a manager sends, with what its first lines show; the run's id. Raises InvalidInput."""
    kind = kind_of(kind_name)
    with unit_of_work():
        run = FeedRun(
            kind=kind.name,
            source=source.strip()[:40],
            file_name=Path(name.replace("\\", "/")).name[:120],
            by_id=by_id,
            created_at=now,
        )
        db.session.add(run)
        db.session.flush()
        run_id, shown = run.id, run.file_name
        size = files.keep(run_id, file)
        with files.opened(run_id, shown) as path:
            found = found_in(path, kind, told)
        row = run_of(run_id)
        row.plan = found.as_json()
        journal.record(
            "feed_sent",
            f"feed:{run_id}",
            agent_id=by_id,
            now=now,
            detail={"kind": kind.name, "size": size},
        )
    return run_id


def plan_of(run: FeedRun) -> Found:
    """How the file of a run is read, and its titles."""
    kept = dict(run.plan)
    titles, others = tuple(kept.pop("titles", ())), tuple(kept.pop("others", ()))
    kept.pop(ORDERS, None)
    return Found(Plan.of_json(kept), titles, others)


def orders_of(run: FeedRun) -> dict[str, Order]:
    """The order of the dates of each column, as the whole file showed it when it was gone through."""
    return {name: Order(order) for name, order in run.plan.get(ORDERS, {}).items()}


def preview(run: FeedRun) -> passes.Looked:
    """What the first pass over a kept file tells. Raises InvalidInput, NotFound when the file is gone."""
    _file_is_there(run)
    with files.opened(run.id, run.file_name) as path:
        return passes.look(path, kind_of(run.kind), plan_of(run).plan)


def _file_is_there(run: FeedRun) -> None:
    if run.file_gone_at is not None:
        raise NotFound(
            "Le fichier de cet import a été effacé : son délai est passé.",
            todo="Envoyez-le à nouveau : ce qui est déjà importé sera reconnu.",
        )


def choose(
    run_id: int, columns: Mapping[str, int], order: Order | None, *, by_id: int, now: datetime
) -> None:
    """Say which column is what, and the order of the dates. Raises Conflict once it runs."""
    with unit_of_work():
        run = run_of(run_id)
        if run.state is not RunState.READY:
            raise Conflict("Cet import a déjà commencé.", kept="Ses colonnes restent les mêmes.")
        found = plan.with_columns(plan_of(run), columns, order)
        run.plan = found.as_json()
        journal.record("feed_columns", f"feed:{run_id}", agent_id=by_id, now=now)


def start(run_id: int, *, trial: bool, by_id: int, now: datetime) -> None:
    """Let a run begin (or go on) in the background. Raises InvalidInput without the columns that it needs."""
    with unit_of_work():
        run = run_of(run_id)
        _file_is_there(run)
        plan.check(kind_of(run.kind), plan_of(run))
        if run.state not in (RunState.READY, RunState.STOPPED, RunState.FAILED):
            raise Conflict("Cet import est déjà en cours, ou fait.", kept="Il n'est pas refait.")
        if run.state is RunState.READY:
            _from_the_start(run)
            run.trial = trial
        run.state, run.problem, run.lease_until = RunState.QUEUED, "", None
        act = "feed_tried" if run.trial else "feed_started"
        journal.record(act, f"feed:{run_id}", agent_id=by_id, now=now)


def _from_the_start(run: FeedRun) -> None:
    run.done, run.counts, run.total, run.ended_at = 0, {}, None, None
    db.session.execute(delete(FeedRefusal).where(FeedRefusal.run_id == run.id))


def stop(run_id: int, *, by_id: int, now: datetime) -> None:
    """Stop after the block that is being written; what is imported stays, and one can go on."""
    with unit_of_work():
        stopped = db.session.execute(
            update(FeedRun)
            .where(FeedRun.id == run_id, FeedRun.state.in_((RunState.QUEUED, RunState.RUNNING)))
            .values(state=RunState.STOPPED, worker="", lease_until=None)
        )
        if rows_changed(stopped):
            journal.record("feed_stopped", f"feed:{run_id}", agent_id=by_id, now=now)


# --- the work ------------------------------------------------------------------------------------


class _Lost(Exception):
    """Somebody stopped the run, or another process took it."""


def work(*, now: Callable[[], datetime] = clock.now, pause: Callable[[], None]) -> int | None:
    """Take up one run that waits, or that a process left, and bring it to its end; its id, None when there is none."""
    worker = secrets.token_hex(16)
    run_id = _claim(worker, now())
    if run_id is None:
        return None
    run = run_of(run_id)
    try:
        with files.opened(run_id, run.file_name) as path:
            go_through(run_id, path, worker=worker, now=now, pause=pause)
    except InvalidInput as error:
        _end(
            run_id,
            worker,
            RunState.FAILED,
            now(),
            problem=" ".join(filter(None, map(str, error.args))),
        )
    except _Lost:
        db.session.rollback()
    return run_id


def _claim(worker: str, now: datetime) -> int | None:
    free = or_(FeedRun.lease_until.is_(None), FeedRun.lease_until < now)
    waiting = FeedRun.state.in_((RunState.QUEUED, RunState.RUNNING)) & free
    run_id = db.session.scalar(select(FeedRun.id).where(waiting).order_by(FeedRun.id).limit(1))
    if run_id is None:
        return None
    with unit_of_work():
        taken = db.session.execute(
            update(FeedRun)
            .where(FeedRun.id == run_id, waiting)
            .values(state=RunState.RUNNING, worker=worker, lease_until=now + LEASE)
        )
    return run_id if rows_changed(taken) else None


def go_through(
    run_id: int,
    path: Path,
    *,
    worker: str,
    now: Callable[[], datetime] = clock.now,
    pause: Callable[[], None] = lambda: None,
) -> None:
    """Import the lines of a file that are not behind yet; the run must be ours. Raises InvalidInput."""
    run = run_of(run_id)
    kind, how, trial, source = kind_of(run.kind), plan_of(run).plan, run.trial, run.source
    done = run.done
    looked = passes.look(path, kind, how)
    shown = {name: order.value for name, order in looked.orders.items()}
    _progress(run_id, worker, now(), total=looked.total, plan={**run.plan, ORDERS: shown})
    read_with = Reading(today=local_day(now()), orders=looked.orders)
    earlier = blocks.Earlier(kind) if trial else None
    for lines, behind, left_out in passes.blocks(passes.table_of(path, how), done=done):

        def keep(result: Result, behind: int = behind, left_out: int = left_out) -> None:
            result.counts["left_out"] += left_out
            _keep_progress(run_id, worker, now(), result, behind)

        blocks.apply(
            kind,
            lines,
            read_with,
            source=source,
            now=now(),
            trial=trial,
            keep=keep,
            earlier=earlier,
        )
        pause()
    _end(run_id, worker, RunState.READY if trial else RunState.DONE, now())


def _keep_progress(run_id: int, worker: str, now: datetime, result: Result, behind: int) -> None:
    run = db.session.get(FeedRun, run_id, populate_existing=True)
    counts = Counter(run.counts if run else {})
    before = counts["refused"]
    counts.update(result.counts)
    for n, each in enumerate(result.refused):
        if before + n >= MOST_REFUSALS:
            break
        db.session.add(
            FeedRefusal(
                run_id=run_id,
                line=each.line.number,
                kind=each.kind[:60],
                why=each.why,
                raw=each.line.raw,
            )
        )
    db.session.flush()
    _ours(run_id, worker, done=behind, counts=dict(counts), lease_until=now + LEASE)


def _progress(run_id: int, worker: str, now: datetime, **values: Any) -> None:
    with unit_of_work():
        _ours(run_id, worker, lease_until=now + LEASE, **values)


def _ours(run_id: int, held_by: str, /, **values: Any) -> None:
    """Write on a run that is still ours. Raises _Lost, which undoes the block."""
    written = db.session.execute(
        update(FeedRun)
        .where(FeedRun.id == run_id, FeedRun.worker == held_by, FeedRun.state == RunState.RUNNING)
        .values(**values)
    )
    if not rows_changed(written):
        raise _Lost


def _end(run_id: int, worker: str, state: RunState, now: datetime, *, problem: str = "") -> None:
    with unit_of_work():
        _ours(
            run_id, worker, state=state, problem=problem, ended_at=now, lease_until=None, worker=""
        )
        run = run_of(run_id)
        if state is RunState.DONE:
            journal.record(
                "feed_done", f"feed:{run_id}", agent_id=run.by_id, now=now, detail=dict(run.counts)
            )


# --- a file of this machine ----------------------------------------------------------------------


def import_path(
    path: Path,
    kind_name: str,
    told: Told,
    *,
    source: str,
    trial: bool,
    now: Callable[[], datetime] = clock.now,
) -> int:
    """Import a file that is on this machine, in this process; the run's id. Raises InvalidInput."""
    kind = kind_of(kind_name)
    found = found_in(path, kind, told)
    plan.check(kind, found)
    worker = secrets.token_hex(16)
    with unit_of_work():
        run = FeedRun(
            kind=kind.name,
            source=source,
            file_name=path.name[:120],
            state=RunState.RUNNING,
            trial=trial,
            plan=found.as_json(),
            worker=worker,
            lease_until=now() + timedelta(days=1),
            created_at=now(),
            file_gone_at=now(),  # it is not ours to keep
        )
        db.session.add(run)
        db.session.flush()
        run_id = run.id
        journal.record(
            "feed_tried" if trial else "feed_started", f"feed:{run_id}", agent_id=None, now=now()
        )
    try:
        go_through(run_id, path, worker=worker, now=now)
    except BaseException:
        db.session.rollback()
        with unit_of_work():
            db.session.execute(
                update(FeedRun)
                .where(FeedRun.id == run_id, FeedRun.worker == worker)
                .values(state=RunState.FAILED, worker="", lease_until=None)
            )
        raise
    return run_id


# --- afterwards ----------------------------------------------------------------------------------


def forget_old(now: datetime, *, dry_run: bool) -> dict[str, int]:
    """Erase files and refused lines past their term, inside the caller's transaction; how many."""
    files_of = select(FeedRun.id).where(
        FeedRun.created_at < now - KEEP_FILES,
        FeedRun.file_gone_at.is_(None),
        FeedRun.state.not_in((RunState.QUEUED, RunState.RUNNING)),
    )
    ids = list(db.session.scalars(files_of))
    old = select(FeedRun.id).where(FeedRun.created_at < now - KEEP_REFUSALS)
    refused = list(db.session.scalars(select(FeedRefusal.line).where(FeedRefusal.run_id.in_(old))))
    if not dry_run:
        db.session.execute(delete(FeedPart).where(FeedPart.run_id.in_(ids)))
        for run in db.session.scalars(select(FeedRun).where(FeedRun.id.in_(ids))):
            run.file_gone_at, run.file_name = now, ""
        db.session.execute(delete(FeedRefusal).where(FeedRefusal.run_id.in_(old)))
    return {"feed_files": len(ids), "feed_refusals": len(refused)}
