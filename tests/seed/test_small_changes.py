"""What a load derives anew follows from what it changes, not from how much there is."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api.index import postings
from api.index.history import History
from api.index.invalidation import _SHOWN, Changes
from api.storage.bulk import Store
from api.storage.database import engine
from migrations import migrate
from seed.load import load
from seed.refusals import Entry, Place, entry
from seed.verify import verify
from tests.support.contents import everything, rebuilt

MANY = 40
FIRST, SAME_DAY, LATER = "2022-08-01T08:00:00Z", "2022-08-01T21:00:00Z", "2022-09-01T08:00:00Z"
OPEN = {"edtf": "2022-07-02/..", "basis": "stated"}
CLOSED = {"edtf": "2022-07-02", "basis": "stated"}
Derived = dict[str, list[str]]


@pytest.fixture
def database(empty_url: str) -> Iterator[sa.Engine]:
    made = engine(empty_url)
    yield made
    made.dispose()


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> Derived:
    """By kind, whose documents a load makes."""
    found: Derived = {}
    replace = History.replace

    def listen(history: History, kind: str, ids: Sequence[str], bodies: Mapping[str, str], **options: Any) -> Any:
        if bodies:
            found.setdefault(kind, []).extend(bodies)
        return replace(history, kind, ids, bodies, **options)

    monkeypatch.setattr(History, "replace", listen)
    return found


def records(recorded_at: str, numbers: Sequence[int], title: str = "Detections") -> list[Entry]:
    """Events with a claim each; the claims of the first two were said from a day on."""
    made: list[tuple[str, dict[str, Any]]] = [
        ("dataset", {"id": "fires", "title": title, "recorded_at": recorded_at}),
        ("actor", {"id": "sensor", "kind": "instrument", "name": "Sensor"}),
    ]
    for number in numbers:
        event = {"id": f"fire-{number:02}", "kind": "detection", "title": f"Fire {number}", "date": CLOSED}
        said = OPEN if number < 2 else CLOSED
        claim = {"id": f"fires-{number:02}", "event": f"fire-{number:02}", "stance": "asserts", "aspect": "occurrence"}
        made += [("event", event), ("claim", {**claim, "speaker": "sensor", "said": said})]
    checked = [entry(kind, fields, "fires", Place("fires")) for kind, fields in made]
    assert all(isinstance(one, Entry) for one in checked), checked
    return [one for one in checked if isinstance(one, Entry)]


@pytest.mark.parametrize(
    ("recorded_at", "expected"),
    [
        (SAME_DAY, {"dataset": ["fires"], "event": ["fire-40"], "claim": ["fires-40"]}),
        (
            LATER,
            {
                "dataset": ["fires"],
                "event": ["fire-00", "fire-01", "fire-40"],
                "claim": ["fires-00", "fires-01", "fires-40"],
            },
        ),
    ],
    ids=["on the same day", "on a later day"],
)
def test_one_row_more(database: sa.Engine, derived: Derived, recorded_at: str, expected: Derived) -> None:
    """The dataset's own record, the row, and what was said from a day on until its dataset was recorded."""
    load(database, records(FIRST, range(MANY)))
    assert {kind: len(ids) for kind, ids in derived.items()} == {"dataset": 1, "actor": 1, "event": MANY, "claim": MANY}
    derived.clear()
    load(database, records(recorded_at, [MANY]))
    assert {kind: sorted(ids) for kind, ids in derived.items()} == expected
    assert everything(database) == rebuilt(database)
    assert list(verify(database)) == []


@pytest.mark.parametrize("few", [1, 20])
def test_names_that_were_all_read_are_known(database: sa.Engine, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """After that many were looked up one by one. A name taken for a new one would be there twice."""
    monkeypatch.setattr(postings, "FEW_LOOKED_UP", few)
    load(database, records(FIRST, range(MANY)))
    load(database, records(SAME_DAY, [MANY, 3], title="Fires from space"))
    assert everything(database) == rebuilt(database)


def test_statistics_do_not_make_an_addition_read_everything(tmp_path: Path) -> None:
    """With `ANALYZE`, SQLite reads a whole table rather than an index whose column is empty in most rows."""
    migrate(str(tmp_path / "fires.db"))
    database = engine(str(tmp_path / "fires.db"))
    load(database, records(FIRST, range(10 * MANY)))
    with database.begin() as connection:
        connection.execute(sa.text("ANALYZE"))
    with database.connect() as connection:
        Changes(Store(connection))  # makes the temporary tables
        read = [row[-1] for _, query in _SHOWN for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {query}"))]
    database.dispose()
    assert [step for step in read if step.startswith(("SCAN claim", "SCAN event", "SCAN citation"))] == []
    assert "SEARCH claim USING INDEX ix_claim_of (of=?)" in read


def test_another_title_is_shown_by_all(database: sa.Engine, derived: Derived) -> None:
    load(database, records(FIRST, range(MANY)))
    derived.clear()
    load(database, records(FIRST, [0], title="Fires from space"))
    assert {kind: len(ids) for kind, ids in derived.items()} == {"dataset": 1, "actor": 1, "event": MANY, "claim": MANY}
    assert everything(database) == rebuilt(database)


def test_a_load_says_how_many_records_it_did_not_hold(database: sa.Engine) -> None:
    load(database, records(FIRST, range(MANY)))
    report = load(database, records(SAME_DAY, [MANY, 3]))
    assert dict(report.vanished) == {"event": MANY - 1, "claim": MANY - 1}
    assert report.vanished_ids[:2] == ["claim fires-00", "claim fires-01"]
    assert len(report.vanished_ids) == 2 * (MANY - 1)
    assert "claim fires-03" not in report.vanished_ids
