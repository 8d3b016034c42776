"""Records made ready to be loaded: with what tells whether they changed, for most need no more than a look."""

from typing import NamedTuple

from api.storage.bulk import Row
from seed.records import Record, Reference
from seed.refusals import Entry, Place
from seed.rows import record_digest, rows_of

Rows = dict[str, list[Row]]


class Ready(NamedTuple):
    """A record as a load takes it."""

    dataset: str
    place: Place
    record: Record
    digest: str

    @property
    def kind(self) -> str:
        """Of record."""
        return self.record.kind_of_record

    @property
    def id(self) -> str:
        """The record's own."""
        return self.record.id

    @property
    def name(self) -> str:
        """As refusals name it."""
        return f"{self.kind} {self.id}"

    def rows(self) -> Rows:
        """By table, the rows that hold it, its own first."""
        return rows_of(self.record, self.dataset, self.digest)

    def references(self) -> list[Reference]:
        """Every other record it names."""
        return self.record.references()


def ready(one: Entry) -> Ready:
    """An entry, with what tells whether it changed."""
    return Ready(one.dataset, one.place, one.record, record_digest(one.record))
