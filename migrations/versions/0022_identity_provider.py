"""Identity provider: links by subject; the rules of signing in; emergency accounts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("id_token", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_identity_links_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_links")),
        sa.UniqueConstraint("agent_id", "issuer", name="uq_identity_links_account"),
        sa.UniqueConstraint("issuer", "subject", name="uq_identity_links_subject"),
    )
    op.create_table(
        "sign_in_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("second_step_roles", sa.JSON(), nullable=False),
        sa.Column("second_step_from", sa.Date(), nullable=True),
        sa.Column("provider_only", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_rules")),
    )
    op.add_column("staff_sessions", sa.Column("id_token", sa.Text(), nullable=True))
    op.add_column(
        "agents",
        sa.Column("emergency", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("agents", "emergency")
    op.drop_column("staff_sessions", "id_token")
    op.drop_table("sign_in_rules")
    op.drop_table("identity_links")
