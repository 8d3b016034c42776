"""pandas: CSV and NDJSON."""

import sys

import pandas as pd

ROOT = sys.argv[1]
events = pd.read_csv(f"{ROOT}/events.csv")
assert list(events["id"]) == list(pd.read_json(f"{ROOT}/events.ndjson", lines=True)["id"])
assert events["longitude"].dtype == "float64"
assert set(pd.read_csv(f"{ROOT}/sources.csv")["reliability"]) == {"F"}
print(pd.__version__)
