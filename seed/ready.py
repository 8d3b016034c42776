"""Records made ready to be loaded: what a load asks of each, and the rest packed, for most need no more than a look."""

import marshal
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from api.storage.bulk import Row
from seed.refusals import Entry, Place, Refusal
from seed.rows import digest, rows_of

Rows = dict[str, list[Row]]


class Ready(NamedTuple):
    """A record as a load takes it."""

    dataset: str
    place: Place
    kind: str
    id: str
    digest: str
    rest: "Entry | bytes"
    """The entry itself, or packed what `unpacked` gives."""

    @property
    def name(self) -> str:
        """As refusals name it."""
        return f"{self.kind} {self.id}"

    def unpacked(self) -> tuple[Rows, list[tuple[str, str, str]]]:
        """By table, the rows that hold it, its own first; and every other record it names: field, kind and id."""
        if isinstance(self.rest, bytes):
            found: tuple[Rows, list[tuple[str, str, str]]] = marshal.loads(self.rest)  # noqa: S302 - of our own process
            return found
        record = self.rest.record
        return rows_of(record, self.dataset, self.digest), record.references()


def ready(one: Entry) -> Ready:
    """An entry, with what tells whether it changed."""
    record = one.record
    return Ready(one.dataset, one.place, record.kind_of_record, record.id, digest(record), one)


def pack(batch: Iterable[Entry | Refusal]) -> bytes:
    """Entries and refusals for another process, in plain values."""
    packed: list[tuple[Any, ...]] = []
    for one in batch:
        if isinstance(one, Refusal):
            packed.append((*one.place, one.record, one.field, one.message))
        else:
            made = ready(one)
            packed.append((*one.place, one.dataset, made.kind, made.id, made.digest, marshal.dumps(made.unpacked())))
    return marshal.dumps(packed)


def unpack(packed: bytes) -> Iterator[Ready | Refusal]:
    """What was packed."""
    for file, row, *rest in marshal.loads(packed) if packed else ():  # noqa: S302 - of our own process
        place = Place(file, row)
        if len(rest) == 3:  # noqa: PLR2004 - a refusal's
            yield Refusal(place, *rest)
        else:
            dataset, kind, id_, mark, packed_rest = rest
            yield Ready(dataset, place, kind, id_, mark, packed_rest)
