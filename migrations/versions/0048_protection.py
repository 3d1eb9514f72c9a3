"""an agent who is insulted or threatened: an alert of its own kind, and what they ask for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

KINDS = ("distress", "support")
OUTCOMES = (
    "rescuers", "handed_over", "accompanied", "better", "unreached", "no_danger", "mistake", "answered",
)  # fmt: skip
MORE_KINDS = (*KINDS, "protection")
MORE_OUTCOMES = (*OUTCOMES, "looked_after", "colleague", "complaint")


def upgrade() -> None:
    op.execute("ALTER TABLE alerts ADD COLUMN wishes VARCHAR(60) DEFAULT '' NOT NULL")
    _become("kind", "alert_kind_known", KINDS, MORE_KINDS)
    _become("outcome", "outcome_known", OUTCOMES, MORE_OUTCOMES)


def downgrade() -> None:
    # The table of before knows neither: an agent who asked for help asked for support, and has had an answer.
    op.execute(
        "UPDATE alerts SET outcome = 'answered'"
        " WHERE outcome IN ('looked_after', 'colleague', 'complaint')"
    )
    op.execute(
        "DELETE FROM alerts WHERE kind = 'protection' AND closed_at IS NULL AND EXISTS"
        " (SELECT 1 FROM alerts other WHERE other.kind = 'support' AND other.closed_at IS NULL"
        " AND other.about = alerts.about)"
    )
    op.execute("UPDATE alerts SET kind = 'support' WHERE kind = 'protection'")
    _become("kind", "alert_kind_known", MORE_KINDS, KINDS)
    _become("outcome", "outcome_known", MORE_OUTCOMES, OUTCOMES)
    op.execute("ALTER TABLE alerts DROP COLUMN wishes")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _become(column: str, name: str, was: tuple[str, ...], becomes: tuple[str, ...]) -> None:
    """Another closed list. SQLite alters no CHECK: as in 0037, the stored text of the table is edited."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE alerts DROP CONSTRAINT ck_alerts_{name}")
        rule = f"{column} IN ({_listed(becomes)})"
        op.execute(f"ALTER TABLE alerts ADD CONSTRAINT ck_alerts_{name} CHECK ({rule})")
        return
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    changed = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :was, :becomes)"
            " WHERE type = 'table' AND name = 'alerts' AND instr(sql, :was) > 0"
        ),
        {"was": f"({_listed(was)})", "becomes": f"({_listed(becomes)})"},
    )
    assert changed.rowcount == 1
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
