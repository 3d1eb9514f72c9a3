"""Reasons are stored by code: what they are called may change without touching a row"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# As they were called when this was written, in the order of the constraint.
_CODES = {
    "Pas de qualification": "unqualified",
    "Complétude du dossier": "completeness",
    "Modalités de dépôt des demandes": "how_to_deposit",
    "Question de connexion et de comptes": "accounts",
    "Renseignement général sur le dispositif": "general",
    "Suivi du dossier": "follow_up",
    "Transfert vers autres services": "transfer",
}
_COLUMNS = {"reason": "reason_known", "suggested_reason": "suggestion_known"}


def upgrade() -> None:
    _become(_CODES)


def downgrade() -> None:
    _become({code: label for label, code in _CODES.items()})


def _become(new: dict[str, str]) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        _edit_the_rules(_listed(new), _listed(new.values()))
    else:
        for name in _COLUMNS.values():
            op.execute(f"ALTER TABLE contacts DROP CONSTRAINT ck_contacts_{name}")
    for column in _COLUMNS:
        changes = " ".join(f"WHEN '{was}' THEN '{becomes}'" for was, becomes in new.items())
        cases = f"CASE {column} {changes} END"
        op.execute(f"UPDATE contacts SET {column} = {cases} WHERE {column} IS NOT NULL")  # noqa: S608
    if not sqlite:
        for column, name in _COLUMNS.items():
            rule = f"{column} IN ({_listed(new.values())})"
            op.execute(f"ALTER TABLE contacts ADD CONSTRAINT ck_contacts_{name} CHECK ({rule})")


def _listed(values: object) -> str:
    return ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]


def _edit_the_rules(was: str, becomes: str) -> None:
    """SQLite alters no CHECK: as in 0002, the stored text of the table is edited."""
    bind = op.get_bind()
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    changed = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :was, :becomes)"
            " WHERE type = 'table' AND name = 'contacts' AND instr(sql, :was) > 0"
        ),
        {"was": was, "becomes": becomes},
    )
    assert changed.rowcount == 1
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
