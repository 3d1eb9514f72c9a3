"""recent waits are read without walking through all calls"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_calls_answered_at", "calls", ["answered_at"])


def downgrade() -> None:
    op.drop_index("ix_calls_answered_at", table_name="calls")
