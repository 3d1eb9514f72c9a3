"""scripts that managers edit: drafts, publications, reviews, and changed screens"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screen_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.String(length=8), nullable=False),
        sa.Column("step_id", sa.String(length=40), nullable=False),
        sa.Column("seen", sa.String(length=300), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(handled_at IS NULL) = (handled_by_id IS NULL)",
            name=op.f("ck_screen_reports_screen_report_handled_by"),
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_screen_reports_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["handled_by_id"], ["agents.id"], name=op.f("fk_screen_reports_handled_by_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen_reports")),
    )
    op.create_index("ix_screen_reports_script_id", "screen_reports", ["script_id"])

    op.create_table(
        "script_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.String(length=8), nullable=False),
        sa.Column("based_on", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "review",
                "published",
                "dropped",
                name="script_draft_state_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["agents.id"], name=op.f("fk_script_drafts_author_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_drafts")),
    )
    op.create_index("ix_script_drafts_script", "script_drafts", ["script_id", "state"])

    op.create_table(
        "script_publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_script_publications_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_publications")),
    )
    op.create_index("ix_script_publications_script_id", "script_publications", ["script_id"])

    op.create_table(
        "script_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.String(length=8), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("reviewer", sa.String(length=120), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_script_reviews_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_reviews")),
    )
    op.create_index("ix_script_reviews_script_id", "script_reviews", ["script_id"])


def downgrade() -> None:
    op.drop_table("script_reviews")
    op.drop_table("script_publications")
    op.drop_table("script_drafts")
    op.drop_table("screen_reports")
