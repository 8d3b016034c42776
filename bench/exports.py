"""Compares the export of a year with the database sending the same text: processor time, and the server's memory."""

import json
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from statistics import median

import duckdb
import psycopg

from api.storage.database import dsn, engine, is_sqlite, servers, sqlite_file
from bench.servers import PATIENCE_S, Server, used_s

CHUNK, OK, ROUNDS, ROLLUPS = 1 << 20, HTTPStatus.OK, 5, 20
FIRST, LAST = "2018-01-01", "2018-12-31"
# The numbers of all events that may have happened in a year, in the order of days; not part of the measurement.
NUMBERS = f"""
SELECT n.number FROM event e JOIN event_entry n ON n.id = e.id WHERE n.day > 0
AND coalesce(e.date_earliest, '0001-01-01') <= '{LAST}' AND coalesce(e.date_latest, '9999-12-31') >= '{FIRST}'
ORDER BY n.number"""
COPIED = "SELECT d.body FROM unnest('{{{numbers}}}'::bigint[]) n JOIN event_document d ON d.number = n ORDER BY n"
GROUPED = "SELECT date_trunc('month', day), kind, count(*) FROM event WHERE theirs GROUP BY ALL"
READ = "SELECT d.body FROM json_each(?) n CROSS JOIN event_document d ON d.number = n.value"


@dataclass(frozen=True)
class Export:
    """Rows per second of processor time of both, and the server's own memory afterwards in megabytes."""

    rows: int
    ours: float
    database: float
    memory_mb: float


def measure(server: Server, url: str) -> Export:
    """Export a year and read the same from the database, in turns; the first of each is not measured."""
    numbers = _numbers(url)
    rows, same = _download(server), _from_database(url, numbers)
    if rows != same:
        raise RuntimeError(f"The export has {rows} rows, the database {same}.")
    ours, database = [], []
    for _ in range(ROUNDS):
        begun = server.cpu_s()
        _download(server)
        ours.append(rows / (server.cpu_s() - begun))
        begun = used_s(server.postmaster)
        _from_database(url, numbers)
        database.append(rows / (used_s(server.postmaster) - begun))
    return Export(rows, median(ours), median(database), server.memory_mb())


def _download(server: Server) -> int:
    with closing(HTTPConnection(server.root.removeprefix("http://"), timeout=PATIENCE_S * 20)) as connection:
        connection.request("GET", f"/events.ndjson?date_from={FIRST}&date_to={LAST}")
        answer, rows = connection.getresponse(), 0
        part = bytearray(CHUNK)
        while size := answer.readinto(part):
            lines = BytesIO(memoryview(part)[:size]).readlines()  # counting ends of lines would cost half an export
            rows += len(lines) - (not lines[-1].endswith(b"\n"))
        if answer.status != OK or rows != int(answer.headers["counterclaim-count"]):
            raise RuntimeError("The export is incomplete.")
    return rows


def _numbers(url: str) -> list[int]:
    made = engine(url)
    with made.connect() as connection:
        found = [number for (number,) in connection.exec_driver_sql(NUMBERS)]
    made.dispose()
    return found


def _from_database(url: str, numbers: list[int]) -> int:
    """By COPY on PostgreSQL; on SQLite, which has no equivalent, by reading the rows."""
    if is_sqlite(url):
        lite = sqlite3.connect(f"file:{sqlite_file(url)}?mode=ro", uri=True)
        rows = sum(1 for (text,) in lite.execute(READ, (json.dumps(numbers),)) if text.encode() + b"\n")
        lite.close()
        return rows
    statement = COPIED.format(numbers=",".join(map(str, numbers)))
    with (
        psycopg.connect(dsn(servers(url).addresses[0])) as connection,
        connection.cursor().copy(f"COPY ({statement}) TO STDOUT".encode()) as copy,
    ):
        return sum(1 for _ in copy)


def duckdb_rollup_ms(server: Server, party: str) -> float:
    """Processor milliseconds of DuckDB's count by month and kind, over its own table of one party's events."""
    with duckdb.connect() as duck, tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "event.ndjson"
        table.write_bytes(server.get("/events.ndjson?fields=id,kind,date&undated=include").content)
        theirs = Path(folder) / "party.ndjson"
        theirs.write_bytes(server.get(f"/events.ndjson?fields=id&undated=include&party={party}").content)
        duck.execute(
            "CREATE TABLE event AS SELECT kind, CAST(date.earliest AS DATE) AS day, id IN "
            f"(SELECT id FROM read_json('{theirs}')) AS theirs FROM read_json('{table}')"
        )
        taken = []
        for _ in range(ROLLUPS):
            begun = time.process_time()
            duck.execute(GROUPED).fetchall()
            taken.append(time.process_time() - begun)
    return 1_000 * median(taken)
