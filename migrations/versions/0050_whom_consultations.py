"""a question to a team or chosen colleagues; news to read again; an exception inside chosen scripts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consultations", sa.Column("to_role", sa.String(length=12), nullable=True))
    op.create_table(
        "consultation_group",
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_consultation_group_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_group_consultation_id_consultations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consultation_id", "agent_id", name=op.f("pk_consultation_group")),
    )
    for name in ("changed_at", "asked_again_at"):
        op.add_column("bulletin_notes", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "training_exceptions", sa.Column("scripts", sa.JSON(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    op.drop_column("training_exceptions", "scripts")
    for name in ("asked_again_at", "changed_at"):
        op.drop_column("bulletin_notes", name)
    op.drop_table("consultation_group")
    op.drop_column("consultations", "to_role")
