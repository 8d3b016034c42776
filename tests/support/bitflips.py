"""What becomes of single bits that flip in a database's files: `python -m tests.support.bitflips --flips 100`.

Each flip is in a copy of its own of an SQLite file, which is served once everything in it was checked, is verified, and
put back as a backup; with `--backend postgresql`, in a file of a stopped server, which is then served and verified.
"""

import argparse
import csv
import io
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import structlog

from api import cli
from api.storage.database import DatabaseUnusableError, engine
from migrations import migrate, require_current
from seed.files import read
from seed.load import load, withdraw
from tests.support import databases, postgres
from tests.support.contents import everything
from tests.support.live import Api, serving
from tests.support.own_postgres import OwnPostgres, own_postgres

PATHS = (
    *(f"/{name}?limit=1000" for name in ("events", "claims", "sources", "actors", "locations", "datasets", "disputes")),
    *(f"/{name}.ndjson" for name in ("events", "claims", "sources", "actors", "locations", "datasets")),
    *("/events.csv", "/claims.csv", "/events.geojson", "/disputes/count"),
    *("/events?as_of=2022-07-03&limit=1000", "/events.csv?as_of=2022-07-03", "/events/count?disputed=true"),
    *("/events?party=ukraine", "/events?location=lysychansk&kind=capture", "/events?q=refinery", "/actors?q=haidai"),
    *("/events?date_from=2022-07-02&date_to=2022-07-02", "/claims?speaker=haidai&sort=-said", "/claims?sort=id"),
    *("/events?bbox=38,48,39,49", "/sources?q=isw", "/locations?within=luhansk-oblast"),
    *("/events/capture-of-lysychansk", "/events/capture-of-lysychansk/claims", "/claims/lysychansk-s14a"),
    *("/events/capture-of-lysychansk/positions", "/actors/haidai/positions", "/locations/lysychansk/control"),
    "/briefing?date_from=2022-07-01&date_to=2022-07-04",
    *("/revisions", "/revisions/1/changes", "/changes?limit=1000", "/changes.ndjson?documents=true"),
    "/events/capture-of-lysychansk/revisions",
)
CONTEXT = "lysychansk-context"
PATIENCE_S = 60
Answers = dict[str, str]


class Trial(NamedTuple):
    """What one flip did: which answers were other than they should be, what broke, and by whom it was found."""

    file: str
    byte: int
    bit: int
    altered: list[str]
    broken: list[str]
    found: list[str]

    @property
    def passed(self) -> bool:
        """Nothing wrong was told, nothing broke, and if the flip is of any consequence it was found."""
        return not self.altered and not self.broken


def trials(backup: Path, count: int, seed: int = 16) -> Iterator[Trial]:
    """Flip one bit after the other, each in a copy of its own, anywhere in the file."""
    chance = random.Random(seed)  # noqa: S311 - the same flips in every run
    right = answers(str(backup))
    contents = _contents(backup)
    with tempfile.TemporaryDirectory(prefix="counterclaim-bits-") as folder:
        for number in range(count):
            byte, bit = chance.randrange(backup.stat().st_size), chance.randrange(8)
            file = Path(folder) / f"{number}.db"
            shutil.copy(backup, file)
            flip(file, byte, bit)
            yield _tried(file, byte, bit, right, contents)
            for left in Path(folder).iterdir():
                left.unlink()


def trials_on_postgresql(count: int, seed: int = 16) -> Iterator[Trial]:
    """Flip one bit after the other, anywhere in the files of the database, and back again."""
    chance = random.Random(seed)  # noqa: S311 - the same flips in every run
    with own_postgres() as server:
        fill(server.url)
        right = answers(server.url)
        files = _files(server)
        for _ in range(count):
            (file,) = chance.choices(files, [file.stat().st_size for file in files])
            byte, bit = chance.randrange(file.stat().st_size), chance.randrange(8)
            server.stop()
            flip(file, byte, bit)
            server.start()
            trial = Trial(file.name, byte, bit, [], [], [])
            _asked(server.url, trial, right)
            _commanded(server.url, ["verify"], trial)
            yield trial
            server.stop()
            flip(file, byte, bit)
            server.start()


def _files(server: OwnPostgres) -> list[Path]:
    """The files of the tables and indexes of the database, once everything is written to them."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("VACUUM FREEZE ANALYZE")
        connection.execute("CHECKPOINT")
        found = connection.execute(
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = "
            "'public'::regnamespace OR oid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = "
            "'public'::regnamespace)"
        ).fetchall()
    files = [server.folder / "data" / path for (path,) in found]
    return sorted(file for file in files if file.stat().st_size)


def flip(file: Path, byte: int, bit: int) -> None:
    """Turn one bit of a file around."""
    with file.open("r+b") as opened:
        opened.seek(byte)
        (was,) = opened.read(1)
        opened.seek(byte)
        opened.write(bytes([was ^ 1 << bit]))


def _tried(file: Path, byte: int, bit: int, right: Answers, contents: object) -> Trial:
    trial = Trial(file.name, byte, bit, [], [], [])
    _asked(str(file), trial, right)
    _commanded(str(file), ["verify"], trial)
    restored = file.with_suffix(".new")
    if _commanded(str(restored), ["restore", str(file)], trial) == 0 and _contents(restored) != contents:
        trial.altered.append("restore")
    return trial


def _asked(url: str, trial: Trial, right: Answers) -> None:
    """Note which answers are other than the right ones, and which of these do not say so."""
    told = answers(url, trial.broken)
    if told.keys() != right.keys():
        trial.found.append("serve")
    for path, text in told.items():
        if text != right[path]:
            trial.found.append("serve")
            trial.altered.extend([] if says_so(path, text, right[path]) else [path])


def _commanded(url: str, command: list[str], trial: Trial) -> int | None:
    """Run a command, and note whether it found something or broke off; returns its exit code."""
    code, said = ran(url, command)
    if code not in {0, 1}:
        trial.broken.append(f"{command[0]}: {said}")
    elif code == 1:
        trial.found.append(command[0])
    return code


def ran(url: str, arguments: list[str]) -> tuple[int | None, str]:
    """A command's exit code, and what it said; none where it broke off."""
    told = io.StringIO()
    with _environment(url), redirect_stderr(told), redirect_stdout(told):
        try:
            cli.main(arguments)
        except SystemExit as exited:
            return (exited.code if isinstance(exited.code, int) else 0), told.getvalue()
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            return None, f"{type(error).__name__}: {error}"
    return 0, told.getvalue()


@contextmanager
def _environment(url: str) -> Iterator[None]:
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    try:
        yield
    finally:
        if before is None:
            del os.environ["DATABASE_URL"]
        else:
            os.environ["DATABASE_URL"] = before


def answers(url: str, broken: list[str] | None = None) -> Answers:
    """What is served with 200 once everything was checked; nothing where that is refused in one line."""
    try:
        require_current(url)
    except DatabaseUnusableError:
        return {}
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        (broken if broken is not None else []).append(f"serve: {type(error).__name__}: {error}")
        return {}
    with structlog.testing.capture_logs() as said, serving(url, check_share=1) as api:
        checked(api)
        told = {path: api.ask(path) for path in PATHS}
    defects = [entry for entry in said if entry["event"] in {"defect", "cut"}]
    if broken is not None:
        broken += [f"serve {entry['path']}: {entry['exc_info']!r}" for entry in defects]
    return {path: answer.text for path, answer in told.items() if answer.status_code == 200}


def checked(api: Api, passes: int = 1) -> None:
    """Return once everything was looked at so often."""
    for _ in range(PATIENCE_S * 100):
        if api.app is not None and api.app.state.integrity.passes >= passes:
            return
        time.sleep(0.01)
    raise RuntimeError("The check did not come to an end.")


def says_so(path: str, text: str, right: str) -> bool:
    """Whether an answer names records as damaged, and all rows that differ are of these."""
    lines = ".ndjson" in path or ".csv" in path
    if not lines and not text.startswith("{"):
        return False
    shown, ought = _rows(path, text), _rows(path, right)
    damaged = {row.get("id") or row["document"]["id"] for row in shown if _is_damaged(row)}
    if not lines:
        damaged.update(json.loads(text).get("meta", {}).get("damaged", ()))
    differing = {json.dumps(row) for row in shown} ^ {json.dumps(row) for row in ought}
    return bool(damaged) and all(any(json.dumps(id_) in row for id_ in damaged) for row in differing)


def _is_damaged(row: Any) -> bool:
    if "damaged" in row or isinstance(row.get("document"), dict):
        return "damaged" in (row.get("document") or row)
    return "id" in row and not any(row.get(name) for name in ("kind", "title", "name", "event_id"))


def _rows(path: str, text: str) -> list[Any]:
    """The records of an answer, or the answer itself."""
    if ".csv" in path:
        return list(csv.DictReader(io.StringIO(text, newline="")))
    if ".ndjson" in path:
        return [json.loads(line) for line in text.splitlines()]
    whole = json.loads(text)
    if "features" in whole:
        return [{"id": row["id"], **row["properties"]} for row in whole["features"]]
    found = whole.get("data", whole)
    return found if isinstance(found, list) else [found]


def _contents(file: Path) -> object:
    made = engine(str(file))
    try:
        return everything(made)
    finally:
        made.dispose()


def clean(folder: Path) -> Path:
    """A database in one file: both datasets of the first dossier, in three revisions."""
    with databases.copy("sqlite", folder, databases.dossier("sqlite")) as url:
        revise(url)
        saved = folder / "whole.db"
        with closing(sqlite3.connect(url)) as loaded, closing(sqlite3.connect(saved)) as written:
            loaded.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")
    return saved


def fill(url: str) -> None:
    """Load the same into an empty database."""
    migrate(url)
    made = engine(url)
    load(made, read([databases.LYSYCHANSK]))
    made.dispose()
    revise(url)


def revise(url: str) -> None:
    """Withdraw a dataset, and load it again."""
    made = engine(url)
    withdraw(made, CONTEXT)
    load(made, read([databases.LYSYCHANSK], [CONTEXT]))
    made.dispose()


def main() -> None:
    """Try, and say of every flip that went wrong what it did, and of all how many were found by whom."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.bitflips", description=__doc__)
    parser.add_argument("--flips", type=int, default=100)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    by: Counter[str] = Counter()
    wrong = 0
    postgres.open_run()
    try:
        with tempfile.TemporaryDirectory(prefix="counterclaim-bits-") as folder:
            if asked.backend == "sqlite":
                tried = trials(clean(Path(folder)), asked.flips, asked.seed)
            else:
                tried = trials_on_postgresql(asked.flips, asked.seed)
            for trial in tried:
                by.update([*sorted(set(trial.found)), "found by one of them" if trial.found else "without effect"])
                if not trial.passed:
                    wrong += 1
                    sys.stdout.write(f"{trial}\n")
                    sys.stdout.flush()
    finally:
        postgres.close_run()
    sys.stdout.write(f"{asked.flips} flips, {wrong} of them wrong; {dict(by)}\n")


if __name__ == "__main__":
    main()
