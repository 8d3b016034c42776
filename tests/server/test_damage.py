"""A record that was spoilt by hand spoils no list: it stays with its id, the log names it, and all others are whole."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from api.storage.database import engine
from tests.support.live import Api, serving

RECORDS = {
    "event": "capture-of-lysychansk",
    "claim": "lysychansk-s14a",
    "source": "isw-2022-07-02",
    "actor": "haidai",
    "location": "lysychansk",
    "dataset": "lysychansk",
}
BODIES: dict[str, Callable[[str], str | None]] = {
    "empty": lambda _: "",
    "no JSON": lambda body: body.replace('"', "'", 8),
    "cut short": lambda body: body[: len(body) // 2],
    "broken in the middle": lambda body: body.replace(',"', ",", 1),
    "another's": lambda body: json.dumps({**json.loads(body), "id": "somebody-else"}),
    "a list": lambda body: f"[{body}]",
    "null": lambda _: "null",
    "of another form": lambda body: json.dumps({"id": json.loads(body)["id"]}),
    "of another form and as long": lambda body: body[: (at := body.index(',"') + 2)] + "X" + body[at + 1 :],
    "of another form within": lambda body: json.dumps({name: {"x": [name]} for name in json.loads(body)}),
}
LISTS = ("events", "claims", "sources", "actors", "locations", "datasets", "disputes")
PATHS = (
    *(f"/{name}?limit=1000" for name in LISTS),
    *(f"/{name}/count" for name in LISTS),
    *(f"/{name}.csv" for name in LISTS),
    *(f"/{name}.ndjson" for name in LISTS),
    "/events.geojson",
    "/events.kml",
    "/events.timeline.json",
    "/locations.geojson",
    "/events?as_of=2022-07-03",
    "/events.csv?as_of=2022-07-03",
    "/events?status=disputed&as_of=2022-07-03",
    "/events?longitude=38.44&latitude=48.9&radius_km=50",
    "/locations?longitude=38.44&latitude=48.9&radius_km=50",
    "/events?sort=id",
    "/events?q=lysychansk",
    "/disputes?as_of=2022-07-03",
    "/events/capture-of-lysychansk",
    "/events/capture-of-lysychansk?as_of=2022-07-03",
    "/events/capture-of-lysychansk/claims",
    "/events/capture-of-lysychansk/positions",
    "/events/capture-of-lysychansk/compare?party=russian-side&party=ukrainian-side",
    "/actors/haidai/positions",
    "/locations/lysychansk/control",
    "/briefing?date_from=2022-07-01&date_to=2022-07-04",
    "/briefing.atom?date_from=2022-07-01&date_to=2022-07-04",
)


def changed(url: str, statement: str, **values: Any) -> None:
    made = engine(url)
    with made.begin() as connection:
        assert connection.execute(sa.text(statement), values).rowcount == 1
    made.dispose()


def body(url: str, kind: str) -> str:
    made = engine(url)
    with made.begin() as connection:
        found = connection.execute(sa.text(f"SELECT body FROM {kind}_document WHERE id = :id"), {"id": RECORDS[kind]})  # noqa: S608
        text = str(found.scalar_one())
    made.dispose()
    return text


def every_list_answers(api: Api, kind: str, right: dict[str, list[Any]]) -> None:
    for path in PATHS:
        answer = api.ask(path)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        if answer.headers["content-type"] in {"application/json", "application/geo+json"}:
            answer.json()
    for other, rows in right.items():
        shown = api.ndjson(f"/{other}s.ndjson")
        spoilt = {row["id"] for row in shown if "damaged" in row}
        assert spoilt == ({RECORDS[kind]} if other == kind else set())
        assert [row for row in shown if row["id"] not in spoilt] == [row for row in rows if row["id"] not in spoilt]
        assert [row["id"] for row in api.csv(f"/{other}s.csv")] == [row["id"] for row in rows]
        assert api.get(f"/{other}s", limit=1000)["data"] == shown or other == "claim"


@pytest.fixture(scope="module")
def right(sqlite_api: Api) -> dict[str, list[Any]]:
    """Every record as it is without damage."""
    return {kind: sqlite_api.ndjson(f"/{kind}s.ndjson") for kind in RECORDS}


def spoilt(url: str, kind: str, right: dict[str, list[Any]]) -> None:
    with structlog.testing.capture_logs() as said, serving(url) as api:
        every_list_answers(api, kind, right)
        item = api.get(f"/{kind}s/{RECORDS[kind]}")
        assert item["damaged"]
        assert {value for value in item.values() if isinstance(value, str)} == {RECORDS[kind]}
    named = [entry for entry in said if entry["event"] == "damaged"]
    assert {(entry["kind"], entry["id"]) for entry in named} == {(kind, RECORDS[kind])}


@pytest.mark.parametrize("how", ["cut short", "of another form within"])
def test_a_spoilt_event(dossier_url: str, how: str, right: dict[str, list[Any]]) -> None:
    new = BODIES[how](body(dossier_url, "event"))
    changed(dossier_url, "UPDATE event_document SET body = :new WHERE id = :id", new=new, id=RECORDS["event"])
    spoilt(dossier_url, "event", right)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        *(("event", how) for how in BODIES),
        *(
            (kind, how)
            for kind in RECORDS
            for how in ("broken in the middle", "of another form and as long", "of another form within")
            if kind != "event"
        ),
    ],
)
def test_a_spoilt_record(dossier_of_sqlite: str, kind: str, how: str, right: dict[str, list[Any]]) -> None:
    url = dossier_of_sqlite
    new = BODIES[how](body(url, kind))
    changed(url, f"UPDATE {kind}_document SET body = :new WHERE id = :id", new=new, id=RECORDS[kind])  # noqa: S608
    spoilt(url, kind, right)


def test_a_document_of_several_lines(dossier_of_sqlite: str) -> None:
    """It would tear an export apart, though it begins and ends as it should."""
    new = body(dossier_of_sqlite, "event").replace(',"', ',"\n', 1)
    changed(dossier_of_sqlite, "UPDATE event_document SET body = :new WHERE id = :id", new=new, id=RECORDS["event"])
    with serving(dossier_of_sqlite) as api:
        assert [row["id"] for row in api.ndjson("/events.ndjson") if "damaged" in row] == [RECORDS["event"]]


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_without_a_document(dossier_of_sqlite: str, kind: str) -> None:
    changed(dossier_of_sqlite, f"DELETE FROM {kind}_document WHERE id = :id", id=RECORDS[kind])  # noqa: S608
    with serving(dossier_of_sqlite) as api:
        assert [row["id"] for row in api.ndjson(f"/{kind}s.ndjson") if "damaged" in row] == [RECORDS[kind]]
        assert [path for path in PATHS if api.ask(path).status_code != 200] == []
        assert api.get(f"/{kind}s/{RECORDS[kind]}")["damaged"]


@pytest.mark.parametrize(
    "change",
    ["judged_from = judged_from + 3", "judged_to = 5", "statements = '[[1]]'", "statements = 'x'", "judged_from = -1"],
)
def test_a_spoilt_judgement(dossier_url: str, change: str) -> None:
    changed(dossier_url, f"UPDATE event_document SET {change} WHERE id = :id", id=RECORDS["event"])  # noqa: S608
    with structlog.testing.capture_logs() as said, serving(dossier_url) as api:
        for path in PATHS:
            assert api.ask(path).status_code == 200, path
        shown = {row["id"]: row for row in api.get("/events", as_of="2022-07-03", limit=1000)["data"]}
        assert shown[RECORDS["event"]]["damaged"]
        assert "damaged" not in api.get(f"/events/{RECORDS['event']}/claims")["data"][0]
    assert {entry["id"] for entry in said if entry["event"] == "damaged"} == {RECORDS["event"]}


@pytest.mark.parametrize("bad", [b"\xff\xfe", b'{"id":"capture-of-lysychansk"\x00', b'{"id":"\xed\xa0\x80"}'])
def test_bytes_that_are_not_text(dossier_of_sqlite: str, bad: bytes, right: dict[str, list[Any]]) -> None:
    """SQLite keeps any bytes as text; PostgreSQL refuses them."""
    statement = "UPDATE event_document SET body = CAST(:bad AS TEXT) WHERE id = :id"
    changed(dossier_of_sqlite, statement, bad=bad, id=RECORDS["event"])
    spoilt(dossier_of_sqlite, "event", right)


@pytest.mark.parametrize("table", ["dataset", "source", "actor", "location", "event"])
def test_a_name_that_is_not_text(dossier_of_sqlite: str, table: str) -> None:
    """SQLite keeps bytes in a column of texts, and no constraint has anything against them."""
    column = "name" if table in {"actor", "location"} else "title"
    id_ = "russian-side" if table == "actor" else RECORDS[table]
    changed(dossier_of_sqlite, f"UPDATE {table} SET {column} = :bad WHERE id = :id", bad=b"\xff\xfe", id=id_)  # noqa: S608
    with serving(dossier_of_sqlite) as api:
        paths = (*PATHS, f"/events?{table}={id_}" if table in {"dataset", "source", "location"} else "/events")
        assert [path for path in (*paths, "/disputes?party=russian-side") if api.ask(path).status_code != 200] == []


def test_numbers_are_not_documents(dossier_url: str) -> None:
    with serving(dossier_url) as api:
        assert 'counterclaim_records{kind="event"} 27.0' in api.good("/metrics").text


@pytest.mark.parametrize(
    ("kind", "offered"),
    [("actor", '<option value="haidai">'), ("location", '<option value="lysychansk">Lysychansk<')],
)
def test_pages_do_not_offer_what_has_no_name_any_more(dossier_of_sqlite: str, kind: str, offered: str) -> None:
    with serving(dossier_of_sqlite) as api:
        assert offered in api.good("/explore").text
    changed(dossier_of_sqlite, f"UPDATE {kind}_document SET body = '' WHERE id = :id", id=RECORDS[kind])  # noqa: S608 - our own table
    with serving(dossier_of_sqlite) as api:
        assert offered not in api.good("/explore").text
