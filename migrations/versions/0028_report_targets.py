"""targets of the report, each time that a manager set them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_by"], ["agents.id"], name=op.f("fk_report_targets_set_by_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_targets")),
    )
    op.create_index(op.f("ix_report_targets_set_at"), "report_targets", ["set_at"])


def downgrade() -> None:
    op.drop_table("report_targets")
