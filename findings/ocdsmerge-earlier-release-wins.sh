#!/usr/bin/env bash
# Package: ocdsmerge 0.8.0 (PyPI), which merges the releases about one process, in the Open Contracting Data Standard.
# A good guess: the newest release decides each field of the record, by time: that is what the date of a release, with its time
#   zone, is for.
# What happens: the dates are sorted as text. Of a release at 23:30-05:00 on the 3rd and one at 01:00Z on the 4th, three and a half
#   hours before it, the latter wins and gives the record its date. So does one at 10:00:00Z over one half a second later, at
#   10:00:00.5Z, as "." sorts before "Z". The order in which they are handed over makes no difference.
# Why it matters: one publisher that writes local times and one that writes UTC, or one that changed to summer time, are enough for
#   a withdrawn figure to come back. The history in the versioned record has the same wrong order, and no gap tells of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'ocdsmerge==0.8.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from ocdsmerge import Merger

print("ocdsmerge", version("ocdsmerge"))
text = {"type": "string"}
schema = {"properties": {"tender": {"properties": {"id": text, "title": text}}}, "definitions": {}}
merger = Merger(schema=schema)
pairs = {
    ("2022-07-04T01:00:00Z", "2022-07-04T04:30:00Z"): "second",
    ("2022-07-04T01:00:00Z", "2022-07-03T23:30:00-05:00"): "first",
    ("2022-07-03T10:00:00Z", "2022-07-03T10:00:00.5Z"): "first",
    ("2022-07-03T10:00:00+03:00", "2022-07-03T09:00:00Z"): "first",
}
wrong = False
for dates, expected in pairs.items():
    releases = [
        {"ocid": "x", "id": title, "date": date, "tag": ["tender"], "tender": {"id": "t", "title": title}}
        for date, title in zip(dates, ("first", "second"), strict=True)
    ]
    records = [merger.create_compiled_release(order) for order in (releases, releases[::-1])]
    titles = {record["tender"]["title"] for record in records}
    history = [each["value"] for each in merger.create_versioned_release(releases)["tender"]["title"]]
    print(*dates, "->", *titles, "| history:", *history)
    wrong |= titles != {expected} or history[-1] != expected
raise SystemExit(wrong)
PY
