"""What was altered on the disk is found beside other work, and never told as if it were data."""

import threading
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from api import models
from api.index import integrity
from api.server.integrity import PIECE_SECONDS, Budget, Interrupted
from api.storage.bulk import Store
from api.storage.database import engine
from seed.load import rebuild
from tests.support import bitflips, faults
from tests.support.live import Api, serving

EVENT = "capture-of-lysychansk"
SPOILT_POSTING = "UPDATE posting SET hash = 1 WHERE facet = (SELECT id FROM facet WHERE name = 'party:lpr')"


def changed(url: str, statement: str) -> None:
    made = engine(url)
    with made.begin() as connection:
        assert connection.execute(sa.text(statement)).rowcount == 1
    made.dispose()


def found(url: str) -> list[tuple[str, str | None]]:
    """The tables that are damaged, and of which record where that is known."""
    made = engine(url)
    try:
        with made.begin() as connection:
            return [(one.table, one.id) for one in integrity.damage(Store(connection, lenient=True))]
    finally:
        made.dispose()


def checked(api: Api, passes: int = 1) -> None:
    """Return once everything was looked at so often."""
    bitflips.checked(api, passes)


def test_nothing_is_damaged_by_loading(dossier_url: str) -> None:
    assert found(dossier_url) == []
    made = engine(dossier_url)
    rebuild(made)
    made.dispose()
    assert found(dossier_url) == []


SPOILT: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "a letter of a document": (
        "UPDATE event_document SET body = replace(body, 'Lysychansk', 'Lysychanks') WHERE id = 'capture-of-lysychansk'",
        [("event_document", EVENT)],
    ),
    "where a judgement stands": (
        "UPDATE event_document SET judged_to = judged_to + 1 WHERE id = 'capture-of-lysychansk'",
        [("event_document", EVENT)],
    ),
    "the day that a source is sorted by": (
        "UPDATE source_document SET day = day + 1 WHERE id = 'isw-2022-07-02'",
        [("source_document", "isw-2022-07-02")],
    ),
    "a word": ("UPDATE actor_words SET words = words || 'x ' WHERE id = 'haidai'", [("actor_words", None)]),
    "when a claim was said": (
        "UPDATE claim_entry SET said_certain = said_certain + 1 WHERE id = 'lysychansk-s14a'",
        [("claim_entry", None)],
    ),
    "a facet": (
        "UPDATE facet SET id = -id WHERE name = 'kind:capture'",
        [("facet", None), ("posting", None)],
    ),
    "a name in the facts alone": ("UPDATE actor SET name = 'Sergei' WHERE id = 'haidai'", [("actor", None)]),
    "a revision": ("UPDATE revision SET message = 'x' WHERE number = 1", [("revision", None)]),
    "what a revision changed": (
        "UPDATE change SET op = 'delete', sha256 = NULL WHERE id = 'haidai'",
        [("change", None)],
    ),
    "where a day begins": (
        "UPDATE day_number SET first = first + 1 WHERE kind = 'event' AND day = 0",
        [("event_entry", None)],
    ),
}


@pytest.mark.parametrize("what", SPOILT)
def test_every_alteration_is_found(dossier_url: str, what: str) -> None:
    statement, damaged = SPOILT[what]
    changed(dossier_url, statement)
    assert sorted(set(found(dossier_url)), key=str) == sorted(damaged, key=str)


def test_damaged_data_is_not_served(dossier_url: str) -> None:
    """A document is shown as damaged, a table is not read, all else is answered; and what was mended comes back."""
    with serving(dossier_url, check_share=1) as api:
        checked(api)
        right = {path: api.good(path).text for path in ("/claims?limit=1000", "/sources.csv")}
        assert api.get(f"/events/{EVENT}")["title"] == "Capture of Lysychansk"
    changed(dossier_url, SPOILT["a letter of a document"][0])
    changed(dossier_url, SPOILT["a word"][0])
    with serving(dossier_url, check_share=1) as api:
        checked(api)
        assert api.get(f"/events/{EVENT}")["damaged"]
        shown = api.ndjson("/events.ndjson")
        assert [row["id"] for row in shown if "damaged" in row] == [EVENT]
        problem = api.problem("/actors", 503, q="haidai")
        assert problem["detail"].startswith("actor_words: these tables are damaged.")
        assert api.problem("/health/ready", 503)["detail"] == "Damaged on the disk: actor_words."
        assert api.ask("/health").status_code == 200
        assert {path: api.good(path).text for path in right} == right
        assert (
            'counterclaim_damaged{what="tables"} 1.0\ncounterclaim_damaged{what="documents"} 1.0'
            in api.good("/metrics").text
        )
        made = engine(dossier_url)
        rebuild(made)
        made.dispose()
        checked(api, 2)
        assert api.get(f"/events/{EVENT}")["title"] == "Capture of Lysychansk"
        assert api.get("/actors", q="haidai")["data"][0]["id"] == "haidai"
        assert api.ask("/health/ready").status_code == 200


@pytest.mark.parametrize(
    ("table", "statement", "path"),
    [
        ("posting", SPOILT_POSTING, "/events?party=lpr"),
        (
            "record_column",
            "UPDATE record_column SET hash = 1 WHERE name = 'claim/latest'",
            "/briefing?date_from=2022-07-01&date_to=2022-07-02",
        ),
    ],
)
def test_data_that_is_found_damaged_when_it_is_read(dossier_url: str, table: str, statement: str, path: str) -> None:
    """Before the check has passed over it: `counterclaim serve` starts, and answers all else."""
    changed(dossier_url, statement)
    service = faults.Service(dossier_url, check_share=0)
    service.start()
    try:
        answer = httpx.get(service.root + path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert answer.json()["detail"].startswith(f"{table}: these tables are damaged.")
        assert httpx.get(f"{service.root}/events").status_code == 200
    finally:
        service.stop()


def test_it_may_sleep_after_every_row(dossier_url: str) -> None:
    """A request that is answered meanwhile waits for no more than one row."""
    read = (models.ClaimDocument, models.EventDocument, models.ClaimEntry, models.Posting, models.Change)
    made, sleeps = engine(dossier_url), 0

    def pace() -> None:
        nonlocal sleeps
        sleeps += 1

    with made.begin() as connection:
        rows = sum(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in read)
        assert not list(integrity.damage(Store(connection, lenient=True), pace))
    made.dispose()
    assert sleeps >= rows


def test_it_sleeps_according_to_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    rested: list[float] = []
    stop = threading.Event()

    def rest(seconds: float) -> bool:
        rested.append(seconds)
        return False

    monkeypatch.setattr("time.perf_counter", lambda: now)
    monkeypatch.setattr(stop, "wait", rest)
    budget = Budget(0.25, stop)
    for worked in (2, PIECE_SECONDS / 2, 1):
        now += worked
        budget()
    assert rested == pytest.approx([6, 3 * (1 + PIECE_SECONDS / 2)])  # what is too little to sleep for is added up
    monkeypatch.setattr(stop, "wait", lambda _: True)
    now += 1
    with pytest.raises(Interrupted):
        budget()


def test_a_tiny_share_lets_it_sleep_for_as_long_as_can_be_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    """To wait for longer raises an error, and the check would end for good."""
    now, stop = 0.0, threading.Event()
    rested: list[float] = []
    monkeypatch.setattr("time.perf_counter", lambda: now)
    monkeypatch.setattr(stop, "wait", rested.append)
    budget = Budget(1e-300, stop)
    now = 1
    budget()
    assert rested == [threading.TIMEOUT_MAX]


RIGHT = '{"data":[{"id":"a","title":"A"},{"id":"b","title":"B"}],"meta":{}}'


@pytest.mark.parametrize(
    ("text", "says_so"),
    [
        ('{"data":[{"id":"a","damaged":true},{"id":"b","title":"B"}],"meta":{}}', True),
        ('{"data":[{"id":"b","title":"B"}],"meta":{"damaged":["a"]}}', True),
        ('{"data":[{"id":"a","title":"B"},{"id":"b","title":"B"}],"meta":{}}', False),
        ('{"data":[{"id":"a","damaged":true},{"id":"b","title":"A"}],"meta":{}}', False),
        ('{"data":[{"id":"b","title":"A"}],"meta":{"damaged":["a"]}}', False),
        ('{"data":[{"id":"a","damaged":true}],"meta":{}}', False),
    ],
)
def test_the_trial_of_flips_notices_what_an_answer_does_not_say(text: str, *, says_so: bool) -> None:
    assert bitflips.says_so("/events", text, RIGHT) is says_so


def test_single_bits_that_flip(tmp_path: Path) -> None:
    """As the long test, of a few."""
    assert [trial for trial in bitflips.trials(bitflips.clean(tmp_path), 5, seed=3) if not trial.passed] == []


def test_single_bits_that_flip_on_postgresql() -> None:
    """Its pages have checksums of its own: what it does not read is answered 503, and all else is right."""
    assert [trial for trial in bitflips.trials_on_postgresql(5, seed=3) if not trial.passed] == []


@pytest.mark.long
def test_a_hundred_bits_that_flip(tmp_path: Path) -> None:
    """None is served as data once the check has passed, none ends in a traceback, and none with an effect is missed."""
    assert [trial for trial in bitflips.trials(bitflips.clean(tmp_path), 100) if not trial.passed] == []


@pytest.mark.long
def test_a_hundred_bits_that_flip_on_postgresql() -> None:
    assert [trial for trial in bitflips.trials_on_postgresql(100) if not trial.passed] == []
