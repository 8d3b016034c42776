"""The history over HTTP: revisions and their digests, copies that follow the changes, and records as they stood."""

import contextlib
import hashlib
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from api.query import changes
from api.query.changes import LARGE
from api.storage.database import engine
from seed.files import read
from seed.load import load, withdraw
from seed.report import LoadRefusedError
from tests.index.test_derivation import empty
from tests.query.test_feed import program_of_the_readme
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support import databases
from tests.support.databases import LYSYCHANSK
from tests.support.live import Api, serving
from tests.support.worlds import World

LISTS = ("events", "claims", "sources", "actors", "locations", "datasets")
CAPTURE = "/events/capture-of-lysychansk"
Copy = dict[tuple[str, str], Any]


@pytest.fixture(scope="module")
def loaded(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serves three revisions, shared: only read from it."""
    copied = databases.copy(backend, tmp_path_factory.mktemp("revised"), databases.revised(backend))
    with copied as url, serving(url) as api:
        yield api


@pytest.fixture
def revised_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """The same three revisions, in a database of this test alone."""
    with databases.copy(backend, tmp_path, databases.revised(backend)) as url:
        yield url


@pytest.fixture
def database(revised_url: str) -> Iterator[sa.Engine]:
    """Loads into that database."""
    made = engine(revised_url)
    yield made
    made.dispose()


@pytest.fixture
def changing(revised_url: str) -> Iterator[Api]:
    """Serves that database."""
    with serving(revised_url) as api:
        yield api


def served(api: Api) -> Copy:
    """Every document, as the exports have it."""
    found: Copy = {}
    for name in LISTS:
        undated = {"undated": "include"} if name in {"events", "claims", "sources"} else {}
        for line in api.good(f"/{name}.ndjson", **undated).text.splitlines():
            document = json.loads(line)
            found[name[:-1], document["id"]] = document
    return found


def test_revisions_say_what_was_done_and_why(loaded: Api) -> None:
    page = loaded.get("/revisions", total=True)
    assert page["meta"] == {"description": "All revisions", "total": 3}
    assert [(one["number"], one["action"], one["datasets"], one["message"]) for one in page["data"]] == [
        (3, "withdraw", [CONTEXT], "in error"),
        (2, "load", [CONTEXT], None),
        (1, "load", [EXCERPT], "the excerpt"),
    ]
    assert [one["number"] for one in loaded.get("/revisions", sort="number", limit=2)["data"]] == [1, 2]
    pages = list(loaded.pages("/revisions", limit=1))
    assert [one["number"] for one_page in pages for one in one_page["data"]] == [3, 2, 1]
    assert loaded.get("/revisions/2") == page["data"][1]
    for number in ("4", "0", "01", "-1", "x", "1" * 10):
        told = f"There is no revision {number}; the newest is 3."
        assert loaded.problem(f"/revisions/{number}", 404)["detail"] == told


def test_anybody_can_compute_the_digests(loaded: Api) -> None:
    previous = "0" * 64
    for revision in loaded.get("/revisions", sort="number")["data"]:
        text = previous
        for page in loaded.pages(f"{revision['url']}/changes", limit=100):
            for one in page["data"]:
                text += f"{one['kind']}\t{one['id']}\t{one['op']}\t{one['sha256'] or ''}\n"
        assert revision["previous"] == previous
        previous = revision["digest"]
        assert previous == hashlib.sha256(text.encode()).hexdigest()


def test_hashes_are_of_what_is_served(loaded: Api) -> None:
    (change,) = [one for one in loaded.get("/changes", limit=1000)["data"] if one["url"] == CAPTURE]
    assert change["sha256"] == hashlib.sha256(loaded.good(CAPTURE).content).hexdigest()
    assert (change["revision"], change["op"]) == (3, "put")


def test_a_withdrawn_record_is_gone_until_it_is_loaded_again(changing: Api, database: sa.Engine) -> None:
    problem = changing.problem("/sources/isw-2022-07-02", 410)
    assert problem["type"] == "/problems/gone"
    assert problem["detail"] == "The source isw-2022-07-02 was withdrawn by revision 3."
    moment = changing.get("/revisions/3")["recorded_at"]
    expected = {"kind": "source", "id": "isw-2022-07-02", "revision": 3, "recorded_at": moment, "message": "in error"}
    assert {name: problem[name] for name in expected} == expected
    stood = changing.get("/sources/isw-2022-07-02", revision=2)
    load(database, read([LYSYCHANSK], [CONTEXT]))
    again = changing.get("/sources/isw-2022-07-02")
    assert again["title"] == stood["title"]
    assert changing.problem("/sources/isw-2022-07-02", 410, revision=3)["revision"] == 3
    assert changing.problem("/sources/isw-2022-07-02", 404, revision=1)["detail"] == (
        "There was no source isw-2022-07-02 as of revision 1."
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/events/{}/claims", "event"),
        ("/events/{}/claims?sort=-said", "event"),
        ("/events/{}/positions", "event"),
        ("/events/{}/compare?party=russia&party=ukraine", "event"),
        ("/actors/{}/positions", "actor"),
        ("/locations/{}/control", "location"),
    ],
)
def test_paths_below_a_withdrawn_record_answer_410(database: sa.Engine, revised_url: str, path: str, kind: str) -> None:
    load(database, read([LYSYCHANSK], [CONTEXT]))
    withdraw(database, CONTEXT)
    withdraw(database, EXCERPT, message="all of it")
    with serving(revised_url) as api:
        changed = api.get("/changes", since=5, limit=1000)["data"]
        gone = next(one["id"] for one in changed if (one["kind"], one["op"]) == (kind, "delete"))
        problem = api.problem(path.format(gone), 410)
        assert (problem["kind"], problem["id"], problem["revision"], problem["message"]) == (kind, gone, 6, "all of it")
        parameter = "speaker" if kind == "actor" else kind
        (error,) = api.problem(f"/claims/count?{parameter}={gone}", 422)["errors"]
        assert error["message"] == f"there is no such {kind} any more: it was withdrawn by revision 6"


def test_a_records_versions_say_what_changed_and_lead_to_it(loaded: Api) -> None:
    versions = loaded.get(f"{CAPTURE}/revisions")["data"]
    assert [(one["revision"], one["op"], one["message"]) for one in versions] == [
        (3, "put", "in error"),
        (2, "put", None),
        (1, "put", "the excerpt"),
    ]
    assert versions[0]["fields"] == versions[1]["fields"]
    assert "claims" in versions[1]["fields"]
    bodies = [loaded.good(one["url"]) for one in versions]
    assert [hashlib.sha256(body.content).hexdigest() for body in bodies] == [one["sha256"] for one in versions]
    assert bodies[0].text == bodies[2].text != bodies[1].text
    different = [name for name, value in bodies[1].json().items() if bodies[2].json()[name] != value]
    assert versions[1]["fields"] == sorted(different)
    gone = loaded.get("/sources/isw-2022-07-02/revisions")["data"]
    assert [(one["revision"], one["op"], one["sha256"] is None) for one in gone] == [
        (3, "delete", True),
        (2, "put", False),
    ]


@pytest.mark.parametrize("since", [0, 1, 2, 3])
def test_every_list_can_be_asked_for_what_changed(loaded: Api, since: int) -> None:
    """What is listed since a revision is what the feed has put since then; all filters go with it."""
    put: dict[str, set[str]] = {name: set() for name in LISTS}
    for page in loaded.pages("/changes", since=since, limit=1000):
        for change in page["data"]:
            if change["op"] == "put":
                put[f"{change['kind']}s"].add(change["id"])
    for name in LISTS:
        ids = loaded.agreed(f"/{name}", changed_since=since)
        assert set(ids) == put[name]
        pages = [row["id"] for page in loaded.pages(f"/{name}", changed_since=since, limit=3) for row in page["data"]]
        assert pages == ids
        if name not in {"datasets", "locations"}:
            of_dataset = {"dataset": EXCERPT} if name != "actors" else {"kind": ["side", "state", "person"]}
            every = loaded.ids(f"/{name}", **of_dataset)
            assert loaded.agreed(f"/{name}", **of_dataset, changed_since=since) == [
                one for one in every if one in put[name]
            ]
    of_capture = [row["id"] for row in loaded.get(f"{CAPTURE}/claims", limit=1000)["data"]]
    changed = loaded.get(f"{CAPTURE}/claims", changed_since=since, limit=1000)
    assert [row["id"] for row in changed["data"]] == [one for one in of_capture if one in put["claims"]]
    assert changed["meta"]["description"] == (
        f"Claims that are about Capture of Lysychansk and changed after revision {since}"
    )
    rows = loaded.get("/events/rollup", by="kind", changed_since=since)["data"]
    assert sum(row["certain"] for row in rows) == len(put["events"])
    of_claims = {loaded.get(f"/claims/{claim}")["event"]["id"] for claim in put["claims"]}
    disputed = [row["event"]["id"] for row in loaded.get("/disputes", limit=1000)["data"]]
    changed = loaded.get("/disputes", changed_since=since, limit=1000)
    assert [row["event"]["id"] for row in changed["data"]] == [
        event for event in disputed if event in put["events"] | of_claims
    ]
    assert changed["meta"]["description"] == f"Disputes that rest on what changed after revision {since}"


@pytest.mark.parametrize("name", [*LISTS, "disputes"])
def test_a_future_revision_is_refused(loaded: Api, name: str) -> None:
    for path in (f"/{name}", f"/{name}/count", f"/{name}.csv"):
        (error,) = loaded.problem(path, changed_since=4)["errors"]
        assert error["parameter"] == "changed_since"
        assert error["message"] == "there is no such revision; the newest is 3"


@pytest.mark.parametrize(
    ("path", "parameter", "message"),
    [
        ("/changes?since=4", "since", "there is no such revision; the newest is 3"),
        ("/changes.ndjson?since=4", "since", "there is no such revision; the newest is 3"),
        ("/changes?since=1000000", "since", "is not a whole number of one to six digits"),
        ("/changes?since=-1", "since", "is not a whole number of one to six digits"),
        (f"{CAPTURE}?revision=4", "revision", "there is no such revision; the newest is 3"),
        (f"{CAPTURE}?revision=one", "revision", "is not a whole number of one to six digits"),
        (
            f"{CAPTURE}?revision=1&as_of=2022-07-02",
            "revision",
            "asks for a past state of the record, and as_of for the current one: leave one out",
        ),
    ],
)
def test_invalid_revisions_are_refused(loaded: Api, path: str, parameter: str, message: str) -> None:
    (error,) = loaded.problem(path)["errors"]
    assert (error["parameter"], error["message"]) == (parameter, message)


def follow(api: Api, copy: Copy, data: st.DataObject, since: int) -> int:
    """Bring a copy up to date by the feed alone; who stops on the way begins again where it last was whole."""
    newest = since
    for page in api.pages("/changes", since=since, documents=True, limit=data.draw(st.sampled_from([1, 3, 50]))):
        for change in page["data"]:
            if data.draw(st.integers(0, 60), "stop") == 0:
                return since
            newest = max(newest, change["revision"])
            if change["op"] == "put":
                copy[change["kind"], change["id"]] = change["document"]
            else:
                copy.pop((change["kind"], change["id"]), None)
    return newest


@pytest.fixture(scope="module")
def followed(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sa.Engine, str]]:
    with databases.copy(backend, tmp_path_factory.mktemp("followed"), databases.empty(backend)) as url:
        made = engine(url)
        yield made, url
        made.dispose()


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_copy_kept_by_the_feed_is_what_is_served(followed: tuple[sa.Engine, str], data: st.DataObject) -> None:
    database, url = followed
    empty(database)
    # A server of its own: what one keeps is named by the revision, whose numbers begin again here.
    with serving(url) as api:
        world, copy, since = World(), Copy(), 0
        for _ in range(10):
            try:
                world.happen(database, data)
            except LoadRefusedError:
                continue
            if data.draw(st.booleans(), "follow"):
                with patch.object(changes, "LARGE", data.draw(st.sampled_from([1, 5, LARGE]), "large")):
                    since = follow(api, copy, data, since)
        while since != max([one["number"] for one in api.get("/revisions", limit=1)["data"]], default=0):
            since = follow(api, copy, data, since)
        assert copy == served(api)


class Kept:
    """A copy in a database, SQLite or DuckDB, kept by the feed alone; it notes itself up to where it is whole."""

    def __init__(self, path: Path) -> None:
        sqlite = path.suffix == ".db"
        self.connection: Any = sqlite3.connect(path, isolation_level=None) if sqlite else duckdb.connect(path)
        self.ask("CREATE TABLE document (kind TEXT, id TEXT, body BLOB, PRIMARY KEY (kind, id))")
        self.ask("CREATE TABLE whole (revision INTEGER)")

    def ask(self, statement: str, *values: Any) -> list[Any]:
        rows: list[Any] = self.connection.execute(statement, values).fetchall()
        return rows

    @property
    def revision(self) -> int:
        """After which revision it was last whole."""
        return max([revision for (revision,) in self.ask("SELECT revision FROM whole")], default=0)

    def follow(self, api: Api, stop: int | None) -> None:
        """Take what changed; who stops after so many changes begins again where it last was whole."""
        newest = self.revision
        self.ask("BEGIN")
        for line in api.good("/changes.ndjson", documents=True, since=newest).content.splitlines()[:stop]:
            change = json.loads(line)
            newest = max(newest, change["revision"])
            self.ask("DELETE FROM document WHERE kind = ? AND id = ?", change["kind"], change["id"])
            if change["op"] == "put":
                body = line.partition(b',"document":')[2][:-1]
                self.ask("INSERT INTO document VALUES (?, ?, ?)", change["kind"], change["id"], body)
        if stop is None:
            self.ask("INSERT INTO whole VALUES (?)", newest)
        self.ask("COMMIT")

    def documents(self) -> dict[str, list[bytes]]:
        """The bytes of every document, by list."""
        found: dict[str, list[bytes]] = {name: [] for name in LISTS}
        for kind, body in self.ask("SELECT kind, body FROM document"):
            found[f"{kind}s"].append(bytes(body))
        return {name: sorted(bodies) for name, bodies in found.items()}


def lines_of(api: Api) -> dict[str, list[bytes]]:
    """The bytes of every document, as the exports have them."""
    undated = dict.fromkeys(("events", "claims", "sources"), "include")
    exports = {name: api.good(f"/{name}.ndjson", undated=undated.get(name)).content for name in LISTS}
    return {name: sorted(body.splitlines()) for name, body in exports.items()}


STEPS = 50


class Drawn:
    """Draws as `st.data()` does, but the same in every run, and whatever was loaded meanwhile."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)  # noqa: S311 - no secret

    def draw(self, strategy: st.SearchStrategy[Any], label: str | None = None) -> Any:  # noqa: ARG002 - the protocol's
        """One of a few values of the strategy."""
        found: list[Any] = []

        @seed(self._chance.getrandbits(64))
        @settings(max_examples=4, phases=[Phase.generate], database=None, deadline=None)
        @given(strategy)
        def take(value: Any) -> None:
            found.append(value)

        take()
        return self._chance.choice(found)


def test_copies_in_databases_are_byte_equal_after_fifty_loads(empty_url: str, tmp_path: Path) -> None:
    """After loads, updates and withdrawals at random, the same in every run; each copy stops and resumes anywhere."""
    database, world = engine(empty_url), World()
    copies = [Kept(tmp_path / f"copy{suffix}") for suffix in (".db", ".duckdb")]
    data, happened = Drawn(STEPS), 0
    with serving(empty_url) as api:
        while happened < STEPS:
            with contextlib.suppress(LoadRefusedError):
                world.happen(database, data)
                happened += 1
            with patch.object(changes, "LARGE", data.draw(st.sampled_from([1, 5, LARGE]))):
                for kept in copies:
                    kept.follow(api, data.draw(st.sampled_from([0, 1, 5, 20, None])))
        for kept in copies:
            kept.follow(api, None)
            assert kept.revision == api.get("/revisions", limit=1)["data"][0]["number"]
            assert kept.documents() == lines_of(api)
    database.dispose()


def test_the_copy_of_the_readme_stays_up_to_date(
    changing: Api, database: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of_the_readme(str(changing.client.base_url).rstrip("/"))
    monkeypatch.chdir(tmp_path)
    for dataset in (None, CONTEXT):
        if dataset is not None:
            load(database, read([LYSYCHANSK], [dataset]))
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
        with closing(sqlite3.connect("copy.db")) as connection:
            rows = connection.execute("SELECT kind, id, body FROM document WHERE body <> 'null'").fetchall()
        assert {(kind, id_): json.loads(body) for kind, id_, body in rows} == served(changing)
