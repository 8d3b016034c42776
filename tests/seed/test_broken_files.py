"""Files that are broken or empty end every importer soon, also while others load, and leave nothing behind."""

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seed.importers.registry import FORMATS
from tests.support.faults import command, sound
from tests.support.imitations import CONTROL, FIRMS, UCDP, as_csv

TIMES, AT_ONCE, MOST_S = 30, 4, 30
"""An import ends within so many seconds of the processor's time, and none is without any for as long."""
WHOLE = {
    "ucdp": as_csv([UCDP] * 50),
    "firms": as_csv([FIRMS] * 50),
    "control": as_csv([CONTROL] * 50),
    "losses": '[{"date": "2031-05-02", "day": 1, "personnel": 100}]',
    "gdelt": "\t".join(str(number) for number in range(61)) + "\n",
}
BROKEN: dict[str, Callable[[str], bytes]] = {
    "a header and nothing else": lambda text: text.partition("\r\n")[0].encode() + b"\r\n",
    "binary": lambda _: bytes(range(256)) * 400,
    "UTF-16": lambda text: text.encode("utf-16"),
    "cut short": lambda text: text.encode()[: len(text) * 2 // 3],
    "empty": lambda _: b"",
}


def test_every_importer_is_tried() -> None:
    assert WHOLE.keys() == FORMATS.keys()


def worked_s(pid: int) -> float:
    """The processor's time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.long
@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("name", WHOLE)
def test_broken_files_end_soon(empty_url: str, tmp_path: Path, name: str, how: str) -> None:
    """Thirty times, four at a time and so each beside others that load: a line that says why, or what was read."""
    file = tmp_path / "file.csv"
    file.write_bytes(BROKEN[how](WHOLE[name]))

    def imported(_: int) -> tuple[int, str]:
        running = command(empty_url, "import", name, str(file))
        took = -1.0
        while True:
            try:
                said, _unused = running.communicate(timeout=MOST_S)
            except subprocess.TimeoutExpired:
                before, took = took, worked_s(running.pid)
                if before < took < MOST_S:  # it is the machine that is slow
                    continue
                running.kill()
                raise
            return running.returncode, said

    with ThreadPoolExecutor(AT_ONCE) as threads:
        ended = list(threads.map(imported, range(TIMES)))
    assert [said for _, said in ended if "Traceback" in said] == []
    assert {code for code, _ in ended} <= {0, 1}
    sound(empty_url)
