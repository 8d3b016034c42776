#!/usr/bin/env bash
# Package: pyreadstat 1.3.7 with pandas 3.1.1 (PyPI).
# A good guess: a column of text that may be written to a Stata file may have gaps as well: up to 2,044 characters it may, and
#   the gap becomes an empty text.
# What happens: one text of 2,045 characters or more, which Stata keeps in another way, and one gap in the same column, and
#   write_dta ends in "A registered string reference was never inserted into any row", which says neither the column nor the
#   row. Long texts alone are written, and so is an empty text in the place of None. pandas.to_stata writes both.
# Why it matters: descriptions and quotes in tables of events are long in few rows and missing in others, and those who study
#   conflicts work in Stata a good deal. A file grows by one long description and cannot be written any more. Fill gaps with "".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pyreadstat==1.3.7' 'pandas==3.1.1'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import pandas as pd
import pyreadstat

print("pyreadstat", version("pyreadstat"))


def written(*texts):
    """The lengths of the texts that come back from a Stata file, or what was said against writing it."""
    try:
        pyreadstat.write_dta(pd.DataFrame({"quote": texts}), "table.dta")
    except pyreadstat.ReadstatError as error:
        return str(error)
    return [len(text) for text in pyreadstat.read_dta("table.dta")[0]["quote"]]


refusal = "A registered string reference was never inserted into any row"
cases = {
    "2,044 and a gap": (written("x" * 2044, None), [2044, 0]),
    "2,045 and a gap": (written("x" * 2045, None), refusal),
    "2,045 and an empty text": (written("x" * 2045, ""), [2045, 0]),
    "2,045 and another": (written("x" * 2045, "y"), [2045, 1]),
}
for case, (seen, _) in cases.items():
    print(case, seen)
raise SystemExit(any(seen != expected for seen, expected in cases.values()))
PY
