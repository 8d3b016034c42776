#!/usr/bin/env bash
# Package: owlready2 0.51 (PyPI), which works with ontologies and their data as Python objects.
# A good guess: a property has in the store and in the file the values that were assigned last: after `event.dead = [64]` it has
#   64 and nothing else.
# What happens: if a figure was assigned that is equal to the one before and of another type, as 14 and then 14.0 or 1 and then
#   True, the old one is in the store for good. `event.dead` is [64], the file and every query have 14 and 64, and after
#   `event.dead = []` they still have 14.
# Why it matters: a table read again by pandas has 14.0 where it had 14. A claim that was corrected or withdrawn stands beside
#   its correction in what is published, and the program that wrote it does not show it. Keep figures of one type.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'owlready2==0.51'
"$folder/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

import owlready2

print("owlready2", version("owlready2"))
ontology = owlready2.get_ontology("http://example.org/x#")
with ontology:

    class Event(owlready2.Thing):
        pass

    class dead(owlready2.DataProperty):
        pass


event = Event("event")


def stored() -> list[str]:
    file = io.BytesIO()
    ontology.save(file, format="ntriples")
    lines = [line for line in file.getvalue().decode().splitlines() if "#event>" in line and "#dead>" in line]
    return sorted(line.split('"')[1] for line in lines)


expected = [([14], ["14"]), ([64], ["64"]), ([14], ["14"]), ([14.0], ["14"]), ([64], ["14", "64"]), ([], ["14"])]
seen = []
for figures, _ in expected:
    event.dead = figures
    seen.append((list(event.dead), stored()))
    print("assigned", figures, "Python has", list(event.dead), "the file has", stored())
raise SystemExit(seen != expected)
PY
