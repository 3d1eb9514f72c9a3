"""the Portal: what is asked of it, what it has told, its own addresses of a link"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

KINDS = ("issue_link", "send_reset", "hand_slot_back", "unlock")
STATES = ("waiting", "done", "refused", "too_late")


def upgrade() -> None:
    op.create_table(
        "portal_commands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *KINDS, name="kind_known", native_enum=False, create_constraint=True, length=48
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                *STATES, name="state_known", native_enum=False, create_constraint=True, length=48
            ),
            nullable=False,
        ),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("next_try_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'hand_slot_back') = (slot <> '')",
            name=op.f("ck_portal_commands_slot_named"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_portal_commands_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_portal_commands_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_portal_commands_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["portal_links.id"],
            name=op.f("fk_portal_commands_link_id_portal_links"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_commands")),
        sa.UniqueConstraint("key", name=op.f("uq_portal_commands_key")),
    )
    op.create_index("ix_portal_commands_waiting", "portal_commands", ["state", "next_try_at"])
    op.create_index("ix_portal_commands_dossier", "portal_commands", ["dossier_id", "created_at"])
    op.create_table(
        "portal_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_news")),
        sa.UniqueConstraint("event_id", name=op.f("uq_portal_news_event_id")),
    )
    op.create_index(op.f("ix_portal_news_received_at"), "portal_news", ["received_at"])
    op.add_column("portal_links", sa.Column("step1_address", sa.Text(), nullable=True))
    op.add_column("portal_links", sa.Column("step2_address", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("portal_links", "step2_address")
    op.drop_column("portal_links", "step1_address")
    op.drop_table("portal_news")
    op.drop_table("portal_commands")
