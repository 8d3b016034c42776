"""The requests in the documentation; `python -m tests.support.exchanges` renews every generated part of it."""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import httpx

from api.http import openapi, routing
from api.main import create_app
from api.query.filters import Filters
from api.query.paging import Place, RevisionMark, encode_cursor, fingerprint
from api.query.session import MARK
from api.settings import PROJECT
from api.storage.database import engine
from migrations import migrate
from seed.dossiers import template
from seed.files import read
from seed.load import load
from tests.support.dossiers import SHIPPED
from tests.support.live import serving

FILE = PROJECT / "api" / "http" / "exchanges.json"
DOCUMENT = PROJECT / "openapi.json"
SCHEMA = PROJECT / "dossier.schema.json"
FIELDS = PROJECT / "docs" / "dossier.md"
GENERATED = "## Every column of a spreadsheet\n"
"""The heading at which the generated part of `docs/dossier.md` begins."""
LISTS = ("events", "claims", "disputes", "sources", "actors", "locations", "datasets")
UNKNOWN_PARTY = "party=ukrain"
CAPTURE = "/events/capture-of-lysychansk"
REQUESTS: dict[str, tuple[str, ...]] = {
    "list_events": ("/events?party=lpr&kind=capture&total=true", f"/events?{UNKNOWN_PARTY}"),
    "count_events": ("/events/count?date_from=2022-07-01&date_to=2022-07-03", f"/events/count?{UNKNOWN_PARTY}"),
    "get_event": (CAPTURE, f"{CAPTURE}?as_off=2022-07-02", "/events/capture-of-lisichansk"),
    "list_event_claims": (
        f"{CAPTURE}/claims?as_of=2022-07-02&limit=1",
        f"{CAPTURE}/claims?sort=date",
        "/events/capture-of-lisichansk/claims",
    ),
    "count_events_by": ("/events/rollup?by=month&by=kind&party=lpr", "/events/rollup?by=month&by=stance"),
    "export_event_counts": ("/events/rollup.csv?by=month&party=lpr", "/events/rollup.csv?by=month&by=year"),
    "count_claims_by": ("/claims/rollup?by=stance&aspect=control", "/claims/rollup?by=mood"),
    "export_claim_counts": ("/claims/rollup.csv?by=stance", "/claims/rollup.csv?by=stance&by=stance"),
    "export_events_csv": ("/events.csv?party=lpr&kind=capture", f"/events.csv?{UNKNOWN_PARTY}"),
    "export_events_ndjson": (
        "/events.ndjson?party=lpr&kind=capture&fields=id,title,date",
        f"/events.ndjson?{UNKNOWN_PARTY}",
    ),
    "export_events_geojson": (
        "/events.geojson?party=lpr&kind=capture&fields=id,title,date",
        f"/events.geojson?{UNKNOWN_PARTY}",
    ),
    "export_events_kml": ("/events.kml?party=lpr&kind=capture", f"/events.kml?{UNKNOWN_PARTY}"),
    "export_events_timeline": (
        "/events.timeline.json?party=lpr&kind=capture",
        f"/events.timeline.json?{UNKNOWN_PARTY}",
    ),
    "list_claims": ("/claims?flag=failed_verification&limit=1", "/claims?speaker=hayday"),
    "count_claims": ("/claims/count?stance=denies&party=ukrainian-side", "/claims/count?stance=denied"),
    "get_claim": ("/claims/lysychansk-s14a", "/claims/lysychansk-s14a?as_of=today", "/claims/lysychansk-s14z"),
    "export_claims_csv": ("/claims.csv?speaker=miroshnik", "/claims.csv?speaker=miroshnick"),
    "export_claims_ndjson": (
        "/claims.ndjson?speaker=miroshnik&fields=id,event,stance,said",
        "/claims.ndjson?speaker=miroshnick",
    ),
    "list_disputes": ("/disputes?location=gelatin-plant&as_of=2022-07-01", f"/disputes?{UNKNOWN_PARTY}"),
    "count_disputes": ("/disputes/count?aspect=control", "/disputes/count?aspect=controls"),
    "export_disputes_csv": ("/disputes.csv?location=gelatin-plant", f"/disputes.csv?{UNKNOWN_PARTY}"),
    "export_disputes_ndjson": (
        "/disputes.ndjson?location=gelatin-plant&fields=event,aspect,because",
        f"/disputes.ndjson?{UNKNOWN_PARTY}",
    ),
    "list_event_positions": (
        f"{CAPTURE}/positions?party=haidai",
        f"{CAPTURE}/positions?party=hayday",
        "/events/capture-of-lisichansk/positions",
    ),
    "list_actor_positions": (
        "/actors/haidai/positions?aspect=control&limit=1",
        "/actors/haidai/positions?aspect=controls",
        "/actors/hayday/positions",
    ),
    "compare_parties": (
        "/events/separatist-entry/compare?party=ukraine&party=lpr",
        f"{CAPTURE}/compare?party=russian-side",
        "/events/capture-of-lisichansk/compare?party=russian-side&party=ukrainian-side",
    ),
    "get_control": (
        "/locations/pryvillia/control?as_of=2022-07-02",
        "/locations/pryvillia/control?party=russia",
        "/locations/lisichansk/control",
    ),
    "get_briefing": ("/briefing?date_from=2022-07-04", "/briefing"),
    "export_briefing_atom": ("/briefing.atom?date_from=2022-07-04", "/briefing.atom"),
    "list_sources": ("/sources?publisher=BBC&published_to=2022-07-03", "/sources?publisher=BBB"),
    "count_sources": ("/sources/count?kind=think_tank_report", "/sources/count?kind=newspaper"),
    "get_source": ("/sources/isw-2022-07-02", "/sources/isw-2022-07-02?q=isw", "/sources/isw-2022-07-03"),
    "export_sources_csv": ("/sources.csv?publisher=BBC&published_to=2022-07-03", "/sources.csv?publisher=BBB"),
    "export_sources_ndjson": ("/sources.ndjson?publisher=BBC&published_to=2022-07-03", "/sources.ndjson?publisher=BBB"),
    "list_actors": ("/actors?q=гайдай", f"/actors?{UNKNOWN_PARTY}"),
    "count_actors": ("/actors/count?party=russian-side", f"/actors/count?{UNKNOWN_PARTY}"),
    "get_actor": ("/actors/haidai", "/actors/haidai?q=haidai", "/actors/hayday"),
    "export_actors_csv": ("/actors.csv?q=гайдай", f"/actors.csv?{UNKNOWN_PARTY}"),
    "export_actors_ndjson": ("/actors.ndjson?q=гайдай", f"/actors.ndjson?{UNKNOWN_PARTY}"),
    "list_locations": ("/locations?q=лисичанськ&kind=city", "/locations?within=donbass"),
    "count_locations": ("/locations/count?within=lysychansk", "/locations/count?bbox=38,48,39"),
    "get_location": ("/locations/lysychansk", "/locations/lysychansk?q=x", "/locations/lisichansk"),
    "export_locations_csv": ("/locations.csv?q=pryvillia", "/locations.csv?kind=village&kind=twon"),
    "export_locations_ndjson": ("/locations.ndjson?q=pryvillia", "/locations.ndjson?kind=twon"),
    "export_locations_geojson": ("/locations.geojson?q=pryvillia", "/locations.geojson?kind=twon"),
    "list_datasets": ("/datasets?limit=1", "/datasets?limit=0"),
    "count_datasets": ("/datasets/count", "/datasets/count?q=lysychansk"),
    "get_dataset": ("/datasets/lysychansk", "/datasets/lysychansk?q=x", "/datasets/lisichansk"),
    "export_datasets_csv": ("/datasets.csv?fields=id,title,licence", "/datasets.csv?q=lysychansk"),
    "export_datasets_ndjson": ("/datasets.ndjson?fields=id,title,licence", "/datasets.ndjson?q=lysychansk"),
    "export_events_jsonld": ("/events.jsonld?party=lpr&kind=capture", f"/events.jsonld?{UNKNOWN_PARTY}"),
    "export_claims_jsonld": ("/claims.jsonld?speaker=miroshnik", "/claims.jsonld?speaker=miroshnick"),
    "export_sources_jsonld": ("/sources.jsonld?publisher=BBC&published_to=2022-07-03", "/sources.jsonld?publisher=BBB"),
    "export_actors_jsonld": ("/actors.jsonld?q=гайдай", f"/actors.jsonld?{UNKNOWN_PARTY}"),
    "export_locations_jsonld": ("/locations.jsonld?q=pryvillia", "/locations.jsonld?kind=twon"),
    "export_datasets_jsonld": ("/datasets.jsonld", "/datasets.jsonld?q=lysychansk"),
    "export_events_parquet": ("/events.parquet?party=lpr&kind=capture", f"/events.parquet?{UNKNOWN_PARTY}"),
    "export_claims_parquet": ("/claims.parquet?speaker=miroshnik", "/claims.parquet?speaker=miroshnick"),
    "export_disputes_parquet": ("/disputes.parquet?location=gelatin-plant", f"/disputes.parquet?{UNKNOWN_PARTY}"),
    "export_sources_parquet": ("/sources.parquet?publisher=BBC", "/sources.parquet?publisher=BBB"),
    "export_actors_parquet": ("/actors.parquet?q=гайдай", f"/actors.parquet?{UNKNOWN_PARTY}"),
    "export_locations_parquet": ("/locations.parquet?q=pryvillia", "/locations.parquet?kind=twon"),
    "export_datasets_parquet": ("/datasets.parquet?fields=id,title", "/datasets.parquet?q=lysychansk"),
    "list_revisions": ("/revisions", "/revisions?limit=0"),
    "get_revision": ("/revisions/1", "/revisions/1?q=x", "/revisions/2"),
    "list_revision_changes": (
        "/revisions/1/changes?limit=1",
        "/revisions/1/changes?since=1",
        "/revisions/2/changes",
    ),
    "list_changes": ("/changes?limit=1", "/changes?since=2"),
    "export_changes_ndjson": ("/changes.ndjson?since=1", "/changes.ndjson?since=2"),
    **{
        f"list_{kind}_revisions": (f"{path}/revisions", f"{path}/revisions?limit=1", f"/{kind}s/lisichansk/revisions")
        for kind, path in (
            ("event", CAPTURE),
            ("claim", "/claims/lysychansk-s14a"),
            ("source", "/sources/isw-2022-07-02"),
            ("actor", "/actors/haidai"),
            ("location", "/locations/lysychansk"),
            ("dataset", "/datasets/lysychansk"),
        )
    },
    "get_problem_type": ("/problems/not-found", "/problems/not-found?q=x", "/problems/not_found"),
    "get_liveness": ("/health/live", "/health/live?verbose=1"),
    "get_vocabulary": ("/vocabulary", "/vocabulary?word=denies"),
}
LOADED_AT = "2026-11-22T12:00:00.000000Z"
"""When the docs say that the dossier was loaded, whenever it was."""
SERVED_AT = "http://127.0.0.1:8000"
"""The address that the docs show, whatever it was."""
LONGEST = 2_000
"""Characters of a text that the docs have room for."""
TEXTS = ("text/", "application/x-ndjson", "application/atom+xml", "application/vnd.google-earth.kml+xml")
# What the descriptions of answers show, by the name that they are shown by.
SHOWN = {
    "events": CAPTURE,
    "claims": "/claims/lysychansk-s14a",
    "sources": "/sources/isw-2022-07-02",
    "actors": "/actors/haidai",
    "locations": "/locations/lysychansk",
    "datasets": "/datasets/lysychansk",
    "disputes": "/disputes?location=luhansk-oblast&aspect=control",
    "event_positions": f"{CAPTURE}/positions?as_of=2022-07-03&party=ukrainian-side&aspect=control",
    "actor_positions": "/actors/ukraine/positions?moved=true",
    "compare": "/events/separatist-entry/compare?party=ukraine&party=lpr",
    "control": "/locations/lysychansk/control?as_of=2022-07-02",
    "briefing": "/briefing?date_from=2022-06-30&party=haidai",
}
DISPUTED = "capture-of-luhansk-oblast"
# Where the cursors that the docs show lead on from.
PAGES = {
    "list_revision_changes": "/revisions/1/changes?limit=1",
    "list_changes": "/changes?limit=1",
    **{f"list_{name}": f"/{name}?limit=1" for name in LISTS},
    "list_event_claims": f"{CAPTURE}/claims?limit=1",
    "list_actor_positions": "/actors/haidai/positions?limit=1",
    "get_briefing": "/briefing?date_from=2022-07-02&limit=1",
}


def answers(client: httpx.Client) -> dict[str, Any]:
    """By operation and status: each request, and the body of its answer."""
    found: dict[str, Any] = {}
    for operation, paths in REQUESTS.items():
        for path in paths:
            answer = client.get(path)
            typed = answer.headers["content-type"].startswith(TEXTS)
            text = answer.text.replace(str(client.base_url).rstrip("/"), SERVED_AT)
            if "revisions" in path or "changes" in path:
                text = re.sub(r'(?<="recorded_at":")[^"]*', LOADED_AT, text)
            body: Any = begun(text) if typed else json.loads(text) if "json" in answer.headers["content-type"] else None
            if operation == "get_vocabulary" and answer.is_success:
                body = {vocabulary: words[:1] for vocabulary, words in body.items()}
            found.setdefault(operation, {})[str(answer.status_code)] = {"path": path, "body": body}
    for operation, path in PAGES.items():
        following: str = client.get(path).json()["links"]["next"]
        found[operation]["cursor"] = following.partition("cursor=")[2]
    # The dossier is one revision, and so one page: this is where the second would begin.
    digest = client.get("/revisions/1").json()["digest"]
    found["list_revisions"]["cursor"] = encode_cursor(
        Place(0, 1, ""), fingerprint("revisions", "-number", Filters()), RevisionMark(1, digest[:MARK])
    )
    return found


def begun(text: str) -> str:
    """A text, or as much of its beginning as the docs have room for."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def samples(client: httpx.Client) -> dict[str, Any]:
    """What each description of an answer shows."""
    found = {name: client.get(path).raise_for_status().json() for name, path in SHOWN.items()}
    found["disputes"] = next(one for one in found["disputes"]["data"] if one["event"]["id"] == DISPUTED)
    return found


def renew() -> None:
    """Write the responses of a new server, the OpenAPI document with them, and what is generated from the models."""
    with tempfile.TemporaryDirectory() as folder:
        url = str(Path(folder) / "dossier.db")
        migrate(url)
        made = engine(url)
        load(made, read(SHIPPED))
        made.dispose()
        with serving(url) as api:
            openapi.EXCHANGES.clear()
            openapi.EXCHANGES.update(answers(api.client))
            routing.EXAMPLES.clear()
            routing.EXAMPLES.update(samples(api.client))
    routing.EXAMPLES_FILE.write_text(json.dumps(routing.EXAMPLES, ensure_ascii=False, indent=2) + "\n")
    FILE.write_text(openapi.as_kept(openapi.EXCHANGES))
    DOCUMENT.write_text(openapi.as_kept(create_app().openapi()))
    SCHEMA.write_bytes(template.as_json())
    FIELDS.write_text(FIELDS.read_text().partition(GENERATED)[0] + template.documented())


if __name__ == "__main__":
    renew()
