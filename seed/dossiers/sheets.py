"""Turns rows of a spreadsheet, one per claim, into claims and their events, actors, places and sources."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from api.domain.vocabulary import ActorKind, LocationKind
from seed.dossiers.columns import BY_NAME, COLUMNS, Column
from seed.dossiers.workbooks import Line, lines
from seed.field_types import shown
from seed.importers.cells import NOTHING, mark, number, slug, whole_number
from seed.importers.formats import whose
from seed.records import Dataset
from seed.refusals import Entry, Place, Refusal, entry, meant

# A placeholder for the moment of loading.
UNRECORDED = datetime(1, 1, 1, tzinfo=UTC)
KINDS = {"dataset": "dataset", "source": "source", "speaker": "actor", "place": "location", "event": "event"}
NAMES = {"dataset": "title", "source": "title", "speaker": "name", "place": "name", "event": "title"}
PARTS = {kind: part for part, kind in KINDS.items()}
# Records that can be created inline as `Name (kind)`: the columns that this fills, and the kinds.
IN_PASSING: dict[str, tuple[str, str, type[StrEnum]]] = {
    "actor": ("speaker", "speaker_kind", ActorKind),
    "location": ("place", "place_kind", LocationKind),
}
HOW_TO_MAKE = {
    kind: f"to make one in passing, write its kind behind its name, such as ({example})"
    for kind, example in (("actor", ActorKind.CIVILIANS), ("location", LocationKind.TOWN))
}
# Fields that only a column of ids fills with what no row makes: that column, and the one that makes it by its name.
BY_ID_ALONE = {
    ("claim", "event"): ("event_id", "event"),
    ("claim", "speaker"): ("speaker_id", "speaker"),
    ("claim", "citations[0].source"): ("source_id", "source"),
    ("event", "location"): ("place_id", "place"),
}
_ID = re.compile("[A-Za-z0-9][A-Za-z0-9._-]*")
_WITH_KIND = re.compile(r"(?P<name>.*\S)\s*\((?P<kind>[a-z_]+)\)")
NAMIBIA = "NA"
# Where each column was read, of what is in one row.
EVERY: Mapping[str, int | None] = {}
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass
class Draft:
    """A record that is collected from rows: the texts of its fields and where each was read."""

    place: Place
    cells: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int | None] = field(default_factory=dict)
    citing: str | None = None
    """The source of the row that gave the point."""

    contradictions: dict[str, dict[str, list[int | None]]] = field(default_factory=dict)
    """By column, other texts that rows give for the same field, and in which rows."""

    def take(self, line: Line, columns: Iterable[Column]) -> None:
        """Add what a row says about the record; a row may omit fields of other rows, but not contradict them."""
        for column in columns:
            given = line.cells.get(column.name)
            if given is None:
                continue
            self.rows.setdefault(column.name, line.place.row)
            if self.cells.setdefault(column.name, given) != given:
                self.contradictions.setdefault(column.name, {}).setdefault(given, []).append(line.place.row)

    def contradicted(self, unfit: Collection[str], ids: Mapping[tuple[str, str], str]) -> Iterator[Refusal]:
        """Each text that contradicts an earlier one, once; `unfit`: columns whose first text is reported already."""
        for name, others in self.contradictions.items():
            texts = list(others.items())
            if name not in unfit:
                texts.insert(0, (self.cells[name], [self.rows[name]]))
            (first, (row, *_)), *rest = texts
            for text, rows in rest:
                more = f"; {len(rows) - 1} more row{'s say' if len(rows) > 2 else ' says'} the same" * (len(rows) > 1)  # noqa: PLR2004
                told = f"{shown(text)} contradicts row {row}, which says {shown(first)}{more}"
                try:
                    value(BY_NAME[name], text, ids)
                except ValueError as error:
                    told = f"{error}{more}"
                yield Refusal(self.place._replace(row=rows[0]), "", name, told)


def read_sheet(path: Path) -> Iterator[tuple[str, dict[str, Any] | Entry, Place] | Refusal]:
    """The records of a spreadsheet, each with its dataset and place, or the reason to refuse it."""
    sheet = Sheet(path)
    for one in lines(path):
        if isinstance(one, Refusal):
            yield one
        elif not BY_NAME.keys() >= one.cells.keys() and (other := whose(one.cells, str(path), but="load")):
            yield Refusal(Place(one.place.file, one.header), "", "", other)
            return
        else:
            yield from sheet.strange(one)
            told = list(sheet.take(one))
            # What is wrong with rows may follow from a column that is not understood.
            yield from [] if sheet.unknown else told
    for made_ in sheet.records():
        if isinstance(made_, Entry):
            yield made_.dataset, made_, made_.place
        elif not sheet.unknown:
            yield made_


class Sheet:
    """A spreadsheet being read."""

    def __init__(self, path: Path) -> None:
        """Name the dataset after the file unless a column names it."""
        self._dataset = slug(path.stem) or f"dataset-{mark(path.stem)}"
        self._drafts: dict[tuple[str, str, str], Draft] = {}
        self._claims: list[tuple[Line, str, dict[str, str | None]]] = []
        self.unknown: set[str] = set()
        """The columns that there are not."""

    def strange(self, line: Line) -> Iterator[Refusal]:
        """Columns of a row that do not exist, each once."""
        for name in [one for one in line.cells if one not in BY_NAME and one not in self.unknown]:
            self.unknown.add(name)
            told = f"there is no such column{meant(name, list(BY_NAME))}"
            yield Refusal(Place(line.place.file, line.header), "", name or "?", told)

    def take(self, line: Line) -> Iterator[Refusal]:
        """Add a row."""
        if line.cells.get("place_country") == NAMIBIA:
            told = (
                f"{NAMIBIA} is Namibia, or a missing value as R writes it: leave it empty, or record the place in TOML"
            )
            yield Refusal(line.place, "", "place_country", told)
        line = Line(line.place, {name: cell for name, cell in line.cells.items() if cell not in NOTHING})
        self._dataset = line.cells.get("dataset", self._dataset)
        self._make_others(line)
        ids: dict[str, str | None] = {}
        for part, kind in KINDS.items():
            columns = [column for column in COLUMNS if column.part == part]
            ids[part], refusals = self._part(part, kind, columns, line)
            yield from refusals
        place = self._drafts.get(("location", ids["place"] or "", self._dataset))
        if place is not None and "longitude" in line.cells and place.citing is None:
            place.citing = ids["source"]
        event = self._drafts.get(("event", ids["event"] or "", self._dataset))
        if event is not None and ids["place"] is not None:
            event.take(Line(line.place, {"place_id": ids["place"]}), [BY_NAME["place_id"]])
        self._claims.append((line, self._dataset, ids))

    def _make_others(self, line: Line) -> None:
        """Create records that a row gives by name and kind, and keep only the name in the cell."""
        for column in COLUMNS:
            if column.refers not in IN_PASSING or column.name not in line.cells:
                continue
            own, kind, vocabulary = IN_PASSING[column.refers]
            columns = [one for one in COLUMNS if one.part == PARTS[column.refers]]
            parts = []
            for one in divided(column, line.cells[column.name]):
                role, colon, name = one.partition(":") if column.type == "participants" else ("", "", one)
                found = _WITH_KIND.fullmatch(name.strip())
                if found is None or found["kind"] not in list(vocabulary):
                    parts.append(one)
                    continue
                parts.append(f"{role}{colon}{found['name']}")
                key = (column.refers, made(self._dataset, found["name"]), self._dataset)
                draft = self._drafts.setdefault(key, Draft(line.place))
                draft.take(Line(line.place, {own: found["name"], kind: found["kind"]}), columns)
            line.cells[column.name] = ";".join(parts)

    def _part(self, part: str, kind: str, columns: list[Column], line: Line) -> tuple[str | None, list[Refusal]]:
        """The id of a row's source, speaker, place or event: given, or derived from its name."""
        given = {column.field: line.cells[column.name] for column in columns if column.name in line.cells}
        name = given.get(NAMES[part])
        id_ = self._dataset if part == "dataset" else given.get("id") or (name and made(self._dataset, name))
        if id_ is None:
            extra = next((column.name for column in columns if column.name in line.cells), None)
            if extra in {None, "place_relation"}:
                return None, []
            told = f"belongs to no {part}: there is no {part} and no {part}_id in this row"
            return None, [Refusal(line.place, "", str(extra), told)]
        key = (kind, id_, self._dataset)
        if part == "dataset" or name or key in self._drafts:
            draft = self._drafts.setdefault(key, Draft(line.place))
            draft.take(line, columns)
            return id_, []
        strays = [column.name for column in columns if column.name in line.cells and column.field != "id"]
        strays = [one for one in strays if one != "place_relation"]
        told = f"would change a record that is named by its id alone: give its {NAMES[part]} in {part} to make one"
        return id_, [Refusal(line.place, "", name, told) for name in strays]

    def records(self) -> Iterator[Entry | Refusal]:
        """All records of the sheet."""
        ids_by_name = {
            (kind, draft.cells[PARTS[kind]]): id_
            for (kind, id_, _), draft in self._drafts.items()
            if PARTS[kind] in draft.cells
        }
        unfit: set[tuple[str, str | None]] = set()
        for (kind, id_, dataset), draft in self._drafts.items():
            fields, refusals = valued(draft.place, draft.cells, PARTS[kind], ids_by_name)
            fields["id"] = id_
            finish(kind, fields, draft)
            found = list(by_columns(refusals or entry(kind, fields, dataset, draft.place), PARTS[kind], draft.rows))
            faults = [one.field for one in found if isinstance(one, Refusal)]
            if faults or ("location", fields.get("location")) in unfit:
                unfit.add((kind, id_))
            if faults or (kind, id_) not in unfit:
                yield from found
            yield from draft.contradicted(faults, ids_by_name)
        for line, dataset, ids in self._claims:
            fields, refusals = valued(line.place, line.cells, "claim", ids_by_name)
            citation, others = valued(line.place, line.cells, "citation", ids_by_name)
            yield from (*refusals, *others)
            fields |= {"event": ids["event"], "speaker": ids["speaker"]}
            if ids["source"]:
                fields["citations"] = [{"role": "carries", **citation, "source": ids["source"]}]
            if fields["event"] is None:
                yield Refusal(line.place, "", "event", "is missing: a claim is about an event")
            if fields["event"] is None or refusals or others:
                continue
            fields.setdefault("id", f"{dataset}-{mark(*sorted(line.cells.items()))}")
            checked = entry("claim", fields, dataset, line.place)
            named = {(kind, ids[part]) for part, kind in KINDS.items()}
            # The fault of a record was reported already; do not report references to it as well.
            if isinstance(checked, list) or not named & unfit:
                yield from by_columns(checked, "claim")


def made(dataset: str, name: str) -> str:
    """The id of a record that is derived from its name."""
    readable = slug(name)
    return "-".join(filter(None, (dataset, readable, "" if name.isascii() and readable else mark(name))))


def valued(
    place: Place, cells: dict[str, str], part: str, ids: Mapping[tuple[str, str], str]
) -> tuple[dict[str, Any], list[Refusal]]:
    """The fields of a part, from the text in its cells; `ids`: of the sheet's own records, by kind and name."""
    fields: dict[str, Any] = {}
    refusals = []
    for column in COLUMNS:
        if column.part != part or column.name not in cells:
            continue
        *outer, last = column.field.split(".")
        inner = fields
        for name in outer:
            inner = inner.setdefault(name, {})
        try:
            inner[last] = value(column, cells[column.name], ids)
        except ValueError as error:
            refusals.append(Refusal(place, "", column.name, str(error)))
        if last == "edtf":
            inner.setdefault("basis", "stated")
    return fields, refusals


def divided(column: Column, text: str) -> list[str]:
    """The items of a cell with a list."""
    parts = text.split(";") if column.type in {"list", "participants"} else [text]
    return [part for one in parts if (part := one.strip())]


def value(column: Column, text: str, ids: Mapping[tuple[str, str], str]) -> Any:  # noqa: ANN401 - whatever the field holds
    """The value of a cell."""
    match column.type:
        case "number":
            return number(text)
        case "whole":
            return whole_number(text)
        case "flag":
            if text.lower() not in FLAGS:
                raise ValueError(f"{shown(text)} is neither true nor false")
            return FLAGS[text.lower()]
        case "list":
            return [referred(column.refers, one, ids) if column.refers else one for one in divided(column, text)]
        case "participants":
            return [participant(one, ids) for one in divided(column, text)]
    return referred(column.refers, text, ids) if column.refers else text


def referred(kind: str, text: str, ids: Mapping[tuple[str, str], str]) -> str:
    """The id of a record that is given by its id, or by the name under which the sheet makes it."""
    found = ids.get((kind, text), text)
    if not _ID.fullmatch(found):
        how = f"; {HOW_TO_MAKE[kind]}" if kind in HOW_TO_MAKE else ""
        raise ValueError(f"{shown(text)} is not an id, and this file makes no such {kind}{how}")
    return found


def participant(text: str, ids: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """`defender: town-council`."""
    role, colon, actor = (part.strip() for part in text.partition(":"))
    if not colon or not actor:
        raise ValueError(f"{shown(text)} is not of the form role: actor")
    return {"role": role, "actor": referred("actor", actor, ids)}


def finish(kind: str, fields: dict[str, Any], draft: Draft) -> None:
    """Fill in defaults and what follows from other cells."""
    if kind == "dataset":
        fields.setdefault("title", fields["id"])
        fields["recorded_at"] = UNRECORDED
    if kind == "actor" and (whole := fields.pop("part_of", None)):
        fields["affiliations"] = [{"kind": "part_of", "actor": whole}]
    if kind == "location":
        fields.setdefault("kind", "place")
        if "point" in fields:
            fields["point"] = {"method": "stated", **fields["point"], "source": draft.citing}
    if kind == "event" and "place_id" in draft.cells:
        fields["location"] = draft.cells["place_id"]


def by_columns(
    found: Entry | list[Refusal], part: str, rows: Mapping[str, int | None] = EVERY
) -> Iterator[Entry | Refusal]:
    """The record, or everything that is wrong with it, by column."""
    if isinstance(found, Entry):
        yield found
        return
    names = {column.field: column.name for column in COLUMNS if column.part == part}
    for refusal in found:
        within = (name for inner, name in names.items() if inner.startswith(f"{refusal.field}."))
        name = names.get(refusal.field) or next(within, refusal.field)
        place = refusal.place._replace(row=rows.get(name, refusal.place.row))
        yield refusal._replace(record="", field=name, place=place)


def advised(refusal: Refusal) -> Refusal:
    """What is refused of a sheet's row because nothing is called so, with how to make it."""
    found = re.match("there is no ([a-z]+) ", refusal.message)
    if refusal.place.row is None or found is None:
        return refusal
    column, maker = BY_ID_ALONE.get((refusal.record.partition(" ")[0], refusal.field), (refusal.field, ""))
    how = f"to make one, write its {NAMES[maker]} in {maker}" if maker else HOW_TO_MAKE.get(found[1])
    if how is None:
        return refusal
    joined = f" {how[0].upper()}{how[1:]}." if refusal.message.endswith("?") else f"; {how}"
    return refusal._replace(field=column, message=refusal.message + joined)


def recorded(one: Entry, when: datetime) -> Entry:
    """Set the moment at which a spreadsheet's dataset was recorded; leave other records unchanged."""
    if isinstance(one.record, Dataset) and one.record.recorded_at == UNRECORDED:
        return one._replace(record=one.record.model_copy(update={"recorded_at": when}))
    return one
