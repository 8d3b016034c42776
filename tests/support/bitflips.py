"""What becomes of single bits that flip in an SQLite file: `python -m tests.support.bitflips --flips 100`.

Each flip is in a copy of its own, which is served once everything in it was checked, is verified, and put back as a
backup.
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

import structlog

from api import cli
from api.storage.database import DatabaseUnusableError, engine
from migrations import require_current
from seed.files import read
from seed.load import load, withdraw
from tests.support import databases, postgres
from tests.support.contents import everything
from tests.support.live import Api, serving

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


def flip(file: Path, byte: int, bit: int) -> None:
    """Turn one bit of a file around."""
    with file.open("r+b") as opened:
        opened.seek(byte)
        (was,) = opened.read(1)
        opened.seek(byte)
        opened.write(bytes([was ^ 1 << bit]))


def _tried(file: Path, byte: int, bit: int, right: Answers, contents: object) -> Trial:
    altered: list[str] = []
    broken: list[str] = []
    found: list[str] = []
    told = answers(str(file), broken)
    if told.keys() != right.keys():
        found.append("serve")
    for path, text in told.items():
        if text != right[path]:
            found.append("serve")
            altered += [] if _says_so(path, text, right[path]) else [path]
    for command in (["verify"], ["restore", str(file)]):
        code, said = ran(str(file) if command[0] == "verify" else str(file.with_suffix(".new")), command)
        if code not in {0, 1}:
            broken.append(f"{command[0]}: {said}")
        elif code == 1:
            found.append(command[0])
        elif command[0] == "restore" and _contents(file.with_suffix(".new")) != contents:
            altered.append("restore")
    return Trial(byte, bit, altered, broken, sorted(set(found)))


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


def _says_so(path: str, text: str, right: str) -> bool:
    """Whether an answer says which of its records are damaged, and is right about all others."""
    if not path.endswith(".ndjson") and ".csv" not in path and not text.startswith("{"):
        return False
    one, other = _records(path, text), _records(path, right)
    damaged = {id_ for id_, row in one.items() if _is_damaged(row)}
    same = [id_ for id_ in other if id_ not in damaged]
    if one.keys() == {""}:
        return True
    return bool(damaged) and one.keys() == other.keys() and all(one[id_] == other[id_] for id_ in same)


def _is_damaged(row: Any) -> bool:
    if "damaged" in row or isinstance(row.get("document"), dict):
        return "damaged" in (row.get("document") or row)
    return not any(row.get(name) for name in ("kind", "title", "name", "event_id"))


def _records(path: str, text: str) -> dict[str, Any]:
    """By id, the records of an answer."""
    if ".csv" in path:
        return {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    if ".ndjson" in path:
        return {row["id"]: row for row in map(json.loads, text.splitlines())}
    whole = json.loads(text)
    if whole.get("meta", {}).get("damaged"):  # what is made of several records names those that it had to leave out
        return {"": {"damaged": True}}
    if "features" in whole:
        return {row["id"]: {"id": row["id"], **row["properties"]} for row in whole["features"]}
    rows = whole.get("data", [whole])
    return {str(row.get("id", number)): row for number, row in enumerate(rows)}


def _contents(file: Path) -> object:
    made = engine(str(file))
    try:
        return everything(made)
    finally:
        made.dispose()


def clean(folder: Path) -> Path:
    """A database in one file: both datasets of the first dossier, in three revisions."""
    with databases.copy("sqlite", folder, databases.dossier("sqlite")) as url:
        made = engine(url)
        withdraw(made, CONTEXT)
        load(made, read([databases.LYSYCHANSK], [CONTEXT]))
        made.dispose()
        saved = folder / "whole.db"
        with closing(sqlite3.connect(url)) as loaded, closing(sqlite3.connect(saved)) as written:
            loaded.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")
    return saved


def main() -> None:
    """Try, and say of every flip that went wrong what it did, and of all how many were found by whom."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.bitflips", description=__doc__)
    parser.add_argument("--flips", type=int, default=100)
    parser.add_argument("--seed", type=int, default=16)
    asked = parser.parse_args()
    by: Counter[str] = Counter()
    wrong = 0
    postgres.open_run()
    try:
        with tempfile.TemporaryDirectory(prefix="counterclaim-bits-") as folder:
            for trial in trials(clean(Path(folder)), asked.flips, asked.seed):
                by.update([*trial.found, "found by one of them" if trial.found else "without effect"])
                if not trial.passed:
                    wrong += 1
                    sys.stdout.write(f"{trial}\n")
                    sys.stdout.flush()
    finally:
        postgres.close_run()
    sys.stdout.write(f"{asked.flips} flips, {wrong} of them wrong; {dict(by)}\n")


if __name__ == "__main__":
    main()
