"""Parquet: the columns of the CSV, each of one type, whatever the filters leave; the same bytes from both databases."""

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from api.http.formats import neutral
from api.settings import PROJECT
from tests.support.live import Api, serving

LISTS = ("events", "claims", "disputes", "sources", "actors", "locations", "datasets")
TYPED = {
    "events": {"longitude": "DOUBLE", "claims": "BIGINT", "date_earliest": "DATE", "participants": "VARCHAR[]"},
    "claims": {"value_best": "DOUBLE", "inferred": "BOOLEAN", "credibility": "BIGINT", "said_latest": "DATE"},
    "disputes": {"because": "VARCHAR[]", "inferred": "BOOLEAN", "date_latest": "DATE"},
    "sources": {"reliability": "VARCHAR", "supports_claims": "BIGINT", "published_earliest": "DATE"},
    "actors": {"aliases": "VARCHAR[]", "description": "VARCHAR"},
    "locations": {"radius_m": "DOUBLE", "gazetteers": "VARCHAR[]"},
    "datasets": {"recorded_at": "TIMESTAMP WITH TIME ZONE", "sha256": "VARCHAR[]"},
}


GROWING = """
import resource, sys
from api.http.parquet import ParquetFile
row = {"id": "", "title": "Shelling of the market", "summary": "word " * 100, "participants": ["side_a:x"] * 5}
with ParquetFile("events", list(row)) as table:
    for start in range(0, int(sys.argv[1]), 1_000):
        table.add(row | {"id": f"event-{number}"} for number in range(start, start + 1_000))
    table.convert()
    assert sum(map(len, table.chunks())) > 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def saved(api: Api, folder: Path, path: str, **filters: Any) -> Path:
    answer = api.good(path, **filters)
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert answer.headers["content-length"] == str(len(answer.content))
    file = folder / "records.parquet"
    file.write_bytes(answer.content)
    return file


def types(file: Path) -> dict[str, str]:
    return {
        name: kind
        for name, kind, *_ in duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(file)]).fetchall()
    }


def rows(file: Path) -> list[dict[str, Any]]:
    moments = [name for name, kind in types(file).items() if kind == "TIMESTAMP WITH TIME ZONE"]
    as_text = ", ".join(f"strftime({name}::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ') AS {name}" for name in moments)
    query = f"SELECT * {f'REPLACE ({as_text})' if moments else ''} FROM read_parquet(?)"  # noqa: S608 - our own names
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.execute(query, [str(file)])
        names = [one[0] for one in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def cell(value: Any) -> str:
    """A value as CSV has it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return neutral("|".join(value))
        case datetime() | date():
            return value.isoformat()
    return neutral(value) if isinstance(value, str) else str(value)


@pytest.mark.parametrize("name", LISTS)
def test_it_says_what_the_csv_says_in_columns_of_one_type(shipped_api: Api, tmp_path: Path, name: str) -> None:
    file = saved(shipped_api, tmp_path, f"/{name}.parquet")
    found = [{column: cell(value) for column, value in row.items()} for row in rows(file)]
    assert found == shipped_api.csv(f"/{name}.csv")
    assert TYPED[name].items() <= types(file).items()
    assert shipped_api.ask(f"/{name}.parquet").headers["counterclaim-count"] == str(len(found))


def test_filters_and_chosen_columns_hold_and_nothing_is_a_table_too(api: Api, tmp_path: Path) -> None:
    asked = {"speaker": "haidai", "said_from": "2022-07-01", "fields": ["id", "said"]}
    file = saved(api, tmp_path, "/claims.parquet", **asked)
    assert rows(file) == [dict(row) for row in api.csv("/claims.csv", **asked)]
    nothing = saved(api, tmp_path, "/events.parquet", kind="interview", location="siversk")
    assert rows(nothing) == []
    assert types(nothing)["date_earliest"] == "DATE"


def test_readers_may_ask_for_parts(api: Api) -> None:
    assert api.client.head("/events.parquet").headers["accept-ranges"] == "bytes"
    end = api.ask("/events.parquet", {"Range": "bytes=-4"})
    assert (end.status_code, end.content) == (206, b"PAR1")


@pytest.mark.parametrize("name", LISTS)
def test_both_databases_give_the_same_bytes(sqlite_api: Api, postgresql_api: Api, name: str) -> None:
    assert sqlite_api.good(f"/{name}.parquet").content == postgresql_api.good(f"/{name}.parquet").content


def test_without_duckdb_the_answer_says_what_is_missing(
    dossier_of_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with serving(dossier_of_sqlite) as api:
        problem = api.problem("/events.parquet", 501)
        assert problem["type"] == "/problems/not-implemented"
        assert problem["detail"].startswith("Parquet is written by DuckDB, which is not installed here")
        assert api.good("/events.csv").status_code == 200


def test_a_large_table_takes_no_more_memory_than_a_small_one() -> None:
    """Rows wait on the disk, and DuckDB holds some groups of them."""
    small, large = (
        int(subprocess.run([sys.executable, "-c", GROWING, rows], capture_output=True, check=True, cwd=PROJECT).stdout)
        for rows in ("50000", "200000")
    )
    assert large < small + 40
