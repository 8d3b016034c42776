#!/usr/bin/env bash
# Package: iso3166-2 1.8.4 (PyPI).
# A good guess: the local names of a subdivision are names of it, so that no two states of Sudan have one in common.
# What happens: the Arabic name of the state of Khartoum is given as الجزيرة, which is Gezira, its neighbour; Gezira has the same,
#   rightly. الخرطوم, the name of Khartoum, is nowhere. The names in Latin letters beside them are right.
# Why it matters: both states were fought over in the war since April 2023, and reports in Arabic name the state only. With this
#   list every one from Gezira may be put in Khartoum, and none from Khartoum is found.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'iso3166-2==1.8.4'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from iso3166_2 import Subdivisions

print("iso3166-2", version("iso3166-2"))
names = {}
for code, state in Subdivisions()["SD"].items():
    for name in (state["localOtherName"] or "").split(", "):
        names.setdefault(name.partition(" (")[0], []).append(code)
for name in ("الجزيرة", "الخرطوم", "Al Kharţūm", "Al Jazīrah"):
    print(name, "is", names.get(name))
shared = {name: codes for name, codes in names.items() if len(codes) > 1}
raise SystemExit(shared != {"الجزيرة": ["SD-GZ", "SD-KH"]} or "الخرطوم" in names or names["Al Kharţūm"] != ["SD-KH"])
PY
