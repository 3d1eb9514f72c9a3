"""A row for each session of the staff

Everybody signs in again: sessions of before have no row. Open tabs are noted again when they reconnect.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("proved_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_staff_sessions_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_staff_sessions_key_hash")),
    )
    op.create_index(op.f("ix_staff_sessions_agent_id"), "staff_sessions", ["agent_id"])
    op.create_index(op.f("ix_staff_sessions_ended_at"), "staff_sessions", ["ended_at"])
    op.execute("DELETE FROM connections")
    with op.batch_alter_table("connections") as batch:
        batch.add_column(sa.Column("session_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_connections_session_id_staff_sessions"),
            "staff_sessions",
            ["session_id"],
            ["id"],
        )
        batch.create_index(op.f("ix_connections_session_id"), ["session_id"])
    op.alter_column("agents", "session_epoch", new_column_name="softphone_epoch")


def downgrade() -> None:
    op.alter_column("agents", "softphone_epoch", new_column_name="session_epoch")
    op.execute("DELETE FROM connections")
    with op.batch_alter_table("connections") as batch:
        batch.drop_index(op.f("ix_connections_session_id"))
        batch.drop_constraint(op.f("fk_connections_session_id_staff_sessions"), type_="foreignkey")
        batch.drop_column("session_id")
    op.drop_table("staff_sessions")
