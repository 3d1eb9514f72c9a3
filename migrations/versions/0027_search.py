"""one search: a line of tokens a person, the words that somebody may mistype, and what looks into them

The lines are computed by the product's own code: they are what queries are made for, and a copy here would
drift from it. PostgreSQL gets an inverted index of its core on the tokens and one on the names in the order of
their letters (its own order depends on the machine); SQLite an FTS5 table that triggers keep.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.dossiers.finding import index

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE VIRTUAL TABLE person_found USING fts5(
         words, content='person_tokens', content_rowid='person_id', detail=none, columnsize=0,
         tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER person_tokens_found AFTER INSERT ON person_tokens BEGIN
         INSERT INTO person_found(rowid, words) VALUES (new.person_id, new.words); END""",
    """CREATE TRIGGER person_tokens_lost AFTER DELETE ON person_tokens BEGIN
         INSERT INTO person_found(person_found, rowid, words) VALUES ('delete', old.person_id, old.words); END""",
    """CREATE TRIGGER person_tokens_changed AFTER UPDATE ON person_tokens BEGIN
         INSERT INTO person_found(person_found, rowid, words) VALUES ('delete', old.person_id, old.words);
         INSERT INTO person_found(rowid, words) VALUES (new.person_id, new.words); END""",
)
POSTGRESQL = (
    """CREATE INDEX ix_person_tokens_words ON person_tokens
         USING gin (array_to_tsvector(string_to_array(words, ' ')))""",
    'CREATE INDEX ix_persons_directory ON persons (search_name COLLATE "C")',
)


def upgrade() -> None:
    op.create_table(
        "person_tokens",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["persons.id"],
            name=op.f("fk_person_tokens_person_id_persons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_tokens")),
    )
    op.create_table(
        "search_words",
        sa.Column("key", sa.String(42), nullable=False),
        sa.Column("word", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("key", "word", name=op.f("pk_search_words")),
    )
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    index.rebuild(connection, former=False)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE person_found")
    else:
        op.execute("DROP INDEX ix_persons_directory")
    op.drop_table("search_words")
    op.drop_table("person_tokens")
