"""pandas: CSV, NDJSON and Parquet."""

import sys

import pandas as pd

ROOT = sys.argv[1]
events = pd.read_csv(f"{ROOT}/events.csv")
assert list(events["id"]) == list(pd.read_json(f"{ROOT}/events.ndjson", lines=True)["id"])
assert events["longitude"].dtype == "float64"
assert set(pd.read_csv(f"{ROOT}/sources.csv")["reliability"]) == {"F"}
typed = pd.read_parquet(f"{ROOT}/events.parquet")
assert list(typed["id"]) == list(events["id"])
assert typed["deaths_best"].dtype == "float64"
print(pd.__version__)
