#!/usr/bin/env bash
# Package: mapbox-vector-tile 2.2.0 (PyPI).
# A good guess: a property that a vector tile cannot hold (a list, an object, nothing) is refused, or written as text, as
#   other writers of tiles do with lists.
# What happens: it is left out, without an error or a warning, and the tile looks whole.
# Why it matters: the parties to an event and the sources of a claim are lists. On the map made of such tiles no event has
#   parties, and a filter by party finds none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mapbox-vector-tile==2.2.0'
"$folder/venv/bin/python" -W error - <<'PY'
from importlib.metadata import version

import mapbox_vector_tile

print("mapbox-vector-tile", version("mapbox-vector-tile"))
properties = {"name": "shelling", "deaths": 3, "parties": ["one", "other"], "place": {"name": "town"}, "confirmed": None}
layer = {"name": "events", "features": [{"geometry": "POINT (10 10)", "properties": properties}]}
read = mapbox_vector_tile.decode(mapbox_vector_tile.encode([layer]))["events"]["features"][0]["properties"]
print("written:", properties)
print("read:   ", read)
raise SystemExit(read != {"name": "shelling", "deaths": 3})
PY
