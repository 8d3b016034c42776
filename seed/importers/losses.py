"""Russian losses: a row becomes a day's tally with a claim for each category, or corrections of such claims."""

from collections.abc import Iterator, Mapping
from io import BufferedReader
from typing import Any

from seed.field_types import shown
from seed.importers import csv_files
from seed.importers.cells import NOTHING, slug
from seed.importers.formats import CellError, InputRow, MadeRecord, RowOrRefusal, Table, format_table
from seed.refusals import Place, Refusal

SPEAKER = "losses-ukrainian-defence-ministry"
AGGREGATOR = "losses-tally"
SOURCE = "losses-tally"
LOSER = "losses-russia"
HEDGE = "personnel*"
UNCOUNTED = {"date", "day", HEDGE, "greatest losses direction"}


def rows(stream: BufferedReader, file: str, table: Table) -> Iterator[RowOrRefusal]:
    """The rows of a file of days; a count by model, as Oryx keeps it, has none."""
    first = stream.peek(csv_files.READ_BYTES)
    if b'"model"' in first and b'"date"' not in first:
        told = "counts losses by model, as Oryx does, without a day: import the other files without this one"
        yield Refusal(Place(file), "", "", told)
        return
    yield from csv_files.rows(stream, file, table)


def records(row: InputRow) -> Iterator[MadeRecord]:
    """The records of one row. A row with people and equipment and without a hedge is a correction."""
    day, things = str(row.cells["date"]), dict(counted(row))
    tallies = {tally(thing) for thing in row.given if thing not in UNCOUNTED}
    if len(tallies) > 1 and HEDGE not in row.given:
        for thing, number in things.items():
            about = f"losses-{tally(thing)}-{day}-{slug(thing)}"
            summary = f"The tally of {words(thing)} was corrected by {number:+,} on this day."
            value = figure(thing, "best", number) | {"unit": f"{words(thing)} (correction)"}
            yield claim(f"{about}-correction", thing, day, about=about, summary=summary, value=value)
        return
    name = "personnel" if HEDGE in row.given or "personnel" in tallies else "equipment"
    event = f"losses-{name}-{day}"
    yield MadeRecord(
        "event",
        {
            "id": event,
            "kind": "loss_report",
            "title": f"Russian losses as of {day}, as Ukraine counts them: {name}",
            "date": {"edtf": day, "basis": "stated"},
            "participants": [{"actor": LOSER, "role": "victim"}],
            "extra": dict(row.given),
        },
    )
    bounds = bound(row.given.get(HEDGE))
    for thing, number in things.items():
        if number < 0:
            raise CellError(thing, f"{number} is less than zero")
        value = figure(thing, bounds if thing == "personnel" else "best", number)
        hedge = {"best": "about ", "low": "more than "}[bounds] if thing == "personnel" and HEDGE in row.given else ""
        summary = f"Russia has lost {hedge}{number:,} {words(thing)} since 24 February 2022."
        yield claim(f"{event}-{slug(thing)}", thing, day, summary=summary, value=value)


def figure(thing: str, bound: str, number: int) -> dict[str, Any]:
    """The number of a category that Russia lost; prisoners are a separate measure."""
    measure = format_table("losses").lists["measures"].get(thing, "lost")
    return {bound: number, "unit": words(thing), "measure": measure, "of": LOSER}


def claim(id_: str, thing: str, day: str, **own: Any) -> MadeRecord:  # noqa: ANN401 - fields of a record
    """The claim of the category's counter, passed on by the tally."""
    fields = {
        "id": id_,
        "event": f"losses-{tally(thing)}-{day}",
        "speaker": format_table("losses").lists["speakers"].get(thing, SPEAKER),
        "via": AGGREGATOR,
        "stance": "asserts",
        "aspect": "casualties" if tally(thing) == "personnel" else "quantity",
        "said": {"edtf": day, "basis": "stated"},
        "citations": [{"source": SOURCE, "role": "carries"}],
    }
    return MadeRecord("claim", fields | own)


def counted(row: InputRow) -> Iterator[tuple[str, int]]:
    """Each category with a count; in early rows a zero may also mean that nothing was counted."""
    for thing, number in row.given.items():
        if thing in UNCOUNTED or nothing(number):
            continue
        if isinstance(number, bool) or not isinstance(number, int | float) or number % 1:
            raise CellError(thing, f"{shown(number)} is not a whole number")
        if number:
            yield thing, int(number)


def tally(thing: str) -> str:
    """The tally of a category."""
    return "personnel" if thing in format_table("losses").lists["people"] else "equipment"


def words(thing: str) -> str:
    """The name of a column's category; unknown columns are named after their header."""
    lists: Mapping[str, Mapping[str, str]] = format_table("losses").lists
    return lists["people"].get(thing) or lists["words"].get(thing) or thing


def nothing(given: object) -> bool:
    """Whether a cell is null or a word for it."""
    return given is None or (isinstance(given, str) and given.strip() in NOTHING)


def bound(hedge: object) -> str:
    """The bound that a number is, by its hedge."""
    hedges = format_table("losses").lists["hedges"]
    if nothing(hedge):
        return "best"
    if not isinstance(hedge, str) or hedge not in hedges:
        raise CellError(HEDGE, f"{shown(hedge)} is not one of {', '.join(hedges)}")
    return str(hedges[hedge])
