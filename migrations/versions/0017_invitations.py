"""Invitations to choose a password; the journal is searched by person and by subject"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("state_of", sa.String(length=16), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_invitations_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_agent_id"), "invitations", ["agent_id"])
    op.create_index(op.f("ix_journal_agent_id"), "journal", ["agent_id"])
    op.create_index(op.f("ix_journal_subject"), "journal", ["subject"])


def downgrade() -> None:
    op.drop_index(op.f("ix_journal_subject"), "journal")
    op.drop_index(op.f("ix_journal_agent_id"), "journal")
    op.drop_table("invitations")
