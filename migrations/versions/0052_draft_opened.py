"""the Portal tells of a demande that « déposer » opened, while it is a draft"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

KINDS = (
    "enrolled", "link_sent", "mail_delivered", "mail_bounced", "link_opened", "password_refused", "step1_done",
    "login_failed", "step2_done", "account_not_found", "error_shown", "fields_lost", "deposited", "taken_up",
    "piece_asked", "piece_sent", "decided", "notified", "notification_opened", "paid",
)  # fmt: skip
MORE = (*KINDS[:12], "draft_opened", *KINDS[12:])


def upgrade() -> None:
    _become(KINDS, MORE)


def downgrade() -> None:
    # The table of before has no word for it: what was told of drafts is forgotten.
    op.execute("DELETE FROM portal_events WHERE kind = 'draft_opened'")
    _become(MORE, KINDS)


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _become(was: tuple[str, ...], becomes: tuple[str, ...]) -> None:
    """Another closed list. SQLite alters no CHECK: as in 0048, the stored text of the table is edited."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute("ALTER TABLE portal_events DROP CONSTRAINT ck_portal_events_kind_known")
        rule = f"kind IN ({_listed(becomes)})"
        op.execute(
            f"ALTER TABLE portal_events ADD CONSTRAINT ck_portal_events_kind_known CHECK ({rule})"
        )
        return
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    changed = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :was, :becomes)"
            " WHERE type = 'table' AND name = 'portal_events' AND instr(sql, :was) > 0"
        ),
        {"was": f"({_listed(was)})", "becomes": f"({_listed(becomes)})"},
    )
    assert changed.rowcount == 1
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
