"""What all tables share: their naming scheme, column types and constraints, the same on both databases."""

import string

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from api.domain import vocabulary as v

ID_LENGTH = 200
WORD_LENGTH = 40
EDTF_LENGTH = 40
NAME_LENGTH = 1_000
URL_LENGTH = 4_000
TEXT_LENGTH = 20_000


ALPHANUMERIC = string.ascii_letters + string.digits

# Text sorts by code point on both databases, whatever the server's locale.
TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NAMES = JSON().with_variant(postgresql.JSONB(), "postgresql")
# SQLite uses only a column typed INTEGER as the row id; it has 64 bits there too.
NUMBER = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """All tables share one naming scheme, so that migrations can name what they change."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def columns_of(table: str, *left_out: str) -> tuple[str, ...]:
    """The names of a table's columns in the order of declaration, except those left out."""
    return tuple(column.name for column in Base.metadata.tables[table].columns if column.name not in left_out)


def reference(target: str) -> ForeignKey:
    """A foreign key that is checked immediately, unless a load defers the check to commit."""
    return ForeignKey(target, deferrable=True, initially="IMMEDIATE")


def found_by(*columns: str) -> list[Index]:
    """An index of each optional column, over the rows that have a value there.

    Where few rows do, an index of all would be larger, and SQLite would not use it with the statistics of `ANALYZE`.
    """
    return [
        Index(None, name, sqlite_where=text(f"{name} IS NOT NULL"), postgresql_where=text(f"{name} IS NOT NULL"))
        for name in columns
    ]


def identifier() -> list[CheckConstraint]:
    """An id is readable and fits a path: `[A-Za-z0-9][A-Za-z0-9._-]*`, and never `count`.

    Uses `ltrim`, which both databases have, because their pattern syntaxes differ.
    """
    first = f"ltrim(substr(id, 1, 1), '{ALPHANUMERIC}') = ''"
    rest = f"ltrim(id, '{ALPHANUMERIC}._-') = ''"
    return [
        CheckConstraint(f"length(id) BETWEEN 1 AND {ID_LENGTH} AND id <> 'count'", "id"),
        CheckConstraint(f"{first} AND {rest}", "id_pattern"),
    ]


def words(column: str, vocabulary: type[v.Word]) -> CheckConstraint:
    """The column holds a word of the vocabulary, or null."""
    allowed = ", ".join(f"'{word}'" for word in vocabulary)
    return CheckConstraint(f"{column} IN ({allowed})", column)


def lengths(limit: int, *columns: str) -> list[CheckConstraint]:
    """Limit the number of characters in each column; SQLite ignores the length in a type."""
    return [CheckConstraint(f"length({column}) <= {limit}", f"{column}_length") for column in columns]


def dated(prefix: str) -> list[CheckConstraint]:
    """A date's columns agree: `earliest` is not after `latest`, and without an EDTF everything is `unknown`."""
    return [
        CheckConstraint(f"{prefix}_earliest <= {prefix}_latest", f"{prefix}_order"),
        CheckConstraint(
            f"({prefix}_edtf IS NULL) = ({prefix}_earliest IS NULL AND {prefix}_latest IS NULL)", f"{prefix}_ends"
        ),
        CheckConstraint(f"({prefix}_edtf IS NULL) = ({prefix}_basis = 'unknown')", f"{prefix}_unknown"),
        CheckConstraint(f"({prefix}_edtf IS NULL) = ({prefix}_precision = 'unknown')", f"{prefix}_undated"),
        words(f"{prefix}_precision", v.DatePrecision),
        words(f"{prefix}_basis", v.DateBasis),
        *lengths(EDTF_LENGTH, f"{prefix}_edtf"),
        *lengths(TEXT_LENGTH, f"{prefix}_note"),
    ]


class Owned:
    """A record of a dataset; `digest` tells a load whether it changed."""

    id: Mapped[str] = mapped_column(TEXT, primary_key=True, sort_order=-3)
    digest: Mapped[str] = mapped_column(TEXT, sort_order=-2)

    @declared_attr
    def dataset(cls) -> Mapped[str]:  # noqa: N805 - SQLAlchemy passes the class
        return mapped_column(TEXT, reference("dataset.id"), index=True, sort_order=-1)
