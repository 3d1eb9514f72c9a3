"""alerts to the managers, and how pressing a flag is

Flags that are open and say in words that somebody is in danger, or that it is urgent, become so.
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = ("priority", "urgent", "distress")
WORDS = {
    "distress": ("detresse", "suicid", "en danger", "inquietant"),
    "urgent": ("urgen",),
}


def upgrade() -> None:
    known = ", ".join(f"'{kind}'" for kind in KINDS)
    # As part of the column: SQLite cannot add a constraint to a table that exists.
    op.execute(
        "ALTER TABLE priority_flags ADD COLUMN kind VARCHAR(48) DEFAULT 'priority' NOT NULL"
        f" CONSTRAINT ck_priority_flags_flag_kind_known CHECK (kind IN ({known}))"
    )
    _read_the_reasons()
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("flag_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("mistaken_at", UTCDateTime(), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=48), nullable=True),
        sa.CheckConstraint(
            "kind IN ('distress', 'support')", name=op.f("ck_alerts_alert_kind_known")
        ),
        sa.CheckConstraint(
            "outcome IN ('rescuers', 'handed_over', 'accompanied', 'better', 'unreached',"
            " 'no_danger', 'mistake', 'answered')",
            name=op.f("ck_alerts_outcome_known"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_alerts_closed_has_outcome")
        ),
        sa.CheckConstraint(
            "(taken_at IS NULL) = (taken_by_id IS NULL)", name=op.f("ck_alerts_taken_by_somebody")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["agents.id"], name=op.f(f"fk_alerts_{column}_agents")
            )
            for column in ("raised_by_id", "taken_by_id", "closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_alerts_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_alerts_person_id_persons"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_alerts_dossier_id_dossiers"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "uq_alerts_open_about",
        "alerts",
        ["kind", "about"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_alerts_closed_at", "alerts", ["closed_at"])
    op.create_index("ix_alerts_raised_by_id", "alerts", ["raised_by_id"])
    op.create_index("ix_alerts_contact_id", "alerts", ["contact_id"])


def _read_the_reasons() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT id, reason FROM priority_flags WHERE done_at IS NULL")
    ).all()
    for flag_id, reason in rows:
        bare = unicodedata.normalize("NFKD", reason).encode("ascii", "ignore").decode().lower()
        kind = next((k for k, words in WORDS.items() if any(w in bare for w in words)), None)
        if kind:
            connection.execute(
                sa.text("UPDATE priority_flags SET kind = :kind WHERE id = :id"),
                {"kind": kind, "id": flag_id},
            )


def downgrade() -> None:
    op.drop_table("alerts")
    op.drop_column("priority_flags", "kind")
