"""A backup is one whole state of the data, and answers as the original did once it is put back."""

import fcntl
import hashlib
import re
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from api import cli
from api.storage.database import engine
from migrations import migrate
from seed import backup as backups
from seed.files import read
from seed.load import load, withdraw
from seed.verify import verify
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support import bitflips
from tests.support.contents import everything
from tests.support.databases import LYSYCHANSK
from tests.support.live import Api, serving
from tests.support.own_postgres import own_postgres

ASKED = (
    "/events?limit=1000",
    "/claims?limit=1000",
    "/events?q=lysychansk&as_of=2022-07-02",
    "/events?limit=2&sort=-date",
    "/disputes",
    "/sources.csv",
    "/events.geojson",
    "/actors/haidai",
)
CURSOR = re.compile(r"cursor=[A-Za-z0-9_-]+")
Answers = list[tuple[str, str, str]]
Run = Callable[..., tuple[object, str]]


def answers(api: Api) -> Answers:
    found = [api.good(path) for path in ASKED]
    return [(path, one.headers["etag"], one.text) for path, one in zip(ASKED, found, strict=True)]


def answered(url: str) -> Answers:
    with serving(url) as api:
        return answers(api)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a database: its exit code, and the line that it printed."""

    def command(url: str, *arguments: object) -> tuple[object, str]:
        monkeypatch.setenv("DATABASE_URL", url)
        with pytest.raises(SystemExit) as exited:
            cli.main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return exited.value.code, (out + err).rstrip("\n")

    return command


def test_a_backup_put_back_answers_the_same(dossier_of_sqlite: str, tmp_path: Path, run: Run) -> None:
    saved, other = tmp_path / "saved.db", tmp_path / "other.db"
    code, said = run(dossier_of_sqlite, "backup", saved)
    assert (code, said) == (0, f"{saved} holds revision 1 of the data, {saved.stat().st_size:,} bytes.")
    assert run(str(other), "restore", saved) == (0, f"{other} holds what {saved} does, as revision 1 of the data.")
    assert answered(str(other)) == answered(dossier_of_sqlite)
    assert not list(tmp_path.glob(".*"))


def test_leftovers_of_a_killed_command_are_deleted_and_files_in_use_are_not(
    dossier_of_sqlite: str, tmp_path: Path, run: Run
) -> None:
    saved = tmp_path / "saved.db"
    for name in (
        ".saved.db.killed00.part",
        ".saved.db.killed00.part-journal",
        ".saved.db.written0.part",
        ".other.part",
    ):
        (tmp_path / name).write_bytes(b"half")
    with (tmp_path / ".saved.db.written0.part").open("rb") as written:
        fcntl.flock(written, fcntl.LOCK_EX)
        assert run(dossier_of_sqlite, "backup", saved)[0] == 0
    assert sorted(file.name for file in tmp_path.glob(".*")) == [".other.part", ".saved.db.written0.part"]


def test_a_backup_of_what_is_being_loaded_is_one_state_of_it(dossier_of_sqlite: str, tmp_path: Path) -> None:
    database = engine(dossier_of_sqlite)
    whole = everything(database)
    stop = threading.Event()

    def loading() -> None:
        while not stop.is_set():
            withdraw(database, CONTEXT)
            load(database, read([LYSYCHANSK]))

    thread = threading.Thread(target=loading)
    thread.start()
    try:
        for number in range(8):
            backups.backup(dossier_of_sqlite, tmp_path / f"{number}.db")
    finally:
        stop.set()
        thread.join()
    withdraw(database, CONTEXT)
    states = [whole, everything(database)]
    database.dispose()
    for number in range(8):
        copy = engine(str(tmp_path / f"{number}.db"))
        assert list(verify(copy)) == []
        assert everything(copy) in states
        copy.dispose()


def test_putting_back_under_a_server(dossier_of_sqlite: str, tmp_path: Path) -> None:
    """The server shows it at once, under a revision of its own: no client takes its old copy for this one."""
    database, saved = engine(dossier_of_sqlite), tmp_path / "saved.db"
    with serving(dossier_of_sqlite) as api:
        right = answers(api)
        backups.backup(dossier_of_sqlite, saved)
        withdraw(database, CONTEXT)
        assert api.get("/datasets/count") == {"count": 1}
        said = backups.restore(dossier_of_sqlite, saved, force=True)
        assert said.endswith("as revision 3 of the data; a server that runs shows it from its next answer on.")
        now = answers(api)
    # What leads on names the revision.
    shown, before = ([(path, CURSOR.sub("cursor=", text)) for path, _, text in some] for some in (now, right))
    assert shown == before
    assert {tag for _, tag, _ in now} & {tag for _, tag, _ in right} == set()
    assert list(verify(database)) == []
    load(database, read([LYSYCHANSK], [EXCERPT]))
    database.dispose()


def test_readers_see_the_old_or_the_new(dossier_of_sqlite: str, tmp_path: Path) -> None:
    saved, database, stop = tmp_path / "saved.db", engine(dossier_of_sqlite), threading.Event()
    withdraw(database, CONTEXT)
    backups.backup(dossier_of_sqlite, saved)
    load(database, read([LYSYCHANSK]))
    seen: set[tuple[int, int]] = set()
    with serving(dossier_of_sqlite) as api:

        def ask() -> None:
            while not stop.is_set():
                page = api.get("/claims", limit=1000, total=True)
                seen.add((len(page["data"]), page["meta"]["total"]))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            for _ in range(5):
                backups.restore(dossier_of_sqlite, saved, force=True)
                load(database, read([LYSYCHANSK]))
        finally:
            stop.set()
            asking.join()
    database.dispose()
    assert len(seen) == 2
    assert all(rows == total for rows, total in seen)


def unlike(tmp_path: Path, saved: Path) -> dict[str, tuple[Path, str]]:
    """Files that are no backup of this version, and what is said of them."""
    files = {name: tmp_path / f"{name}.db" for name in ("text", "empty", "other", "older", "cut", "page", "missing")}
    files["text"].write_text("nothing but text " * 1_000)
    files["empty"].touch()
    for name in ("older", "cut", "page"):
        shutil.copy(saved, files[name])
    with files["page"].open("r+b") as page:  # half of the last one is missing
        page.truncate(saved.stat().st_size - 4_096)
    with files["cut"].open("r+b") as cut:
        cut.truncate(saved.stat().st_size // 2 // 4096 * 4096)
    with closing(sqlite3.connect(files["other"])) as other, other:
        other.execute("CREATE TABLE revision (number)")
    with closing(sqlite3.connect(files["older"])) as older, older:
        older.execute("UPDATE alembic_version SET version_num = '0000'")
    return {
        "text": (files["text"], "cannot be used: file is not a database."),
        "empty": (files["empty"], "is not a backup of Counterclaim: its tables are missing."),
        "other": (files["other"], "is not a backup of Counterclaim: its tables are missing."),
        "older": (files["older"], "is of another version of Counterclaim (its tables are of version 0000, this code's"),
        "cut": (files["cut"], "cannot be used: database disk image is malformed."),
        "page": (files["page"], "is damaged: *** in database main *** "),
        "missing": (files["missing"], ": there is no such file"),
        "folder": (tmp_path, ": is a folder: name the files in it"),
    }


@pytest.mark.parametrize("what", ["text", "empty", "other", "older", "cut", "page", "missing", "folder"])
def test_other_files_are_not_restored(dossier_of_sqlite: str, tmp_path: Path, run: Run, what: str) -> None:
    folder, saved = tmp_path / "files", tmp_path / "saved.db"
    folder.mkdir()
    backups.backup(dossier_of_sqlite, saved)
    file, why = unlike(folder, saved)[what]
    before = answered(dossier_of_sqlite)
    code, said = run(dossier_of_sqlite, "restore", file, "--force")
    assert code == 1
    assert said.startswith(f"{file}")
    assert why in said
    assert "\n" not in said
    assert answered(dossier_of_sqlite) == before
    assert run(str(tmp_path / "new.db"), "restore", file)[0] == 1
    assert not (tmp_path / "new.db").exists()
    assert not list(tmp_path.glob(".*"))


def test_nothing_is_replaced_unasked(dossier_of_sqlite: str, tmp_path: Path, run: Run) -> None:
    saved = tmp_path / "saved.db"
    assert run(dossier_of_sqlite, "backup", saved)[0] == 0
    there = (1, f"{saved} exists already: choose another name, or --force to replace it.")
    assert run(dossier_of_sqlite, "backup", saved) == there
    assert run(dossier_of_sqlite, "backup", saved, "--force")[0] == 0
    lost = (1, f"{dossier_of_sqlite} contains data that would be lost: --force replaces it.")
    assert run(dossier_of_sqlite, "restore", saved) == lost
    for command in ("backup", "restore"):
        code, said = run(dossier_of_sqlite, command, dossier_of_sqlite, "--force")
        assert (code, said) == (1, f"{dossier_of_sqlite} is the database itself.")
    file = tmp_path / "nowhere" / "file.db"
    lacking = (1, f"Cannot write to the folder {file.parent}: No such file or directory.")
    assert run(dossier_of_sqlite, "backup", file) == run(str(file), "restore", saved) == lacking
    assert run(dossier_of_sqlite, "backup", tmp_path, "--force") == (1, f"{tmp_path} is a folder: name a file.")
    empty = tmp_path / "new" / "new.db"
    migrate(str(empty))
    assert run(str(empty), "restore", saved)[0] == 0


def test_another_programs_data_is_not_replaced_unasked(dossier_of_sqlite: str, tmp_path: Path, run: Run) -> None:
    saved, other = tmp_path / "saved.db", tmp_path / "other.db"
    backups.backup(dossier_of_sqlite, saved)
    with closing(sqlite3.connect(other)) as made, made:
        made.execute("CREATE TABLE note (text)")
        made.execute("INSERT INTO note VALUES ('dear')")
    lost = (1, f"{other} contains data that would be lost: --force replaces it.")
    assert run(str(other), "restore", saved) == lost
    with closing(sqlite3.connect(other)) as made:
        assert made.execute("SELECT text FROM note").fetchall() == [("dear",)]


def test_a_running_load_is_not_disturbed(
    dossier_of_sqlite: str,
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backups, "BUSY_TIMEOUT_MS", 200)
    saved = tmp_path / "saved.db"
    with closing(sqlite3.connect(dossier_of_sqlite, isolation_level=None)) as loading:
        loading.execute("BEGIN IMMEDIATE")
        assert run(dossier_of_sqlite, "backup", saved)[0] == 0
        code, said = run(dossier_of_sqlite, "restore", saved, "--force")
        assert (code, said) == (1, f"{saved} cannot be used: database is locked.")
        loading.execute("ROLLBACK")
    assert run(dossier_of_sqlite, "restore", saved, "--force")[0] == 0


def test_postgresql_is_saved_by_its_own_programs(tmp_path: Path, run: Run) -> None:
    """As README.md says it, word for word but for where the server is."""
    file = tmp_path / "counterclaim.dump"
    with own_postgres() as server:
        migrate(server.url)
        made = engine(server.url)
        load(made, read([LYSYCHANSK]))
        made.dispose()
        for command in ("backup", "restore"):
            assert run(server.url, command, file) == (1, backups.ELSEWHERE)
        right = answered(server.url)
        other = server.url.replace("/postgres?", "/restored?")
        steps = (
            ["pg_dump", "--format=custom", f"--file={file}", server.url],
            ["createdb", f"--maintenance-db={server.url}", "restored"],
            ["pg_restore", "--single-transaction", "--no-owner", f"--dbname={other}", file],
        )
        for program, *arguments in steps:
            subprocess.run([server.programs / str(program), *arguments], check=True)
        assert answered(other) == right
        made = engine(other)
        assert list(verify(made)) == []
        made.dispose()


def test_a_failed_restore_leaves_no_files(dossier_of_sqlite: str, tmp_path: Path, run: Run) -> None:
    """Not even what SQLite keeps beside a file in WAL mode that it gave up."""
    folder = tmp_path / "files"
    folder.mkdir()
    damaged = folder / "damaged.db"
    with closing(sqlite3.connect(dossier_of_sqlite)) as read, closing(sqlite3.connect(damaged)) as written:
        read.backup(written)
        written.execute("PRAGMA journal_mode = WAL")
    size = damaged.stat().st_size
    for byte in range(size // 4, size, size // 40):
        bitflips.flip(damaged, byte, 3)
    assert run(str(folder / "new.db"), "restore", damaged)[0] == 1
    assert run(dossier_of_sqlite, "restore", damaged, "--force")[0] == 1
    assert [path.name for path in folder.iterdir() if not path.name.startswith("damaged.db")] == []
    assert not list(Path(dossier_of_sqlite).parent.glob(".*"))


def test_a_backup_without_its_hash_is_not_restored(dossier_of_sqlite: str, tmp_path: Path, run: Run) -> None:
    """However small the difference: the version of SQLite that wrote the file last, which it notes and does not use."""
    folder = tmp_path / "files"
    folder.mkdir()
    saved, mark, restored = folder / "saved.db", folder / "saved.db.sha256", folder / "new.db"
    backups.backup(dossier_of_sqlite, saved)
    assert mark.read_text() == f"{hashlib.sha256(saved.read_bytes()).hexdigest()}  {saved.name}\n"
    bitflips.flip(saved, 99, 0)
    refused = (1, f"{saved} is damaged: it does not have the SHA-256 in {mark}.")
    assert run(str(restored), "restore", saved) == refused
    assert run(dossier_of_sqlite, "restore", saved, "--force") == refused
    assert {path.name for path in folder.iterdir()} == {saved.name, mark.name}
    mark.unlink()
    assert run(str(restored), "restore", saved)[0] == 0
