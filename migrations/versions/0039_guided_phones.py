"""guided phones: a page that follows a call, by a link and a code said aloud"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guided_phones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("joined_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column(
            "word",
            sa.Enum(
                "done",
                "stuck",
                name="word_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column("word_at", UTCDateTime(), nullable=True),
        sa.Column("word_run_id", sa.Integer(), nullable=True),
        sa.Column("word_moves", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(word IS NULL) = (word_at IS NULL)", name=op.f("ck_guided_phones_word_has_time")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
            name=op.f("fk_guided_phones_contact_id_contacts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_guided_phones_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guided_phones")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_guided_phones_token_hash")),
    )
    op.create_index("ix_guided_phones_contact", "guided_phones", ["contact_id", "created_at"])
    op.create_index(op.f("ix_guided_phones_expires_at"), "guided_phones", ["expires_at"])


def downgrade() -> None:
    op.drop_table("guided_phones")
