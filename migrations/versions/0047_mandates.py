"""mandates: who may speak for a person, on what, until when; which one a contact stands on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

BASES = "'spoken', 'remote', 'mandate'"
RELATIONS = "'unknown', 'self', 'duo', 'organisation', 'third'"


def _to(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, **more)


def upgrade() -> None:
    op.create_table(
        "mandates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(48), nullable=False),
        sa.Column("relation", sa.String(48), nullable=False),
        sa.Column("holder", sa.String(160), nullable=False),
        sa.Column("paper", sa.String(300), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("contact_id", sa.Integer()),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime()),
        sa.Column("revoked_by_id", sa.Integer()),
        sa.Column("revoked_why", sa.String(300), nullable=False),
        sa.CheckConstraint(f"basis IN ({BASES})", name=op.f("ck_mandates_mandate_basis_known")),
        sa.CheckConstraint(f"relation IN ({RELATIONS})", name=op.f("ck_mandates_relation_known")),
        sa.CheckConstraint(
            "basis <> 'mandate' OR (paper <> '' AND ends_on IS NOT NULL)",
            name=op.f("ck_mandates_written"),
        ),
        sa.CheckConstraint(
            "basis <> 'spoken' OR contact_id IS NOT NULL",
            name=op.f("ck_mandates_spoken_in_a_contact"),
        ),
        sa.CheckConstraint(
            "basis <> 'remote' OR ends_on IS NOT NULL", name=op.f("ck_mandates_remote_ends")
        ),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= begins_on", name=op.f("ck_mandates_in_order")
        ),
        sa.CheckConstraint(
            "revoked_at IS NOT NULL OR revoked_why = ''", name=op.f("ck_mandates_why_when_revoked")
        ),
        _to("mandates", "person_id", "persons", ondelete="CASCADE"),
        _to("mandates", "contact_id", "contacts"),
        _to("mandates", "noted_by_id", "agents"),
        _to("mandates", "revoked_by_id", "agents"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
    )
    op.create_index("ix_mandates_person_ends", "mandates", ["person_id", "ends_on"])
    op.create_index("ix_mandates_contact_id", "mandates", ["contact_id"])
    op.create_table(
        "contact_grounds",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        _to("contact_grounds", "contact_id", "contacts", ondelete="CASCADE"),
        _to("contact_grounds", "person_id", "persons", ondelete="CASCADE"),
        _to("contact_grounds", "mandate_id", "mandates", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", "person_id", name=op.f("pk_contact_grounds")),
    )
    op.create_index("ix_contact_grounds_person_id", "contact_grounds", ["person_id"])
    op.create_index("ix_contact_grounds_mandate_id", "contact_grounds", ["mandate_id"])


def downgrade() -> None:
    op.drop_table("contact_grounds")
    op.drop_table("mandates")
