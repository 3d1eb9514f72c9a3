"""who speaks: on what ground, and whether identity was confirmed

Plain ``ALTER TABLE``, the constraints within the columns, as in 0013: the table is referred to, and a
rebuilt one could not give up its columns again.
"""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_COLUMNS = {
    "basis": "VARCHAR(48) CONSTRAINT ck_contacts_basis_known CHECK (basis IN ('spoken', 'mandate'))",
    "basis_by_id": "INTEGER CONSTRAINT ck_contacts_basis_has_author "
    "CHECK ((basis IS NULL) = (basis_by_id IS NULL)) "
    "CONSTRAINT fk_contacts_basis_by_id_agents REFERENCES agents (id)",
    "identity_at": "{instant}",
    "identity_by_id": "INTEGER CONSTRAINT ck_contacts_identity_has_author "
    "CHECK ((identity_at IS NULL) = (identity_by_id IS NULL)) "
    "CONSTRAINT fk_contacts_identity_by_id_agents REFERENCES agents (id)",
}


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    instant = "TIMESTAMP WITH TIME ZONE" if postgres else "DATETIME"
    for name, what in _COLUMNS.items():
        op.execute(f"ALTER TABLE contacts ADD COLUMN {name} {what.format(instant=instant)}")


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE contacts DROP COLUMN {name}")
