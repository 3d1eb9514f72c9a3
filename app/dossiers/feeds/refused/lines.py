"""The lines that were refused, as a file: as they were written, why at their end, to be corrected and sent again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import func, select

from app.dossiers.feeds import service
from app.dossiers.feeds.models import FeedRefusal, FeedRun
from app.dossiers.tables import reading
from app.dossiers.tables.cells import shown_safely
from app.foundation.database import paging
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.foundation.text.spreadsheets import harmless

TITLE = "Motif du refus"
AT_ONCE = 500
A_PAGE = 50


def lines(run: FeedRun) -> Iterator[str]:
    """The file, line by line: the titles as they were, then each line. UTF-8 with its mark."""
    read = service.plan_of(run)
    titles, plan = read.titles, read.plan
    separator = plan.separator or ";"
    yield "\ufeff"
    if plan.header and titles:
        yield separator.join(_quoted(harmless(title)) for title in [*titles, TITLE]) + "\r\n"
    last = 0
    while True:
        query = select(FeedRefusal).where(FeedRefusal.run_id == run.id, FeedRefusal.line > last)
        found = db.session.scalars(query.order_by(FeedRefusal.line).limit(AT_ONCE)).all()
        for each in found:
            cells = [*map(shown_safely, cells_of(each.raw, separator)), harmless(each.why)]
            yield separator.join(map(_quoted, cells)) + "\r\n"
        if len(found) < AT_ONCE:
            return
        last = found[-1].line


def write(run: FeedRun, path: Path) -> None:
    """Write them to a file that is ours alone."""
    with path.open("w", encoding="utf-8", newline="") as out:
        path.chmod(0o600)
        out.writelines(lines(run))


def cells_of(raw: str, separator: str) -> list[str]:
    """The cells of a line as it was written; one that cannot be cut is cut at each separator."""
    cut = reading.cut(raw, separator)
    return raw.replace('"', "").split(separator) if cut is None else cut


def page(run_id: int, number: int) -> paging.Page[FeedRefusal]:
    """Some of them, by their line."""
    query = select(FeedRefusal).where(FeedRefusal.run_id == run_id).order_by(FeedRefusal.line)
    return paging.page(query, number, A_PAGE)


def one(run_id: int, line: int) -> FeedRefusal:
    """One of them. Raises NotFound."""
    found = db.session.get(FeedRefusal, (run_id, line), populate_existing=True)
    if found is None:
        raise NotFound(
            "Cette ligne n'est plus parmi les refusées.",
            kept="Elle a été corrigée et importée, ou son délai est passé.",
        )
    return found


def first(run_id: int, most: int) -> Sequence[FeedRefusal]:
    """The first ones, by their line."""
    query = select(FeedRefusal).where(FeedRefusal.run_id == run_id).order_by(FeedRefusal.line)
    return db.session.scalars(query.limit(most)).all()


def by_kind(run_id: int) -> list[tuple[str, int]]:
    """How many of each kind, the most frequent first."""
    count = func.count()
    query = select(FeedRefusal.kind, count).where(FeedRefusal.run_id == run_id)
    found = db.session.execute(query.group_by(FeedRefusal.kind).order_by(count.desc()))
    return [(kind, number) for kind, number in found]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
