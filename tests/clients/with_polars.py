"""Polars: CSV, NDJSON and Parquet, eager and lazy; columns of decimals, days as text, ids."""

import sys

import polars as pl

ROOT = sys.argv[1]
eager, lazy = pl.read_csv(f"{ROOT}/claims.csv"), pl.scan_csv(f"{ROOT}/claims.csv").collect()
assert eager.equals(lazy)
assert eager.height == pl.read_ndjson(f"{ROOT}/claims.ndjson").height > 0
assert pl.scan_ndjson(f"{ROOT}/events.ndjson").select("id").collect().height == pl.read_csv(f"{ROOT}/events.csv").height
assert pl.read_csv(f"{ROOT}/locations.csv").schema["radius_m"] == pl.Float64
assert eager.schema["value_best"] == pl.Float64
typed = pl.read_parquet(f"{ROOT}/events.parquet")
assert typed.height == pl.read_csv(f"{ROOT}/events.csv").height
assert typed.schema["date_earliest"] == pl.Date
assert typed.schema["participants"] == pl.List(pl.String)
assert pl.scan_parquet(f"{ROOT}/events.parquet").select("id").collect().equals(typed.select("id"))
print(pl.__version__)
