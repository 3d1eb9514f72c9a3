"""what may be said to whom, as versions that managers set; an agreement given by SMS is a ground"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

WAS, BECOMES = "'spoken', 'mandate'", "'spoken', 'remote', 'mandate'"
GROUNDS = (
    ("contacts", "basis_known"),
    ("contact_persons", "basis_known"),
    ("promises", "promise_basis_known"),
)


def upgrade() -> None:
    op.create_table(
        "say_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=160), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_say_rules_has_reason")),
        sa.ForeignKeyConstraint(["by_id"], ["agents.id"], name=op.f("fk_say_rules_by_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_say_rules")),
    )
    for table, name in GROUNDS:
        _become(table, name, WAS, BECOMES)
    _become("script_run_steps", "basis_of_an_act", WAS, BECOMES)


def downgrade() -> None:
    for table, _name in (*GROUNDS, ("script_run_steps", "")):
        # The tables of before know two words; a yes by SMS was a yes.
        op.execute(f"UPDATE {table} SET basis = 'spoken' WHERE basis = 'remote'")  # noqa: S608
    for table, name in (*GROUNDS, ("script_run_steps", "basis_of_an_act")):
        _become(table, name, BECOMES, WAS)
    op.drop_table("say_rules")


def _become(table: str, name: str, was: str, becomes: str) -> None:
    """Another closed list. SQLite alters no CHECK: as in 0037, the stored text of the table is edited."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        rule = f"basis IN ({becomes})"
        if name == "basis_of_an_act":
            rule = f"basis IS NULL OR (posture = 'for' AND {rule})"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule})")
        return
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    changed = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :was, :becomes)"
            " WHERE type = 'table' AND name = :name AND instr(sql, :was) > 0"
        ),
        {"was": f"basis IN ({was})", "becomes": f"basis IN ({becomes})", "name": table},
    )
    assert changed.rowcount == 1, table
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
