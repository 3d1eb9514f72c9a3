"""what people write is kept apart from what agents note of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime
from migrations.messages_guard import drop_guard, make_guard

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CHANNELS = ("phone", "mail", "sms", "counter", "form", "voicemail")
_DELIVERIES = ("received", "queued", "sent", "delivered", "failed")

# Until now a text stood in the note, until a reason was given: then the agent's note took its place.
# What is lost so is said to be (« erased_at »), not made up.
_WORDS = """
INSERT INTO messages (contact_id, at, channel, direction, author, agent_id, address, subject, body,
                      original, provider_key, delivery, delivery_at, delivery_problem, erased_at)
SELECT id, opened_at, channel, direction, 'person', NULL,
       CASE WHEN qualified_at IS NULL OR channel = 'voicemail' THEN caller_number END, '',
       CASE WHEN qualified_at IS NULL AND channel <> 'voicemail' THEN note ELSE '' END,
       NULL, provider_sid, 'received', opened_at, NULL,
       CASE WHEN channel <> 'voicemail' THEN qualified_at END
FROM contacts
WHERE channel IN ('sms', 'form', 'voicemail') AND direction = 'in'
ORDER BY id
"""
_NOTES = """
UPDATE contacts SET note = ''
WHERE channel IN ('sms', 'form') AND direction = 'in' AND qualified_at IS NULL
"""


def upgrade() -> None:
    op.add_column("contacts", sa.Column("draft", sa.JSON(), nullable=True))
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("channel", _choice("channel_known", *_CHANNELS), nullable=False),
        sa.Column("direction", _choice("direction_known", "in", "out"), nullable=False),
        sa.Column("author", _choice("author_known", "person", "agent", "service"), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=True),
        sa.Column("provider_key", sa.String(length=80), nullable=True),
        sa.Column("delivery", _choice("delivery_known", *_DELIVERIES), nullable=False),
        sa.Column("delivery_at", UTCDateTime(), nullable=False),
        sa.Column("delivery_problem", sa.String(length=20), nullable=True),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(author = 'agent') = (agent_id IS NOT NULL)",
            name=op.f("ck_messages_agent_is_author"),
        ),
        sa.CheckConstraint(
            "(author = 'person') = (direction = 'in')", name=op.f("ck_messages_person_writes_in")
        ),
        sa.CheckConstraint(
            "erased_at IS NULL OR (body = '' AND subject = '' AND original IS NULL"
            " AND address IS NULL)",
            name=op.f("ck_messages_erased_is_empty"),
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_messages_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_messages_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("provider_key", name=op.f("uq_messages_provider_key")),
    )
    op.create_index(op.f("ix_messages_at"), "messages", ["at"], unique=False)
    op.create_index(op.f("ix_messages_contact_id"), "messages", ["contact_id"], unique=False)
    op.create_index("ix_messages_address_at", "messages", ["address", "at"], unique=False)
    op.execute(_WORDS)
    op.execute(_NOTES)
    make_guard()


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=48)


def downgrade() -> None:
    _words_into_notes()
    drop_guard()
    op.drop_table("messages")
    op.drop_column("contacts", "draft")


def _words_into_notes() -> None:
    """A note that the agent wrote stays; what the person wrote stands under it."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT m.contact_id, m.body, c.note FROM messages m JOIN contacts c ON"
            " c.id = m.contact_id WHERE m.direction = 'in' AND m.body <> '' ORDER BY m.at, m.id"
        )
    ).all()
    notes: dict[int, list[str]] = {}
    for contact_id, body, note in rows:
        notes.setdefault(contact_id, [note] if note else []).append(body)
    for contact_id, parts in notes.items():
        connection.execute(
            sa.text("UPDATE contacts SET note = :note WHERE id = :contact"),
            {"note": "\n\n".join(parts), "contact": contact_id},
        )
