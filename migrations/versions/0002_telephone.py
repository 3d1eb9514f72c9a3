"""telephone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


BEFORE = ("phone", "mail", "sms", "counter")
AFTER = (*BEFORE, "form", "voicemail")


def _channels(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    """Change which channels a contact may have.

    SQLite cannot alter a CHECK, and copying the table would break the rows that refer to it: its
    documentation allows to edit the stored text of a constraint (sqlite.org/lang_altertable.html).
    """
    was, becomes = (", ".join(f"'{c}'" for c in values) for values in (old, new))
    if op.get_bind().dialect.name == "sqlite":
        version = op.get_bind().scalar(sa.text("PRAGMA schema_version"))
        op.execute("PRAGMA writable_schema = ON")
        op.get_bind().execute(
            sa.text(
                "UPDATE sqlite_master SET sql = replace(sql, :was, :becomes) "
                "WHERE type = 'table' AND name = 'contacts'"
            ),
            {"was": f"channel IN ({was})", "becomes": f"channel IN ({becomes})"},
        )
        op.execute(f"PRAGMA schema_version = {version + 1}")
        op.execute("PRAGMA writable_schema = OFF")
        return
    op.drop_constraint(op.f("ck_contacts_channel_known"), "contacts", type_="check")
    op.create_check_constraint(
        op.f("ck_contacts_channel_known"), "contacts", f"channel IN ({becomes})"
    )


def upgrade() -> None:
    op.create_table(
        "directory_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('service', 'interpreter', 'organisation', 'other')",
            name=op.f("ck_directory_entries_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_entries")),
        sa.UniqueConstraint("number", name="uq_directory_number"),
    )
    op.create_table(
        "announcement_sounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["lines.id"], name=op.f("fk_announcement_sounds_line_id_lines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_sounds")),
        sa.UniqueConstraint("line_id", "key", "language", name="uq_sounds_key"),
        sa.UniqueConstraint("token", name=op.f("uq_announcement_sounds_token")),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "queue",
                "closed",
                "outage",
                "form",
                "agent",
                name="source_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "cancelled",
                "given_up",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("arrived_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_callbacks_closed_when_over")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_callbacks_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_callbacks_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_callbacks_line_id_lines")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    op.create_index(op.f("ix_callbacks_contact_id"), "callbacks", ["contact_id"], unique=False)
    op.create_index("ix_callbacks_state_due", "callbacks", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_callbacks_open_number",
        "callbacks",
        ["number"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "call_parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("speaks", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('colleague', 'outside', 'coach')", name=op.f("ck_call_parties_kind")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_call_parties_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["agents.id"], name=op.f("fk_call_parties_asked_by_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_parties_call_id_calls")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_parties")),
    )
    op.create_index(op.f("ix_call_parties_call_id"), "call_parties", ["call_id"], unique=False)

    op.create_table(
        "drifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("leg_sid", sa.String(length=64), nullable=True),
        sa.Column("repaired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_drifts_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drifts")),
    )
    op.create_index(op.f("ix_drifts_at"), "drifts", ["at"], unique=False)
    op.create_index(op.f("ix_drifts_call_id"), "drifts", ["call_id"], unique=False)
    link = op.create_table(
        "provider_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claimed_at", UTCDateTime(), nullable=True),
        sa.Column("ran_at", UTCDateTime(), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("seen_until", UTCDateTime(), nullable=True),
        sa.Column("probe_sid", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_link")),
    )
    op.bulk_insert(link, [{"id": 1}])

    op.create_table(
        "voicemails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("recording_sid", sa.String(length=64), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("heard_at", UTCDateTime(), nullable=True),
        sa.Column("heard_by_id", sa.Integer(), nullable=True),
        sa.Column("deleted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_voicemails_call_id_calls")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_voicemails_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["heard_by_id"], ["agents.id"], name=op.f("fk_voicemails_heard_by_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voicemails")),
        sa.UniqueConstraint("recording_sid", name=op.f("uq_voicemails_recording_sid")),
    )
    op.create_index(op.f("ix_voicemails_call_id"), "voicemails", ["call_id"], unique=False)
    op.create_index(op.f("ix_voicemails_contact_id"), "voicemails", ["contact_id"], unique=False)
    op.create_index(op.f("ix_voicemails_received_at"), "voicemails", ["received_at"], unique=False)

    op.create_table(
        "call_commands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("commands", sa.JSON(), nullable=False),
        sa.Column("tried_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_commands_call_id_calls")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_commands")),
    )

    op.add_column("calls", sa.Column("callback_id", sa.Integer(), nullable=True))
    op.add_column("calls", sa.Column("typed_number", sa.String(length=20), nullable=True))
    op.add_column("calls", sa.Column("waiting_since", UTCDateTime(), nullable=True))
    op.add_column("calls", sa.Column("person_leg_sid", sa.String(length=64), nullable=True))
    op.add_column("calls", sa.Column("party_id", sa.Integer(), nullable=True))
    op.add_column("calls", sa.Column("party_state", sa.String(length=8), nullable=True))
    op.add_column("calls", sa.Column("party_agent_id", sa.Integer(), nullable=True))
    op.add_column("calls", sa.Column("party_leg_sid", sa.String(length=64), nullable=True))
    op.add_column("calls", sa.Column("outside_since", UTCDateTime(), nullable=True))
    op.create_index(op.f("ix_calls_callback_id"), "calls", ["callback_id"], unique=False)
    op.create_index(op.f("ix_calls_party_leg_sid"), "calls", ["party_leg_sid"], unique=False)
    op.create_index(op.f("ix_calls_person_leg_sid"), "calls", ["person_leg_sid"], unique=False)

    op.add_column("lines", sa.Column("rules", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("lines", sa.Column("incident_since", UTCDateTime(), nullable=True))

    _channels(BEFORE, AFTER)


def downgrade() -> None:
    op.execute("UPDATE contacts SET channel = 'mail' WHERE channel = 'form'")
    op.execute("UPDATE contacts SET channel = 'phone' WHERE channel = 'voicemail'")
    _channels(AFTER, BEFORE)
    op.drop_column("lines", "incident_since")
    op.drop_column("lines", "rules")

    op.drop_index(op.f("ix_calls_person_leg_sid"), table_name="calls")
    op.drop_index(op.f("ix_calls_party_leg_sid"), table_name="calls")
    op.drop_index(op.f("ix_calls_callback_id"), table_name="calls")
    op.drop_column("calls", "outside_since")
    op.drop_column("calls", "party_leg_sid")
    op.drop_column("calls", "party_agent_id")
    op.drop_column("calls", "party_state")
    op.drop_column("calls", "party_id")
    op.drop_column("calls", "person_leg_sid")
    op.drop_column("calls", "waiting_since")
    op.drop_column("calls", "typed_number")
    op.drop_column("calls", "callback_id")

    op.drop_table("call_commands")

    op.drop_index(op.f("ix_voicemails_received_at"), table_name="voicemails")
    op.drop_index(op.f("ix_voicemails_contact_id"), table_name="voicemails")
    op.drop_index(op.f("ix_voicemails_call_id"), table_name="voicemails")

    op.drop_table("voicemails")
    op.drop_table("provider_link")
    op.drop_index(op.f("ix_drifts_call_id"), table_name="drifts")
    op.drop_index(op.f("ix_drifts_at"), table_name="drifts")

    op.drop_table("drifts")
    op.drop_index(op.f("ix_call_parties_call_id"), table_name="call_parties")

    op.drop_table("call_parties")
    op.drop_index("uq_callbacks_open_number", table_name="callbacks")
    op.drop_index("ix_callbacks_state_due", table_name="callbacks")
    op.drop_index(op.f("ix_callbacks_contact_id"), table_name="callbacks")

    op.drop_table("callbacks")
    op.drop_table("announcement_sounds")
    op.drop_table("directory_entries")
