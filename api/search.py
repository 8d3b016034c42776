"""Words as conditions: by the index from words to records where few records hold them, else by a test of each."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, FromClause, Integer, Select, bindparam, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from api import models

RARE = 2_000
"""So many records are fetched by the index and sorted; more are met soon enough by reading in order."""
WORDS: dict[str, FromClause] = {"events": models.EventWords.__table__, "claims": models.ClaimWords.__table__}
_LAST = "\U0010ffff"


class _Held(ColumnElement[bool]):
    """A row of words holds all those of the parameter `searched`, each as the beginning of a word."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, words: FromClause) -> None:
        self.words = words
        self.searched = bindparam("searched", type_=words.c.words.type)

    def self_group(self, against: object = None) -> "_Held":  # noqa: ARG002 - SQLAlchemy's own
        """As it is: compared with 1, as SQLite's truth values are elsewhere, it would meet no index."""
        return self


@compiles(_Held, "sqlite")
def _by_fts5(element: _Held, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    searched = compiler.process(element.searched, **options)
    number = compiler.process(element.words.c.number, **options)
    index = str(element.words.name).replace("words", "search")  # type: ignore[attr-defined]
    match = f"'\"' || replace({searched}, ' ', '\"* AND \"') || '\"*'"
    return f"{number} IN (SELECT rowid FROM {index} WHERE {index} MATCH {match})"


@compiles(_Held, "postgresql")
def _by_gin(element: _Held, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    searched = compiler.process(element.searched, **options)
    words = compiler.process(element.words.c.words, **options)
    query = f"CAST('''' || replace({searched}, ' ', ''':* & ''') || ''':*' AS tsquery)"
    return f"array_to_tsvector(string_to_array(btrim({words}), ' ')) @@ {query}"


def holders(table: str) -> Select[Any]:
    """The ids of the few records that hold every word of the parameter `searched`."""
    words = WORDS[table]
    # The limit is never met, and keeps databases from looking through all records for these.
    return select(words.c.id).where(_Held(words)).limit(RARE)


def holding(table: str, row: FromClause, count: int) -> list[ColumnElement[bool]]:
    """The record of a row holds every word of `word0` and on, looked at in its own text."""
    if not count:
        return []
    words = WORDS[table].alias()
    tests = [words.c.words.like(bindparam(f"word{index}")) for index in range(count)]
    return [kept(words.c.id == row.c.id, *tests)]


def kept(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Some row meets the conditions, looked up for each row that is tested: what is rarer drives, as it was put.

    Without the offset PostgreSQL would turn the two around as it sees fit, and it sees no sizes of facets.
    """
    return select(_ONE).where(*conditions).offset(_NONE).exists()


_ONE: ColumnElement[int] = literal_column("1", Integer)
_NONE: ColumnElement[int] = literal_column("0", Integer)


def parameters(words: tuple[str, ...]) -> dict[str, str]:
    """What both conditions take."""
    return {"searched": " ".join(words)} | {f"word{index}": f"% {word}%" for index, word in enumerate(words)}


def frequency_parameters(table: str, word: str) -> dict[str, str]:
    """What a sum over `word_count` takes: the words that begin like this one."""
    return {"kind": table.removesuffix("s"), "first": word, "beyond": word + _LAST}
