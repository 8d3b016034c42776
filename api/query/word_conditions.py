"""Words as conditions: by the index from words to records, or by a test of each record's own."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    bindparam,
    column,
    literal_column,
    select,
    table,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from api import models

WORDS: dict[str, FromClause] = {"events": models.EventWords.__table__, "claims": models.ClaimWords.__table__}
_LAST = "\U0010ffff"
SPELLED = 64
"""So many words are named one by one: SQLite's index has the records of each in order, but not of a beginning."""


class Begun(NamedTuple):
    """What is known of the words that begin like one that is asked for."""

    word: str
    records: int
    """How many records hold one of them, at most."""
    words: tuple[str, ...] | None
    """All of them; None: there are too many."""


class Held(ColumnElement[bool]):
    """A row holds all words of the parameter `searched`, each as the beginning of a word; by the index."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, held: ColumnElement[Any]) -> None:
        """Take the column of words, or on SQLite the one by which its index is asked."""
        self.held = held
        self.searched = bindparam("searched", type_=held.type)
        self.matched = bindparam("matched", type_=held.type)

    def self_group(self, against: object = None) -> "Held":  # noqa: ARG002 - SQLAlchemy's own
        """As it is: compared with 1, as SQLite's truth values are elsewhere, it would meet no index."""
        return self


@compiles(Held, "sqlite")
def _by_fts5(element: Held, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"{compiler.process(element.held, **options)} MATCH {compiler.process(element.matched, **options)}"


def sqlite_index(of: str) -> FromClause:
    """SQLite's index as a table: numbers, under `rowid`, and the column that is asked for words."""
    name = str(WORDS[of].name).replace("words", "search")  # type: ignore[attr-defined]
    return table(name, column("rowid", BigInteger), column(name, Text)).alias()


@compiles(Held, "postgresql")
def _by_gin(element: Held, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    searched = compiler.process(element.searched, **options)
    words = compiler.process(element.held, **options)
    query = f"CAST('''' || replace({searched}, ' ', ''':* & ''') || ''':*' AS tsquery)"
    return f"array_to_tsvector(string_to_array(btrim({words}), ' ')) @@ {query}"


def holding(table: str, row: FromClause, count: int) -> list[ColumnElement[bool]]:
    """The record of a row holds every word of `word0` and on, looked at in its own text."""
    if not count:
        return []
    words = WORDS[table].alias()
    return [kept(words.c.number == row.c.number, *likes(words, count))]


def likes(words: FromClause, count: int) -> list[ColumnElement[bool]]:
    """The same of a row of words."""
    return [words.c.words.like(bindparam(f"word{index}")) for index in range(count)]


def kept(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Some row meets the conditions, looked up for each row that is tested: what is rarer drives, as it was put.

    Without the offset PostgreSQL would turn the two around as it sees fit, and it sees no sizes of facets.
    """
    return select(_ONE).where(*conditions).offset(_NONE).exists()


_ONE: ColumnElement[int] = literal_column("1", Integer)
_NONE: ColumnElement[int] = literal_column("0", Integer)


def parameters(words: tuple[str, ...]) -> dict[str, str]:
    """What conditions take but for `matched`."""
    return {"searched": " ".join(words)} | {f"word{index}": f"% {word}%" for index, word in enumerate(words)}


def matched(held: Sequence[Begun]) -> str:
    """The same as SQLite's index is asked for it."""
    return " AND ".join(
        [f"({' OR '.join(map(_quoted, one.words))})" if one.words else f"{_quoted(one.word)}*" for one in held]
    )


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def frequency_parameters(table: str, word: str) -> dict[str, str]:
    """What is asked of `word_count` takes: the words that begin like this one."""
    return {"kind": table.removesuffix("s"), "first": word, "beyond": word + _LAST}
