#!/usr/bin/env bash
# Package: cql2 0.6.0 (PyPI), OGC's Common Query Language in Rust with a face for Python.
# A good guess: for a property that holds moments, `on < DATE('2022-07-03')` and `on >= DATE('2022-07-03')` share out all
#   records between them, as T_BEFORE and its contrary do; or a moment compared with a day is an error.
# What happens: a moment is compared with the day only where it is midnight exactly. 18:00 on 2 July is neither before 3 July
#   nor on or after it, and 18:00 on 3 July is not on or after 3 July. BETWEEN two days finds nothing. T_BEFORE and T_AFTER
#   compare as they should, and so does TIMESTAMP in place of DATE.
# Why it matters: data that know the hour lose nearly everything of the day asked for and of the day before, data that know
#   the day alone (midnight) lose nothing; the better a record is dated, the sooner it is dropped.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'cql2==0.6.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import cql2

print("cql2", version("cql2"))
moments = [f"2022-07-{day:02}T{hour:02}:00:00Z" for day in (2, 3, 4) for hour in (0, 18)]
expected = {
    "on < DATE('2022-07-03')": ["02T00"],
    "on >= DATE('2022-07-03')": ["03T00", "04T00", "04T18"],
    "on BETWEEN DATE('2022-07-02') AND DATE('2022-07-03')": [],
    "T_BEFORE(on, DATE('2022-07-03'))": ["02T00", "02T18"],
    "on >= TIMESTAMP('2022-07-03T00:00:00Z')": ["03T00", "03T18", "04T00", "04T18"],
}
seen = {}
for text in expected:
    condition = cql2.parse_text(text)
    features = ({"type": "Feature", "geometry": None, "properties": {"on": moment}} for moment in moments)
    seen[text] = [one["properties"]["on"][8:13] for one in features if condition.matches(one)]
    print(text, "->", seen[text])
raise SystemExit(seen != expected)
PY
