"""What is written is part of a unit of work: anything else is refused by the engine itself.

A statement that writes beside one is kept or lost by chance: its effects run before it is sure, and on
PostgreSQL, which reads without transactions, half of what belongs together would stay.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.foundation.text import patterns

# A part of a WITH, or what follows it: not « FOR UPDATE », nor a column whose name ends so.
_PART = patterns.pattern(r"(?i)[()]\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s")
_VERBS = ("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE")


class WriteOutside(RuntimeError):
    """A statement writes, and no unit of work is open: a mistake of ours, never a person's."""


def writes(statement: str) -> bool:
    """Does this SQL write rows? A WITH does when one of its parts does."""
    said = statement.lstrip()[:8].upper()
    if said.startswith("WITH"):
        return _PART.search(statement) is not None
    return said.startswith(_VERBS)


@event.listens_for(Engine, "before_cursor_execute")
def _refuse(
    connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool
) -> None:
    options = (
        context.execution_options if context is not None else connection.get_execution_options()
    )
    if not options.get("write") and writes(statement):
        raise WriteOutside(statement[:200])
