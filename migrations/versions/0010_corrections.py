"""a person's details can be corrected: what they were is kept, and when the address was read back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("persons", sa.Column("email_confirmed_at", UTCDateTime()))
    op.add_column(
        "persons",
        sa.Column("helper_relation", sa.String(length=80), nullable=False, server_default=""),
    )
    op.add_column("persons", sa.Column("helper_phone", sa.String(length=16)))
    with op.batch_alter_table("persons") as batch:
        batch.alter_column("helper_relation", server_default=None)
    op.create_table(
        "person_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_person_changes_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_person_changes_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_person_changes_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_changes")),
    )
    op.create_index("ix_person_changes_person_at", "person_changes", ["person_id", "at"])


def downgrade() -> None:
    op.drop_table("person_changes")
    op.drop_column("persons", "helper_phone")
    op.drop_column("persons", "helper_relation")
    op.drop_column("persons", "email_confirmed_at")
