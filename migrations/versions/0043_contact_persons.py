"""one contact about several persons"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def _to(column: str, table: str, **more: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_contact_persons_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, **more)


def upgrade() -> None:
    op.create_table(
        "contact_persons",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer()),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("basis", sa.String(48)),
        sa.Column("basis_by_id", sa.Integer()),
        sa.Column("identity_at", UTCDateTime()),
        sa.Column("identity_by_id", sa.Integer()),
        sa.CheckConstraint(
            "basis IN ('spoken', 'mandate')", name=op.f("ck_contact_persons_basis_known")
        ),
        _to("contact_id", "contacts", ondelete="CASCADE"),
        _to("person_id", "persons"),
        _to("dossier_id", "dossiers"),
        _to("basis_by_id", "agents"),
        _to("identity_by_id", "agents"),
        sa.PrimaryKeyConstraint("contact_id", "person_id", name=op.f("pk_contact_persons")),
    )
    op.create_index("ix_contact_persons_person_id", "contact_persons", ["person_id"])


def downgrade() -> None:
    op.drop_table("contact_persons")
