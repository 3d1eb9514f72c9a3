"""what a machine presets is nobody's statement: who said it is kept, presets are suggestions

Until now the bar chose « Stagiaire » and a digital trouble beforehand, and a script chose a posture and
« accord oral »: one click stored them as said. Rows of that time that a preset explains become
suggestions (role) or what was seen (digital trouble); what no preset explains was chosen, and keeps the
one who qualified as its author. Postures and agreements that the form chose are forgotten.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import yaml
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROLES = ("stagiaire", "formateur", "duo", "secretaire", "autre")

# What was said, put aside while the columns that say who said it are added with their constraint.
_SAID = """
CREATE TABLE said_before AS
SELECT c.id, c.caller_role, c.digital_declared, c.digital_kind, c.qualified_by_id,
       CASE WHEN EXISTS (SELECT 1 FROM organisations o WHERE o.phone = c.caller_number)
            THEN 'formateur' ELSE 'stagiaire' END AS preset_role
FROM contacts c
"""
_FORGET = """
UPDATE contacts SET caller_role = NULL, digital_declared = NULL, digital_kind = NULL
WHERE caller_role IS NOT NULL OR digital_declared IS NOT NULL
"""
_COLUMNS = (
    f"suggested_role VARCHAR(48) CONSTRAINT ck_contacts_suggested_role_known "
    f"CHECK (suggested_role IN ({', '.join(repr(role) for role in ROLES)}))",
    "caller_role_by_id INTEGER CONSTRAINT ck_contacts_role_has_author "
    "CHECK ((caller_role IS NULL) = (caller_role_by_id IS NULL)) "
    "CONSTRAINT fk_contacts_caller_role_by_id_agents REFERENCES agents (id)",
    "digital_by_id INTEGER CONSTRAINT ck_contacts_digital_has_author "
    "CHECK ((digital_declared IS NULL) = (digital_by_id IS NULL)) "
    "CONSTRAINT fk_contacts_digital_by_id_agents REFERENCES agents (id)",
)
# A role that the number did not preset was chosen.
_ROLES_SAID = """
UPDATE contacts SET caller_role = s.caller_role, caller_role_by_id = s.qualified_by_id
FROM said_before s
WHERE s.id = contacts.id AND s.caller_role IS NOT NULL AND s.qualified_by_id IS NOT NULL
  AND s.caller_role <> s.preset_role
"""
_ROLES_SUGGESTED = """
UPDATE contacts SET suggested_role = s.caller_role
FROM said_before s
WHERE s.id = contacts.id AND s.caller_role IS NOT NULL AND contacts.caller_role IS NULL
"""
# Another kind than the one seen, or « non » although one was seen: no preset says that.
_DIGITAL_SAID = """
UPDATE contacts SET digital_declared = s.digital_declared, digital_kind = s.digital_kind,
                    digital_by_id = s.qualified_by_id
FROM said_before s
WHERE s.id = contacts.id AND s.qualified_by_id IS NOT NULL AND contacts.digital_seen IS NOT NULL
  AND s.digital_declared IS NOT NULL
  AND (s.digital_kind IS NULL OR s.digital_kind <> contacts.digital_seen)
"""
_DIGITAL_SEEN = """
UPDATE contacts SET digital_seen = s.digital_kind
FROM said_before s
WHERE s.id = contacts.id AND contacts.digital_seen IS NULL AND contacts.digital_declared IS NULL
  AND s.digital_kind IS NOT NULL
"""


# The script's tables: (table, as it was, as it becomes), in the words of the stored CREATE TABLE.
_SHAPES = (
    ("script_run_steps", "posture VARCHAR(8) NOT NULL", "posture VARCHAR(8)"),
    (
        "script_run_steps",
        "(posture = 'for') = (posture_reason IS NOT NULL)",
        "posture_reason IS NULL OR posture = 'for'",
    ),
    ("script_acts", "basis VARCHAR(16) NOT NULL", "basis VARCHAR(16)"),
)
_BASIS = (
    "basis VARCHAR(16) CONSTRAINT ck_script_run_steps_basis_of_an_act "
    "CHECK (basis IS NULL OR (posture = 'for' AND basis IN ('spoken', 'mandate')))"
)


def upgrade() -> None:
    op.execute(_SAID)
    op.execute(_FORGET)
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE contacts ADD COLUMN {column}")
    for statement in (_ROLES_SAID, _ROLES_SUGGESTED, _DIGITAL_SAID, _DIGITAL_SEEN):
        op.execute(statement)
    op.execute("DROP TABLE said_before")
    _reshape(forward=True)
    op.execute(f"ALTER TABLE script_run_steps ADD COLUMN {_BASIS}")
    op.execute("UPDATE script_acts SET basis = NULL WHERE basis = 'spoken'")
    _forget_postures()


def downgrade() -> None:
    op.execute("ALTER TABLE script_run_steps DROP COLUMN basis")
    op.execute("UPDATE script_run_steps SET posture = 'with' WHERE posture IS NULL")
    op.execute("UPDATE script_acts SET basis = 'spoken' WHERE basis IS NULL")
    _reshape(forward=False)
    op.execute(
        "CREATE TABLE said_before AS SELECT id, COALESCE(caller_role, suggested_role) AS caller_role, "
        "digital_declared, digital_kind FROM contacts"
    )
    for name in ("digital_by_id", "caller_role_by_id", "suggested_role"):
        op.execute(f"ALTER TABLE contacts DROP COLUMN {name}")
    op.execute(
        "UPDATE contacts SET caller_role = s.caller_role, digital_declared = s.digital_declared, "
        "digital_kind = s.digital_kind FROM said_before s WHERE s.id = contacts.id"
    )
    op.execute("DROP TABLE said_before")


def _reshape(*, forward: bool) -> None:
    """Let what nobody said be NULL (or, backwards, demand it again).

    SQLite alters neither NOT NULL nor a CHECK: as in 0002, the stored text of the table is edited
    (sqlite.org/lang_altertable.html).
    """
    if op.get_bind().dialect.name == "sqlite":
        version = op.get_bind().scalar(sa.text("PRAGMA schema_version"))
        op.execute("PRAGMA writable_schema = ON")
        for table, was, becomes in _SHAPES:
            op.get_bind().execute(
                sa.text(
                    "UPDATE sqlite_master SET sql = replace(sql, :was, :becomes) "
                    "WHERE type = 'table' AND name = :table"
                ),
                {
                    "table": table,
                    "was": was if forward else becomes,
                    "becomes": becomes if forward else was,
                },
            )
        op.execute(f"PRAGMA schema_version = {version + 1}")
        op.execute("PRAGMA writable_schema = OFF")
        return
    op.alter_column("script_run_steps", "posture", existing_type=sa.String(8), nullable=forward)
    op.alter_column("script_acts", "basis", existing_type=sa.String(16), nullable=forward)
    name = "ck_script_run_steps_posture_reason"
    op.execute(f"ALTER TABLE script_run_steps DROP CONSTRAINT {name}")
    _table, was, becomes = _SHAPES[1]
    rule = becomes if forward else was
    op.execute(f"ALTER TABLE script_run_steps ADD CONSTRAINT {name} CHECK ({rule})")


def _forget_postures() -> None:
    """Keep only the postures that no form chose: not the one proposed, or with a reason of its own."""
    bind = op.get_bind()
    proposed: dict[int, dict[str, str]] = {
        version_id: _proposed(source)
        for version_id, source in bind.execute(sa.text("SELECT id, source FROM script_versions"))
    }
    rows = bind.execute(
        sa.text(
            "SELECT s.id, r.script_version_id, s.step_id, s.posture, s.posture_reason, s.choice "
            "FROM script_run_steps s JOIN script_runs r ON r.id = s.run_id"
        )
    ).all()
    unsaid = [
        {"id": row.id}
        for row in rows
        if row.choice is None
        or (
            row.posture == proposed[row.script_version_id].get(row.step_id, "with")
            and row.posture_reason in (None, "asked")
        )
    ]
    if unsaid:
        bind.execute(
            sa.text(
                "UPDATE script_run_steps SET posture = NULL, posture_reason = NULL WHERE id = :id"
            ),
            unsaid,
        )


def _proposed(source: str) -> dict[str, str]:
    """The posture that each step of a script's stored text proposed."""
    document: dict[str, Any] = yaml.safe_load(source)
    return {step["id"]: step.get("posture", "with") for step in document["steps"]}
