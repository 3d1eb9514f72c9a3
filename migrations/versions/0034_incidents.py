"""incidents: what concerns many at once, the contacts it explains, and whom we told"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KINDS = (
    "error_shown", "fields_lost", "account_not_found", "mail_not_received", "portal_down", "other",
)  # fmt: skip
STATES = ("open", "confirmed", "repaired", "closed")
NOTICES = ("waiting", "sent", "refused", "to_call", "called")
INSTANT = sa.DateTime(timezone=True)


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=48)


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", _choice("incident_kind_known", KINDS), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("workaround", sa.String(length=400), nullable=False),
        sa.Column("state", _choice("incident_state_known", STATES), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by_id", sa.Integer(), sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("confirmed_by_id", sa.Integer(), sa.ForeignKey("agents.id")),
        sa.Column("repaired_at", INSTANT),
        sa.Column("repaired_by_id", sa.Integer(), sa.ForeignKey("agents.id")),
        sa.Column("closed_at", INSTANT),
        sa.Column("closed_by_id", sa.Integer(), sa.ForeignKey("agents.id")),
        sa.Column("unfounded", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_is_dated"),
        sa.CheckConstraint("(repaired_at IS NULL) = (repaired_by_id IS NULL)", name="repaired_by"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by"),
    )
    going_on = sa.text("state IN ('open', 'confirmed') AND kind <> 'other'")
    op.create_index(
        "uq_incidents_going_on",
        "incidents",
        ["kind"],
        unique=True,
        sqlite_where=going_on,
        postgresql_where=going_on,
    )
    op.create_index("ix_incidents_state", "incidents", ["state", "opened_at"])
    op.create_table(
        "incident_links",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "incident_id",
            sa.Integer(),
            sa.ForeignKey("incidents.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "contact_id",
            sa.Integer(),
            sa.ForeignKey("contacts.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("linked_by_id", sa.Integer(), sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("linked_at", INSTANT, nullable=False),
        sa.UniqueConstraint("incident_id", "contact_id", name="uq_incident_links_once"),
    )
    op.create_index(op.f("ix_incident_links_contact_id"), "incident_links", ["contact_id"])
    op.create_table(
        "incident_notices",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "incident_id",
            sa.Integer(),
            sa.ForeignKey("incidents.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("whom", sa.String(length=24), nullable=False),
        sa.Column(
            "contact_id",
            sa.Integer(),
            sa.ForeignKey("contacts.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("persons.id", ondelete="SET NULL")),
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossiers.id", ondelete="SET NULL")),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("state", _choice("notice_state_known", NOTICES), nullable=False),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("messages.id", ondelete="SET NULL")),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("agents.id"), nullable=False),
        sa.UniqueConstraint("incident_id", "whom", name="uq_incident_notices_once"),
    )
    op.create_index(op.f("ix_incident_notices_contact_id"), "incident_notices", ["contact_id"])


def downgrade() -> None:
    op.drop_table("incident_notices")
    op.drop_table("incident_links")
    op.drop_table("incidents")
