"""what finds a name is computed anew: œ, ł, apostrophes, particles written in one or in several words

The key is computed by the product's own folding: it is the one that queries are folded with, and a
copy here would drift from it. Going down puts back the former key (accents and hyphens alone).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from app.dossiers import name_folding

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

AT_ONCE = 1000
PERSONS = sa.table(
    "persons",
    sa.column("id", sa.Integer),
    sa.column("first_name", sa.String),
    sa.column("last_name", sa.String),
    sa.column("search_name", sa.String),
)


def _former_key(last_name: str, first_name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", f"{last_name} {first_name}")
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.casefold().replace("-", " ").split())[:170]


def _anew(key: Callable[[str, str], str]) -> None:
    connection, last_id = op.get_bind(), 0
    change = (
        PERSONS.update()
        .where(PERSONS.c.id == sa.bindparam("of_id"))
        .values(search_name=sa.bindparam("found_by"))
    )
    while True:
        rows = connection.execute(
            sa.select(PERSONS).where(PERSONS.c.id > last_id).order_by(PERSONS.c.id).limit(AT_ONCE)
        ).all()
        if not rows:
            return
        last_id = rows[-1].id
        changed = [
            {"of_id": row.id, "found_by": found}
            for row in rows
            if (found := key(row.last_name, row.first_name)) != row.search_name
        ]
        if changed:
            connection.execute(change, changed)


def upgrade() -> None:
    with op.batch_alter_table("persons") as batch:
        batch.alter_column(
            "search_name",
            existing_type=sa.String(170),
            type_=sa.String(400),
            existing_nullable=False,
        )
    _anew(name_folding.key)


def downgrade() -> None:
    _anew(_former_key)
    with op.batch_alter_table("persons") as batch:
        batch.alter_column(
            "search_name",
            existing_type=sa.String(400),
            type_=sa.String(170),
            existing_nullable=False,
        )
