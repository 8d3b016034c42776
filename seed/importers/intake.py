"""Files → rows → records: the one way that every format takes into a load."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from seed.importers.formats import CellError, Format, Made, Row, table
from seed.refusals import Entry, Place, Refusal, entry
from seed.report import SHOWN

# Records made of the last rows, so that places and actors that come again and again are checked once.
REMEMBERED = 20_000
TOLD_EVERY = 200

Meter = Callable[[int, int], None]


def unheard(_size: int, _rows: int) -> None:
    """Tell nobody how far the reading is."""


class Intake:
    """The records that files hold, and what is known about the rows they came from."""

    def __init__(
        self,
        form: Format,
        paths: Sequence[Path],
        recorded_at: datetime,
        meter: Meter = unheard,
        *,
        skip_refused: bool = False,
    ) -> None:
        """`meter` hears how many more bytes, and how many rows in all, were read."""
        self.rows = self.rows_refused = self.refusals_passed_over = 0
        self.passed_over: list[Refusal] = []
        self._skip_refused = skip_refused
        self._form, self._paths, self._meter = form, paths, meter
        self._recorded_at = recorded_at
        self._recent: dict[tuple[str, object], Mapping[str, Any]] = {}

    def entries(self) -> Iterator[Entry | Refusal]:
        """Records fit to be loaded, and why others are not."""
        declared = table(self._form.name)
        for made in declared.fixed:
            yield from self._checked(made, declared.dataset, Place(self._form.name))
        for path in self._paths:
            try:
                with path.open("rb") as stream:
                    done = 0
                    for found in self._form.read(stream, str(path), declared):
                        if isinstance(found, Refusal):
                            yield found
                            continue
                        self.rows += 1
                        yield from self._row(found, declared.dataset)
                        if not self.rows % TOLD_EVERY:
                            done = self._tell(stream.tell(), done)
                    self._tell(stream.tell(), done)
            except OSError as error:
                yield Refusal(Place(str(path)), "", "", f"cannot be read: {error.strerror}")

    def dataset(self, recorded_at: datetime) -> list[Entry]:
        """The dataset's own record, as recorded at another moment."""
        declared = table(self._form.name)
        fields = {**declared.fixed[0].fields, "recorded_at": recorded_at}
        made = entry("dataset", fields, declared.dataset, Place(self._form.name))
        return [made] if isinstance(made, Entry) else []

    def _tell(self, position: int, done: int) -> int:
        self._meter(position - done, self.rows)
        return position

    def _row(self, found: Row | list[Refusal], dataset: str) -> Iterator[Entry | Refusal]:
        """All records of a row, or all that is wrong with it."""
        if isinstance(found, Row):
            try:
                made = [
                    one for record in self._form.records(found) for one in self._checked(record, dataset, found.place)
                ]
            except CellError as error:
                made = [Refusal(found.place, "", found.names.get(error.column, error.column), str(error))]
        else:
            made = list(found)
        refusals = [one for one in made if isinstance(one, Refusal)]
        self.rows_refused += bool(refusals)
        if refusals and self._skip_refused:
            self.refusals_passed_over += len(refusals)
            self.passed_over += refusals[: SHOWN - len(self.passed_over)]
        else:
            yield from refusals or made

    def _checked(self, made: Made, dataset: str, place: Place) -> list[Entry] | list[Refusal]:
        """A record, unless the same was made a moment ago."""
        fields = made.fields
        if made.kind == "dataset":
            fields = {**fields, "recorded_at": self._recorded_at}
        key = (made.kind, fields["id"])
        if self._recent.get(key) == fields:
            return []
        checked = entry(made.kind, fields, dataset, place)
        if isinstance(checked, list):
            return checked
        if len(self._recent) >= REMEMBERED:
            self._recent.clear()
        self._recent[key] = fields
        return [checked]
