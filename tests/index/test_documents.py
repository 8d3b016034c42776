"""Stored documents are what their models say, and the same bytes on both databases."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api import models
from api.index import builder, facts, postings
from api.index.writer import DERIVED
from api.storage.database import engine
from seed.files import read
from seed.load import load, withdraw
from seed.refusals import Entry, Place, entry
from seed.verify import verify
from tests.support import databases
from tests.support.contents import as_modelled, documents, everything, rebuilt
from tests.support.databases import LYSYCHANSK


@pytest.fixture
def database(empty_url: str) -> Iterator[sa.Engine]:
    made = engine(empty_url)
    yield made
    made.dispose()


@pytest.fixture
def dossier(dossier_url: str) -> Iterator[sa.Engine]:
    made = engine(dossier_url)
    yield made
    made.dispose()


def stored(database: sa.Engine, table: str) -> list[Any]:
    """The rows of a table as they are, numbers of facets included."""
    with database.connect().execution_options(read_only=True) as connection:
        columns = models.Base.metadata.tables[table]
        return sorted(map(tuple, connection.execute(sa.select(columns)).all()), key=repr)


def test_documents_are_what_their_models_say(dossier: sa.Engine) -> None:
    assert set(as_modelled(dossier)) == {"dataset", "source", "actor", "location", "event", "claim"}


def test_the_offsets_enclose_what_depends_on_claims(dossier: sa.Engine) -> None:
    with dossier.connect().execution_options(read_only=True) as connection:
        table = models.EventDocument.__table__
        rows = connection.execute(sa.select(table.c.body, table.c.judged_from, table.c.judged_to)).all()
    for body, start, end in rows:
        event = json.loads(body)
        part = json.loads("{" + body[start:end] + "}")
        assert part == {name: event[name] for name in ("claims", "deaths", "assessments")}


def test_both_databases_hold_the_same(tmp_path: Path) -> None:
    found = []
    for backend in ("sqlite", "postgresql"):
        with databases.copy(backend, tmp_path, databases.dossier(backend)) as url:
            made = engine(url)
            found.append({table: stored(made, table) for table in DERIVED})
            made.dispose()
    assert found[0] == found[1]
    assert all(found[0].values())


def test_any_cache_size_writes_the_same(dossier: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of postings that are written several times over, and names that are forgotten and looked up again."""
    for name in ("MOST", "MOST_NAMES", "MOST_NEW", "MOST_ROWS", "AT_ONCE"):
        monkeypatch.setattr(postings, name, 20)
    monkeypatch.setattr(facts, "MOST_GROUPS", 5)
    monkeypatch.setattr(builder, "CHUNK", 2)
    assert rebuilt(dossier) == everything(dossier)
    withdraw(dossier, "lysychansk-context")
    few = everything(dossier)
    monkeypatch.undo()
    assert rebuilt(dossier) == few


def record(kind: str, /, **fields: Any) -> Entry:
    found = entry(kind, fields, fields.pop("dataset", "mine"), Place("test"))
    assert isinstance(found, Entry), found
    return found


def dataset(name: str, recorded_at: str = "2022-08-01T00:00:00Z") -> Entry:
    return record("dataset", id=name, title=name.title(), recorded_at=recorded_at, dataset=name)


def test_odd_texts_and_numbers_are_kept(database: sa.Engine) -> None:
    """Quotes, separators, other scripts and astral letters; a minus nought is a nought; numbers stay what they were."""
    odd = 'Say "claims":{"total":0},"dataset":{"id":"x"} \\ \u2028 \U0001f600 é'
    extra = {"a": [1, 1.0, 1e30, -1e-7, 2**70, 0.1, None, True, {"ж": odd}], "claims": {"total": 3}}
    entries = [
        dataset("mine", recorded_at="2022-08-01T12:00:00.120+03:00"),
        record("location", id="here", kind="town", name=odd, point=POINT, phrase="mid-ocean"),
        record("event", id="e", kind="capture", title=odd, summary="two\nlines\tand", location="here", extra=extra),
        record("claim", id="c", event="e", stance="asserts", aspect="quantity", summary=odd, value=VALUE),
    ]
    load(database, entries)
    event = documents(database, "event")["e"]
    assert (event["title"], event["extra"], event["claims"]["total"]) == (odd, extra, 1)
    assert json.dumps(event["location"]["point"]["longitude"]) == "0"
    assert json.dumps(documents(database, "claim")["c"]["value"]) == (
        '{"low": -2, "best": 0.1, "high": 1e+22, "unit": "men", "measure": "attackers", "of": null}'
    )
    assert as_modelled(database) == {"dataset": 1, "location": 1, "event": 1, "claim": 1}
    assert list(verify(database)) == []


POINT = {"longitude": -0.0, "latitude": 90, "method": "derived"}
VALUE = {"low": -2.0, "best": 0.1, "high": 1e22, "unit": "men", "measure": "attackers"}


def test_another_datasets_date_lies_over_the_records_own_while_it_is_there(database: sa.Engine) -> None:
    own = {"edtf": "2022-07", "basis": "inferred", "note": "by its place in the text"}
    load(database, [dataset("mine"), record("event", id="e", kind="capture", title="Capture", date=own)])
    before = everything(database)
    stated = documents(database, "event")["e"]["date"]
    more = [
        dataset("other"),
        record("source", dataset="other", id="s", kind="news", title="A report"),
        record("dating", dataset="other", id="other-2", event="e", edtf="2022-07-04", source="s"),
        record(
            "dating",
            dataset="other",
            id="other-1",
            event="e",
            edtf="2022-07-03",
            source="s",
            note="seen",
            preferred=True,
        ),
    ]
    load(database, more)
    assert documents(database, "event")["e"]["date"] == {
        "edtf": "2022-07-03",
        "earliest": "2022-07-03",
        "latest": "2022-07-03",
        "precision": "day",
        "basis": "external",
        "source": {"id": "s", "title": "A report"},
        "stated": "2022-07",
        "note": "seen",
        "others": [{"edtf": "2022-07-04", "source": {"id": "s", "title": "A report"}, "note": None}],
    }
    withdraw(database, "other")
    assert documents(database, "event")["e"]["date"] == stated == {**stated, **own, "stated": None, "source": None}
    assert everything(database) == before


def test_circles_of_belonging(database: sa.Engine) -> None:
    ring = ["a", "b", "c"]
    actors = [
        record("actor", id=one, kind="armed_group", name=one, affiliations=[{"kind": "part_of", "actor": other}])
        for one, other in zip(ring, ["b", "c", "a"], strict=True)
    ]
    event = record("event", id="e", kind="capture", title="E", participants=[PARTICIPANT])
    load(database, [dataset("mine"), *actors, event])
    found = everything(database)
    assert {(row["actor"], row["party"]) for row in found["actor_closure"]} == {(x, y) for x in ring for y in ring}
    facets = set(found["event_entry"][0]["facets"])
    assert {f"party:{one}" for one in ring} <= facets


PARTICIPANT = {"actor": "a", "role": "attacker"}


def test_updates_and_prunes(database: sa.Engine) -> None:
    """A new release changes a record, brings one and leaves one out."""
    first = [record("actor", id=name, kind="person", name=name.title()) for name in ("one", "two", "three")]
    load(database, [dataset("mine"), *first])
    second = [
        dataset("mine"),
        record("actor", id="one", kind="person", name="Another"),
        record("actor", id="two", kind="person", name="Two"),
        record("actor", id="four", kind="person", name="Four"),
    ]
    report = load(database, second)
    assert (report.new["actor"], report.changed["actor"], report.unchanged["actor"]) == (1, 1, 1)
    assert (report.vanished_ids, report.withdrawn) == (["actor three"], False)
    assert report.in_words() == "4 records read: 1 new, 1 changed, 2 unchanged, 1 vanished (kept)."
    names = {id_: actor["name"] for id_, actor in documents(database, "actor").items()}
    assert names == {"one": "Another", "two": "Two", "three": "Three", "four": "Four"}
    report = load(database, second, prune=True)
    assert (report.vanished_ids, report.withdrawn) == (["actor three"], True)
    assert sorted(documents(database, "actor")) == ["four", "one", "two"]
    assert not load(database, second, prune=True).moved


def test_a_mapping_joins_two_datasets_while_both_are_there(database: sa.Engine, tmp_path: Path) -> None:
    same_as = tmp_path / "same_as.toml"
    same_as.write_text('[[same_as]]\nactor = "gov-72"\nother = "russia"\n')
    load(database, read([LYSYCHANSK], ["lysychansk"]), same_as=same_as)
    before = everything(database)
    theirs = [
        dataset("theirs"),
        record("actor", dataset="theirs", id="gov-72", kind="state", name="Government of Russia"),
    ]
    assert load(database, theirs, same_as=same_as).mapped == 1
    actor = documents(database, "actor")["gov-72"]
    assert [(one["kind"], one["actor"]["id"]) for one in actor["affiliations"]] == [("same_as", "russia")]
    closure = {row["party"] for row in everything(database)["actor_closure"] if row["actor"] == "gov-72"}
    assert closure == {"gov-72", "russia", "russian-side"}
    withdraw(database, "theirs", same_as=same_as)
    assert everything(database) == before
    load(database, theirs, same_as=same_as)
    withdraw(database, "lysychansk", same_as=same_as)
    assert documents(database, "actor")["gov-72"]["affiliations"] == []


def test_a_record_that_leaves_a_day_makes_room_for_one_that_comes(database: sa.Engine) -> None:
    """A dating takes an event to an earlier day, and another event comes to the day that it leaves."""
    lists = [dataset("mine"), dataset("yours")]
    dated = {"edtf": "2022-07-03", "basis": "stated"}
    load(database, [lists[0], record("event", id="z-first", kind="shelling", title="First", date=dated)])
    later = [
        lists[1],
        record("source", id="s", kind="news", title="A source", dataset="yours"),
        record("event", id="a-second", kind="shelling", title="Second", date=dated, dataset="yours"),
        record("dating", id="d", event="z-first", edtf="2022-07-01", source="s", dataset="yours"),
    ]
    load(database, later)
    entries = sa.select(models.EventEntry.id).order_by(models.EventEntry.number)
    with database.connect().execution_options(read_only=True) as connection:
        assert list(connection.scalars(entries)) == ["z-first", "a-second"]
    assert list(verify(database)) == []
