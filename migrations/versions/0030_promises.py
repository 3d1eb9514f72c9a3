"""promises, what is owed and its steps, and consultations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "owed_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["agents.id"], name=op.f("fk_owed_steps_by_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owed_steps")),
    )
    op.create_index("ix_owed_steps_subject", "owed_steps", ["subject", "id"], unique=False)
    op.create_table(
        "promise_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("mail_at", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["agents.id"], name=op.f("fk_promise_rules_set_by_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_rules")),
    )
    op.create_table(
        "consultations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "disputed",
                "ruled",
                "withdrawn",
                name="consultation_state_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decision = '') = (decided_by_id IS NULL)",
            name=op.f("ck_consultations_decision_has_author"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('answered', 'ruled') OR decided_at IS NOT NULL",
            name=op.f("ck_consultations_decided_at"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["agents.id"], name=op.f("fk_consultations_asked_by_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_consultations_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["agents.id"], name=op.f("fk_consultations_decided_by_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_consultations_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["agents.id"], name=op.f("fk_consultations_to_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
    )
    op.create_index(
        "ix_consultations_asked_by", "consultations", ["asked_by_id", "read_at"], unique=False
    )
    op.create_index(
        op.f("ix_consultations_contact_id"), "consultations", ["contact_id"], unique=False
    )
    op.create_index("ix_consultations_dossier", "consultations", ["dossier_id", "id"], unique=False)
    op.create_index("ix_consultations_to_state", "consultations", ["state", "to_id"], unique=False)
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "answer",
                "treat",
                "call",
                "check",
                "reminder",
                "third_party",
                "transfer",
                "caught",
                name="promise_kind_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("origin", sa.String(length=60), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "spoken",
                "mandate",
                name="promise_basis_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column("service", sa.String(length=120), nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", sa.String(length=120), nullable=False),
        sa.Column("left_s", sa.Integer(), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "kept",
                "dropped",
                name="promise_end_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column("outcome_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome <> 'dropped' OR outcome_reason <> ''",
            name=op.f("ck_promises_drop_has_reason"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_promises_ended_has_outcome")
        ),
        sa.CheckConstraint(
            "(waits_since IS NULL) = (left_s IS NULL)", name=op.f("ck_promises_waits_has_left")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_promises_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_promises_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["agents.id"], name=op.f("fk_promises_ended_by_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["agents.id"], name=op.f("fk_promises_made_by_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["agents.id"], name=op.f("fk_promises_owner_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_promises_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
        sa.UniqueConstraint("origin", name=op.f("uq_promises_origin")),
    )
    op.create_index(op.f("ix_promises_contact_id"), "promises", ["contact_id"], unique=False)
    op.create_index(op.f("ix_promises_dossier_id"), "promises", ["dossier_id"], unique=False)
    op.create_index("ix_promises_first_due", "promises", ["first_due_at"], unique=False)
    op.create_index("ix_promises_open_due", "promises", ["ended_at", "due_at"], unique=False)
    op.create_index(
        "ix_promises_owner_due", "promises", ["owner_id", "ended_at", "due_at"], unique=False
    )
    op.create_table(
        "consultation_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "remark",
                "answer",
                "objection",
                "ruling",
                name="consultation_word_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["agents.id"], name=op.f("fk_consultation_words_by_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_words_consultation_id_consultations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_words")),
    )
    op.create_index(
        op.f("ix_consultation_words_consultation_id"),
        "consultation_words",
        ["consultation_id"],
        unique=False,
    )
    op.create_index("ix_contacts_follow_up", "contacts", ["follow_up_on"], unique=False)
    op.create_index(
        "ix_dossiers_inside_decided", "dossiers", ["inside", "decided_on"], unique=False
    )
    op.create_index("ix_pieces_state_asked", "pieces", ["state", "asked_at"], unique=False)
    op.create_index("ix_portal_events_kind_at", "portal_events", ["kind", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_portal_events_kind_at", table_name="portal_events")
    op.drop_index("ix_pieces_state_asked", table_name="pieces")
    op.drop_index("ix_dossiers_inside_decided", table_name="dossiers")
    op.drop_index("ix_contacts_follow_up", table_name="contacts")
    op.drop_index(op.f("ix_consultation_words_consultation_id"), table_name="consultation_words")
    op.drop_table("consultation_words")
    op.drop_index("ix_promises_owner_due", table_name="promises")
    op.drop_index("ix_promises_open_due", table_name="promises")
    op.drop_index("ix_promises_first_due", table_name="promises")
    op.drop_index(op.f("ix_promises_dossier_id"), table_name="promises")
    op.drop_index(op.f("ix_promises_contact_id"), table_name="promises")
    op.drop_table("promises")
    op.drop_index("ix_consultations_to_state", table_name="consultations")
    op.drop_index("ix_consultations_dossier", table_name="consultations")
    op.drop_index(op.f("ix_consultations_contact_id"), table_name="consultations")
    op.drop_index("ix_consultations_asked_by", table_name="consultations")
    op.drop_table("consultations")
    op.drop_table("promise_rules")
    op.drop_index("ix_owed_steps_subject", table_name="owed_steps")
    op.drop_table("owed_steps")
