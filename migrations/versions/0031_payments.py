"""payments: days off, urgencies with their proof, grants that wait; and no payment date before a grant"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_GRANTED = "next_payment_on IS NULL OR inside IN ('voted', 'to_pay', 'paid')"


def upgrade() -> None:
    op.execute(f"UPDATE dossiers SET next_payment_on = NULL WHERE NOT ({_GRANTED})")  # noqa: S608
    # SQLite adds no CHECK to a table that stands: the rule comes with a column, on both databases.
    op.execute(
        "ALTER TABLE dossiers ADD COLUMN payments INTEGER DEFAULT 1 NOT NULL"
        f" CONSTRAINT ck_dossiers_no_date_before_grant CHECK ({_GRANTED})"
    )
    op.create_index("ix_dossiers_next_payment", "dossiers", ["next_payment_on"])
    op.create_table(
        "payment_days_off",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_payment_days_off")),
    )
    op.create_table(
        "payment_urgencies",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(48), nullable=False),
        sa.Column("proof_on", sa.Date()),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("state", sa.String(48), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("decided_at", UTCDateTime()),
        sa.CheckConstraint(
            "proof IN ('training_centre', 'social_service', 'other')",
            name=op.f("ck_payment_urgencies_proof_known"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'granted', 'refused')",
            name=op.f("ck_payment_urgencies_state_known"),
        ),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL)",
            name=op.f("ck_payment_urgencies_decided_when_over"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_payment_urgencies_decision_has_author"),
        ),
        sa.CheckConstraint(
            "state <> 'granted' OR proof_on IS NOT NULL",
            name=op.f("ck_payment_urgencies_granted_with_proof"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_payment_urgencies_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["agents.id"], name=op.f("fk_payment_urgencies_asked_by_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["agents.id"],
            name=op.f("fk_payment_urgencies_decided_by_id_agents"),
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_payment_urgencies")),
    )
    op.create_table(
        "payments_waiting",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("obstacle", sa.String(48), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "obstacle IN ('no_account', 'no_amount', 'piece_open', 'wave_missed', 'forgotten')",
            name=op.f("ck_payments_waiting_obstacle_known"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_payments_waiting_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_payments_waiting")),
    )


def downgrade() -> None:
    op.drop_table("payments_waiting")
    op.drop_table("payment_urgencies")
    op.drop_table("payment_days_off")
    op.drop_index("ix_dossiers_next_payment", table_name="dossiers")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE dossiers DROP CONSTRAINT ck_dossiers_no_date_before_grant")
    op.execute("ALTER TABLE dossiers DROP COLUMN payments")
