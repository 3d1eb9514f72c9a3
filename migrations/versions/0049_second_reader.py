"""scripts: who wrote a draft's last change, and who published it having read it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_COLUMNS = (("script_drafts", "changed_by_id"), ("script_publications", "written_by_id"))


def upgrade() -> None:
    for table, column in _COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_{column}_agents"), "agents", [column], ["id"]
            )
    # Who changed a draft was not kept before: its author stands for it.
    op.execute("UPDATE script_drafts SET changed_by_id = author_id")
    with op.batch_alter_table("script_drafts") as batch:
        batch.alter_column("changed_by_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("script_publications") as batch:
        batch.add_column(
            sa.Column("alone", sa.String(length=200), nullable=False, server_default="")
        )
    with op.batch_alter_table("script_publications") as batch:
        batch.alter_column(
            "alone",
            existing_type=sa.String(length=200),
            existing_nullable=False,
            server_default=None,
        )


def downgrade() -> None:
    with op.batch_alter_table("script_publications") as batch:
        batch.drop_column("alone")
    for table, column in _COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_{column}_agents"), type_="foreignkey")
            batch.drop_column(column)
