#!/usr/bin/env bash
# Package: recordlinkage 0.16 (PyPI).
# A good guess: `clean`, the first step that its documentation shows for names, removes case and punctuation; a name in another
#   script stays, and what is left empty agrees with nothing, as missing values do.
# What happens: only a to z, digits and blanks stay. Each name in Cyrillic or Arabic letters becomes "", and two of them agree
#   exactly and fall into one block; José is "jos", and "Ali (Abu Omar)" is "ali". By string distance the same pair has 0.
# Why it matters: lists of victims and detainees come in the script of their country. Everybody on them is one person for an
#   exact comparison, a block or a merge on the cleaned column. Give `clean` a pattern of your own (`replace_by_none`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'recordlinkage==0.16'
"$folder/venv/bin/python" - <<'PY'
import logging
from importlib.metadata import version

import pandas as pd
import recordlinkage
from recordlinkage.preprocessing import clean

logging.disable()
print("recordlinkage", version("recordlinkage"))
names = pd.Series(["Олена Коваль", "محمد علي", "José", "Ali (Abu Omar)"])
cleaned = list(clean(names))
for name, left in zip(names, cleaned, strict=True):
    print(repr(name), "becomes", repr(left))
one, other = (pd.DataFrame({"name": clean(pd.Series([name]))}) for name in ("Олена Коваль", "محمد علي"))
index = recordlinkage.Index()
index.block("name")
pairs = index.index(one, other)
compare = recordlinkage.Compare()
compare.exact("name", "name", label="exact")
compare.string("name", "name", method="jarowinkler", label="jarowinkler")
seen = compare.compute(pairs, one, other).to_dict("records")
print("Олена Коваль and محمد علي, cleaned, in one block and compared:", seen)
raise SystemExit(cleaned != ["", "", "jos", "ali"] or seen != [{"exact": 1, "jarowinkler": 0.0}])
PY
