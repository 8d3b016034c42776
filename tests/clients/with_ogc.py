"""pyogrio's GDAL, the machine's ogr2ogr and OWSLib read /ogc: all features, fields that come late, and filters."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pyogrio
from owslib.ogcapi.features import Features

ROOT, MANY = sys.argv[1], os.environ["MANY"]
EVENTS, FROM = 2_500, 2_400
FILTERS = [
    ("events", "kind = 'capture'", {"kind": "capture", "undated": "include"}),
    ("events", "date_earliest >= '2022-07-02'", {"date_from": "2022-07-02", "undated": "include"}),
    (
        "events",
        "date_earliest >= '2022-07-02' AND date_latest <= '2022-07-03'",
        {"date_from": "2022-07-02", "date_to": "2022-07-03", "undated": "include"},
    ),
    ("claims", "stance = 'denies'", {"stance": "denies"}),
    ("locations", "kind = 'city'", {"kind": "city"}),
]
"""A condition as GDAL takes it, and the same as the API does."""


def ids(name: str, filters: dict[str, str]) -> list[str]:
    return [json.loads(line)["id"] for line in httpx.get(f"{ROOT}/{name}.ndjson", params=filters).text.splitlines()]


def whole(events: Any, claims: Any) -> None:
    """Every feature is there, and so is what only the last hundred have: numbers as numbers."""
    assert (len(events["id"]), len(claims["id"])) == (EVENTS, EVENTS)
    for row in (FROM - 1, FROM, EVENTS - 1):
        summary = f"Summary {row}" if row >= FROM else None
        assert (events["summary"][row] or None) == summary, events["summary"][row]
        assert (events["radius_m"][row] or 0, claims["value_best"][row] or 0) == (
            (12.5, 20.75) if row >= FROM else (0, 0)
        )


def with_pyogrio() -> str:
    events, claims = (
        pyogrio.read_dataframe(f"OAPIF:{MANY}/ogc", layer=name, read_geometry=False).fillna(0).to_dict("list")
        for name in ("events", "claims")
    )
    whole(events, claims)
    late = pyogrio.read_dataframe(f"OAPIF:{MANY}/ogc", layer="claims", where="value_best > 20")
    assert len(late) == EVENTS - FROM
    for layer, where, filters in FILTERS:
        found = pyogrio.read_dataframe(f"OAPIF:{ROOT}/ogc", layer=layer, where=where)
        assert list(found["id"]) == ids(layer, filters) != [], (layer, where)
    boxed = pyogrio.read_dataframe(f"OAPIF:{ROOT}/ogc", layer="events", bbox=(38, 48, 39, 49))
    assert list(boxed["id"]) == ids("events", {"bbox": "38,48,39,49"}) != []
    told = pyogrio.read_info(f"OAPIF:{ROOT}/ogc", layer="events", force_total_bounds=True)["total_bounds"]
    whole_layer = pyogrio.read_dataframe(f"OAPIF:{ROOT}/ogc", layer="events")
    assert tuple(told) == tuple(whole_layer.total_bounds)
    return f"pyogrio {pyogrio.__version__} (GDAL {pyogrio.__gdal_version_string__})"


def with_ogr2ogr() -> str:
    """The machine's GDAL, which may be an old one."""
    if shutil.which("ogr2ogr") is None:
        return "NO ogr2ogr HERE"
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("events", "claims"):
            file = Path(folder) / f"{name}.json"
            make = ["ogr2ogr", "-f", "GeoJSON", file, f"OAPIF:{MANY}/ogc", name]
            subprocess.run(make, check=True)
            features = [one["properties"] for one in json.loads(file.read_text())["features"]]
            rows[name] = {field: [one.get(field) for one in features] for field in features[-1]}
        file.unlink()
        subprocess.run([*make, "-where", "value_best > 20"], check=True)
        assert len(json.loads(file.read_text())["features"]) == EVENTS - FROM
    whole(rows["events"], rows["claims"])
    return subprocess.run(["ogr2ogr", "--version"], capture_output=True, text=True, check=True).stdout.split(",")[0]


def with_owslib() -> str:
    """Attributes, boxes, days, several at once, and page by page; what is due is reckoned here from all records."""
    found = Features(f"{ROOT}/ogc")
    assert found.feature_collections() == ["events", "claims", "locations"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in found.conformance()["conformsTo"]
    for layer, filters, due in due_of_owslib():
        answer = found.collection_items(layer, limit=1000, **filters)
        assert sorted(one["id"] for one in answer["features"]) == sorted(due) != [], (layer, filters)
        assert answer["numberMatched"] == answer["numberReturned"] == len(due)
    paged: list[str] = []
    asked: dict[str, Any] = {"limit": 3, "bbox": list(BOX), "datetime_": DAYS}
    while asked:
        page = found.collection_items("events", **asked)
        paged += [one["id"] for one in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        asked = dict(parse_qsl(urlsplit(following[0]).query)) if following else {}
        asked = {name: value.split(",") if name == "bbox" else value for name, value in asked.items()}
    assert sorted(paged) == sorted(one["id"] for one in records("events") if in_box(one) and in_days(one)) != []
    return f"OWSLib {version('owslib')}"


BOX = (38.3, 48.8, 38.4, 48.86)
DAYS = "2022-07-02/2022-07-03"


def records(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in httpx.get(f"{ROOT}/{name}.ndjson").text.splitlines()]


def in_box(event: dict[str, Any]) -> bool:
    """Core: what has no geometry is in every box."""
    point = event["location"] and event["location"]["point"]
    west, south, east, north = BOX
    return not point or (west <= point["longitude"] <= east and south <= point["latitude"] <= north)


def in_days(event: dict[str, Any], first: str = "2022-07-02", last: str = "2022-07-03") -> bool:
    """Core: what has no date is in all of time."""
    date = event["date"]
    return (date["earliest"] or "0000") <= last and (date["latest"] or "9999") >= first


def due_of_owslib() -> list[tuple[str, dict[str, Any], list[str]]]:
    """Questions as OWSLib asks them, and the ids that are due, in their order."""
    events, claims, places = records("events"), records("claims"), records("locations")
    return [
        ("events", {}, [one["id"] for one in events]),
        ("events", {"kind": "capture"}, [one["id"] for one in events if one["kind"] == "capture"]),
        ("events", {"bbox": list(BOX)}, [one["id"] for one in events if in_box(one)]),
        ("events", {"datetime_": DAYS}, [one["id"] for one in events if in_days(one)]),
        (
            "events",
            {"datetime_": "2022-06-28"},
            [one["id"] for one in events if in_days(one, "2022-06-28", "2022-06-28")],
        ),
        ("events", {"datetime_": "../2022-06-28"}, [one["id"] for one in events if in_days(one, "0000", "2022-06-28")]),
        ("events", {"datetime_": "2022-07-03/.."}, [one["id"] for one in events if in_days(one, "2022-07-03", "9999")]),
        (
            "events",
            {"bbox": list(BOX), "datetime_": DAYS, "kind": "capture"},
            [one["id"] for one in events if in_box(one) and in_days(one) and one["kind"] == "capture"],
        ),
        ("claims", {"stance": "denies"}, [one["id"] for one in claims if one["stance"] == "denies"]),
        (
            "claims",
            {"stance": "asserts", "aspect": "control"},
            [one["id"] for one in claims if (one["stance"], one["aspect"]) == ("asserts", "control")],
        ),
        ("locations", {"kind": "city"}, [one["id"] for one in places if one["kind"] == "city"]),
        ("locations", {"bbox": list(BOX)}, [one["id"] for one in places if in_box({"location": one})]),
    ]


print(f"{with_pyogrio()}, {with_ogr2ogr()}, {with_owslib()}")
