"""duplicates: pairs that look alike, what was merged into what"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_keys",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_duplicate_keys_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "person_id", name=op.f("pk_duplicate_keys")),
    )
    op.create_index(op.f("ix_duplicate_keys_person_id"), "duplicate_keys", ["person_id"])
    op.create_table(
        "duplicate_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "apart",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=48,
            ),
            nullable=False,
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_duplicate_pairs_in_order")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["agents.id"], name=op.f("fk_duplicate_pairs_decided_by_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["one_id"],
            ["persons.id"],
            name=op.f("fk_duplicate_pairs_one_id_persons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["persons.id"],
            name=op.f("fk_duplicate_pairs_other_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pairs")),
        sa.UniqueConstraint("one_id", "other_id", name="uq_duplicate_pairs_one_other"),
    )
    op.create_index(op.f("ix_duplicate_pairs_other_id"), "duplicate_pairs", ["other_id"])
    op.create_index("ix_duplicate_pairs_state_percent", "duplicate_pairs", ["state", "percent"])
    op.create_table(
        "duplicate_pending",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_duplicate_pending_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_duplicate_pending")),
    )
    op.create_table(
        "merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("gone_last", sa.String(length=80), nullable=False),
        sa.Column("gone_first", sa.String(length=80), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (dossier_id IS NULL)", name=op.f("ck_merges_one_kind")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["agents.id"], name=op.f("fk_merges_by_id_agents")),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_merges_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_merges_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["agents.id"], name=op.f("fk_merges_undone_by_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_dossier_id"), "merges", ["dossier_id"])
    op.create_index("ix_merges_kind_gone", "merges", ["kind", "gone_id"])
    op.create_index(op.f("ix_merges_person_id"), "merges", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_merges_person_id"), table_name="merges")
    op.drop_index("ix_merges_kind_gone", table_name="merges")
    op.drop_index(op.f("ix_merges_dossier_id"), table_name="merges")
    op.drop_table("merges")
    op.drop_table("duplicate_pending")
    op.drop_index("ix_duplicate_pairs_state_percent", table_name="duplicate_pairs")
    op.drop_index(op.f("ix_duplicate_pairs_other_id"), table_name="duplicate_pairs")
    op.drop_table("duplicate_pairs")
    op.drop_index(op.f("ix_duplicate_keys_person_id"), table_name="duplicate_keys")
    op.drop_table("duplicate_keys")
