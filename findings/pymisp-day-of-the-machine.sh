#!/usr/bin/env bash
# Package: pymisp 2.5.34.4 (PyPI).
# A good guess: first_seen of an attribute given as a day, "2022-07-02", is that day everywhere: midnight UTC, which is what
#   MISP keeps, or the day as it stands.
# What happens: it is midnight of the machine that runs the program. In Kyiv it is written as 2022-07-02T00:00:00+03:00, which
#   is 21:00 of 1 July in UTC; in New York it is 4:00 of 2 July.
# Why it matters: a day said by a source has no time zone. The same file sent from two offices gives two different moments,
#   and the one from the east is in another day than the source's wherever days are cut in UTC.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pymisp==2.5.34.4'
cat > "$folder/ask.py" <<'PY'
import json

from pymisp import MISPAttribute

attribute = MISPAttribute()
attribute.from_dict(type="text", value="x", first_seen="2022-07-02")
print(json.loads(attribute.to_json())["first_seen"])
PY
"$folder/venv/bin/pip" freeze | grep pymisp
for expected in 'UTC 2022-07-02T00:00:00+00:00' 'Europe/Kiev 2022-07-02T00:00:00+03:00' 'America/New_York 2022-07-02T00:00:00-04:00'; do
  zone=${expected% *}
  seen="$zone $(TZ=$zone "$folder/venv/bin/python" "$folder/ask.py")"
  echo "$seen"
  test "$seen" = "$expected"
done
