"""How far the journal was verified"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal_checks",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("line_hash", sa.String(length=64), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.Column("broken_line", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_journal_checks")),
    )


def downgrade() -> None:
    op.drop_table("journal_checks")
