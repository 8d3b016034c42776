"""The feed of changes in process: in whichever order a revision is told, it goes on from wherever it was."""

import asyncio
import json
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from api import models
from api.main import reader_for
from api.query import changes
from api.query.changes import LARGE
from api.query.paging import Place, Sort
from api.query.session import Data, ReadSession
from api.settings import PROJECT, Settings
from api.storage.database import engine
from seed.files import read
from seed.load import load, withdraw
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support.databases import LYSYCHANSK
from tests.support.live import serving


@pytest.mark.parametrize("large", [1, 100, LARGE])
def test_the_feed_goes_on_from_wherever_it_was(empty_url: str, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """Whatever the order within a revision, nothing is told twice or left out, and revisions ascend."""
    monkeypatch.setattr(changes, "LARGE", large)
    database = engine(empty_url)
    load(database, read([LYSYCHANSK], [EXCERPT]))
    load(database, read([LYSYCHANSK], [CONTEXT]))
    withdraw(database, CONTEXT)
    load(database, read([LYSYCHANSK], [CONTEXT]))
    withdraw(database, CONTEXT)
    database.dispose()

    async def told(since: int, place: Place | None = None) -> list[tuple[Place, list[str]]]:
        data = Data(reader_for(Settings(database_url=empty_url)))

        async def work(session: ReadSession) -> list[tuple[Place, list[str]]]:
            asked = changes.LastChanges(since, documents=True)
            walked = asked.text_batches(session, Sort.parse("revision"), place, 7)
            return [(part.last, part.lines.decode().splitlines()) async for part in walked]

        try:
            return await data.ask(work)
        finally:
            await data.reader.close()

    with serving(empty_url) as api:
        for since in (0, 1, 3):
            everything = asyncio.run(told(since))
            lines = [line for _, part in everything for line in part]
            listed = api.get("/changes", since=since, documents=True, limit=1000)["data"]
            assert sorted(lines) == sorted(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in listed)
            numbers = [json.loads(line)["revision"] for line in lines]
            assert numbers == sorted(numbers)
            for at in range(0, len(everything), 5):
                rest = [line for _, part in everything[at + 1 :] for line in part]
                assert [line for _, part in asyncio.run(told(since, everything[at][0])) for line in part] == rest


def test_a_missing_document_is_told_with_its_hash(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps a copy is told which document there ought to be, and that it is damaged, however it is told."""
    database = engine(empty_url)
    load(database, read([LYSYCHANSK]))
    with database.begin() as connection:
        connection.execute(delete(models.EventDocument).where(models.EventDocument.id == "capture-of-lysychansk"))
        connection.execute(delete(models.LocationDocument).where(models.LocationDocument.id == "lysychansk"))
        found = select(models.Change.sha256).where(models.Change.id.in_(["capture-of-lysychansk", "lysychansk"]))
        marks = [
            mark.hex() if mark else ""
            for mark in connection.scalars(found.where(models.Change.kind.in_(["event", "location"])))
        ]
    database.dispose()
    for large in (LARGE, 1):
        monkeypatch.setattr(changes, "LARGE", large)
        with serving(empty_url) as api:
            rows = api.ndjson("/changes.ndjson", documents=True)
            listed = api.get("/changes", documents=True, limit=1000)["data"]
        told = {
            (row["kind"], row["id"]): row
            for row in rows
            if (row["kind"], row["id"]) in {("event", "capture-of-lysychansk"), ("location", "lysychansk")}
        }
        assert sorted(row["sha256"] for row in told.values()) == sorted(marks)
        assert [row["document"]["damaged"] for row in told.values()] == [True, True]
        assert [row for row in listed if (row["kind"], row["id"]) in told] == [told[key] for key in sorted(told)]
        assert {len(row["sha256"]) for row in rows} == {64}


def program_of_the_readme(root: str) -> str:
    text = (PROJECT / "README.md").read_text()
    program: str
    (program,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "changes.ndjson" in block]
    return program.replace("http://127.0.0.1:8000", root)


def test_the_copy_of_the_readme_takes_nothing_of_a_feed_that_breaks_off(tmp_path: Path) -> None:
    """Its lines ascend by revision: half of one, kept as if it were whole, would be half for ever."""
    line = b'{"revision":1,"kind":"actor","id":"haidai","document":{}}\n'
    with socket.create_server(("127.0.0.1", 0)) as server:

        def break_off() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (2 * len(line), line))

        thread = threading.Thread(target=break_off)
        thread.start()
        program = program_of_the_readme(f"http://127.0.0.1:{server.getsockname()[1]}")
        ran = subprocess.run(
            [sys.executable, "-c", program], check=False, timeout=60, cwd=tmp_path, capture_output=True, text=True
        )
        thread.join()
    assert "IncompleteRead" in ran.stderr
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT count(*) FROM document").fetchone() == (0,)
