#!/usr/bin/env bash
# Package: followthemoney 4.11.2 (PyPI).
# A good guess: a number that is not in its notation is refused, or kept as text.
# What happens: it depends on how many digits stand behind the comma. With one, or with five, there is no number; with two
#   or three, the comma is dropped: "38,44" (a longitude as most of Europe writes it) becomes 3844.0, without an error. The
#   stored text is left as it was, so that nobody sees it but who computes.
# Why it matters: coordinates and figures in Ukrainian, Russian, French or German sources use the comma. Some of a column
#   are missing then, and some a hundred or a thousand times too large.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'followthemoney==4.11.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from followthemoney.types import registry

print("followthemoney", version("followthemoney"))
expected = {"38.44": 38.44, "1,200": 1200.0, "38,44": 3844.0, "48,904": 48904.0, "12,5": None, "38,44094": None}
seen = {}
for text in expected:
    seen[text] = registry.number.to_number(text)
    print(f"clean({text!r}) = {registry.number.clean(text)!r}, to_number({text!r}) = {seen[text]!r}")
raise SystemExit(seen != expected)
PY
