"""overseas numbers that were stored behind the metropolis' code become those that exist

« 0692 12 34 56 » was kept as +33692123456, which rings nowhere: it is +262692123456. Every column
that holds a number is mended; where the right number stands already (a person's telephone, an open
call-back, the directory), the wrong row joins it. Going down leaves the right numbers.

The table is written here and not imported: what this migration does must not change with the code
(``app.foundation.text.overseas_numbers`` is its like of today).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CODES = {
    "+262": (
        "262", "263", "2688", "2689", "269", "639", "692", "693", "7092", "70935", "70936", "70937",
        "9398", "9399", "9478", "9479", "9762", "9763", "9769",
    ),
    "+590": ("590", "5987", "690", "691", "7090", "9395", "9475", "9760", "9761", "9768"),
    "+594": (
        "594", "5988", "694", "70930", "70931", "70932", "70933", "9396", "9476", "9764", "9765",
    ),
    "+596": ("596", "5989", "696", "697", "7091", "9397", "9477", "9766", "9767"),
    "+508": ("7084", "7085"),
    "+": ("508",),  # Saint-Pierre-et-Miquelon: 0508 and six digits
}  # fmt: skip
COLUMNS = (
    ("organisations", "phone"),
    ("person_phones", "e164"),
    ("contacts", "caller_number"),
    ("callbacks", "number"),
    ("calls", "number"),
    ("calls", "typed_number"),
    ("call_parties", "number"),
    ("directory_entries", "number"),
    ("lines", "number"),
)


def _wrong(column: sa.ColumnElement[str], prefixes: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """Is it nine digits of overseas behind +33? (0639 98 is kept for fiction: metropolis.)"""
    return sa.and_(
        sa.or_(*(column.like(f"+33{prefix}%") for prefix in prefixes)),
        sa.func.length(column) == 12,
        column.not_like("+3363998%"),
    )


def _right(column: sa.ColumnElement[str], code: str) -> sa.ColumnElement[str]:
    return sa.literal(code).op("||")(sa.func.substr(column, 4))


def upgrade() -> None:
    for code, prefixes in CODES.items():
        _join_telephones(code, prefixes)
        _join_callbacks(code, prefixes)
        _join_entries(code, prefixes)
        for name, field in COLUMNS:
            column: sa.ColumnClause[str] = sa.column(field, sa.String)
            mended = _right(column, code)
            where = _wrong(column, prefixes)
            if name == "lines":  # two of ours would be one: a manager decides
                held = sa.table(name, sa.column("number", sa.String)).alias("right_ones")
                where = where & ~sa.exists().where(held.c.number == mended)
            op.execute(sa.table(name, column).update().where(where).values({field: mended}))


def _join_telephones(code: str, prefixes: tuple[str, ...]) -> None:
    """A person who has the right number too keeps that one."""
    wrong = sa.table("person_phones", sa.column("person_id"), sa.column("e164", sa.String))
    right = wrong.alias("right_ones")
    there = sa.exists().where(
        right.c.person_id == wrong.c.person_id, right.c.e164 == _right(wrong.c.e164, code)
    )
    op.execute(wrong.delete().where(_wrong(wrong.c.e164, prefixes), there))


def _join_entries(code: str, prefixes: tuple[str, ...]) -> None:
    """The directory has a number once: the entry that could be called stays."""
    wrong = sa.table("directory_entries", sa.column("number", sa.String))
    right = wrong.alias("right_ones")
    there = sa.exists().where(right.c.number == _right(wrong.c.number, code))
    op.execute(wrong.delete().where(_wrong(wrong.c.number, prefixes), there))


def _join_callbacks(code: str, prefixes: tuple[str, ...]) -> None:
    """One open call-back for a number: the right one takes the earlier place, the other ends."""
    columns = ("id", "state", "arrived_at", "due_at", "closed_at")
    calls = sa.table("callbacks", sa.column("number", sa.String), *map(sa.column, columns))
    wrong, right = calls.alias("wrong_ones"), calls.alias("right_ones")
    pairs = op.get_bind().execute(
        sa.select(wrong.c.id, right.c.id, wrong.c.arrived_at, wrong.c.due_at)
        .join(right, right.c.number == _right(wrong.c.number, code))
        .where(_wrong(wrong.c.number, prefixes))
        .where(wrong.c.state == "open", right.c.state == "open")
    )
    for wrong_id, right_id, arrived_at, due_at in pairs.all():
        for field, value in (("arrived_at", arrived_at), ("due_at", due_at)):
            later = sa.and_(calls.c.id == right_id, calls.c[field] > value)
            op.execute(calls.update().where(later).values({field: value}))
        ended = {"state": "cancelled", "closed_at": due_at}
        op.execute(calls.update().where(calls.c.id == wrong_id).values(ended))


def downgrade() -> None:
    """The numbers stay right: nobody could call the others."""
