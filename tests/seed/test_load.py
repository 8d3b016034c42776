"""Loading: what is new, changed and gone, what is refused and why, and that nothing happens by halves."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from api import models
from api.settings import PROJECT
from api.storage.database import engine
from seed.files import read
from seed.load import load, withdraw
from seed.report import LoadRefusedError, Report
from tests.support.contents import everything, revision
from tests.support.databases import LYSYCHANSK

EXCERPT, CONTEXT = "lysychansk", "lysychansk-context"
KHASHAM = LYSYCHANSK.with_name("khasham")
SIZES = {"event": 27, "actor": 29, "location": 13, "claim": 46}


@pytest.fixture
def database(empty_url: str) -> Iterator[sa.Engine]:
    made = engine(empty_url)
    yield made
    made.dispose()


def seed(database: sa.Engine, *datasets: str) -> Report:
    return load(database, read([LYSYCHANSK], datasets))


def assessments(database: sa.Engine) -> dict[tuple[str, str], tuple[str, bool]]:
    with database.connect().execution_options(read_only=True) as connection:
        bodies = [json.loads(body) for body in connection.scalars(sa.select(models.EventDocument.body))]
    return {
        (event["id"], one["aspect"]): (one["status"], one["inferred"])
        for event in bodies
        for one in event["assessments"]
    }


def test_the_excerpt_alone_follows(database: sa.Engine) -> None:
    report = seed(database, EXCERPT)
    assert {kind: report.new[kind] for kind in SIZES} == SIZES
    found = assessments(database)
    assert found["capture-of-lysychansk", "control"] == ("conceded", False)
    assert found["capture-of-luhansk-oblast", "control"] == ("disputed", False)
    assert found["ukrainian-withdrawal-begins", "withdrawal"] == ("disputed", True)
    assert found["activity-at-gelatin-plant", "occurrence"] == ("corroborated", False)
    assert found["separatist-entry", "occurrence"] == ("unaddressed", False)
    assert found["ukrainian-airstrikes", "occurrence"] == ("claimed", False)


def test_both_layers_follow(database: sa.Engine) -> None:
    seed(database)
    found = assessments(database)
    assert found["capture-of-lysychansk", "control"] == ("conceded", False)
    assert found["capture-of-luhansk-oblast", "control"] == ("disputed", False)
    assert found["capture-of-gelatin-plant", "control"] == ("disputed", False)
    assert found["encirclement-of-lysychansk", "occurrence"] == ("disputed", False)
    assert found["ukrainian-retreat", "assessment"] == ("disputed", False)
    assert found["refinery-entry", "control"] == ("conceded", False)


def test_loading_again_changes_nothing(database: sa.Engine) -> None:
    first = seed(database)
    before = everything(database)
    again = seed(database)
    assert again.unchanged == first.new
    assert not again.moved
    assert (everything(database), revision(database)) == (before, 1)


def test_a_layer_comes_and_goes_without_a_trace(database: sa.Engine) -> None:
    seed(database, EXCERPT)
    before = everything(database)
    seed(database)
    assert everything(database) != before
    assert withdraw(database, CONTEXT).withdrawn
    assert everything(database) == before
    assert revision(database) == 3


def test_records_that_another_dataset_refers_to_stay(database: sa.Engine) -> None:
    seed(database)
    before = everything(database)
    with pytest.raises(LoadRefusedError, match="cannot be withdrawn: 68 records of lysychansk-context name"):
        withdraw(database, EXCERPT)
    assert (everything(database), revision(database)) == (before, 1)


def test_a_first_load_names_what_comes_in_a_later_batch(
    database: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seed.load.BATCH", 1)
    path = tmp_path / "whole.toml"
    sources = "".join(
        f'[[sources]]\nid = "{name}"\nkind = "document"\ntitle = "{name}"{more}\n'
        for name, more in (("part", '\nparent = "volume"'), ("volume", ""))
    )
    path.write_text(
        f'dataset = "mine"\n[[datasets]]\nid = "mine"\ntitle = "Mine"\nrecorded_at = 2026-01-01T00:00:00Z\n{sources}'
    )
    load(database, read([path]))
    with database.connect() as connection:
        rows = connection.execute(sa.text("SELECT id, parent FROM source ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [("part", "volume"), ("volume", None)]


def test_the_records_of_a_dataset_that_is_refused_are_not_said_to_have_none(
    database: sa.Engine, tmp_path: Path
) -> None:
    path = tmp_path / "whole.toml"
    person = '[[actors]]\nid = "mine-a"\nkind = "person"\nname = "A"\n'
    path.write_text(f'dataset = "mine"\n[[datasets]]\nid = "mine"\ntitle = "Mine"\n{person}')
    with pytest.raises(LoadRefusedError) as refused:
        load(database, read([path]))
    assert [str(one) for one in refused.value.report.refused] == [f"{path}: dataset mine: recorded_at: is missing"]


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(f'dataset = "{EXCERPT}"\n{text}')
    return path


CLAIM = """
[[claims]]
id = "mine"
event = "capture-of-mine"
stance = "asserts"
aspect = "control"
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CLAIM.replace("stance", "#"), "claim mine: stance: is missing"),
        (CLAIM.replace("asserts", "assert"), "claim mine: stance: 'assert' is not a word of this vocabulary"),
        (CLAIM + 'said = { edtf = "2022-02-30", basis = "stated" }', "claim mine: said.edtf: "),
        (CLAIM + 'speaker = "rusia"', "claim mine: speaker: there is no actor rusia; did you mean russia?"),
        (CLAIM + 'about = "lysychansk-s01a"', "claim mine: about: lysychansk-s01a is a claim about another event"),
        (CLAIM + CLAIM, "claim mine: id: occurs twice"),
        (CLAIM + 'quotes = "so"', "claim mine: quotes: there is no such field; did you mean quote?"),
        (CLAIM.replace("mine", "count"), "claim count: id: no record may be called count"),
        (CLAIM + 'summary = "a\\u0000"', "claim mine: summary: 'a\\x00' contains a control character"),
    ],
)  # fmt: skip
def test_refused_records_are_named(database: sa.Engine, tmp_path: Path, text: str, reason: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(LoadRefusedError) as refused:
        load(database, read([LYSYCHANSK, path], [EXCERPT]))
    assert [str(one)[: len(f"{path}: {reason}")] for one in refused.value.report.refused] == [f"{path}: {reason}"]
    assert revision(database) is None
    assert not any(everything(database).values())


@pytest.mark.parametrize("loaded", [(), (KHASHAM,)], ids=["into nothing", "beside another dataset"])
def test_no_slice_loses_a_claim_whose_event_came_in_an_earlier_one(
    database: sa.Engine, monkeypatch: pytest.MonkeyPatch, loaded: tuple[Path, ...]
) -> None:
    """Records come a few at a time, events and claims far apart, and are derived a few events at a time.

    A first load derives everything in the end, a later one what it has noted slice by slice.
    """
    if loaded:
        load(database, read(loaded))
    others = everything(database)
    seed(database)
    whole = everything(database)
    for dataset in (CONTEXT, EXCERPT):
        withdraw(database, dataset)
    assert everything(database) == others
    monkeypatch.setattr("seed.load.BATCH", 7)
    monkeypatch.setattr("api.index.builder.CHUNK", 3)
    report = seed(database)
    found = everything(database)
    assert found == whole
    counted = [json.loads(row["body"])["claims"]["total"] for row in found["event_document"]]
    assert sum(counted) == len(found["claim"]) == report.new["claim"] + len(others["claim"])


@pytest.mark.long
def test_a_load_of_60_000_events_takes_no_more_than_300_mb(blank_url: str) -> None:
    """The world that the benchmark loads, each day's events in no order: 60,000 events, 135,000 claims."""
    command = [sys.executable, "-m", "bench.fill", "loader", blank_url, "60000", "1"]
    done = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout.splitlines()[-1])["memory_mb"] <= 300
