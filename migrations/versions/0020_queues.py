"""a queue is a team and a policy, which lines point to; works and holdings beside it

Until now the first line's policy routed the calls of every line. Each line gets a queue of its own, with
the policy that has routed its calls: that of the first line.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.foundation.database.columns import UTCDateTime
from migrations.work_events_guard import drop_guard, make_guard

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("team", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queues")),
    )
    with op.batch_alter_table("lines") as lines:
        lines.add_column(sa.Column("queue_id", sa.Integer(), nullable=True))
    _queues_of_lines()
    with op.batch_alter_table("lines") as lines:
        lines.alter_column("queue_id", existing_type=sa.Integer(), nullable=False)
        lines.drop_column("policy")
        lines.create_foreign_key(op.f("fk_lines_queue_id_queues"), "queues", ["queue_id"], ["id"])
        lines.create_index(op.f("ix_lines_queue_id"), ["queue_id"])
    _works()
    _holdings()


def _queues_of_lines() -> None:
    bind = op.get_bind()
    lines = bind.execute(sa.text("SELECT id, name, policy FROM lines ORDER BY id")).all()
    queues = sa.table(
        "queues",
        sa.column("id", sa.Integer()),
        sa.column("name", sa.String()),
        sa.column("policy", sa.JSON()),
        sa.column("team", sa.JSON()),
    )
    first = bind.scalar(
        sa.select(sa.column("policy", sa.JSON()))
        .select_from(sa.text("lines"))
        .order_by(sa.text("id"))
        .limit(1)
    )
    for line in lines:
        queue_id = bind.execute(
            sa.insert(queues)
            .values(name=line.name, policy=first or {}, team={})
            .returning(queues.c.id)
        ).scalar_one()
        bind.execute(
            sa.text("UPDATE lines SET queue_id = :queue WHERE id = :line"),
            {"queue": queue_id, "line": line.id},
        )


def _works() -> None:
    op.create_table(
        "works",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("first_arrived_at", UTCDateTime(), nullable=False),
        sa.Column("waiting_since", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("preferred_agent_id", sa.Integer(), nullable=True),
        sa.Column("offered_to", sa.Integer(), nullable=True),
        sa.Column("offered_at", UTCDateTime(), nullable=True),
        sa.Column("offer_until", UTCDateTime(), nullable=True),
        sa.Column("parked_until", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'held', 'wrap_up', 'parked', 'done')",
            name=op.f("ck_works_state"),
        ),
        sa.CheckConstraint(
            "(state = 'offered') = (offered_to IS NOT NULL)", name=op.f("ck_works_offered_to")
        ),
        sa.CheckConstraint(
            "(state = 'parked') = (parked_until IS NOT NULL)", name=op.f("ck_works_parked_until")
        ),
        sa.CheckConstraint(
            "(state = 'done') = (outcome IS NOT NULL) AND (state = 'done') = (ended_at IS NOT NULL)",
            name=op.f("ck_works_outcome_when_done"),
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_works_queue_id_queues")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_works_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["preferred_agent_id"], ["agents.id"], name=op.f("fk_works_preferred_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["offered_to"], ["agents.id"], name=op.f("fk_works_offered_to_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works")),
    )
    op.create_index(op.f("ix_works_contact_id"), "works", ["contact_id"])
    op.create_index(op.f("ix_works_offered_to"), "works", ["offered_to"])
    op.create_index("ix_works_state_queue", "works", ["state", "queue_id"])
    op.create_index(
        "uq_works_open",
        "works",
        ["contact_id", "kind"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "work_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_id"], ["works.id"], name=op.f("fk_work_events_work_id_works")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_events")),
        sa.UniqueConstraint("work_id", "seq", name="uq_work_events_seq"),
    )
    make_guard()


def _holdings() -> None:
    op.create_table(
        "holdings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(call_id IS NULL) <> (work_id IS NULL)", name=op.f("ck_holdings_one_thing")
        ),
        sa.CheckConstraint("weight IN (0, 1)", name=op.f("ck_holdings_weight")),
        sa.CheckConstraint("call_id IS NULL OR weight = 1", name=op.f("ck_holdings_call_weighs")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_holdings_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_holdings_call_id_calls")),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name=op.f("fk_holdings_work_id_works")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holdings")),
        sa.UniqueConstraint("call_id", "agent_id", name="uq_holdings_call_agent"),
        sa.UniqueConstraint("work_id", name="uq_holdings_work"),
    )
    op.create_index(op.f("ix_holdings_agent_id"), "holdings", ["agent_id"])
    op.create_index(
        "uq_holdings_attention",
        "holdings",
        ["agent_id"],
        unique=True,
        sqlite_where=sa.text("weight = 1"),
        postgresql_where=sa.text("weight = 1"),
    )


def downgrade() -> None:
    op.drop_table("holdings")
    drop_guard()
    op.drop_table("work_events")
    op.drop_table("works")
    with op.batch_alter_table("lines") as lines:
        lines.add_column(sa.Column("policy", sa.JSON(), nullable=True))
    op.execute("UPDATE lines SET policy = (SELECT policy FROM queues WHERE id = lines.queue_id)")
    with op.batch_alter_table("lines") as lines:
        lines.alter_column("policy", existing_type=sa.JSON(), nullable=False)
        lines.drop_index(op.f("ix_lines_queue_id"))
        lines.drop_constraint(op.f("fk_lines_queue_id_queues"), type_="foreignkey")
        lines.drop_column("queue_id")
    op.drop_table("queues")
