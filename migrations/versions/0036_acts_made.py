"""acts of scripts name the row that they made, and can be taken back

Plain ``ALTER TABLE``, as in 0013.
"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    instant = "TIMESTAMP WITH TIME ZONE" if postgres else "DATETIME"
    op.execute("ALTER TABLE script_acts ADD COLUMN made VARCHAR(40)")
    op.execute(f"ALTER TABLE script_acts ADD COLUMN undone_at {instant}")


def downgrade() -> None:
    op.execute("ALTER TABLE script_acts DROP COLUMN undone_at")
    op.execute("ALTER TABLE script_acts DROP COLUMN made")
