"""Reads packages written by `counterclaim export`: records of any datasets, one per line."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from seed.descriptor import DESCRIPTOR
from seed.field_types import shown
from seed.importers.intake import TOLD_EVERY, Tally
from seed.records import KIND_OF_TABLE
from seed.refusals import Entry, Place, Refusal, entry, unread
from seed.vanished import Scope

NAME = "package"
LONGEST_LINE = 8_000_000
PIECE = 1 << 20
# These are decompressed in pieces; with other methods a few bytes could fill all memory at once.
BOUNDED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# The errors of reading a zip file that is damaged, encrypted or compressed by an unsupported method.
UNREADABLE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


class PackedError(Exception):
    """A zip file is compressed by an unsupported method."""


class PackageIntake:
    """Folders or zip files with a file of records for each kind."""

    def __init__(self, paths: Sequence[Path], tally: Tally) -> None:
        """Take the packages; a package may be given by the `datapackage.json` in its folder."""
        self.tally = tally
        self._paths = [path.parent if path.name == "datapackage.json" else path for path in paths]

    def entries(self) -> Generator[Entry | Refusal]:
        """Valid records and refusals of others; records come after those they refer to."""
        with ExitStack() as opened:
            packages = []
            for path in self._paths:
                try:
                    packages.append((path, _members(path, opened)))
                except PackedError as error:
                    yield Refusal(Place(str(path)), "", "", str(error))
                except zipfile.BadZipFile:
                    yield Refusal(Place(str(path)), "", "", "cannot be read: it is not a zip file")
                except OSError as error:
                    yield Refusal(Place(str(path)), "", "", unread(path, error))
            for path, members in packages:
                if "datasets.ndjson" not in members:
                    yield Refusal(Place(str(path)), "", "", "is not a package: there is no datasets.ndjson in it")
                yield from _unlike(path, members)
            for table, kind in KIND_OF_TABLE.items():
                for path, members in packages:
                    if f"{table}.ndjson" in members:
                        yield from self._member(kind, members[f"{table}.ndjson"], f"{path}/{table}.ndjson")

    def renewed(self, recorded_at: datetime) -> Iterator[Entry]:  # noqa: ARG002 - packages say when they were recorded
        """Nothing: a package's datasets contain the moment they were recorded."""
        return iter(())

    def scope(self) -> Scope | None:
        """Unknown: a package contains whole datasets."""
        return None

    def _member(self, kind: str, opened: Callable[[], IO[bytes]], file: str) -> Iterator[Entry | Refusal]:
        try:
            with opened() as stream:
                yield from self._lines(kind, stream, file)
        except UNREADABLE as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            yield Refusal(Place(file), "", "", f"cannot be read: {reason or 'it is damaged'}")

    def _lines(self, kind: str, stream: IO[bytes], file: str) -> Iterator[Entry | Refusal]:
        number = position = 0
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
                reason = f"is longer than {LONGEST_LINE:,} bytes; nothing after it was read"
                yield Refusal(Place(file, number), "", "", reason)
                return
            self.tally.row()
            made = _read(kind, line, Place(file, number))
            yield from [made] if isinstance(made, Entry) else self.tally.refused(made)
            if not number % TOLD_EVERY:
                position = self.tally.told(stream.tell(), position)
        self.tally.told(stream.tell(), position)


def size(path: Path) -> int:
    """The size of a package's records in bytes; 0 if unknown."""
    names = {f"{table}.ndjson" for table in KIND_OF_TABLE}
    try:
        if path.is_file() and path.name != "datapackage.json":
            with zipfile.ZipFile(path) as zipped:
                return sum(member.file_size for member in zipped.infolist() if member.filename in names)
        folder = path if path.is_dir() else path.parent
        return sum(file.stat().st_size for file in folder.iterdir() if file.name in names)
    except (OSError, zipfile.BadZipFile):
        return 0


def _members(path: Path, opened: ExitStack) -> dict[str, Any]:
    """Functions that open the files of a package, by name."""
    if path.is_dir():
        return {file.name: lambda file=file: file.open("rb") for file in path.iterdir()}
    zipped = opened.enter_context(zipfile.ZipFile(path))
    if odd := next((one for one in zipped.infolist() if one.compress_type not in BOUNDED), None):
        raise PackedError(f"is compressed by an unsupported method: {shown(odd.filename)}; use deflate")
    return {name: lambda name=name: zipped.open(name) for name in zipped.namelist()}


def _unlike(path: Path, members: dict[str, Any]) -> Iterator[Refusal]:
    """Refusals of files that differ from the package's descriptor, if it has one."""
    if DESCRIPTOR not in members:
        return
    read = {f"{table}.ndjson" for table in KIND_OF_TABLE}
    try:
        with members[DESCRIPTOR]() as stream:
            listed = json.loads(stream.read(LONGEST_LINE))["resources"]
        sums = {one["path"]: one["hash"] for one in listed if one["path"] in read and "hash" in one}
    except (*UNREADABLE, ValueError, LookupError, TypeError):
        yield Refusal(Place(f"{path}/{DESCRIPTOR}"), "", "", "is not a descriptor of a data package")
        return
    for name, stated in sums.items():
        if name not in members:
            yield Refusal(Place(f"{path}/{name}"), "", "", f"is missing, but {DESCRIPTOR} lists it")
        elif (found := _sum(members[name])) is not None and f"sha256:{found}" != stated:
            yield Refusal(Place(f"{path}/{name}"), "", "", f"does not have the SHA-256 in {DESCRIPTOR}")


def _sum(opened: Callable[[], IO[bytes]]) -> str | None:
    """SHA-256 in hex; None if the file cannot be read, which is reported later."""
    known = hashlib.sha256()
    try:
        with opened() as stream:
            while piece := stream.read(PIECE):
                known.update(piece)
    except UNREADABLE:
        return None
    return known.hexdigest()


def _read(kind: str, line: bytes, place: Place) -> Entry | list[Refusal]:
    """The record in a line."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return [Refusal(place, "", "", "is not JSON")]
    if not isinstance(fields, dict):
        return [Refusal(place, "", "", "is not a record")]
    dataset = fields.pop("dataset", None)
    if kind == "dataset":
        dataset = fields.get("id")
    if not isinstance(dataset, str):
        return [Refusal(place, "", "dataset", f"{shown(dataset)} is not the id of a dataset")]
    return entry(kind, fields, dataset, place)
