"""consent asked by SMS: who asks, until when, what was answered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

RELATIONS = "'unknown', 'self', 'duo', 'organisation', 'third'"


def _to(column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_consents_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, **more)


def _check(rule: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_consents_{name}"))


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer()),
        sa.Column("number", sa.String(16)),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(160), nullable=False),
        sa.Column("relation", sa.String(48), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("answer", sa.String(48)),
        sa.Column("answered_at", UTCDateTime()),
        sa.Column("through", sa.String(48)),
        sa.Column("doubt", sa.String(48)),
        sa.Column("doubt_at", UTCDateTime()),
        sa.Column("mandate_id", sa.Integer()),
        _check(f"relation IN ({RELATIONS})", "consent_relation_known"),
        _check("answer IN ('agreed', 'refused')", "answer_known"),
        _check("through IN ('sms', 'page')", "through_known"),
        _check("doubt IN ('unnamed', 'after_no', 'too_late')", "doubt_known"),
        _check("(answer IS NULL) = (answered_at IS NULL)", "answered_at"),
        _check("(answer IS NULL) = (through IS NULL)", "answered_through"),
        _check("mandate_id IS NULL OR answer = 'agreed'", "mandate_of_a_yes"),
        _to("person_id", "persons", ondelete="CASCADE"),
        _to("contact_id", "contacts"),
        _to("asked_by_id", "agents"),
        _to("message_id", "messages"),
        _to("mandate_id", "mandates", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_consents_token_hash")),
    )
    op.create_index("ix_consents_contact_id", "consents", ["contact_id"])
    op.create_index("ix_consents_message_id", "consents", ["message_id"])
    op.create_index("ix_consents_mandate_id", "consents", ["mandate_id"])
    op.create_index("ix_consents_number_asked", "consents", ["number", "asked_at"])
    op.create_index("ix_consents_person_asked", "consents", ["person_id", "asked_at"])


def downgrade() -> None:
    op.drop_table("consents")
