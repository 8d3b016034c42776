#!/usr/bin/env bash
# Package: csv-diff 1.2 (PyPI), which tells in words what has changed between two versions of a table.
# A good guess: the column named as key should be unique, as the documentation says. A table in which two rows share a key is
#   refused, or such rows are compared in some order.
# What happens: of the rows that share a key only the last is looked at, in either file. What changes in the others, and whether
#   they come or go, is not told: there is no difference, no warning, and the program ends with success. Without a key all
#   changes are found.
# Why it matters: an event has several claims, and its id is the column that looks like the key. A source's 14 dead can become
#   64, or its claim vanish, without a word, as long as another's claim stands below. Give a key that is one for each row.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'csv-diff==1.2'
"$folder/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

from csv_diff import compare, load_csv

print("csv-diff", version("csv-diff"))
before = "event,source,deaths\n1,army,14\n1,hospital,5\n2,army,3\n"
expected = {
    "the army's 14 becomes 64": (before.replace("army,14", "army,64"), 0, 2),
    "the army's claim vanishes": (before.replace("1,army,14\n", ""), 0, 1),
    "a ministry's claim comes first": (before.replace("1,army", "1,ministry,40\n1,army"), 0, 1),
    "the hospital's 5 becomes 6": (before.replace("hospital,5", "hospital,6"), 1, 2),
}


def told(after: str, key: str | None) -> int:
    result = compare(load_csv(io.StringIO(before), key=key), load_csv(io.StringIO(after), key=key))
    return sum(len(result[kind]) for kind in ("added", "removed", "changed"))


wrong = False
for change, (after, with_key, without) in expected.items():
    seen = told(after, "event"), told(after, None)
    print(f"{change}: {seen[0]} differences told with the key event, {seen[1]} without a key")
    wrong |= seen != (with_key, without)
raise SystemExit(wrong)
PY
