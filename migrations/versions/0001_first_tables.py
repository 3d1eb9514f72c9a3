"""first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime
from migrations.journal_guard import drop_guard, make_guard

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('front', 'back', 'manager', 'admin')", name=op.f("ck_agents_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sa.UniqueConstraint("email", name=op.f("uq_agents_email")),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("hash", name=op.f("uq_journal_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_journal_previous_hash")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_act"), ["act"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_at"), ["at"], unique=False)

    op.create_table(
        "lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("announcements", sa.JSON(), nullable=False),
        sa.CheckConstraint("mode IN ('hours', 'open', 'closed')", name=op.f("ck_lines_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lines")),
        sa.UniqueConstraint("number", name=op.f("uq_lines_number")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("town", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_phone"), ["phone"], unique=False)

    op.create_table(
        "payment_waves",
        sa.Column("on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_payment_waves")),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("search_name", sa.String(length=170), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=240), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("helper", sa.String(length=160), nullable=False),
        sa.Column("nir_masked", sa.String(length=32), nullable=False),
        sa.Column("residence_permit_until", sa.Date(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("last_name <> ''", name=op.f("ck_persons_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
    )
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_persons_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_persons_search_name"), ["search_name"], unique=False)

    op.create_table(
        "processing_dates",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("deposits_of", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_processing_dates")),
    )
    op.create_table(
        "script_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("first_used_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_versions")),
        sa.UniqueConstraint("script_id", "content_hash", name="uq_script_versions_script_hash"),
    )
    op.create_table(
        "connections",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(length=64), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_connections_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_connections")),
    )
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_connections_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_connections_process"), ["process"], unique=False)

    op.create_table(
        "dossiers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column(
            "inside",
            sa.Enum(
                "awaited",
                "deposited",
                "taken_up",
                "inadmissible",
                "rejected",
                "voted",
                "to_pay",
                "paid",
                name="inside_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column(
            "outside",
            sa.Enum(
                "none",
                "transmitted",
                "under_review",
                "processed",
                name="outside_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("descends_from_of", sa.Boolean(), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=True),
        sa.Column("deposited_on", sa.Date(), nullable=True),
        sa.Column("taken_up_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column(
            "rejection",
            sa.Enum(
                "outside_procedure",
                "training_not_eligible",
                "resources_too_high",
                "paid_by_employment_service",
                "pieces_missing",
                "duplicate",
                "absences",
                name="rejection_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column("rejection_evidence", sa.String(length=300), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("notification_seen_at", UTCDateTime(), nullable=True),
        sa.Column("next_payment_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column("iban_masked", sa.String(length=48), nullable=False),
        sa.Column("training_title", sa.String(length=200), nullable=False),
        sa.Column("training_action", sa.String(length=32), nullable=False),
        sa.Column("training_start", sa.Date(), nullable=True),
        sa.Column("training_end", sa.Date(), nullable=True),
        sa.Column("training_hours", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(inside = 'rejected') = (rejection IS NOT NULL)",
            name=op.f("ck_dossiers_rejection_has_reason"),
        ),
        sa.CheckConstraint(
            "amount_cents IS NULL OR amount_cents >= 0", name=op.f("ck_dossiers_amount_positive")
        ),
        sa.CheckConstraint(
            "training_end IS NULL OR training_start IS NULL OR training_end >= training_start",
            name=op.f("ck_dossiers_training_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_dossiers_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["agents.id"], name=op.f("fk_dossiers_owner_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_dossiers_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("reference", name=op.f("uq_dossiers_reference")),
    )
    with op.batch_alter_table("dossiers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dossiers_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index("ix_dossiers_owner_inside", ["owner_id", "inside"], unique=False)
        batch_op.create_index(
            "ix_dossiers_person_deposit", ["person_id", "deposited_on"], unique=False
        )

    op.create_table(
        "person_nirs",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nir", sa.String(length=15), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_person_nirs_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_nirs")),
    )
    op.create_table(
        "person_phones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column(
            "owner",
            sa.Enum(
                "own",
                "shared",
                "helper",
                name="owner_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("e164 LIKE '+%'", name=op.f("ck_person_phones_e164")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_person_phones_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_phones")),
        sa.UniqueConstraint("person_id", "e164", name="uq_person_phones_person_number"),
    )
    with op.batch_alter_table("person_phones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_phones_e164"), ["e164"], unique=False)

    op.create_table(
        "presences",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("idle_since", UTCDateTime(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_presences_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_presences")),
    )
    with op.batch_alter_table("presences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presences_state"), ["state"], unique=False)

    op.create_table(
        "annotations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("alert_on", sa.Date(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_annotations_not_empty")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["agents.id"], name=op.f("fk_annotations_author_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_annotations_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotations")),
    )
    with op.batch_alter_table("annotations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_annotations_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "phone",
                "mail",
                "sms",
                "counter",
                name="channel_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "in",
                "out",
                name="direction_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("provider_sid", sa.String(length=64), nullable=True),
        sa.Column("caller_number", sa.String(length=16), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column(
            "caller_role",
            sa.Enum(
                "stagiaire",
                "formateur",
                "duo",
                "secretaire",
                "autre",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "Pas de qualification",
                "Complétude du dossier",
                "Modalités de dépôt des demandes",
                "Question de connexion et de comptes",
                "Renseignement général sur le dispositif",
                "Suivi du dossier",
                "Transfert vers autres services",
                name="reason_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column(
            "suggested_reason",
            sa.Enum(
                "Pas de qualification",
                "Complétude du dossier",
                "Modalités de dépôt des demandes",
                "Question de connexion et de comptes",
                "Renseignement général sur le dispositif",
                "Suivi du dossier",
                "Transfert vers autres services",
                name="suggestion_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column(
            "digital_seen",
            sa.Enum(
                "invalid_identifier",
                "mailbox_password",
                "outside_procedure",
                "invalid_pieces",
                "account_not_found",
                "mail_not_received",
                "link_expired",
                "other",
                name="seen_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column("digital_declared", sa.Boolean(), nullable=True),
        sa.Column(
            "digital_kind",
            sa.Enum(
                "invalid_identifier",
                "mailbox_password",
                "outside_procedure",
                "invalid_pieces",
                "account_not_found",
                "mail_not_received",
                "link_expired",
                "other",
                name="digital_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "solved",
                "waiting",
                "transferred",
                name="outcome_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("qualified_at", UTCDateTime(), nullable=True),
        sa.Column("qualified_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "closed_at IS NULL OR closed_at >= opened_at",
            name=op.f("ck_contacts_closed_after_opened"),
        ),
        sa.CheckConstraint(
            "digital_kind IS NULL OR digital_declared",
            name=op.f("ck_contacts_kind_only_when_declared"),
        ),
        sa.CheckConstraint(
            "dossier_id IS NULL OR person_id IS NOT NULL",
            name=op.f("ck_contacts_dossier_has_person"),
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_contacts_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_contacts_dossier_id_dossiers")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_contacts_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["qualified_by_id"], ["agents.id"], name=op.f("fk_contacts_qualified_by_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("provider_sid", name=op.f("uq_contacts_provider_sid")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index("ix_contacts_agent_opened", ["agent_id", "opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index("ix_contacts_person_opened", ["person_id", "opened_at"], unique=False)

    op.create_table(
        "dossier_ibans",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("payee", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_dossier_ibans_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_dossier_ibans")),
    )
    op.create_table(
        "pieces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rib",
                "identity",
                "situation_notice",
                "tax_notice",
                "family_book",
                "residence_permit",
                "employer_certificate",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "green",
                "red",
                "orange",
                "grey",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column(
            "defect",
            sa.Enum(
                "unreadable",
                "pages_missing",
                "wrong_slot",
                "empty",
                "out_of_date",
                name="defect_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=True,
        ),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_pieces_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pieces")),
        sa.UniqueConstraint("dossier_id", "kind", name="uq_pieces_dossier_kind"),
    )
    op.create_table(
        "portal_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "enrolled",
                "link_sent",
                "mail_delivered",
                "mail_bounced",
                "link_opened",
                "password_refused",
                "step1_done",
                "login_failed",
                "step2_done",
                "account_not_found",
                "error_shown",
                "fields_lost",
                "deposited",
                "taken_up",
                "piece_asked",
                "piece_sent",
                "decided",
                "notified",
                "notification_opened",
                "paid",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_portal_events_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_events")),
    )
    with op.batch_alter_table("portal_events", schema=None) as batch_op:
        batch_op.create_index("ix_portal_events_dossier_at", ["dossier_id", "at"], unique=False)

    op.create_table(
        "priority_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_priority_flags_has_reason")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["agents.id"], name=op.f("fk_priority_flags_author_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_priority_flags_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_flags")),
    )
    with op.batch_alter_table("priority_flags", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_priority_flags_dossier_id"), ["dossier_id"], unique=False
        )

    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("provider_sid", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("preferred_agent_id", sa.Integer(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("last_at", UTCDateTime(), nullable=True),
        sa.Column("queued_at", UTCDateTime(), nullable=True),
        sa.Column("offered_to", sa.Integer(), nullable=True),
        sa.Column("offered_at", UTCDateTime(), nullable=True),
        sa.Column("offer_until", UTCDateTime(), nullable=True),
        sa.Column("overflow", sa.Boolean(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("agent_leg_sid", sa.String(length=64), nullable=True),
        sa.Column("conference_sid", sa.String(length=64), nullable=True),
        sa.Column("agent_present", sa.Boolean(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("held_since", UTCDateTime(), nullable=True),
        sa.Column("hold_s", sa.Float(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=8), nullable=True),
        sa.Column("wrap_up_ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'offered') = (offered_to IS NOT NULL)", name=op.f("ck_calls_offered_to")
        ),
        sa.CheckConstraint(
            "(state IN ('wrap_up', 'ended')) = (outcome IS NOT NULL)",
            name=op.f("ck_calls_outcome_when_over"),
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_calls_agent_id_agents")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_calls_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_calls_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["offered_to"], ["agents.id"], name=op.f("fk_calls_offered_to_agents")
        ),
        sa.ForeignKeyConstraint(
            ["preferred_agent_id"], ["agents.id"], name=op.f("fk_calls_preferred_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("provider_sid", name=op.f("uq_calls_provider_sid")),
        sa.UniqueConstraint("ref", name=op.f("uq_calls_ref")),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_agent_leg_sid"), ["agent_leg_sid"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index("ix_calls_number_received", ["number", "received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_state"), ["state"], unique=False)

    op.create_table(
        "script_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.String(length=8), nullable=False),
        sa.Column("script_version_id", sa.Integer(), nullable=False),
        sa.Column("came_from_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_script_runs_ended_has_outcome")
        ),
        sa.CheckConstraint(
            "contact_id IS NOT NULL OR dossier_id IS NOT NULL",
            name=op.f("ck_script_runs_about_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_script_runs_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["came_from_id"],
            ["script_runs.id"],
            name=op.f("fk_script_runs_came_from_id_script_runs"),
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_script_runs_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_script_runs_dossier_id_dossiers")
        ),
        sa.ForeignKeyConstraint(
            ["script_version_id"],
            ["script_versions.id"],
            name=op.f("fk_script_runs_script_version_id_script_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_runs")),
    )
    with op.batch_alter_table("script_runs", schema=None) as batch_op:
        batch_op.create_index("ix_script_runs_contact", ["contact_id", "started_at"], unique=False)
        batch_op.create_index("ix_script_runs_dossier", ["dossier_id", "started_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_script_runs_script_id"), ["script_id"], unique=False)

    op.create_table(
        "call_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_events_call_id_calls")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_events")),
        sa.UniqueConstraint("call_id", "key", name="uq_call_events_key"),
        sa.UniqueConstraint("call_id", "sequence", name="uq_call_events_sequence"),
    )
    op.create_table(
        "call_segments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_segments_call_id_calls")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_segments")),
    )
    with op.batch_alter_table("call_segments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_segments_call_id"), ["call_id"], unique=False)

    op.create_table(
        "deadlines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_deadlines_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
        sa.UniqueConstraint("key", name="uq_deadlines_key"),
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadlines_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deadlines_due_at"), ["due_at"], unique=False)

    op.create_table(
        "portal_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("superseded_at", UTCDateTime(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("step1_at", UTCDateTime(), nullable=True),
        sa.Column("step2_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_portal_links_expires_later")),
        sa.CheckConstraint(
            "step1_at IS NULL OR opened_at IS NOT NULL",
            name=op.f("ck_portal_links_opened_before_step1"),
        ),
        sa.CheckConstraint(
            "step2_at IS NULL OR step1_at IS NOT NULL",
            name=op.f("ck_portal_links_step1_before_step2"),
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_portal_links_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_portal_links_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_portal_links_dossier_id_dossiers")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["script_runs.id"], name=op.f("fk_portal_links_run_id_script_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portal_links_token_hash")),
    )
    with op.batch_alter_table("portal_links", schema=None) as batch_op:
        batch_op.create_index("ix_portal_links_dossier", ["dossier_id", "created_at"], unique=False)

    op.create_table(
        "script_run_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.String(length=40), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.Column("choice", sa.Integer(), nullable=True),
        sa.Column("posture", sa.String(length=8), nullable=False),
        sa.Column("posture_reason", sa.String(length=16), nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(posture = 'for') = (posture_reason IS NOT NULL)",
            name=op.f("ck_script_run_steps_posture_reason"),
        ),
        sa.CheckConstraint(
            "posture IN ('alone', 'with', 'for')", name=op.f("ck_script_run_steps_posture_known")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["script_runs.id"],
            name=op.f("fk_script_run_steps_run_id_script_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_run_steps")),
        sa.UniqueConstraint("run_id", "position", name="uq_script_run_steps_run_position"),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "created",
                "sent",
                "delivered",
                "refused",
                "bounced",
                "failed",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("refusal", sa.String(length=300), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_mails_dossier_id_dossiers")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["portal_links.id"], name=op.f("fk_mails_link_id_portal_links")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("link_id", name=op.f("uq_mails_link_id")),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mails_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mails_message_id"), ["message_id"], unique=False)

    op.create_table(
        "script_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "result IN ('done', 'noted', 'refused')", name=op.f("ck_script_acts_result_known")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_script_acts_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["portal_links.id"], name=op.f("fk_script_acts_link_id_portal_links")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["script_runs.id"],
            name=op.f("fk_script_acts_run_id_script_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_acts")),
    )
    with op.batch_alter_table("script_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_script_acts_run_id"), ["run_id"], unique=False)

    make_guard()


def downgrade() -> None:
    drop_guard()
    with op.batch_alter_table("script_acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_script_acts_run_id"))

    op.drop_table("script_acts")
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mails_message_id"))
        batch_op.drop_index(batch_op.f("ix_mails_dossier_id"))

    op.drop_table("mails")
    op.drop_table("script_run_steps")
    with op.batch_alter_table("portal_links", schema=None) as batch_op:
        batch_op.drop_index("ix_portal_links_dossier")

    op.drop_table("portal_links")
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadlines_due_at"))
        batch_op.drop_index(batch_op.f("ix_deadlines_call_id"))

    op.drop_table("deadlines")
    with op.batch_alter_table("call_segments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_segments_call_id"))

    op.drop_table("call_segments")
    op.drop_table("call_events")
    with op.batch_alter_table("script_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_script_runs_script_id"))
        batch_op.drop_index("ix_script_runs_dossier")
        batch_op.drop_index("ix_script_runs_contact")

    op.drop_table("script_runs")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_state"))
        batch_op.drop_index(batch_op.f("ix_calls_received_at"))
        batch_op.drop_index("ix_calls_number_received")
        batch_op.drop_index(batch_op.f("ix_calls_contact_id"))
        batch_op.drop_index(batch_op.f("ix_calls_agent_leg_sid"))
        batch_op.drop_index(batch_op.f("ix_calls_agent_id"))

    op.drop_table("calls")
    with op.batch_alter_table("priority_flags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_priority_flags_dossier_id"))

    op.drop_table("priority_flags")
    with op.batch_alter_table("portal_events", schema=None) as batch_op:
        batch_op.drop_index("ix_portal_events_dossier_at")

    op.drop_table("portal_events")
    op.drop_table("pieces")
    op.drop_table("dossier_ibans")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index("ix_contacts_person_opened")
        batch_op.drop_index(batch_op.f("ix_contacts_opened_at"))
        batch_op.drop_index(batch_op.f("ix_contacts_dossier_id"))
        batch_op.drop_index("ix_contacts_agent_opened")

    op.drop_table("contacts")
    with op.batch_alter_table("annotations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_annotations_dossier_id"))

    op.drop_table("annotations")
    with op.batch_alter_table("presences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_presences_state"))

    op.drop_table("presences")
    with op.batch_alter_table("person_phones", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_phones_e164"))

    op.drop_table("person_phones")
    op.drop_table("person_nirs")
    with op.batch_alter_table("dossiers", schema=None) as batch_op:
        batch_op.drop_index("ix_dossiers_person_deposit")
        batch_op.drop_index("ix_dossiers_owner_inside")
        batch_op.drop_index(batch_op.f("ix_dossiers_organisation_id"))

    op.drop_table("dossiers")
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_connections_process"))
        batch_op.drop_index(batch_op.f("ix_connections_agent_id"))

    op.drop_table("connections")
    op.drop_table("script_versions")
    op.drop_table("processing_dates")
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_persons_search_name"))
        batch_op.drop_index(batch_op.f("ix_persons_email"))

    op.drop_table("persons")
    op.drop_table("payment_waves")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_phone"))

    op.drop_table("organisations")
    op.drop_table("lines")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_at"))
        batch_op.drop_index(batch_op.f("ix_journal_act"))

    op.drop_table("journal")
    op.drop_table("agents")
