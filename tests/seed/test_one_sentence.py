"""A sentence instead of a trace: what is brought, stopped or mistyped is answered in words; nothing is written."""

import io
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import pytest

from api import __main__ as command
from api import cli
from api.settings import PROJECT
from api.storage.database import engine
from seed.dossiers import template
from seed.importers import gdelt
from seed.importers.formats import format_table
from seed.importers.mapped import mapping
from seed.importers.registry import FORMATS
from tests.support.commands import said
from tests.support.databases import LYSYCHANSK
from tests.support.imitations import CONTROL, FIRMS, MENTION, UCDP, as_csv, release, ucdp, write

IMPORTERS = [*FORMATS, "acled", "viina"]
HTML = b"<!DOCTYPE html><html><head><title>503</title></head></html>"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4" * 64 + b"\nsize 12\n"
DAMAGED = {
    "html": (HTML, "is an HTML page"),
    "lfs": (LFS, "is a Git LFS pointer, not the file itself"),
    "parquet": (b"PAR1\x15\x04\x15\x10" + bytes(40) + b"PAR1", "is Parquet, not CSV"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "is an old Excel file (XLS)"),
    "xlsx": (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + bytes(40), "is a spreadsheet (XLSX)"),
    "zip": (b"PK\x03\x04" + bytes(26) + b"data.csv" + bytes(40), "is compressed (zip)"),
    "gzip": (b"\x1f\x8b\x08" + bytes(40), "is compressed (gzip)"),
    "empty": (b"", "is empty"),
    "blank": (b"\r\n \r\n", "is empty"),
    "binary": (bytes(range(256)) * 4, "is binary, not text"),
    "utf-16": ("id,date\r\n1,2\r\n".encode("utf-16"), "is UTF-16, not UTF-8"),
    "xml": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "is XML, not CSV"),
    "pdf": (b"%PDF-1.7\n", "is a PDF, not CSV"),
    "rdata": (b"RDX3\nX\n", "is R's own format"),
    "sqlite": (b"SQLite format 3\x00" + bytes(84), "is an SQLite database"),
    "prose": (b"Service unavailable, try again later.\n", ""),
    "one number": (b"1", ""),
    "a list of lists": (b"[[1, 2]]", ""),
    "a null": (b"[null]", ""),
    "an error in json": (b'{"error": "no such dataset"}', "does not hold a list of objects"),
    "json cut short": (b'[{"id": 1, "date', "is not JSON"),
    "open quotation": (b'"id', ""),
    "commas": (b",,,,\n,,,,\n", ""),
    "latin-1": ("größe;länge\n1;2\n".encode("latin-1"), ""),
    "carriage returns": (b"id\r1\r2\r", ""),
    "tabs": (b"\t\t\t\n", ""),
    "a lone brace": (b"{", ""),
    "a lone bracket": (b"[", ""),
    "html after blanks": (b"\n\n  <html><body>Moved</body></html>", "is an HTML page"),
    "annex": (b"/annex/objects/SHA256E-s12--4665a5ea.csv\n", "is a git-annex pointer"),
}
ROWS = {"ucdp": UCDP, "firms": FIRMS, "control": CONTROL, "gdelt": MENTION}


@pytest.mark.parametrize("name", IMPORTERS)
def test_other_files_are_refused_in_one_sentence(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    before = database.read_bytes()
    assert len(DAMAGED) == 30
    for kind, (content, told) in DAMAGED.items():
        path = tmp_path / kind
        path.write_bytes(content)
        code, lines = said(capsys, "import", name, str(path))
        reasons = [line for line in lines if line.startswith(f"{path}")]
        assert (code, len(reasons) >= 1, lines[-1][:18]) == (1, True, "Nothing was loaded"), (kind, lines)
        assert told in reasons[0], (kind, lines)
        if told:
            assert len(lines) == 2, (kind, lines)
        assert not any("Traceback" in line for line in lines)
    assert database.read_bytes() == before


@pytest.mark.parametrize("name", ROWS)
def test_a_header_alone_and_a_row_cut_short_load_nothing(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    text = as_csv([ROWS[name]])
    header = tmp_path / "header.csv"
    header.write_text(text.partition("\r\n")[0] + "\r\n")
    before = database.read_bytes()
    for wish in ([], ["--dry-run"]):
        code, lines = said(capsys, "import", name, str(header), *wish)
        assert (code, len(lines), lines[0][:12]) == (0, 3, "0 rows read,")
    assert database.read_bytes() == before
    cut = tmp_path / "cut.csv"
    cut.write_text(text[: text.rindex(",")])
    code, lines = said(capsys, "import", name, str(cut))
    assert (code, lines[-1].startswith("Nothing was loaded")) == (1, True)
    assert sum(line.startswith(f"{cut} row 2: ") for line in lines) == 1
    assert database.read_bytes() == before


@pytest.mark.parametrize("command", [("load",), ("check",), ("import", "ucdp"), ("import", "package")])
def test_a_path_that_is_mistyped_is_answered_with_what_was_meant(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert database.exists()
    (tmp_path / "harvest").mkdir()
    wrong, right = tmp_path / "havrest", tmp_path / "harvest"
    for path in (wrong, wrong / "deep" / "a.toml"):
        code, lines = said(capsys, *command, str(path))
        assert (code, lines[0]) == (1, f"{path}: there is no such file; did you mean {right}?")


@pytest.mark.parametrize("command", [("load",), ("check",), ("import", "ucdp"), ("import", "package")])
def test_a_path_that_is_too_long_is_said_in_one_sentence(
    database: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert database.exists()
    code, lines = said(capsys, *command, "x" * 5_000)
    assert (code, lines[0]) == (1, "x" * 5_000 + ": cannot be read: File name too long")


def test_a_folder_is_named_as_one(database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert database.exists()
    code, lines = said(capsys, "import", "firms", str(tmp_path))
    assert (code, lines[0]) == (1, f"{tmp_path}: is a folder: name the files in it")


def test_a_withdrawal_that_is_refused_is_one_sentence(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "load", str(LYSYCHANSK))[0] in {0, None}
    before = database.read_bytes()
    code, lines = said(capsys, "withdraw", "lysychansk")
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith("lysychansk cannot be withdrawn: 68 records of lysychansk-context name what is in it")
    assert lines[0].endswith("Withdraw lysychansk-context first.")
    assert database.read_bytes() == before


def test_vanished_records_are_counted_and_the_first_shown(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert database.exists()
    assert said(capsys, "import", "ucdp", str(release(tmp_path / "all.csv", 300)))[0] == 0
    rest = [ucdp(id=1_000_000, date_start="2031-05-01", date_end="2031-05-31", date_prec=4)]
    code, lines = said(capsys, "import", "ucdp", str(write(tmp_path / "few.csv", rest)))
    assert code == 0
    (counted,) = [number for number, line in enumerate(lines) if "are not in these files" in line]
    shown = list(takewhile(lambda line: line.startswith("  "), lines[counted + 1 :]))
    assert len(shown) == 21
    gone = int(lines[counted].split()[0].replace(",", ""))
    assert gone > 299
    assert shown[-1] == f"  … and {gone - 20:,} more; --report json lists the first 1,000."


# Says when Ctrl-C is listened to: before, it is Python that starts.
SAYING = """
from api import __main__ as command
listen = command.signal.signal
command.signal.signal = lambda *given: (listen(*given), given[1] is command.stop and print("ready", flush=True))
command.main()
"""


@pytest.mark.parametrize("after", [0, 0.5, 1.5, 3.0])
def test_ctrl_c_ends_an_import_in_one_line_and_leaves_nothing(database: Path, tmp_path: Path, after: float) -> None:
    """Whatever the moment is: while modules are read, rows are read, or records are written; or it was all done."""
    path = release(tmp_path / "r.csv", 6_000)
    before = database.read_bytes()
    importing = subprocess.Popen(
        [sys.executable, "-c", SAYING, "import", "ucdp", str(path)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "DATABASE_URL": str(database)},
    )
    assert importing.stdout is not None
    assert importing.stdout.readline() == "ready\n"
    time.sleep(after)
    importing.send_signal(signal.SIGINT)
    out, err = importing.communicate(timeout=60)
    if importing.returncode != 0:  # on a fast machine all may have been done by then
        assert (importing.returncode, out) == (130, "")
        assert err.splitlines()[-1] == "Stopped: unfinished work was discarded."
        assert "Traceback" not in err
        assert database.read_bytes() == before


def test_ctrl_c_counts_where_a_library_makes_an_error_of_its_own_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Pydantic does while it builds a validator."""

    def interrupted() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException as stopped:
            raise RuntimeError("a validator cannot be built") from stopped

    monkeypatch.setattr(cli, "main", interrupted)
    monkeypatch.setattr(command.StoppedError, "asked", None)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Stopped: unfinished work was discarded.\n"


class Dying:
    """Somebody presses Ctrl-C while it is destroyed."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_counts_where_python_drops_its_exception(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        Dying()
        time.sleep(20)  # until it is tried again
        raise AssertionError

    monkeypatch.setattr(cli, "main", interrupted)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)  # what it was is put back
    monkeypatch.setattr(command.StoppedError, "asked", None)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Stopped: unfinished work was discarded.\n"


def test_a_command_that_ends_in_spite_of_ctrl_c_does_not_call_its_work_discarded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where a library written in C drops the exception."""

    def done() -> None:
        with suppress(BaseException):
            signal.raise_signal(signal.SIGINT)
        raise SystemExit(0)

    monkeypatch.setattr(cli, "main", done)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(command.StoppedError, "asked", None)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert (ended.value.code, capsys.readouterr().err) == (0, "")


def test_a_hurried_ctrl_c_does_not_break_off_what_the_first_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that comes later does, for cleaning up may hang."""
    monkeypatch.setattr(command.StoppedError, "asked", None)
    moments = iter([100.0, 100.1, 102.9, 104.0])
    monkeypatch.setattr("api.__main__.monotonic", lambda: next(moments))
    with pytest.raises(command.StoppedError):
        command.stop(signal.SIGINT, None)
    command.stop(signal.SIGINT, None)
    command.stop(signal.SIGINT, None)
    with pytest.raises(command.StoppedError):
        command.stop(signal.SIGINT, None)


def test_three_hurried_ctrl_c_end_the_server_in_one_line(database: Path) -> None:
    """The second of them is uvicorn's sign to leave the application open."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", "0"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "DATABASE_URL": str(database), "PYTHONUNBUFFERED": "1"},
    )
    assert serving.stdout is not None
    assert serving.stdout.readline().startswith("Counterclaim answers at ")
    for _ in range(3):
        serving.send_signal(signal.SIGINT)
        time.sleep(0.005)
    _, err = serving.communicate(timeout=60)
    told = [line for line in err.splitlines() if '"event":"checked"' not in line]
    assert (serving.returncode, told) == (130, ["Stopped: unfinished work was discarded."])


class Stopping(io.BytesIO):
    """A file in whose middle somebody presses Ctrl-C."""

    def write(self, _data: object) -> int:
        raise command.StoppedError


def test_ctrl_c_leaves_no_part_of_a_template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither while it is made, which takes a spreadsheet a second, nor while it is written."""

    def stopped(*_given: object) -> bytes:
        raise command.StoppedError

    monkeypatch.setitem(template.MADE, ".csv", stopped)
    with pytest.raises(command.StoppedError):
        template.write(tmp_path / "claims.csv")
    assert list(tmp_path.iterdir()) == []
    path = tmp_path / "claims.toml"
    path.touch()
    with pytest.raises(command.StoppedError):
        template.fill(Stopping(), b"whole", path)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_ends_a_command_in_one_line_when_all_is_done(database: Path, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    path = write(tmp_path / "one.csv", [UCDP])
    done = subprocess.run(
        [sys.executable, "-m", "api", "import", "ucdp", str(path)],
        cwd=PROJECT,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "DATABASE_URL": str(database)},
        check=False,
    )
    os.close(writer)
    assert done.returncode == 141
    told = done.stderr.splitlines()[-1]
    assert (told, "Traceback" in done.stderr) == (
        "The output of this command was not read to its end; the command itself is complete.",
        False,
    )
    made = engine(str(database))
    with made.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar() == 1
    made.dispose()


def test_output_to_a_full_disk_ends_a_command_in_one_line_when_all_is_done(database: Path, tmp_path: Path) -> None:
    """A small report is written on the way out, a large one before."""
    for asked in (("import", "ucdp", str(write(tmp_path / "one.csv", [UCDP]))), ("openapi",)):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "api", *asked],
                cwd=PROJECT,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "DATABASE_URL": str(database)},
                check=False,
            )
        told = "The output of this command cannot be written: No space left on device; the command itself is complete."
        assert (done.returncode, done.stderr.splitlines()[-1], "Traceback" in done.stderr) == (1, told, False)
    made = engine(str(database))
    with made.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar() == 1
    made.dispose()


def test_a_folder_where_a_database_or_a_backup_is_wanted_is_named_as_one(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database.exists()
    (tmp_path / "kept.folder").mkdir()
    told = {
        tmp_path / "kept.folder": f"{tmp_path / 'kept.folder'}: is a folder: name the files in it",
        tmp_path / "ketp.db": f"{tmp_path / 'ketp.db'}: there is no such file; did you mean {tmp_path / 'kept.db'}?",
    }
    for path, line in told.items():
        assert said(capsys, "restore", str(path), "--force") == (1, [line])
    monkeypatch.setenv("DATABASE_URL", str(tmp_path / "kept.folder"))
    line = f"Cannot use the database {tmp_path / 'kept.folder'}: it is a folder, not a file."
    assert said(capsys, "verify") == (1, [line])


def test_every_importer_is_tried() -> None:
    assert {mapping(name) is not None or format_table(name) is not None for name in IMPORTERS} == {True}
    assert len(gdelt.events_table().order) == 61
