"""all that the field names of a dossier: rights, resources, substitutes and third parties; its corrections kept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

REJECTIONS = (
    "outside_procedure", "training_not_eligible", "resources_too_high", "paid_by_employment_service",
    "pieces_missing", "duplicate", "absences",
)  # fmt: skip
PIECES = (
    "rib", "identity", "situation_notice", "tax_notice", "family_book", "residence_permit",
    "employer_certificate",
)  # fmt: skip
MORE_PIECES = (
    "honour_statement", "tax_regularisation", "base_aid", "mutual_commitment", "urgent_situation",
)  # fmt: skip
LISTS = (
    ("dossiers", "rejection", "rejection_known", REJECTIONS, ("youth_guarantee",)),
    ("pieces", "kind", "kind_known", PIECES, MORE_PIECES),
)

_COLUMNS = {
    "persons": {
        "prefers": "VARCHAR(48) CONSTRAINT ck_persons_prefers_known"
        " CHECK (prefers IN ('phone', 'sms', 'mail', 'post'))",
        "legal_status": "VARCHAR(48) DEFAULT 'individual' NOT NULL"
        " CONSTRAINT ck_persons_legal_status_known"
        " CHECK (legal_status IN ('individual', 'self_employed', 'company'))",
        "employment_registered": "BOOLEAN",
        "employment_benefit": "BOOLEAN",
        "youth_guarantee": "BOOLEAN",
        "minimum_income": "VARCHAR(48) CONSTRAINT ck_persons_minimum_income_known"
        " CHECK (minimum_income IN ('none', 'rsa', 'ass'))",
    },
    "dossiers": {
        "theme": "VARCHAR(80) DEFAULT '' NOT NULL",
        "distance_km": "INTEGER",
        "tax_income_cents": "INTEGER",
        "tax_quarters": "INTEGER",
    },
}


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for name, what in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {what}")
    for table, column, name, known, more in LISTS:
        _become(table, column, name, known, (*known, *more))
    every = _listed((*PIECES, *MORE_PIECES))
    op.execute(
        "ALTER TABLE pieces ADD COLUMN instead VARCHAR(48)"
        f" CONSTRAINT ck_pieces_instead_known CHECK (instead IN ({every}))"
    )
    op.execute("ALTER TABLE pieces ADD COLUMN third_party VARCHAR(160) DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE pieces ADD COLUMN remind_on DATE")
    with op.batch_alter_table("person_changes") as batch:
        batch.alter_column("field", type_=sa.String(32), existing_type=sa.String(20))
        batch.add_column(sa.Column("dossier_id", sa.Integer()))
        batch.add_column(sa.Column("piece_id", sa.Integer()))
        batch.create_foreign_key(
            op.f("fk_person_changes_dossier_id_dossiers"),
            "dossiers",
            ["dossier_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_foreign_key(
            op.f("fk_person_changes_piece_id_pieces"),
            "pieces",
            ["piece_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_check_constraint(
            op.f("ck_person_changes_piece_has_dossier"),
            "piece_id IS NULL OR dossier_id IS NOT NULL",
        )
    op.create_index("ix_person_changes_dossier_at", "person_changes", ["dossier_id", "at"])


def downgrade() -> None:
    # What the tables of before cannot say: corrections of a dossier, papers that they do not know.
    op.execute("DELETE FROM person_changes WHERE dossier_id IS NOT NULL OR length(field) > 20")
    op.execute(f"DELETE FROM pieces WHERE kind IN ({_listed(MORE_PIECES)})")  # noqa: S608
    op.execute(
        "UPDATE dossiers SET rejection = 'paid_by_employment_service'"
        " WHERE rejection = 'youth_guarantee'"
    )
    op.drop_index("ix_person_changes_dossier_at", table_name="person_changes")
    with op.batch_alter_table("person_changes") as batch:
        batch.drop_constraint(op.f("ck_person_changes_piece_has_dossier"), type_="check")
        batch.drop_constraint(op.f("fk_person_changes_piece_id_pieces"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_person_changes_dossier_id_dossiers"), type_="foreignkey")
        batch.drop_column("piece_id")
        batch.drop_column("dossier_id")
        batch.alter_column("field", type_=sa.String(20), existing_type=sa.String(32))
    for name in ("remind_on", "third_party", "instead"):
        op.execute(f"ALTER TABLE pieces DROP COLUMN {name}")
    for table, column, name, known, more in LISTS:
        _become(table, column, name, (*known, *more), known)
    for table, columns in _COLUMNS.items():
        for name in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")


def _become(
    table: str, column: str, name: str, was: tuple[str, ...], becomes: tuple[str, ...]
) -> None:
    """Another closed list. SQLite alters no CHECK: as in 0002 and 0023, the stored text of the table is edited."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        rule = f"{column} IN ({_listed(becomes)})"
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule})")
        return
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    changed = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :was, :becomes)"
            " WHERE type = 'table' AND name = :name AND instr(sql, :was) > 0"
        ),
        {"was": f"({_listed(was)})", "becomes": f"({_listed(becomes)})", "name": table},
    )
    assert changed.rowcount == 1
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
