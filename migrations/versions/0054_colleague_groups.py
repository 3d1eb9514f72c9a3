"""groups of colleagues that a manager names; the name of the group that a question was put to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "colleague_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague_groups")),
        sa.UniqueConstraint("folded", name=op.f("uq_colleague_groups_folded")),
    )
    op.create_table(
        "colleague_group_members",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_colleague_group_members_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["colleague_groups.id"],
            name=op.f("fk_colleague_group_members_group_id_colleague_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "agent_id", name=op.f("pk_colleague_group_members")),
    )
    op.create_index(
        op.f("ix_colleague_group_members_agent_id"), "colleague_group_members", ["agent_id"]
    )
    op.add_column(
        "consultations",
        sa.Column("group_name", sa.String(length=60), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("consultations", "group_name")
    op.drop_table("colleague_group_members")
    op.drop_table("colleague_groups")
