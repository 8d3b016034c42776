#!/usr/bin/env bash
# Package: pygeofilter 0.4.0 (PyPI), which reads the filter languages of OGC's services; its own evaluation of ECQL on objects.
# A good guess: `on DURING 2022-07-02T06:00:00Z / 2022-07-03T06:00:00Z` holds for moments between these two.
# What happens: hours are dropped from both ends. What was before 06:00 on the first day is within (but not midnight itself),
#   and so is all of the last day: 18:00 on 3 July is found, twelve hours after the end. With the same end given as a
#   duration (`/ P1D`) nothing of 3 July is found. `BEFORE OR DURING` and `DURING OR AFTER` find nothing at all.
# Why it matters: "what happened before the announcement of that morning" takes in what happened after it, in the evening.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pygeofilter==0.4.0' 'shapely==2.2.0'
"$folder/venv/bin/python" - <<'PY'
import datetime as dt
from importlib.metadata import version
from types import SimpleNamespace

from pygeofilter.backends.native.evaluate import NativeEvaluator
from pygeofilter.parsers.ecql import parse

print("pygeofilter", version("pygeofilter"))
moments = [SimpleNamespace(on=dt.datetime(2022, 7, day, hour, tzinfo=dt.UTC)) for day in (1, 2, 3, 4) for hour in (0, 3, 18)]
second, third = ["02 03", "02 18"], ["03 00", "03 03", "03 18"]
expected = {
    "on DURING 2022-07-02T06:00:00Z / 2022-07-03T06:00:00Z": [*second, *third],
    "on DURING 2022-07-02T06:00:00Z / P1D": second,
    "on BEFORE OR DURING 2022-07-02T06:00:00Z / 2022-07-03T06:00:00Z": [],
    "on DURING OR AFTER 2022-07-02T06:00:00Z / 2022-07-03T06:00:00Z": [],
    "on AFTER 2022-07-03T06:00:00Z": ["03 18", "04 00", "04 03", "04 18"],
}
seen = {}
for text in expected:
    holds = NativeEvaluator({}, use_getattr=True).evaluate(parse(text))
    seen[text] = [f"{one.on:%d %H}" for one in moments if holds(one)]
    print(text, "-> day and hour:", seen[text])
raise SystemExit(seen != expected)
PY
