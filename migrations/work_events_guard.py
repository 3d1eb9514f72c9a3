"""Triggers that make the events of works append-only, in the database itself."""

from __future__ import annotations

from alembic import op

_SQLITE = (
    """
CREATE TRIGGER work_events_no_{verb} BEFORE {verb} ON work_events
BEGIN SELECT RAISE(ABORT, 'the events of a work are append-only'); END
""",
    # INSERT OR REPLACE deletes without asking the triggers above.
    """
CREATE TRIGGER work_events_no_replace BEFORE INSERT ON work_events
WHEN EXISTS (SELECT 1 FROM work_events
             WHERE id = NEW.id OR (work_id = NEW.work_id AND seq = NEW.seq))
BEGIN SELECT RAISE(ABORT, 'the events of a work are append-only'); END
""",
)
_POSTGRES = (
    """
CREATE FUNCTION work_events_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the events of a work are append-only'; END
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER work_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON work_events
FOR EACH STATEMENT EXECUTE FUNCTION work_events_refuse()
""",
)


def make_guard() -> None:
    """Refuse UPDATE and DELETE (and TRUNCATE) on the events of works."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _POSTGRES:
            op.execute(statement)
        return
    each, replace = _SQLITE
    for verb in ("UPDATE", "DELETE"):
        op.execute(each.format(verb=verb))
    op.execute(replace)


def drop_guard() -> None:
    """Take the guard away (only ever to drop the table, which takes its triggers with it)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER work_events_append_only ON work_events")
        op.execute("DROP FUNCTION work_events_refuse()")
