"""Whatever a file holds, it is read in flat memory, and refused with its row and the reason."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from api.settings import PROJECT
from migrations import migrate
from tests.support.imitations import CONTROL, FIRMS, UCDP, as_csv

Cases = Iterator[tuple[str, Path, str]]
MOST_MB = 60
"""What reading any of these may take beyond what a small file does."""
HUGE = 2**30
LOSSES = '{"date": "2031-05-02", "equipment": "x"}'
PACKAGED = '{"id": "p", "title": "P", "recorded_at": "2031-01-01T00:00:00Z"}\n'

READ_THEM = """
import io, json, resource, sys
from pathlib import Path
from rich.console import Console
from seed.check import check
from seed.importers.command import Wish, import_files

def peak_mb():
    own = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024

for name, path in json.loads(sys.stdin.read()):
    if name == "check":
        refused, _ = check([Path(path)])
    else:
        wish = Wish(dry_run=True)
        refused = import_files(sys.argv[1], name, [Path(path)], wish, Console(file=io.StringIO())).refused
    print(json.dumps([peak_mb(), [str(one) for one in refused[:3]]]), flush=True)
"""
HEADER = {
    name: as_csv([row]).partition("\r\n")[0] + "\r\n"
    for name, row in (("ucdp", UCDP), ("firms", FIRMS), ("control", CONTROL))
}


def sparse(path: Path, start: bytes, size: int = HUGE, end: bytes = b"") -> Path:
    """A file of so many bytes, which takes hardly any room: all but its ends are NUL."""
    with path.open("wb") as file:
        file.write(start)
        file.seek(size)
        file.write(end or b"\x00")
    return path


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(path: Path, members: Mapping[str, bytes | int], how: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip file; a number stands for so many million NUL bytes."""
    with zipfile.ZipFile(path, "w", how) as made:
        for name, content in members.items():
            with made.open(name, "w", force_zip64=True) as member:
                for _ in range(content if isinstance(content, int) else 0):
                    member.write(bytes(1_000_000))
                if isinstance(content, bytes):
                    member.write(content)
    return path


def spoilt(path: Path) -> Path:
    """The same file, a byte of which was lost in the middle of what it holds."""
    content = bytearray(path.read_bytes())
    content[80] ^= 0xFF
    return written(path, bytes(content))


def encrypted(path: Path) -> Path:
    """The same file, said to be encrypted."""
    content = bytearray(path.read_bytes())
    content[6] |= 1
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 8] |= 1
    return written(path, bytes(content))


def of_csv(folder: Path) -> Cases:
    long = "is longer than 8,000,000 bytes; is a quotation mark never closed?; nothing after it was read"
    for name, header in HEADER.items():
        start = header.encode()
        yield name, sparse(folder / f"{name}-line.csv", start), f"row 2: {long}"
        cells = b",".join([b"\x00"] * (header.count(",") + 1))
        yield name, written(folder / f"{name}-nul.csv", start + cells + b"\r\n"), "row 2: "
    yield "ucdp", sparse(folder / "quoted.csv", HEADER["ucdp"].encode() + b'"'), f"row 2: {long}"
    yield "ucdp", sparse(folder / "header.csv", b"x" * 99), f"row 1: {long}"
    yield "ucdp", written(folder / "utf16.csv", HEADER["ucdp"].encode("utf-16")), "row 1: is UTF-16, not UTF-8"
    yield "control", written(folder / "latin.csv", HEADER["control"].encode() + b"\xe9," * 9 + b"\r\n"), "byte 0xe9"
    yield "ucdp", written(folder / "narrow.csv", HEADER["ucdp"].encode() + b"1\r\n" * 100_000), "row 2: has 1 cells"
    yield "gdelt", sparse(folder / "mentions.csv", b"1\t" * 15), "nothing after it was read"
    yield "ucdp", Path("/dev/zero"), "row 1: is binary, not text"
    yield "ucdp", Path("/dev/null"), "is empty"
    wide = HEADER["ucdp"].rstrip() + "," + ",".join(f"c{number}" for number in range(200_000)) + "\r\n1\r\n"
    yield "ucdp", written(folder / "wide.csv", wide), "row 2: has 1 cells"


def of_json(folder: Path) -> Cases:
    stopped = "nothing after it was read"
    long = "row 1: is longer than 1,000,000 characters, or is not JSON"
    for name, content, said in (
        ("deep", "[" + '{"a":' * 500_000, "row 1: is nested too deep"),
        ("deep-lists", "[" * 500_000, "row 1: is nested too deep"),
        ("surrogate", f"[{LOSSES.replace('x', chr(92) + 'ud800')}]", "row 1"),
        ("nul", f"[{LOSSES.replace('x', chr(92) + 'u0000')}]", "row 1"),
        ("digits", '[{"date": ' + "9" * 100_000 + "}]", "row 1"),
        ("names", '[{"' + "x" * 3_000_000 + '": 1}]', long),
        (
            "text",
            f"[{LOSSES.replace('x', 'x' * 3_000_000)}]",
            long,
        ),
        ("no list", "{}", f"row 1: the file does not hold a list of objects; {stopped}"),
        ("infinite", '[{"date": Infinity}]', "holds Infinity, which is not JSON"),
        ("utf16", "[{}]".encode("utf-16"), "row 1: is UTF-16, not UTF-8"),
        ("utf32", "[{}]".encode("utf-32-le"), "row 1: "),
    ):
        yield "losses", written(folder / f"{name}.json", content), said
    yield "losses", sparse(folder / "huge.json", b"[" + b" " * 99), long
    yield "losses", sparse(folder / "blank.json", b" "), "row 1: is binary, not text"
    yield "losses", Path("/dev/zero"), "row 1: is binary, not text"


def of_packages(folder: Path) -> Cases:
    long = "row 1: is longer than 8,000,000 bytes; nothing after it was read"
    inside = {"datasets.ndjson": PACKAGED.encode()}
    yield "package", zipped(folder / "bomb.zip", {"datasets.ndjson": 100}), f"datasets.ndjson {long}"
    yield "package", zipped(folder / "bz.zip", {"datasets.ndjson": 100}, zipfile.ZIP_BZIP2), "; use deflate"
    yield "package", zipped(folder / "away.zip", {"../datasets.ndjson": PACKAGED.encode()}), "is not a package"
    yield "package", zipped(folder / "root.zip", {"/datasets.ndjson": PACKAGED.encode()}), "is not a package"
    yield (
        "package",
        zipped(folder / "nest.zip", {"inner.zip": 100, **inside, "events.ndjson": 100}),
        f"events.ndjson {long}",
    )
    yield "package", spoilt(zipped(folder / "spoilt.zip", inside)), "cannot be read: "
    yield "package", encrypted(zipped(folder / "secret.zip", inside)), "cannot be read: "
    yield (
        "package",
        written(folder / "cut.zip", zipped(folder / "whole.zip", inside).read_bytes()[:60]),
        "it is not a zip file",
    )
    yield "package", written(folder / "text.zip", "PK"), "it is not a zip file"
    for name, line, said in (
        ("deep", b'{"a":' * 500_000, "row 1: is not JSON"),
        ("surrogate", b'{"id": "p", "title": "\\ud800", "recorded_at": "2031-01-01T00:00:00Z"}', "half a character"),
        ("nul", b'{"id": "p", "title": "\\u0000", "recorded_at": "2031-01-01T00:00:00Z"}', "a control character"),
        ("latin", b'{"id": "p", "title": "\xe9"}', "row 1: is not JSON"),
        ("digits", b'{"id": ' + b"9" * 100_000 + b"}", "row 1: is not JSON"),
        ("list", b"[" + b"[]," * 300_000 + b"[]]", "row 1: is not a record"),
        ("deep-extra", PACKAGED.encode().replace(b'"P"', b'{"a":' * 50 + b"1" + b"}" * 50), "row 1: "),
    ):
        package = folder / name
        package.mkdir()
        written(package / "datasets.ndjson", line)
        yield "package", package, said
    package = folder / "sparse"
    package.mkdir()
    sparse(package / "datasets.ndjson", b"{")
    yield "package", package, long


def of_toml(folder: Path) -> Cases:
    top = b'dataset = "x"\n'
    for name, content, said in (
        ("deep", b"a = " + b"[" * 1_000_000, "is nested too deep"),
        ("tables", b"a = " + b"{a=" * 1_000_000, "is nested too deep"),
        ("dots", top + b"a." * 1_000_000 + b"a = 1", "is nested too deep: a key in line 2"),
        ("quoted-dots", top + b'"a" . ' * 600_000 + b"a = 1", "is nested too deep: a key in line 2"),
        ("header", top + b"[" + b"a." * 1_000_000 + b"a]", "is nested too deep: a key in line 2"),
        ("word", top + b"a" * 4_000_000, "is not TOML"),
        ("digits", b"a = " + b"9" * 1_000_000, "is not TOML"),
        ("lists", top + b"a = [" + b"[]," * 600_000 + b"]", "there is no such table"),
        ("laughs", top + b"[[events]]\n" * 50_000, "is missing"),
        ("nul", top + b"a = '\x00'", "is not TOML"),
        ("surrogate", top + b'a = "\\ud800"', "is not TOML"),
        ("utf16", "dataset = 'x'".encode("utf-16"), "is UTF-16, not UTF-8"),
        ("bom", b"\xef\xbb\xbf" + top, "holds no records"),
        ("latin", top + b"# \xe9", "is not UTF-8: byte 16"),
    ):
        yield "check", written(folder / f"{name}.toml", content), said
    yield "check", sparse(folder / "huge.toml", top), "is larger than 4 MB; split it"
    yield "check", Path("/dev/zero"), "is larger than 4 MB; split it"


SLOW = (of_csv, of_packages, of_toml)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell how much memory was held")
@pytest.mark.parametrize("kind", [of_json, *(pytest.param(one, marks=pytest.mark.long) for one in SLOW)])
def test_files_that_are_made_to_harm(tmp_path: Path, kind: Callable[[Path], Cases]) -> None:
    url = str(tmp_path / "empty.db")
    migrate(url)
    written(tmp_path / "small.toml", 'dataset = "x"\n')
    cases = [("check", tmp_path / "small.toml", "x"), *kind(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", READ_THEM, url],
        input=json.dumps([(name, str(path)) for name, path, _ in cases]),
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    (usual, _), *found = found
    for (name, path, said), (peak, refused) in zip(cases[1:], found, strict=True):
        assert [one for one in refused if said in one], f"{name} {path.name}: {refused}"
        assert refused[0].startswith(str(path)), f"{name} {path.name}: {refused}"
        assert peak < usual + MOST_MB, f"{name} {path.name}: {peak:.0f} MB, where {usual:.0f} are usual"
