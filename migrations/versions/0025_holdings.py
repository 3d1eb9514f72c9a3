"""what an agent does with a call is in holdings; her presence keeps what she chose

``ringing``, ``in_call`` and ``wrap_up`` leave the presences: they are the phase of what holds an agent.
``back_to`` goes with them, for what she had chosen stays where it is under a call.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_BY_CALLS = "('ringing', 'in_call', 'wrap_up')"
_BACK = """
UPDATE presences SET
  back_to = CASE WHEN state IN ('away', 'do_not_disturb') THEN state END,
  back_reason = reason, reason = NULL,
  state = (SELECT phase FROM holdings h WHERE h.agent_id = presences.agent_id AND h.weight = 1),
  since = (SELECT h.since FROM holdings h WHERE h.agent_id = presences.agent_id AND h.weight = 1),
  call_id = (SELECT h.call_id FROM holdings h WHERE h.agent_id = presences.agent_id AND h.weight = 1)
WHERE EXISTS (SELECT 1 FROM holdings h WHERE h.agent_id = presences.agent_id AND h.weight = 1)
"""


def upgrade() -> None:
    with op.batch_alter_table("holdings") as holdings:
        holdings.add_column(sa.Column("phase", sa.String(length=8), nullable=True))
        holdings.create_check_constraint(
            op.f("ck_holdings_phase_of_attention"), "(weight = 1) = (phase IS NOT NULL)"
        )
        holdings.create_check_constraint(op.f("ck_holdings_phase"), f"phase IN {_BY_CALLS}")
    op.execute(
        "INSERT INTO holdings (agent_id, call_id, weight, phase, since)"
        " SELECT p.agent_id, p.call_id, 1, p.state, p.since FROM presences p"
        " JOIN calls c ON c.id = p.call_id WHERE p.state IN ('ringing', 'in_call', 'wrap_up')"
    )
    # What she finds again once the call is over; held by no call that is there: she is not available.
    op.execute(
        "UPDATE presences SET state = CASE WHEN EXISTS"
        " (SELECT 1 FROM holdings h WHERE h.agent_id = presences.agent_id AND h.weight = 1)"
        " THEN coalesce(back_to, 'available') ELSE 'offline' END, reason = back_reason"
        " WHERE state IN ('ringing', 'in_call', 'wrap_up')"
    )
    with op.batch_alter_table("presences") as presences:
        presences.drop_index(op.f("ix_presences_state"))
        presences.alter_column("state", new_column_name="chosen", existing_type=sa.String(16))
        presences.alter_column(
            "reason", new_column_name="chosen_reason", existing_type=sa.String(16)
        )
        presences.alter_column("since", new_column_name="chosen_since", existing_type=sa.DateTime())
        for name in ("call_id", "back_to", "back_reason"):
            presences.drop_column(name)
    op.create_index(op.f("ix_presences_chosen"), "presences", ["chosen"])


def downgrade() -> None:
    op.drop_index(op.f("ix_presences_chosen"), "presences")
    with op.batch_alter_table("presences") as presences:
        presences.alter_column("chosen", new_column_name="state", existing_type=sa.String(16))
        presences.alter_column(
            "chosen_reason", new_column_name="reason", existing_type=sa.String(16)
        )
        presences.alter_column("chosen_since", new_column_name="since", existing_type=sa.DateTime())
        presences.add_column(sa.Column("call_id", sa.Integer(), nullable=True))
        presences.add_column(sa.Column("back_to", sa.String(length=16), nullable=True))
        presences.add_column(sa.Column("back_reason", sa.String(length=16), nullable=True))
    op.create_index(op.f("ix_presences_state"), "presences", ["state"])
    op.execute(_BACK)
    op.execute("DELETE FROM holdings WHERE weight = 1")
    with op.batch_alter_table("holdings") as holdings:
        holdings.drop_constraint(op.f("ck_holdings_phase"), type_="check")
        holdings.drop_constraint(op.f("ck_holdings_phase_of_attention"), type_="check")
        holdings.drop_column("phase")
