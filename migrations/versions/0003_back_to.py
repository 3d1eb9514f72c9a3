"""where an agent goes back after a call that she dialled"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("presences", sa.Column("back_to", sa.String(length=16), nullable=True))
    op.add_column("presences", sa.Column("back_reason", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("presences", "back_reason")
    op.drop_column("presences", "back_to")
