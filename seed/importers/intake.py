"""The import pipeline of every format: files → rows → records."""

import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple, Protocol

from seed.importers.cells import short
from seed.importers.formats import AnswerPage, CellError, Format, InputRow, MadeRecord, blamed
from seed.importers.json_files import missing_pages
from seed.importers.sniffing import why_no_rows
from seed.importers.survey import NameAndAliases, Stored, Survey, Told
from seed.refusals import Entry, Place, Refusal, entry, unread
from seed.report import SHOWN
from seed.vanished import Scope

# A cache of recent records, so that repeated ones are validated only once.
SHARED = {"source", "actor", "location"}
REMEMBERED = 10_000
TOLD_EVERY = 200

Meter = Callable[[int, int], None]


def unheard(_size: int, _rows: int) -> None:
    """Report no progress."""


class Intake(Protocol):
    """The records in files, and statistics of their rows."""

    tally: "Tally"

    def entries(self) -> Generator[Entry | Refusal]:
        """Records fit to be loaded, and why others are not."""

    def renewed(self, recorded_at: datetime) -> Iterable[Entry | Refusal]:
        """Records that are updated if any other record changes."""

    def scope(self) -> Scope | None:
        """What the files cover, if known."""


class Tally:
    """Counts rows read and refused; with `skip_refused`, refused rows are skipped."""

    def __init__(self, meter: Meter = unheard, *, skip_refused: bool = False) -> None:
        """`meter` receives the number of additional bytes and the total number of rows."""
        self.rows = self.rows_refused = self.refusals_passed_over = self.superseded = 0
        self.passed_over: list[Refusal] = []
        self.partial: list[Refusal] = []
        """Responses of APIs with missing pages."""
        self.unknown: Counter[str] = Counter()
        """The number of rows with each code that is not in the codebook, by `column code`."""
        self._meter, self.skip_refused = meter, skip_refused

    def row(self) -> None:
        """Count a row."""
        self.rows += 1

    def refused(self, refusals: list[Refusal]) -> list[Refusal]:
        """Count a refused row; returns the refusals to pass to the load."""
        self.rows_refused += 1
        if not self.skip_refused:
            return refusals
        self.refusals_passed_over += len(refusals)
        self.passed_over += refusals[: SHOWN - len(self.passed_over)]
        return []

    def told(self, position: int, before: int) -> int:
        """Report progress from one position in a file to another."""
        self._meter(position - before, self.rows)
        return position


def nothing(_kind: str, _ids: list[str]) -> Mapping[str, NameAndAliases]:
    """No record was loaded before."""
    return {}


def rereadable(path: Path) -> BufferedReader:
    """A file that can be read twice; input from a pipe is copied."""
    stream = path.open("rb")
    if path.is_file() or why_no_rows(stream.peek()):
        return stream
    kept = NamedTemporaryFile(delete=False)  # noqa: SIM115 - reopened
    with stream, kept:
        shutil.copyfileobj(stream, kept)
    copied = Path(kept.name).open("rb")  # noqa: SIM115 - as above
    Path(kept.name).unlink()
    return copied


class KnownDataset(NamedTuple):
    """What is stored about a format's dataset before its files are read."""

    recorded_at: datetime
    """When it was last recorded, which stays unless something in it changes."""
    releases: Sequence[Mapping[str, Any]] = ()
    """The previously imported files, from the dataset's record."""
    whole: bool = False
    """Whether these files make up the whole dataset and replace the previous ones."""
    release: str | None = None
    """The user's name for the version of these files."""


def sha256(stream: BufferedReader) -> tuple[str, int]:
    """The hash and size of a file, which is rewound afterwards."""
    found = hashlib.file_digest(stream, "sha256").hexdigest()
    size = stream.tell()
    stream.seek(0)
    return found, size


class FileIntake:
    """Files of a format."""

    def __init__(
        self, form: Format, paths: Sequence[Path], known: KnownDataset, tally: Tally, stored: Stored = nothing
    ) -> None:
        """`known`: of the dataset; `stored`: the names of records loaded before."""
        self.tally = tally
        self._form, self._paths, self._known = form, paths, known
        self._releases = list(known.releases)
        self._whole: set[str] = set()
        self._pages: list[AnswerPage] = []
        self._titles: Mapping[str, NameAndAliases] = {}
        self._declared = form.table
        self._recent: dict[tuple[str, object], Mapping[str, Any]] = {}
        self._stored, self._survey = stored, Survey(whole_months=form.whole_months)

    def entries(self) -> Generator[Entry | Refusal]:
        """Records fit to be loaded, and why others are not."""
        with ExitStack() as opened:
            streams = []
            for path in self._paths:
                try:
                    streams.append((str(path), opened.enter_context(rereadable(path))))
                except OSError as error:
                    yield Refusal(Place(str(path)), "", "", unread(path, error))
            self._releases = self._listed(streams)
            yield from self.renewed(self._known.recorded_at)
            for one in self._declared.fixed[1:]:
                yield from _checked(one.kind, one.fields, self._declared.dataset, Place(self._form.name))
            if self._form.told is not None:
                self._look_ahead(streams, self._form.told)
            if self._form.told_of is not None:
                self._find_whole(streams, self._form.told_of)
            for number, (file, stream) in enumerate(streams):
                try:
                    yield from self._file(number, file, stream)
                except OSError as error:
                    yield Refusal(Place(file), "", "", f"cannot be read: {error.strerror}")
            self.tally.partial += missing_pages(self._pages)

    def _listed(self, streams: Sequence[tuple[str, BufferedReader]]) -> list[Mapping[str, Any]]:
        """All files of the dataset: the previous ones and these, without duplicates."""
        known = {one["sha256"]: one for one in self._known.releases}
        found = {} if self._known.whole else dict(known)
        today = str(datetime.now(UTC).date())
        for file, stream in streams:
            try:
                hashed = sha256(stream) if self._has_rows(file, stream) else None
            except OSError:
                continue  # reported when it is read
            if hashed is not None:
                name = short(Path(file).name)
                told = re.search(self._declared.release, name) if self._declared.release else None
                version = self._known.release or (told and told.group(1).replace("_", "."))
                fresh = {"file": name, "version": version, "sha256": hashed[0], "size": hashed[1], "imported": today}
                before = known.get(hashed[0], fresh)
                found[hashed[0]] = {**before, "version": self._known.release or before["version"]}
        return list(found.values())

    def _has_rows(self, file: str, stream: BufferedReader) -> bool:
        """Whether a file has any rows; it is rewound afterwards."""
        if not stream.seekable():
            return False
        first = next(self._form.read(stream, file, self._declared), None)
        stream.seek(0)
        return first is not None and not isinstance(first, Refusal | AnswerPage)

    def scope(self) -> Scope | None:
        """What the files cover, if known; call this after reading."""
        return None if self._form.told is None else self._survey.scope()

    def _find_whole(
        self, streams: Sequence[tuple[str, BufferedReader]], told_of: Callable[[Mapping[str, Any]], tuple[str, bool]]
    ) -> None:
        """Find the events that these files describe fully, and the stored names of events."""
        passing: set[str] = set()
        for file, stream in streams:
            with suppress(OSError):
                for one in self._form.read(stream, file, self._declared):
                    if isinstance(one, InputRow):
                        id_, whole = told_of(one.cells)
                        (self._whole if whole else passing).add(id_)
                stream.seek(0)
        self._titles = self._stored("event", sorted(passing - self._whole))

    def _gives_way(self, made: MadeRecord) -> bool:
        """Whether a record that is only mentioned here is described fully elsewhere."""
        if not made.in_passing:
            return False
        id_, title = str(made.fields["id"]), made.fields["title"]
        return id_ in self._whole or self._titles.get(id_, (title, []))[0] != title

    def _look_ahead(self, streams: Sequence[tuple[str, BufferedReader]], told: Callable[..., Told]) -> None:
        """Read all rows once before making records; unreadable ones are refused later."""
        for number, (file, stream) in enumerate(streams):
            try:
                for found in self._form.read(stream, file, self._declared):
                    # A row that will be skipped replaces no earlier one.
                    if isinstance(found, InputRow) and (not self.tally.skip_refused or self._fit(found)):
                        with suppress(CellError):
                            self._survey.add(told(found.cells), number)
                stream.seek(0)
            except OSError:
                continue
        self._survey.settle(self._stored)

    def _fit(self, row: InputRow) -> bool:
        """Whether a row makes valid records."""
        try:
            made = list(self._form.records(row))
        except CellError:
            return False
        checked = (_checked(one.kind, one.fields, self._declared.dataset, row.place) for one in made)
        return not any(isinstance(one, Refusal) for found in checked for one in found)

    def renewed(self, recorded_at: datetime) -> Iterator[Entry | Refusal]:
        """The dataset's own record as of now, or why a mapping's is refused; read this after the files."""
        kind, fields, *_ = self._declared.fixed[0]
        versions = dict.fromkeys(one["version"] for one in self._releases if one["version"])
        given = {**fields, "recorded_at": recorded_at, "releases": self._releases}
        if versions:
            given["version"] = short(", ".join(versions))
        yield from _checked(kind, given, self._declared.dataset, Place(self._form.name))

    def _file(self, number: int, file: str, stream: BufferedReader) -> Iterator[Entry | Refusal]:
        position = 0
        for found in self._form.read(stream, file, self._declared):
            if isinstance(found, Refusal):
                yield found
                continue
            if isinstance(found, AnswerPage):
                self._pages.append(found)
                continue
            self.tally.row()
            made = self._row(found, number) if isinstance(found, InputRow) else list(found)
            refusals = [one for one in made if isinstance(one, Refusal)]
            yield from self.tally.refused(refusals) if refusals else made
            if not self.tally.rows % TOLD_EVERY:
                position = self.tally.told(stream.tell(), position)
        self.tally.told(stream.tell(), position)

    def _row(self, row: InputRow, number: int) -> list[Entry | Refusal]:
        """The records of a row except recent identical ones, or its refusals."""
        made: list[Entry | Refusal] = []
        fresh: dict[tuple[str, object], Mapping[str, Any]] = {}
        try:
            if self._form.told is not None and not self._survey.counts(self._form.told(row.cells), number):
                self.tally.superseded += 1
                return []
            for one in self._form.records(row):
                if self._gives_way(one):
                    continue
                kind, fields = one.kind, self._survey.named(one.kind, one.fields)
                key = (kind, fields["id"])
                if self._recent.get(key, fresh.get(key)) != fields:
                    checked = _checked(kind, fields, self._declared.dataset, row.place)
                    made += [blamed(it, one, row) if isinstance(it, Refusal) else it for it in checked]
                    if kind in SHARED:
                        fresh[key] = fields
        except CellError as error:
            return [Refusal(row.place, "", row.names.get(error.column, error.column), str(error))]
        self.tally.unknown.update(self._declared.unknown(row.cells))
        if wrong := dict.fromkeys(one for one in made if isinstance(one, Refusal)):
            return list(wrong)  # a cell that is in several records is reported once
        if len(self._recent) >= REMEMBERED:
            self._recent.clear()
        self._recent |= fresh
        return made


def _checked(kind: str, fields: Mapping[str, Any], dataset: str, place: Place) -> list[Entry] | list[Refusal]:
    checked = entry(kind, fields, dataset, place)
    return checked if isinstance(checked, list) else [checked]
