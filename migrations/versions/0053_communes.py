"""communes, from which distances are told; whether one can print and scan at a place"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "communes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("insee", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.Column("postcode", sa.String(length=5), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communes")),
        sa.UniqueConstraint("insee", "postcode", name="uq_communes_insee_postcode"),
    )
    op.create_index("ix_communes_postcode", "communes", ["postcode"])
    op.create_index("ix_communes_folded", "communes", ["folded"])
    op.add_column("places", sa.Column("prints", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("places", "prints")
    op.drop_table("communes")
