"""the register of exceptions and the bulletin"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulletin_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["agents.id"], name=op.f("fk_bulletin_notes_written_by_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_notes")),
    )
    op.create_index(
        op.f("ix_bulletin_notes_written_at"), "bulletin_notes", ["written_at"], unique=False
    )
    op.create_table(
        "training_exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("training", sa.String(length=120), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("required", sa.Text(), nullable=False),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "accepted",
                "refused",
                "replaced",
                name="training_exception_state_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)",
            name=op.f("ck_training_exceptions_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_training_exceptions_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["agents.id"],
            name=op.f("fk_training_exceptions_decided_by_id_agents"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["agents.id"],
            name=op.f("fk_training_exceptions_proposed_by_id_agents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_exceptions")),
        sa.UniqueConstraint("number", "version", name="uq_training_exceptions_version"),
    )
    op.create_index(
        "ix_training_exceptions_state", "training_exceptions", ["state", "valid_from"], unique=False
    )
    op.create_table(
        "bulletin_reads",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_bulletin_reads_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"],
            ["bulletin_notes.id"],
            name=op.f("fk_bulletin_reads_note_id_bulletin_notes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("note_id", "agent_id", name=op.f("pk_bulletin_reads")),
    )


def downgrade() -> None:
    op.drop_table("bulletin_reads")
    op.drop_index("ix_training_exceptions_state", table_name="training_exceptions")
    op.drop_table("training_exceptions")
    op.drop_index(op.f("ix_bulletin_notes_written_at"), table_name="bulletin_notes")
    op.drop_table("bulletin_notes")
