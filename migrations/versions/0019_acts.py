"""Acts: a button pressed twice acts once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_acts")),
    )
    kept = sa.text("answer IS NOT NULL")
    op.create_index("ix_acts_kept", "acts", ["at"], postgresql_where=kept, sqlite_where=kept)


def downgrade() -> None:
    op.drop_table("acts")
