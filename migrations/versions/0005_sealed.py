"""NIR and IBAN are encrypted

Their tables are made anew rather than changed in place: the pages of a dropped table go back to the
system (PostgreSQL) or are overwritten (SQLite, ``secure_delete``), so no clear value stays behind.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from app.foundation.database.sealed import keyring

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _nirs(value: sa.types.TypeEngine[str]) -> None:
    op.create_table(
        "person_nirs",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nir", value, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_person_nirs_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_nirs")),
    )


def _ibans(value: sa.types.TypeEngine[str]) -> None:
    op.create_table(
        "dossier_ibans",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("iban", value, nullable=False),
        sa.Column("payee", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossiers.id"],
            name=op.f("fk_dossier_ibans_dossier_id_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_dossier_ibans")),
    )


def _anew(name: str, field: str, create: Callable[[], None], change: Callable[[str], str]) -> None:
    """Make a table anew with the same rows, one of their values changed."""
    connection = op.get_bind()
    rows = [
        dict(row) | {field: change(row[field])}
        for row in connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()  # noqa: S608
    ]
    op.drop_table(name)
    create()
    if rows:
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        connection.execute(table.insert(), rows)


def upgrade() -> None:
    seal = keyring().seal
    _anew("person_nirs", "nir", lambda: _nirs(sa.Text()), seal)
    _anew("dossier_ibans", "iban", lambda: _ibans(sa.Text()), seal)


def downgrade() -> None:
    clear = keyring().open
    _anew("dossier_ibans", "iban", lambda: _ibans(sa.String(length=34)), clear)
    _anew("person_nirs", "nir", lambda: _nirs(sa.String(length=15)), clear)
