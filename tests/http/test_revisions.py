"""The history over HTTP: revisions and their digests, copies that follow the changes, and records as they stood."""

import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.settings import PROJECT
from api.storage.database import engine
from seed.files import read
from seed.load import load, withdraw
from seed.report import LoadRefusedError
from tests.index.test_derivation import empty
from tests.seed.test_load import CONTEXT, EXCERPT
from tests.support import databases
from tests.support.databases import LYSYCHANSK
from tests.support.live import Api, serving
from tests.support.worlds import World

LISTS = ("events", "claims", "sources", "actors", "locations", "datasets")
CAPTURE = "/events/capture-of-lysychansk"
Copy = dict[tuple[str, str], Any]


@pytest.fixture
def database(empty_url: str) -> Iterator[sa.Engine]:
    """The excerpt, then what named reports add, then the excerpt alone again."""
    made = engine(empty_url)
    load(made, read([LYSYCHANSK], [EXCERPT]), message="the excerpt")
    load(made, read([LYSYCHANSK], [CONTEXT]))
    withdraw(made, CONTEXT, message="in error")
    yield made
    made.dispose()


@pytest.fixture
def loaded(database: sa.Engine, empty_url: str) -> Iterator[Api]:  # noqa: ARG001 - fills what is served
    """Serves that database."""
    with serving(empty_url) as api:
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
    assert loaded.problem("/revisions/4", 404)["detail"] == "There is no revision 4; the newest is 3."


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


def test_a_withdrawn_record_is_gone_until_it_is_loaded_again(loaded: Api, database: sa.Engine) -> None:
    problem = loaded.problem("/sources/isw-2022-07-02", 410)
    assert problem["type"] == "/problems/gone"
    assert problem["detail"] == "The source isw-2022-07-02 was withdrawn by revision 3."
    moment = loaded.get("/revisions/3")["recorded_at"]
    expected = {"kind": "source", "id": "isw-2022-07-02", "revision": 3, "recorded_at": moment, "message": "in error"}
    assert {name: problem[name] for name in expected} == expected
    stood = loaded.get("/sources/isw-2022-07-02", revision=2)
    load(database, read([LYSYCHANSK], [CONTEXT]))
    again = loaded.get("/sources/isw-2022-07-02")
    assert again["title"] == stood["title"]
    assert loaded.problem("/sources/isw-2022-07-02", 410, revision=3)["revision"] == 3
    assert loaded.problem("/sources/isw-2022-07-02", 404, revision=1)["detail"] == (
        "There was no source isw-2022-07-02 as of revision 1."
    )


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
def test_what_will_change_cannot_be_asked_for(loaded: Api, name: str) -> None:
    for path in (f"/{name}", f"/{name}/count", f"/{name}.csv"):
        (error,) = loaded.problem(path, changed_since=4)["errors"]
        assert error["parameter"] == "changed_since"
        assert error["message"] == "there is no such revision; the newest is 3"


@pytest.mark.parametrize(
    ("path", "parameter", "message"),
    [
        ("/changes?since=4", "since", "there is no such revision; the newest is 3"),
        ("/changes.ndjson?since=4", "since", "there is no such revision; the newest is 3"),
        ("/changes?since=-1", "since", "is not a whole number"),
        (f"{CAPTURE}?revision=4", "revision", "there is no such revision; the newest is 3"),
        (f"{CAPTURE}?revision=one", "revision", "is not a whole number"),
        (
            f"{CAPTURE}?revision=1&as_of=2022-07-02",
            "revision",
            "asks for the record as it stood after a revision, and as_of for one of today: leave one out",
        ),
    ],
)
def test_what_is_asked_wrongly(loaded: Api, path: str, parameter: str, message: str) -> None:
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
                since = follow(api, copy, data, since)
        while since != max([one["number"] for one in api.get("/revisions", limit=1)["data"]], default=0):
            since = follow(api, copy, data, since)
        assert copy == served(api)


def test_the_copy_of_the_readme_stays_up_to_date(
    loaded: Api, database: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (PROJECT / "README.md").read_text()
    (program,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "changes.ndjson" in block]
    program = program.replace("http://127.0.0.1:8000", str(loaded.client.base_url).rstrip("/"))
    monkeypatch.chdir(tmp_path)
    for dataset in (None, CONTEXT):
        if dataset is not None:
            load(database, read([LYSYCHANSK], [dataset]))
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
        with closing(sqlite3.connect("copy.db")) as connection:
            rows = connection.execute("SELECT kind, id, body FROM document WHERE body <> 'null'").fetchall()
        assert {(kind, id_): json.loads(body) for kind, id_, body in rows} == served(loaded)
