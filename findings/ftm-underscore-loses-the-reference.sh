#!/usr/bin/env bash
# Package: followthemoney 4.11.2 (PyPI), the data model of Aleph and OpenSanctions.
# A good guess: an id that an entity may have can also be referred to by another entity.
# What happens: an entity takes "claim_1" as its id, but a property that refers to it stays empty, also with
#   `cleaned=False`, which is meant for values that need no cleaning. Nothing is raised or logged. References are allowed
#   letters, digits, `.` and `-` only; the ids themselves are not checked.
# Why it matters: ids of one's own often have an underscore. Every note then loses what it is about, and the export still
#   looks whole: as many entities as records, each with its text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'followthemoney==4.11.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from followthemoney import model

print("followthemoney", version("followthemoney"))
expected = {"claim-1": ["claim-1"], "claim.1": ["claim.1"], "claim_1": []}
seen = {}
for id_ in expected:
    claim = model.get_proxy({"id": id_, "schema": "Event", "properties": {"name": ["a capture"]}}, cleaned=False)
    given = {"id": "note-1", "schema": "Note", "properties": {"entity": [claim.id], "description": ["as said"]}}
    note = model.get_proxy(given, cleaned=False)
    seen[claim.id] = note.get("entity")
    print(f"event {claim.id!r}; a note about it refers to {seen[id_]!r}, description {note.get('description')!r}")
raise SystemExit(seen != expected)
PY
