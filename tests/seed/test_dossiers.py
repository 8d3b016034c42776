"""Records of one's own: every shape of file says the same, and nothing of a spreadsheet is guessed."""

import csv
import json
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import jsonschema_rs
import pytest
import sqlalchemy as sa
from openpyxl import Workbook
from openpyxl.cell import Cell
from pydantic import TypeAdapter

from api import cli, models
from api.storage.database import engine
from seed.dossiers import template
from seed.dossiers.columns import BY_NAME
from seed.dossiers.fields import MODELS, fields_of, schema
from seed.dossiers.workbooks import CellUnclearError, text_of
from seed.files import files, read
from seed.records import When
from seed.refusals import Entry, Refusal
from tests.support import exchanges
from tests.support.dossiers import SHIPPED
from tests.support.live import serving

Row = dict[str, str]
DAY = datetime(2022, 7, 1, tzinfo=UTC).replace(tzinfo=None)
FIRST: Row = {
    "dataset": "siege",
    "dataset_title": "A siege",
    "claim_id": "siege-1",
    "event": "Shelling of the market",
    "event_kind": "shelling",
    "event_date": "2021-05-02",
    "place": "Old Market",
    "longitude": "20.25",
    "latitude": "10.5",
    "participants": "target: Town council",
    "speaker": "Town council",
    "speaker_kind": "government",
    "stance": "asserts",
    "aspect": "casualties",
    "said": "2021-05",
    "value_best": "4",
    "unit": "deaths",
    "measure": "killed",
    "of": "Town council",
    "source": "Council: four dead",
    "source_kind": "news",
    "flags": "dead_link; uncited",
}
SECOND: Row = {
    "event": "Shelling of the market",
    "speaker": "Фронт",
    "speaker_kind": "armed_group",
    "stance": "denies",
    "aspect": "casualties",
    "about": "siege-1",
    "source": "Council: four dead",
    "cited_as": "cites",
}


def sheet(path: Path, *rows: Row) -> Path:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys(name for row in rows for name in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def book(path: Path, header: list[str], *rows: list[Any]) -> Path:
    made = Workbook()
    del made["Sheet"]
    claims = made.create_sheet("Claims")
    for row in (header, *rows):
        claims.append(row)
    made.save(path)
    return path


def refusals(path: Path) -> list[str]:
    return [str(one).removeprefix(str(path)) for one in read([path]) if isinstance(one, Refusal)]


def records(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    found = list(read([path]))
    assert [one for one in found if isinstance(one, Refusal)] == []
    return {
        (one.record.kind_of_record, one.record.id): one.record.model_dump(exclude_defaults=True, mode="json")
        for one in found
        if isinstance(one, Entry)
    }


@pytest.fixture
def database(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, which the command line uses."""
    monkeypatch.setenv("DATABASE_URL", empty_url)
    return empty_url


def ran(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = 0
    try:
        cli.app([str(one) for one in arguments], standalone_mode=False)
    except SystemExit as exited:
        code = int(exited.code or 0)
    return code, "".join(capsys.readouterr())


def datasets(url: str) -> int:
    """How many there are."""
    made = engine(url)
    with made.connect() as connection:
        found = connection.execute(sa.select(sa.func.count()).select_from(models.Dataset)).scalar_one()
    made.dispose()
    return found


# A row of a spreadsheet


def test_a_row_makes_what_it_speaks_of(tmp_path: Path) -> None:
    found = records(sheet(tmp_path / "f.csv", FIRST, SECOND))
    source = "siege-council-four-dead"
    assert found["event", "siege-shelling-of-the-market"] == {
        "id": "siege-shelling-of-the-market",
        "kind": "shelling",
        "title": "Shelling of the market",
        "date": {"edtf": "2021-05-02", "basis": "stated"},
        "location": "siege-old-market",
        "place_relation": "at",
        "participants": [{"actor": "siege-town-council", "role": "target"}],
    }
    assert found["location", "siege-old-market"] == {
        "id": "siege-old-market",
        "kind": "place",
        "name": "Old Market",
        "point": {"longitude": 20.25, "latitude": 10.5, "method": "stated", "source": source},
    }
    assert [id_ for kind, id_ in found if kind == "actor"] == ["siege-town-council", "siege-2e9162beca3a"]
    first, second = (one for (kind, _), one in found.items() if kind == "claim")
    assert first == {
        "id": "siege-1",
        "event": "siege-shelling-of-the-market",
        "speaker": "siege-town-council",
        "stance": "asserts",
        "aspect": "casualties",
        "value": {"best": 4.0, "unit": "deaths", "measure": "killed", "of": "siege-town-council"},
        "said": {"edtf": "2021-05", "basis": "stated"},
        "citations": [{"source": source, "role": "carries", "flags": ["dead_link", "uncited"]}],
    }
    assert (second["speaker"], second["citations"]) == ("siege-2e9162beca3a", [{"source": source, "role": "cites"}])
    assert second["id"].startswith("siege-")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"stanse": "asserts"}, [" row 1: stanse: there is no such column; did you mean stance?"]),
        ({"stanse": "asserts", "said": "today"}, [" row 1: stanse: there is no such column; did you mean stance?"]),
        ({"stance": "assert"}, [" row 3: stance: 'assert' is not a word of this vocabulary; did you mean asserts?"]),
        ({"stance": ""}, [" row 3: stance: is missing"]),
        ({"said": "Jul 2022"}, [" row 3: said: "]),
        ({"value_best": "four"}, [" row 3: value_best: 'four' is not a number"]),
        ({"speaker_kind": ""}, [" row 3: speaker_kind: is missing"]),
        ({"event_kind": "capture"}, [" row 3: event_kind: 'capture' contradicts row 2, which says 'shelling'"]),
        ({"place": "Old Market", "latitude": "10,5"}, [" row 3: latitude: '10,5' is not a number: write 10.5"]),
        ({"event": "B", "event_kind": "entry", "event_date_basis": "stated"}, [" row 3: event_date: without an edtf"]),
        ({"speaker": "", "speaker_id": "x"}, [" row 3: speaker_kind: would change a record that is named by its id"]),
        ({"speaker": ""}, [" row 3: speaker_kind: belongs to no speaker: there is no speaker and no speaker_id"]),
        ({"event": ""}, [" row 3: event: is missing: a claim is about an event"]),
        (
            {"event": "Another", "event_kind": "shelling", "participants": "target"},
            [" row 3: participants: 'target' is not of the form role: actor"],
        ),
        ({"inferred": "perhaps"}, [" row 3: inferred: 'perhaps' is neither true nor false"]),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_its_columns(tmp_path: Path, changed: Row, expected: list[str]) -> None:
    found = refusals(sheet(tmp_path / "f.csv", FIRST, SECOND | changed))
    assert len(found) == len(expected), found
    for one, told in zip(found, expected, strict=True):
        assert one.startswith(told)


# What cells of a spreadsheet show


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (DAY, "mmm yyyy", "2022-07"),
        (DAY, "mmm-yy", "2022-07"),
        (DAY, '[$-409]mmm" "yyyy;@', "2022-07"),
        (DAY, "yyyy", "2022"),
        (DAY, "mm-dd-yy", "2022-07-01"),
        (DAY, "dd.mm.yyyy", "2022-07-01"),
        (date(2022, 7, 1), "yyyy-mm-dd", "2022-07-01"),
        (7, "000", "007"),
        (7, "General", "7"),
        (7.0, "0", "7"),
        (4200, "#,##0", "4200"),
        (0.5, "0.00", "0.5"),
        (5, '0" km"', "5"),
        ("007", "@", "007"),
        (True, "General", "true"),
        (None, "General", ""),
    ],
)
def test_a_cell_is_what_it_shows(value: object, form: str, expected: str) -> None:
    assert text_of(False, value, form) == expected


@pytest.mark.parametrize(
    ("value", "form", "told"),
    [
        (DAY, "d-mmm", "shows no year"),
        (DAY.replace(hour=8), "yyyy-mm-dd hh:mm", "holds a moment"),
        (0.5, "0%", "shows a number in the format 0%"),
        ("#REF!", "General", "holds an error, #REF!"),
        ("#N/A", "General", "holds an error, #N/A"),
        (DAY.time(), "hh:mm", "holds a time of day"),
    ],
)
def test_a_cell_that_may_mean_something_else_is_refused(value: object, form: str, told: str) -> None:
    with pytest.raises(CellUnclearError, match=f"^{told}"):
        text_of(False, value, form)
    with pytest.raises(CellUnclearError, match="holds a formula that was not computed"):
        text_of(True, None, form)


def test_a_workbook_says_sheet_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    book(path, list(FIRST), list(FIRST.values()))
    assert records(path) == records(sheet(tmp_path / "g.csv", FIRST))
    made = Workbook()
    del made["Sheet"]
    claims = made.create_sheet("Claims")
    for row in (list(FIRST), list(FIRST.values())):
        claims.append(row)
    claims.append(["siege", "", "=B1&B2", "shelling", "#REF!"])
    claims["E2"].value, claims["E2"].number_format = DAY, "mmm yyyy"
    said = claims["N2"]
    assert isinstance(said, Cell)
    said.value, said.number_format = DAY, "d-mmm"
    claims.merge_cells("F2:F3")
    made.create_sheet("words").append(["anything"])
    made.save(path)
    found = refusals(path)
    assert found[0].startswith(" sheet Claims row 2: merges the cells F2:F3")
    assert (
        " sheet Claims row 2: column N: shows no year (its format is d-mmm): write the date as text, 2022-07-02"
        in found
    )
    assert " sheet Claims row 3: column C: holds a formula that was not computed: put its value there" in found
    assert " sheet Claims row 3: column E: holds an error, #REF!" in found


# Every shape says the same


def test_a_bare_date_is_that_day() -> None:
    assert When.model_validate(date(2022, 7, 2)) == When(edtf="2022-07-02", basis="stated")
    assert When.model_validate("2022-07") == When.model_validate({"edtf": "2022-07", "basis": "stated"})
    assert When.model_validate({"edtf": date(2022, 7, 2), "basis": "stated"}).edtf == "2022-07-02"
    with pytest.raises(ValueError, match="is a moment, but a day is required"):
        When.model_validate(datetime(2022, 7, 2, 8, tzinfo=UTC))


def test_toml_json_and_lines_of_json_say_the_same(tmp_path: Path) -> None:
    text = template.toml()
    tables = tomllib.loads(text)
    (tmp_path / "a.toml").write_text(text)
    (tmp_path / "a.json").write_text(json.dumps({"$schema": "x", **tables}, default=str))
    lines = [
        {"record": name.removesuffix("s"), "dataset": tables["dataset"], **one}
        for name, held in tables.items()
        if isinstance(held, list)
        for one in held
    ]
    (tmp_path / "a.ndjson").write_text("\n".join(json.dumps(line, default=str) for line in lines))
    (tmp_path / "claims.jsonl").write_text(json.dumps(lines[-1] | {"record": "claim"}, default=str))
    expected = records(tmp_path / "a.toml")
    assert {kind for kind, _ in expected} == {"dataset", "source", "actor", "location", "event", "claim"}
    assert records(tmp_path / "a.json") == records(tmp_path / "a.ndjson") == expected
    assert list(records(tmp_path / "claims.jsonl").items()) == list(expected.items())[-1:]


# Loading


def test_a_spreadsheet_is_loaded_asked_and_taken_out(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sheet(tmp_path / "siege.csv", FIRST, SECOND)
    assert ran(capsys, "check", path) == (0, "No faults: everything can be loaded.\n")
    told = "8 records read: 8 new, 0 changed, 0 unchanged, 0 vanished (kept)."
    assert ran(capsys, "load", path, "--dry-run") == (0, f"{told} A dry run: nothing was loaded.\n")
    assert ran(capsys, "load", path) == (0, f"{told}\n")
    again = "8 records read: 0 new, 0 changed, 8 unchanged, 0 vanished (kept).\n"
    assert ran(capsys, "load", tmp_path) == (0, again)
    with serving(database) as api:
        (dispute,) = api.get("/disputes", dataset="siege")["data"]
        assert (dispute["aspect"], len(dispute["positions"])) == ("casualties", 2)
        recorded = api.get("/datasets/siege")["recorded_at"]
    gone = (
        "6 records read: 0 new, 0 changed, 6 unchanged, 2 withdrawn.\n"
        "2 records are no longer in the files, and were withdrawn:\n"
        "  actor siege-2e9162beca3a\n  claim siege-59a10244026e\n"
    )
    assert ran(capsys, "load", sheet(path, FIRST), "--prune") == (0, gone)
    with serving(database) as api:
        assert api.get("/claims/count", dataset="siege") == {"count": 1}
        assert api.get("/datasets/siege")["recorded_at"] > recorded
    assert ran(capsys, "withdraw", "siege")[0] == 0
    assert datasets(database) == 0


def test_one_invalid_file_prevents_the_load(database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.toml").write_text(template.toml())
    bad = sheet(tmp_path / "b.csv", FIRST | {"stance": "shouts"})
    for extra in ([], ["--dry-run"]):
        code, out = ran(capsys, "load", tmp_path, *extra)
        assert code == 1
        assert out.startswith(f"{bad} row 2: stance: 'shouts' is not a word of this vocabulary")
    assert datasets(database) == 0


@pytest.mark.usefixtures("database")
def test_templates_load_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.toml", "b.csv", "c.xlsx", "d.json"):
        assert ran(capsys, "template", tmp_path / name) == (0, f"Written: {tmp_path / name}\n")
    assert ran(capsys, "template", tmp_path / "a.toml") == (1, f"{tmp_path}/a.toml: cannot be written: File exists.\n")
    assert ran(capsys, "template", tmp_path / "a.doc")[1].startswith(
        f"{tmp_path}/a.doc: a template ends in .toml, .csv"
    )
    for name in ("a.toml", "b.csv", "c.xlsx"):
        assert ran(capsys, "load", tmp_path / name)[0] == 0
    assert records(tmp_path / "b.csv") == records(tmp_path / "c.xlsx")


# What is said of the fields


def test_the_schema_and_the_documentation_follow_from_the_models() -> None:
    """They are renewed as CONTRIBUTING says."""
    assert exchanges.SCHEMA.read_bytes() == template.as_json()
    _, marker, generated = exchanges.FIELDS.read_text().partition(exchanges.GENERATED)
    assert marker + generated == template.documented()


def test_the_schema_knows_what_may_be_loaded() -> None:
    validator = jsonschema_rs.validator_for(schema())
    for path in files(SHIPPED):
        tables = json.loads(json.dumps(tomllib.loads(path.read_text()), default=str))
        assert [error.message for error in validator.iter_errors(tables)] == []
    held = json.loads(json.dumps(tomllib.loads(template.toml()), default=str))
    assert validator.is_valid(held)
    held["claims"][0]["stanse"] = "asserts"
    assert not validator.is_valid(held)


def test_every_example_is_fit_for_its_field() -> None:
    for name, model in MODELS.items():
        for field in fields_of(name):
            held = tomllib.loads(f"x = {field.example}")["x"]
            info = model.model_fields[field.name]
            adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]
            assert adapter.validate_python(held) is not None
    assert set(BY_NAME) >= {"stance", "aspect", "event", "speaker", "source", "said"}
