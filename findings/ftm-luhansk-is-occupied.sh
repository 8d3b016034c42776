#!/usr/bin/env bash
# Package: followthemoney 4.11.2 (PyPI), the data model of Aleph and OpenSanctions.
# A good guess: its country type knows states, and leaves a region of Ukraine alone or takes it for Ukraine.
# What happens: there are codes for areas held by somebody else, and the plain name of a city or oblast is one of their
#   names: "Luhansk" is `ua-lpr` ("Luhansk (Occupied Ukraine)"), "Donetsk" is `ua-dpr`, "Crimea" is `ua-cri`.
# Why it matters: a record of 2 June 2022 that says "Luhansk" as its place comes out as of the occupied Luhansk. Who holds
#   the place is the very thing in dispute, and the cleaned value settles it without a word and for all days.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'followthemoney==4.11.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from followthemoney.types import registry

print("followthemoney", version("followthemoney"))
expected = {
    "Ukraine": ("ua", "Ukraine"),
    "Luhansk": ("ua-lpr", "Luhansk (Occupied Ukraine)"),
    "Donetsk": ("ua-dpr", "Donetsk (Occupied Ukraine)"),
    "Crimea": ("ua-cri", "Crimea (Occupied Ukraine)"),
}
seen = {}
for name in expected:
    code = registry.country.clean(name)
    seen[name] = (code, registry.country.caption(code))
    print(f"country.clean({name!r}) = {code!r}, shown as {seen[name][1]!r}")
raise SystemExit(seen != expected)
PY
