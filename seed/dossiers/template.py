"""`counterclaim template`: a commented dossier, a spreadsheet with one row per claim, the schema, the documentation."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from api.domain.vocabulary import VOCABULARIES
from seed.dossiers.columns import COLUMNS
from seed.dossiers.fields import PARTS, fields_of, schema
from seed.dossiers.workbooks import HEADER_OF_WORDS, SHEET_OF_WORDS
from seed.records import KIND_OF_TABLE

TITLES = {
    "when": "Dates (`date`, `said`, `published`)",
    "release": "`releases` of a dataset",
    "affiliation": "`affiliations` of an actor",
    "point": "`point` of a location",
    "participant": "`participants` of an event",
    "value": "`value` of a claim",
    "citation": "`citations` of a claim",
}
# Columns of spreadsheets with words of a vocabulary.
WORDS = (
    *("stance", "aspect", "certainty", "event_kind", "actor_kind", "location_kind", "source_kind", "place_relation"),
    *("role", "citation_flag", "date_basis", "measure"),
)


# The number of rows in the template whose cells are formatted as text.
READY_ROWS = 502


class TemplateUnusableError(Exception):
    """The template cannot be written; the message says why."""


def write(path: Path) -> None:
    """Write the template for the suffix; an existing file is never replaced."""
    made = MADE.get(path.suffix.lower())
    if made is None:
        raise TemplateUnusableError(f"{path}: a template ends in {', '.join(MADE)}.")
    try:
        whole = made()
    except ModuleNotFoundError:
        raise TemplateUnusableError(
            "An XLSX template needs openpyxl: .venv/bin/pip install openpyxl, or ask for .csv."
        ) from None
    try:
        with path.open("xb") as stream:
            fill(stream, whole, path)
    except OSError as error:
        raise TemplateUnusableError(f"{path}: cannot be written: {error.strerror}.") from None


def fill(stream: BinaryIO, whole: bytes, path: Path) -> None:
    """Write all of it, or take the file away: a full disk and Ctrl-C leave no part of it."""
    with ExitStack() as unless_whole:
        unless_whole.callback(path.unlink)
        stream.write(whole)
        stream.flush()
        unless_whole.pop_all()


def toml() -> str:
    """A dossier with one claim and every field explained."""
    return "\n".join(
        [
            "# A dossier: who said what about an event. Change what is here, delete what you do not need, add as many",
            "# [[claims]] and others as you like, and see what is wrong with `counterclaim check FILE`.",
            'dataset = "my-town" # every record of the file belongs to it',
            *(line for table, kind in KIND_OF_TABLE.items() for line in _table(table, kind)),
            "",
        ]
    )


def _table(table: str, kind: str) -> Iterator[str]:
    fields = list(fields_of(kind))
    used = any(field.shown for field in fields)
    yield ""
    yield f"[[{table}]]" if used else f"# [[{table}]] # a more exact date for a record of another dataset"
    for field in fields:
        line = f"{field.name} = {field.example}"
        words = f" One of: {', '.join(field.words)}." if field.words else ""
        yield f"# {field.told}{words}"
        yield line if field.shown else f"# {line}"


def sheet() -> list[list[str]]:
    """The columns, and an example row."""
    return [[column.name for column in COLUMNS], [column.example for column in COLUMNS]]


def as_csv() -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(sheet())
    return text.getvalue().encode()


def as_xlsx() -> bytes:
    """Sheets of rows and of words; every cell is text, so that no program reinterprets a date."""
    from openpyxl import Workbook  # noqa: PLC0415 - an extra that need not be installed

    book = Workbook()
    del book["Sheet"]
    claims = book.create_sheet("claims")
    for cells in sheet():
        claims.append(cells)
    for column in range(1, len(COLUMNS) + 1):
        for row in range(1, READY_ROWS):
            claims.cell(row, column).number_format = "@"
    claims.freeze_panes = "A2"
    words = book.create_sheet(SHEET_OF_WORDS)
    words.append(HEADER_OF_WORDS)
    for one in COLUMNS:
        words.append([one.name, "", one.told])
    for name in WORDS:
        for word in VOCABULARIES[name]:
            words.append([name, word.value, word.meaning])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def as_json() -> bytes:
    return (json.dumps(schema(), ensure_ascii=False, indent=2) + "\n").encode()


def documented() -> str:
    """The part of docs/dossier.md that is generated from the models."""
    lines = ["## Every column of a spreadsheet", "", "| column | what | example |", "|---|---|---|"]
    lines += [f"| `{one.name}` | {one.told} | {f'`{one.example}`' if one.example else ''} |" for one in COLUMNS]
    lines += ["", "## Every field of a dossier", "", "A star marks what a record cannot do without."]
    tables = [(f"`[[{table}]]`", kind) for table, kind in KIND_OF_TABLE.items()]
    for title, name in [*tables, *zip(TITLES.values(), PARTS)]:  # noqa: B905 - as many
        lines += ["", f"### {title}", "", "| field | what | example |", "|---|---|---|"]
        for field in fields_of(name):
            words = f" One of: {', '.join(f'`{word}`' for word in field.words)}." if field.words else ""
            star = "\\*" if field.required else ""
            lines.append(f"| `{field.name}`{star} | {field.told}{words} | `{field.example}` |")
    return "\n".join([*lines, ""])


MADE: dict[str, Callable[[], bytes]] = {
    ".toml": lambda: toml().encode(),
    ".csv": as_csv,
    ".xlsx": as_xlsx,
    ".json": as_json,
    ".md": lambda: documented().encode(),
}
