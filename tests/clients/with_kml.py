"""GDAL's two drivers and fastkml read KML: every event, its days, figures as numbers, and places in words."""

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fastkml
import httpx

ROOT = sys.argv[1]
BODY = httpx.get(f"{ROOT}/events.kml").content
EVENTS = {event["id"]: event for event in map(json.loads, httpx.get(f"{ROOT}/events.ndjson").text.splitlines())}


def with_fastkml() -> str:
    (document,) = fastkml.KML.from_string(BODY, strict=False).features
    marks = {mark.id.removeprefix("event."): mark for mark in document.features}
    assert marks.keys() == EVENTS.keys()
    for name, mark in marks.items():
        event = EVENTS[name]
        days = [day and day.dt.isoformat() for day in (mark.begin, mark.end)]
        assert days == [event["date"]["earliest"], event["date"]["latest"]], name
        point = event["location"] and event["location"]["point"]
        assert (mark.geometry is None) == (not point), name
        if point:
            assert (mark.geometry.x, mark.geometry.y) == (point["longitude"], point["latitude"])
            assert point["radius_m"] is None or f"within {point['radius_m']:,} m of the point" in mark.description
    assert "once between 28 June and 1 July 2022" in marks["capture-of-gelatin-plant"].description
    return f"fastkml {version('fastkml')}"


def read_by(driver: str, folder: Path) -> list[dict[str, Any]]:
    """The features that a driver of the machine's GDAL finds."""
    (folder / "events.kml").write_bytes(BODY)
    file = folder / f"{driver}.json"
    others = ["--config", "GDAL_SKIP", "LIBKML"] if driver == "KML" else []
    command = ["ogr2ogr", *others, "-f", "GeoJSON", str(file), str(folder / "events.kml")]
    subprocess.run(command, check=True, capture_output=True)
    found: list[dict[str, Any]] = json.loads(file.read_text())["features"]
    return found


def with_ogr2ogr() -> str:
    if shutil.which("ogr2ogr") is None:
        return "NO ogr2ogr HERE"
    with tempfile.TemporaryDirectory() as made:
        whole, placed = (read_by(driver, Path(made)) for driver in ("LIBKML", "KML"))
    rows = {one["properties"]["event_id"]: one for one in whole}
    assert rows.keys() == EVENTS.keys()
    for name, row in rows.items():
        day = EVENTS[name]["date"]["earliest"]
        assert (row["properties"].get("date_earliest") or None) == day, name
        assert (row["properties"].get("begin") or "")[:10].replace("/", "-") == (day or ""), name
    assert {type(one["properties"]["claims"]) for one in whole} == {int}
    assert {type(one["properties"].get("radius_m")) for one in whole} == {float, type(None)}
    with_points = [name for name, event in EVENTS.items() if event["location"] and event["location"]["point"]]
    assert len(placed) == len(with_points)  # what has no point, this driver leaves out
    told = subprocess.run(["ogr2ogr", "--version"], capture_output=True, text=True, check=True).stdout
    return f"{told.split(',')[0]}: LIBKML and KML"


print(f"{with_fastkml()}, {with_ogr2ogr()}")
