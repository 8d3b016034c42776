"""pyogrio's GDAL, the machine's ogr2ogr and OWSLib read /ogc: all features, fields that come late, and filters."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pyogrio
from owslib.ogcapi.features import Features

ROOT, MANY = sys.argv[1], os.environ["MANY"]
EVENTS, FROM = 2_500, 2_400
FILTERS = [
    ("events", "kind = 'capture'", {"kind": "capture", "undated": "include"}),
    ("events", "date_earliest >= '2022-07-02'", {"date_from": "2022-07-02", "undated": "include"}),
    ("claims", "stance = 'denies'", {"stance": "denies"}),
    ("locations", "kind = 'city'", {"kind": "city"}),
]
"""A condition as GDAL takes it, and the same as the API does."""


def ids(name: str, filters: dict[str, str]) -> list[str]:
    return [json.loads(line)["id"] for line in httpx.get(f"{ROOT}/{name}.ndjson", params=filters).text.splitlines()]


def whole(events: Any, claims: Any) -> None:
    """Every feature is there, and so is what only the last hundred have."""
    assert (len(events["id"]), len(claims["id"])) == (EVENTS, EVENTS)
    for row in (FROM - 1, FROM, EVENTS - 1):
        summary = f"Summary {row}" if row >= FROM else None
        assert (events["summary"][row] or None) == summary, events["summary"][row]
        assert (float(events["radius_m"][row] or 0), float(claims["value_best"][row] or 0)) == (
            (12.5, 20.75) if row >= FROM else (0, 0)
        )


def with_pyogrio() -> str:
    events, claims = (
        pyogrio.read_dataframe(f"OAPIF:{MANY}/ogc", layer=name, read_geometry=False).fillna(0).to_dict("list")
        for name in ("events", "claims")
    )
    whole(events, claims)
    for layer, where, filters in FILTERS:
        found = pyogrio.read_dataframe(f"OAPIF:{ROOT}/ogc", layer=layer, where=where)
        assert list(found["id"]) == ids(layer, filters) != [], (layer, where)
    boxed = pyogrio.read_dataframe(f"OAPIF:{ROOT}/ogc", layer="events", bbox=(38, 48, 39, 49))
    assert list(boxed["id"]) == ids("events", {"bbox": "38,48,39,49"}) != []
    return f"pyogrio {pyogrio.__version__} (GDAL {pyogrio.__gdal_version_string__})"


def with_ogr2ogr() -> str:
    """The machine's GDAL, which may be an old one."""
    if shutil.which("ogr2ogr") is None:
        return "NO ogr2ogr HERE"
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("events", "claims"):
            file = Path(folder) / f"{name}.json"
            subprocess.run(["ogr2ogr", "-f", "GeoJSON", file, f"OAPIF:{MANY}/ogc", name], check=True)
            features = [one["properties"] for one in json.loads(file.read_text())["features"]]
            rows[name] = {field: [one.get(field) for one in features] for field in features[-1]}
    whole(rows["events"], rows["claims"])
    return subprocess.run(["ogr2ogr", "--version"], capture_output=True, text=True, check=True).stdout.split(",")[0]


def with_owslib() -> str:
    found = Features(f"{ROOT}/ogc")
    assert found.feature_collections() == ["events", "claims", "locations"]
    captures = found.collection_items("events", kind="capture", limit=1000)
    assert [one["id"] for one in captures["features"]] == ids("events", {"kind": "capture", "undated": "include"})
    assert captures["numberMatched"] == len(captures["features"])
    return "OWSLib"


print(f"{with_pyogrio()}, {with_ogr2ogr()}, {with_owslib()}")
