#!/usr/bin/env bash
# Package: pyogrio 0.13.0 (PyPI), whose wheel brings GDAL with the driver OAPIF (OGC API Features).
# A good guess: a server describes its features by a JSON Schema (`describedby`), with their property `id`, and the layer has
#   one field of that name, as it has where there is no schema.
# What happens: it has two, both called `id`: one of the feature's own id, one of the property. Without a schema there is one;
#   but then a number that is null in the first features is a field of text. A schema in the form of OGC API Features part 5,
#   which lists the properties at its top, is passed over in silence: only one that has them in `properties.properties`
#   counts.
# Why it matters: a layer with two fields of one name is refused or renamed by most formats that it is saved in, and which of
#   the two a condition on `id` means nobody can say.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyogrio==0.13.0'
"$folder/venv/bin/python" - <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pyogrio

print("pyogrio", pyogrio.__version__, "GDAL", ".".join(map(str, pyogrio.__gdal_version__)))
PROPERTIES = {"id": {"type": "string"}, "killed": {"type": "number"}}


def of_features(properties):
    """A schema of whole features, which have the properties within."""
    return {"type": "object", "properties": {"properties": {"type": "object", "properties": properties}}}


FORMS = {
    "no schema": None,
    "a schema of the feature": of_features(PROPERTIES),
    "the same without the id": of_features({"killed": {"type": "number"}}),
    "a schema of the properties": {"type": "object", "properties": PROPERTIES},
}
FEATURE = {
    "type": "Feature",
    "id": "capture",
    "geometry": {"type": "Point", "coordinates": [38.44, 48.9]},
    "properties": {"id": "capture", "killed": None},
}


def answers(root, schema):
    """What the smallest server of one collection answers, by path."""
    items = {"rel": "items", "type": "application/geo+json", "href": f"{root}/collections/events/items"}
    described = {"rel": "describedby", "type": "application/schema+json", "href": f"{root}/schema"}
    collection = {"id": "events", "title": "Events", "links": [items, described] if schema else [items]}
    return {
        "/collections": {"collections": [collection], "links": []},
        "/collections/events": collection,
        "/schema": schema,
        "/collections/events/items": {"type": "FeatureCollection", "numberMatched": 1, "features": [FEATURE]},
    }


class Handler(BaseHTTPRequestHandler):
    schema = None

    def do_GET(self):
        path = self.path.partition("?")[0]
        found = answers(f"http://{self.headers['Host']}", self.schema).get(path, {"links": []})
        body = json.dumps(found).encode()
        kind = {"/schema": "schema+json", "/collections/events/items": "geo+json"}.get(path, "json")
        self.send_response(200)
        self.send_header("Content-Type", f"application/{kind}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing."""


def fields(schema):
    """The fields of the layer and their types."""
    with ThreadingHTTPServer(("127.0.0.1", 0), type("One", (Handler,), {"schema": schema})) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        found = pyogrio.read_info(f"OAPIF:http://127.0.0.1:{server.server_port}")
        server.shutdown()
    return [f"{name} {kind}" for name, kind in zip(found["fields"], found["dtypes"], strict=True)]


expected = {
    "no schema": ["id object", "killed object"],
    "a schema of the feature": ["id object", "id object", "killed float64"],
    "the same without the id": ["id object", "killed float64"],
    "a schema of the properties": ["id object", "killed object"],
}
seen = {form: fields(schema) for form, schema in FORMS.items()}
for form, found in seen.items():
    print(f"{form}: {', '.join(found)}")
raise SystemExit(seen != expected)
PY
