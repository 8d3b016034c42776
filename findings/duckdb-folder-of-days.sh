#!/usr/bin/env bash
# Package: duckdb 2.0.1 (PyPI).
# A good guess: files of one form that are read in one go have one format of dates, that of the first or one that fits all,
#   and a file that it does not fit is an error.
# What happens: with union_by_name each file has a format of its own. "07/02/2022" (2 July, as the United States write it)
#   is 7 February in a file where no day is above 12, and "07/13/2022" is 13 July in the file beside it; one column of
#   type DATE holds both, without a word. Without union_by_name it depends on the order of the files: the later one first,
#   and all days are right; the earlier one first, and it is an error.
# Why it matters: union_by_name is what one sets where the columns of a source grew over the years. A folder with a file a
#   day or a week has the first twelve days of each month in other months, and the rest where they belong.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'duckdb==2.0.1'
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
from pathlib import Path

import duckdb

print("duckdb", duckdb.__version__)
files = {"first": ["07/02/2022", "07/03/2022"], "second": ["07/13/2022", "07/14/2022"]}
for name, days in files.items():
    Path(sys.argv[1], f"{name}.csv").write_text("place,day\n" + "".join(f"Lysychansk,{day}\n" for day in days))


def read(names, options=""):
    """The days of files that are read in one go, or that it is an error."""
    paths = [str(Path(sys.argv[1], f"{name}.csv")) for name in names]
    try:
        return [str(day) for (day,) in duckdb.sql(f"SELECT day FROM read_csv({paths}{options})").fetchall()]
    except duckdb.ConversionException:
        return "error"


seen = {
    "first, second": read(["first", "second"]),
    "second, first": sorted(read(["second", "first"])),
    "union_by_name": sorted(read(["first", "second"], ", union_by_name=true")),
}
print("written:", files)
for name, found in seen.items():
    print(f"{name}: {found}")
july = ["2022-07-02", "2022-07-03", "2022-07-13", "2022-07-14"]
mixed = ["2022-02-07", "2022-03-07", "2022-07-13", "2022-07-14"]
raise SystemExit(seen != {"first, second": "error", "second, first": july, "union_by_name": mixed})
PY
