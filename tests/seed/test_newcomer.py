"""What a newcomer does with a dossier: the docs' own commands with twenty claims, and a folder dropped into `seed/`."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from openpyxl import load_workbook

from api import cli
from seed.check import reviewed
from seed.dossiers import template
from seed.files import read
from seed.refusals import Entry
from tests.project.test_contributing import copy_of_the_code
from tests.support.dossiers import SHIPPED
from tests.support.live import serving
from tests.support.told import text

COUNTERCLAIM = ".venv/bin/counterclaim "
IN_PASSING = "To make one in passing, write its kind behind its name, such as (civilians)"
COUNCIL = "my-town-town-council"
NO_CODE = "is not a country code of ISO 3166-1 alpha-2, such as UA"
Row = dict[str, str]
Said = Callable[..., tuple[int, str]]


def commands() -> list[str]:
    """The commands of the first section of docs/dossier.md, in its order."""
    section = text("docs/dossier.md").partition("## Twenty claims from a spreadsheet\n")[2].partition("\n## ")[0]
    return [line.partition("  # ")[0].strip() for line in section.splitlines() if line.startswith("    ")]


def twenty() -> list[Row]:
    """Four speakers on two events, five claims each, filled in as the docs say: what a row above told stays empty."""
    shelling = {
        "event": "Shelling of the market",
        "event_kind": "shelling",
        "event_date": "2021-05-02",
        "place": "Market",
        "place_within": "Sampletown (town)",
        "participants": "attacker: Northern Front; victim: Market traders (civilians)",
    }
    bridge = {"event": "Capture of the bridge", "event_kind": "capture", "place": "Old Bridge"}
    speakers = {
        "Town council": ("government", "4"),
        "Northern Front": ("armed_group", "0"),
        "Hospital": ("organisation", "7"),
        "Радіо": ("media", "5"),
    }
    rows = []
    for speaker, (kind, dead) in speakers.items():
        who = {"speaker": speaker, "speaker_kind": kind, "said": "2021-05-03"}
        source = {"source": f"{speaker} on 3 May", "source_kind": "news", "source_published": "2021-05-03"}
        figure = {"aspect": "casualties", "value_best": dead, "unit": "people", "measure": "killed"}
        denies = "denies" if speaker == "Northern Front" else "asserts"
        rows += [
            {**shelling, **who, **source, "stance": "asserts", **figure},
            {**shelling, **who, **source, "stance": denies, "aspect": "attribution", "names": "Northern Front"},
            {**shelling, **who, **source, "stance": "asserts", "aspect": "occurrence"},
            {**bridge, **who, **source, "stance": "asserts", "aspect": "control"},
            {**bridge, **who, **source, "stance": "silent", "aspect": "withdrawal"},
        ]
    rows[0] |= {"dataset": "my-town", "dataset_title": "What was said of my town"}
    return rows


def fill(path: Path) -> None:
    """Put the rows in place of the template's example."""
    if path.suffix == ".csv":
        with path.open(newline="") as stream:
            header = next(csv.reader(stream))
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, header)
            writer.writeheader()
            writer.writerows(twenty())
        return
    book = load_workbook(path)
    for column, name in enumerate([cell.value for cell in book["claims"][1]], 1):
        for number, row in enumerate(twenty(), 2):
            book["claims"].cell(number, column).value = row.get(str(name))
    book.save(path)


@pytest.fixture
def said(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command over an empty database, in a folder of its own; its exit code and what it said."""
    monkeypatch.setenv("DATABASE_URL", empty_url)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        code = 0
        try:
            cli.app(words, standalone_mode=False)
        except SystemExit as exited:
            code = int(exited.code or 0)
        return code, "".join(capsys.readouterr())

    return run


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_twenty_claims_are_loaded_asked_and_taken_out_by_the_docs_own_commands(
    empty_url: str, said: Said, suffix: str
) -> None:
    given = commands()
    lines = [shlex.split(line.removeprefix(COUNTERCLAIM).replace(".csv", suffix)) for line in given[:4]]
    told = [said(*lines[0])]
    fill(Path(f"claims{suffix}"))
    told += [said(*line) for line in lines[1:]]
    counted = "35 records read: 35 new, 0 changed, 0 unchanged, 0 vanished (kept)."
    assert told == [
        (0, f"Written: claims{suffix}\n"),
        (0, "No faults: everything can be loaded.\n"),
        (0, f"{counted} A dry run: nothing was loaded.\n"),
        (0, f"{counted}\n"),
    ]
    addresses = [urlsplit(shlex.split(line.removeprefix("curl "))[0]) for line in given[4:7]]
    with serving(empty_url) as api:
        claims, disputes, events = (api.ask(f"{one.path}?{one.query}").raise_for_status() for one in addresses)
    assert len(claims.json()["data"]) == 20
    assert [(one["aspect"], len(one["positions"])) for one in disputes.json()["data"]] == [
        ("casualties", 4),
        ("attribution", 4),
    ]
    assert re.findall(r"^my-town-[a-z-]+", events.text, re.MULTILINE) == [
        "my-town-shelling-of-the-market",
        "my-town-capture-of-the-bridge",
    ]
    assert len(given) == 8
    assert said(*shlex.split(given[7].removeprefix(COUNTERCLAIM))) == (0, "35 records withdrawn.\n")


def test_an_unknown_record_is_refused_once_with_how_to_create_it(said: Said) -> None:
    said("template", "claims.csv")
    path = Path("claims.csv")
    whole = path.read_text()
    how = "to make one in passing, write its kind behind its name, such as (civilians)\n"
    path.write_text(whole.replace("Northern Front (armed_group)", "Northern Front"))
    told = "claims.csv row 2: participants: 'Northern Front' is not an id, and this file makes no such actor; "
    assert said("check", "claims.csv") == (1, told + how)
    path.write_text(whole.replace("Northern Front (armed_group)", "Front"))
    event = "event my-town-shelling-of-the-market: participants[0].actor"
    assert said("load", "claims.csv") == (1, f"claims.csv row 2: {event}: there is no actor Front; {how}")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            {"speaker": "", "speaker_kind": "", "speaker_id": "nobdy"},
            "claim my-town-1: speaker_id: there is no actor nobdy; to make one, write its name in speaker",
        ),
        (
            {"event": "", "event_kind": "", "event_date": "", "participants": "", "event_id": "shelling"},
            "claim my-town-1: event_id: there is no event shelling; to make one, write its title in event",
        ),
        (
            {"about": "my-town-2"},
            "claim my-town-1: about: there is no claim my-town-2",
        ),
        (
            {"via": "my-town-town-counsil"},
            f"claim my-town-1: via: there is no actor my-town-town-counsil; did you mean {COUNCIL}? {IN_PASSING}.",
        ),
        (
            {"place_country": "Ukraine"},
            f"place_country: 'Ukraine' {NO_CODE}; did you mean UA (Ukraine)?",
        ),
    ],
)
def test_an_unknown_id_is_reported_by_its_column(said: Said, cells: Row, told: str) -> None:
    header, example = template.sheet()
    with Path("claims.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerow(dict(zip(header, example, strict=True)) | cells)
    expected = 1, f"claims.csv row 2: {told}\n"
    assert said("load", "claims.csv") == expected


def test_an_exported_folder_is_distinguished_from_a_dossier(said: Said) -> None:
    said("template", "a.csv")
    said("load", "a.csv")
    assert said("export", "out", "--dataset", "my-town")[0] == 0
    assert said("load", "out") == (1, "out: is a data package: counterclaim import package out\n")
    assert said("load", "out/claims.ndjson")[1].startswith("1 records read: 0 new, 0 changed, 1 unchanged")
    assert said("import", "package", "out")[0] == 0


def test_a_duplicate_id_is_reported_with_both_files(said: Said) -> None:
    said("template", "a.csv", "b.toml")
    Path("b.toml").write_text(Path("b.toml").read_text().replace("Council: four dead", "Council: four died"))
    code, told = said("check", "a.csv", "b.toml")
    assert (code, told.splitlines()[-1]) == (1, "a.csv row 2: claim my-town-1: id: occurs twice: in b.toml too")


def test_the_first_of_many_records_that_prevent_a_prune_are_named(said: Said) -> None:
    def head(dataset: str) -> str:
        moment = "2021-05-02T00:00:00Z"
        return f'dataset = "{dataset}"\n[[datasets]]\nid = "{dataset}"\ntitle = "T"\nrecorded_at = "{moment}"\n'

    within = '[[locations]]\nid = "two-{:02}"\nkind = "place"\nname = "Place"\nwithin = "one-town"\n'
    Path("one.toml").write_text(head("one") + '[[locations]]\nid = "one-town"\nkind = "town"\nname = "Town"\n')
    Path("two.toml").write_text(head("two") + "".join(map(within.format, range(25))))
    assert said("load", "one.toml", "two.toml")[0] == 0
    Path("one.toml").write_text(head("one"))
    barred = "two: location one-town: cannot be withdrawn: location two-{:02} of the dataset two names it as its within"
    more = "… and 5 more; counterclaim load --report json lists them."
    code, told = said("load", "one.toml", "--prune")
    assert (code, told.splitlines()) == (1, [*map(barred.format, range(20)), more])
    again = "1 records read: 0 new, 0 changed, 1 unchanged, 1 vanished (kept).\n"
    named = "1 records are no longer in the files, and stay without --prune:\n  location one-town\n"
    assert said("load", "one.toml") == (0, again + named)


def test_the_first_of_many_vanished_records_are_named(said: Said) -> None:
    head = 'dataset = "d"\n[[datasets]]\nid = "d"\ntitle = "T"\nrecorded_at = "2021-05-02"\n'
    actors = "".join(f'[[actors]]\nid = "a{number:04}"\nkind = "person"\nname = "A"\n' for number in range(1_200))
    Path("d.toml").write_text(head + actors)
    assert said("load", "d.toml")[0] == 0
    Path("d.toml").write_text(head)
    named = [f"  actor a{number:04}" for number in range(20)]
    more = "  … and 1,180 more; --report json lists the first 1,000."
    for option, what in ((), "stay without --prune"), (("--prune",), "were withdrawn"):
        code, told = said("load", "d.toml", *option)
        lines = [f"1,200 records are no longer in the files, and {what}:", *named, more]
        assert (code, told.splitlines()[1:]) == (0, lines)


def test_a_dry_run_does_not_say_that_records_were_withdrawn(said: Said) -> None:
    head = 'dataset = "d"\n[[datasets]]\nid = "d"\ntitle = "T"\nrecorded_at = "2021-05-02"\n'
    Path("d.toml").write_text(f'{head}[[actors]]\nid = "a"\nkind = "person"\nname = "A"\n')
    assert said("load", "d.toml")[0] == 0
    Path("d.toml").write_text(head)
    told = "1 records are no longer in the files, and would be withdrawn:\n  actor a\n"
    code, lines = said("load", "d.toml", "--prune", "--dry-run")
    assert (code, lines.partition("\n")[2]) == (0, told)


@pytest.mark.parametrize("note", ["Claims of May, by Jo", "Claims of May", "Claims of May\n\nNot checked yet"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_rows_above_the_header_are_to_be_deleted(said: Said, note: str, delimiter: str) -> None:
    rows = "event,event_kind,stance,aspect\nA,shelling,asserts,occurrence\nB,shelling,asserts,occurrence\n"
    Path("d.csv").write_text(f"{note}\n{rows.replace(',', delimiter)}")
    header = note.count("\n") + 2
    told = f"d.csv row 1: is not the header, which is row {header}: delete the rows above that\n"
    assert said("check", "d.csv") == (1, told)


def test_a_date_after_the_day_of_recording_is_reported_before_and_after_loading(said: Said) -> None:
    head = 'dataset = "d"\n[[datasets]]\nid = "d"\ntitle = "T"\nrecorded_at = "2021-05-02"\n'
    event = '[[events]]\nid = "e"\nkind = "shelling"\ntitle = "E"\n'
    claim = '[[claims]]\nid = "d-1"\nevent = "e"\nstance = "asserts"\naspect = "occurrence"\nsaid = 2021-06-05\n'
    Path("d.toml").write_text(head + event + claim)
    wrong = "said 2021-06-05, but the dataset was recorded on 2021-05-02: one of the two dates is wrong"
    doubt = f"d: claim d-1: said: {wrong}\n"
    assert said("check", "d.toml") == (0, f"No faults: everything can be loaded.\n{doubt}")
    counted = "3 records read: 3 new, 0 changed, 0 unchanged, 0 vanished (kept).\n"
    told = f"{counted}1 records are loaded as they are, but can hardly be right:\n  {doubt}"
    assert said("load", "d.toml") == (0, told)
    found = json.loads(said("load", "d.toml", "--report", "json")[1])
    assert (found["doubts"], found["doubted"]) == (0, [])


def test_the_first_of_many_reasons_are_printed_and_json_lists_all(said: Said) -> None:
    rows = twenty() * 2
    header = list(dict.fromkeys(name for row in rows for name in row))
    with Path("bad.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerows({**row, "stance": "shouts"} for row in rows)
    code, told = said("load", "bad.csv")
    assert (code, len(told.splitlines())) == (1, 21)
    assert told.splitlines()[-1] == "… and 20 more; counterclaim load --report json lists them."
    code, told = said("load", "bad.csv", "--report", "json")
    found = json.loads(told)
    assert (code, found["loaded"], found["refusals"], len(found["refused"])) == (1, False, 40, 40)
    assert (found["refused"][0]["row"], found["refused"][0]["field"]) == (2, "stance")


def test_a_folder_that_is_dropped_into_seed_is_a_dossier(tmp_path: Path) -> None:
    copy_of_the_code(tmp_path)
    for name in ("my-town", "notes", "__pycache__"):
        (tmp_path / "seed" / name).mkdir()
    (tmp_path / "seed/my-town/claims.csv").write_bytes(template.as_csv())
    (tmp_path / "seed/notes/README").write_text("No records.")
    assert [one.name for one in reviewed(tmp_path / "seed")] == ["khasham", "lysychansk", "my-town"]
    environment = {**os.environ, "DATABASE_URL": str(tmp_path / "tried.db")}

    def run(*words: str) -> str:
        command = [sys.executable, "-m", *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    run("api", "migrate")
    shipped = sum(isinstance(one, Entry) for one in read(SHIPPED))
    assert run("seed") == f"{shipped + 8} records read: {shipped + 8} new, 0 changed, 0 unchanged, 0 vanished (kept).\n"
    again = "8 records read: 0 new, 0 changed, 8 unchanged, 0 vanished (kept).\n"
    assert run("api", "seed", "my-town") == again
