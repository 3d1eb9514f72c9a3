"""Tables of the search: one line of tokens a person, and the words that somebody may mistype.

What looks into the line is made by the migration, each database its own: an inverted index of PostgreSQL's core
(no extension is asked for), a virtual table of SQLite's FTS5 that triggers keep.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.dossiers.finding.writing import LONGEST_WORD
from app.foundation.extensions import db

# Made by migration 0027, and in no model.
_OWN_INDEXES = frozenset({"ix_person_tokens_words", "ix_persons_directory"})
_OWN_TABLE = "person_found"  # FTS5's, with its shadows


def in_the_models(name: str | None, kind: str, _parents: object) -> bool:
    """Is this table or index one that a model says? What the search makes beside them is none (for Alembic)."""
    return not name or not (
        (kind == "table" and name.startswith(_OWN_TABLE)) or name in _OWN_INDEXES
    )


class PersonTokens(db.Model):
    """What finds a person (``writing.document``)."""

    __tablename__ = "person_tokens"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text)


class SearchWord(db.Model):
    """A word of somebody's name, of an organisme or of a training, by what a slip would leave of it
    (``writing.near_keys``)."""

    __tablename__ = "search_words"

    key: Mapped[str] = mapped_column(String(LONGEST_WORD + 2), primary_key=True)
    word: Mapped[str] = mapped_column(String(LONGEST_WORD), primary_key=True)
