"""Triggers that keep messages as they were written, in the database itself.

Nothing is deleted. Of a row only this may change: how far an outgoing message got, with the key that
its provider gives it, and once, all its words at once, when retention erases them (``erased_at``).
"""

from __future__ import annotations

from alembic import op

FROZEN = ("id", "contact_id", "at", "channel", "direction", "author", "agent_id")
WORDS = ("address", "subject", "body", "original")
LIFE = ("delivery", "delivery_at", "delivery_problem")


def _differ(names: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in names)


def _refused(differs: str) -> str:
    """When an update is refused; ``differs``: the database's « is not », for which NULL is a value."""
    return (
        f"({_differ(FROZEN, differs)})"
        f" OR (OLD.provider_key IS NOT NULL AND OLD.provider_key {differs} NEW.provider_key)"
        f" OR (OLD.direction = 'in' AND ({_differ(LIFE, differs)}))"
        f" OR (OLD.erased_at IS NOT NULL AND OLD.erased_at {differs} NEW.erased_at)"
        f" OR (({_differ(WORDS, differs)}) AND"
        " (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL))"
    )


_SQLITE = (
    """
CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages
BEGIN SELECT RAISE(ABORT, 'messages are append-only'); END
""",
    f"""
CREATE TRIGGER messages_no_change BEFORE UPDATE ON messages WHEN {_refused("IS NOT")}
BEGIN SELECT RAISE(ABORT, 'messages are append-only'); END
""",
    # INSERT OR REPLACE deletes without asking the trigger above.
    """
CREATE TRIGGER messages_no_replace BEFORE INSERT ON messages
WHEN EXISTS (SELECT 1 FROM messages WHERE id = NEW.id OR provider_key = NEW.provider_key)
BEGIN SELECT RAISE(ABORT, 'messages are append-only'); END
""",
)
_POSTGRES = (
    """
CREATE FUNCTION messages_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'messages are append-only'; END
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER messages_no_delete BEFORE DELETE OR TRUNCATE ON messages
FOR EACH STATEMENT EXECUTE FUNCTION messages_refuse()
""",
    f"""
CREATE TRIGGER messages_no_change BEFORE UPDATE ON messages FOR EACH ROW
WHEN ({_refused("IS DISTINCT FROM")}) EXECUTE FUNCTION messages_refuse()
""",
)


def make_guard() -> None:
    """Refuse what would change a message."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRES if postgres else _SQLITE:
        op.execute(statement)


def drop_guard() -> None:
    """Take the guard away (only ever to drop the table, which takes its triggers with it)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER messages_no_delete ON messages")
        op.execute("DROP TRIGGER messages_no_change ON messages")
        op.execute("DROP FUNCTION messages_refuse()")
