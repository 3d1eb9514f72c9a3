"""The journal refuses INSERT OR REPLACE

SQLite fires no DELETE trigger for a row that REPLACE takes away (sqlite.org/lang_conflict.html), so a
line could be rewritten past the guard of 0001. PostgreSQL's fires for ON CONFLICT DO UPDATE.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal "
            "WHERE id = NEW.id OR hash = NEW.hash OR previous_hash = NEW.previous_hash) "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER journal_no_replace")
