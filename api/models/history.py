"""The history of the record: each load is a numbered revision with its changes and every document it replaced.

How to read it:

- what revision N changed: `change` where `revision` is N, in the order of kind and id;
- the last change of each document since R: `change` where `revision` is greater than R and no later row has its id;
- the revisions of one record: `change` by kind and id, newest first;
- a record as it stood after N: nothing, if its last change up to N is a deletion or there is none; else the text of the
  `past_version` with the smallest `replaced_in` greater than N (`zlib.decompress`), or the served document, if there is
  none. Both have the SHA-256 that the change says;
- an id that was withdrawn: its last change is a deletion.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from api.domain import vocabulary as v
from api.models.base import NAMES, TEXT, TEXT_LENGTH, Base, lengths, words


class Revision(Base):
    """One load: what it did, when and why, and a digest chained to that of the previous load.

    `digest` is SHA-256 in hex over the previous digest (64 zeros before the first) and one line a change, in order of
    kind and id by code point: kind, tab, id, tab, `put` or `delete`, tab, the document's SHA-256 in hex (empty for
    `delete`), line feed. `seal` is the same over the row's other columns, for `counterclaim verify` alone.
    """

    __tablename__ = "revision"
    __table_args__ = (words("action", v.RevisionAction), *lengths(TEXT_LENGTH, "message"))

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    action: Mapped[str] = mapped_column(TEXT)
    datasets: Mapped[list[str]] = mapped_column(NAMES)
    message: Mapped[str | None] = mapped_column(TEXT)
    added: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    removed: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(TEXT)
    previous: Mapped[str] = mapped_column(TEXT)
    seal: Mapped[str] = mapped_column(TEXT)


class Change(Base):
    """A revision wrote or deleted a document; `sha256` is the hash of the UTF-8 bytes written."""

    __tablename__ = "change"
    __table_args__ = (
        words("op", v.ChangeOperation),
        CheckConstraint("(op = 'put') = (sha256 IS NOT NULL)", "hash"),
        Index(None, "kind", "id", "revision"),
        {"sqlite_with_rowid": False},
    )

    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(TEXT, primary_key=True)
    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    op: Mapped[str] = mapped_column(TEXT)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)


class PastVersion(Base):
    """A document's text, compressed by `zlib`, that the revision `replaced_in` replaced or deleted."""

    __tablename__ = "past_version"

    kind: Mapped[str] = mapped_column(TEXT, primary_key=True)
    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    replaced_in: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)


RELEASE_NAME = r"(?!.*\.(zip|csv|json|bib|txt|sha256)$)[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*"
"""The pattern of release names: they appear in paths, so the suffixes of files and the dots of `A..B` are excluded."""
RELEASE_NAME_LENGTH = 60


class Release(Base):
    """A revision frozen as a data package: which, when and why, and the size and SHA-256 in hex of its file.

    `counts` (rows by table) and `datasets` (its contents) are JSON texts. `seal` is SHA-256 in hex over all other
    columns.
    """

    __tablename__ = "release"
    __table_args__ = (*lengths(TEXT_LENGTH, "message"),)

    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(TEXT)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    message: Mapped[str | None] = mapped_column(TEXT)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(TEXT)
    counts: Mapped[str] = mapped_column(TEXT)
    datasets: Mapped[str] = mapped_column(TEXT)
    seal: Mapped[str] = mapped_column(TEXT)


class ReleasePart(Base):
    """A part of a release's file; parts are numbered from 0 in order."""

    __tablename__ = "release_part"

    name: Mapped[str] = mapped_column(TEXT, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
