"""Events' and claims' documents are numbered in the order of days, and each document is known to be sound.

Only what is derived changes its form, and `migrate` makes that anew: its tables are made again, empty.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.parts import NUMBER, TEXT

revision = "0002"
down_revision = "0001"

PLAIN = ("actor", "dataset", "location", "source")
FILED = ("claim", "event")


def upgrade() -> None:
    drop()
    for kind in PLAIN:
        create(f"{kind}_document", key(), *place(), *document(), primary=("id",))
    for kind in FILED:
        create(f"{kind}_document", *numbered(), *filed(kind), *place(), *document(), *judged(kind), unique="id")
        create(f"{kind}_words", *numbered(), *place(), text("words"), unique="id")
        facets(kind, number())
        index_words(kind)


def downgrade() -> None:
    drop()
    for kind in PLAIN:
        create(f"{kind}_document", key(), *place(), text("body"), primary=("id",))
    for kind in FILED:
        create(f"{kind}_document", *filed(kind), key(), *place(), text("body"), *judged(kind), primary=("id",))
        create(f"{kind}_words", whole("number", sa.Integer()), key(), text("words"), unique="id")
        facets(kind)
        index_words(kind)
        if sqlite():
            follow_words(kind)


def drop() -> None:
    """PostgreSQL's index of words and SQLite's triggers go with their tables."""
    for kind in FILED:
        if sqlite():
            op.drop_table(f"{kind}_search")
        op.drop_table(f"{kind}_words")
        op.drop_table(f"{kind}_facet")
    for kind in (*PLAIN, *FILED):
        op.drop_table(f"{kind}_document")


def sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def create(
    name: str, *columns: sa.Column[Any], primary: tuple[str, ...] = ("number",), unique: str = "", rowid: bool = True
) -> None:
    constraints: list[sa.Constraint] = [sa.PrimaryKeyConstraint(*primary, name=op.f(f"pk_{name}"))]
    if unique:
        constraints.append(sa.UniqueConstraint(unique, name=op.f(f"uq_{name}_{unique}")))
    op.create_table(name, *columns, *constraints, sqlite_with_rowid=rowid)


def whole(name: str, kind: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, autoincrement=False, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=nullable)


def key() -> sa.Column[Any]:
    return text("id")


def number() -> sa.Column[Any]:
    return whole("number", NUMBER)


def numbered() -> list[sa.Column[Any]]:
    return [number(), key()]


def place() -> list[sa.Column[Any]]:
    """Where a record stands in the order of days."""
    return [whole("span", sa.SmallInteger()), whole("day", sa.Integer()), whole("latest", sa.Integer(), nullable=True)]


def document() -> list[sa.Column[Any]]:
    return [whole("size", sa.Integer()), sa.Column("sound", sa.Boolean(), sound(), nullable=False), text("body")]


def sound() -> sa.Computed:
    """Whether a document is one line of JSON, begins with its record's id, and is as long as it was made."""
    if sqlite():
        begins = """substr(body, 1, length(id) + 8) = '{"id":"' || id || '"'"""
        rest = "instr(body, char(10)) = 0 AND json_valid(body)"
    else:
        begins = """starts_with(body, '{"id":"' || id || '"')"""
        rest = "strpos(body, chr(10)) = 0 AND body IS JSON"
    return sa.Computed(f"length(body) = size AND {begins} AND {rest}", persisted=True)


def said() -> list[sa.Column[Any]]:
    return [
        whole("said_possible", sa.Integer(), nullable=True),
        whole("said_certain", sa.Integer(), nullable=True),
        whole("unsaid", sa.SmallInteger()),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
    ]


def filed(kind: str) -> list[sa.Column[Any]]:
    bounds = [whole(name, sa.Integer()) for name in ("judged_from", "judged_to")] if kind == "event" else []
    return [*bounds, *said(), text("members", nullable=True), text("facets")]


def judged(kind: str) -> list[sa.Column[Any]]:
    return [text("statements")] if kind == "event" else []


def facets(kind: str, *more: sa.Column[Any]) -> None:
    span, day, latest = place()
    columns = (whole("facet", sa.Integer()), span, day, key(), *more, latest, *said(), text("member", nullable=True))
    create(f"{kind}_facet", *columns, primary=("facet", "span", "day", "id"), rowid=False)


def index_words(kind: str) -> None:
    """An index from words to the events or claims that hold them: FTS5, which loads keep, or GIN."""
    if sqlite():
        options = "content_rowid='number', detail='none', columnsize=0, tokenize='ascii'"
        op.execute(f"CREATE VIRTUAL TABLE {kind}_search USING fts5 (words, content='{kind}_words', {options})")
    else:
        vector = "array_to_tsvector(string_to_array(btrim(words), ' '))"
        op.execute(f"CREATE INDEX ix_{kind}_search ON {kind}_words USING gin ({vector})")


def follow_words(kind: str) -> None:
    """Triggers that kept SQLite's index."""
    add = f"INSERT INTO {kind}_search (rowid, words) VALUES (new.number, new.words)"
    op.execute(f"CREATE TRIGGER {kind}_words_added AFTER INSERT ON {kind}_words BEGIN {add}; END")
    remove = f"INSERT INTO {kind}_search ({kind}_search, rowid, words) VALUES ('delete', old.number, old.words)"
    op.execute(f"CREATE TRIGGER {kind}_words_removed AFTER DELETE ON {kind}_words BEGIN {remove}; END")
