#!/usr/bin/env bash
# Package: followthemoney 4.11.2 (PyPI).
# A good guess: a date in ISO 8601, of four digits for the year, is a date; or where it is not, one is told.
# What happens: only the years from 1000 to 2999 are. "9999-12-31" and "0999-06-01" are cleaned to nothing, so that an entity
#   read with `cleaned=False`, or one to which they are added, has no such date, without an error. With `cleaned=True`, as
#   `get_proxy` reads by itself, it keeps them, although the type itself calls them invalid.
# Why it matters: "9999-12-31" is how some registers write that something has no end yet. One file of
#   entities says so or says nothing of the end, depending on which step has read it, and an end that is unknown is not one
#   that is open.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'followthemoney==4.11.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from followthemoney import model
from followthemoney.types import registry

print("followthemoney", version("followthemoney"))
expected = {
    "0999-06-01": (None, False, [], [], ["0999-06-01"]),
    "1000-06-01": ("1000-06-01", True, ["1000-06-01"], ["1000-06-01"], ["1000-06-01"]),
    "2999-12-31": ("2999-12-31", True, ["2999-12-31"], ["2999-12-31"], ["2999-12-31"]),
    "3000-06-01": (None, False, [], [], ["3000-06-01"]),
    "9999-12-31": (None, False, [], [], ["9999-12-31"]),
}
wrong = False
for day, answer in expected.items():
    data = {"id": "listing", "schema": "Sanction", "properties": {"endDate": [day]}}
    added = model.make_entity("Sanction")
    added.add("endDate", day)
    read = [entity.get("endDate") for entity in (added, model.get_proxy(data, cleaned=False), model.get_proxy(data))]
    seen = (registry.date.clean(day), registry.date.validate(day), *read)
    wrong |= seen != answer
    print(day, "cleaned:", seen[0], "valid:", seen[1], "added:", seen[2], "cleaned=False:", seen[3], "as it is read:", seen[4])
raise SystemExit(wrong)
PY
