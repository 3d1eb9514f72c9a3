"""places of digital mediation, and the appointments made there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    texts = {
        "kind": 80, "phone": 20, "mail": 254, "site": 300, "hours": 300, "booking": 300,
    }  # fmt: skip
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("town", sa.String(length=80), nullable=False),
        sa.Column("town_folded", sa.String(length=80), nullable=False),
        sa.Column("postcode", sa.String(length=5), nullable=False),
        sa.Column("insee", sa.String(length=5), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        *[sa.Column(name, sa.String(length=n), nullable=False) for name, n in texts.items()],
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column("lists", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("key", name=op.f("uq_places_key")),
    )
    op.create_index("ix_places_postcode", "places", ["postcode"])
    op.create_index(op.f("ix_places_town_folded"), "places", ["town_folded"])
    states = sa.Enum(
        "booked",
        "cancelled",
        name="booking_state_known",
        native_enum=False,
        create_constraint=True,
        length=48,
    )
    op.create_table(
        "place_bookings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("place_id", sa.Integer(), sa.ForeignKey("places.id"), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contacts.id")),
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossiers.id", ondelete="SET NULL")),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("persons.id", ondelete="SET NULL")),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("welcomed_by", sa.String(length=60), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("booked_by_id", sa.Integer(), sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("booked_at", INSTANT, nullable=False),
        sa.Column("promise_id", sa.Integer(), sa.ForeignKey("promises.id", ondelete="SET NULL")),
    )
    op.create_index(op.f("ix_place_bookings_place_id"), "place_bookings", ["place_id"])
    op.create_index(op.f("ix_place_bookings_contact_id"), "place_bookings", ["contact_id"])


def downgrade() -> None:
    op.drop_table("place_bookings")
    op.drop_table("places")
