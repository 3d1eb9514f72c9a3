"""who has a dossier on the screen now"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dossier_readers",
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sid"],
            ["connections.sid"],
            name=op.f("fk_dossier_readers_sid_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_dossier_readers_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sid", "dossier_id", name=op.f("pk_dossier_readers")),
    )
    op.create_index("ix_dossier_readers_dossier_id", "dossier_readers", ["dossier_id"])


def downgrade() -> None:
    op.drop_table("dossier_readers")
