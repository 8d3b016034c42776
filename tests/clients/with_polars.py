"""Polars: CSV and NDJSON, eager and lazy; columns of decimals, days as text, ids."""

import sys

import polars as pl

ROOT = sys.argv[1]
eager, lazy = pl.read_csv(f"{ROOT}/claims.csv"), pl.scan_csv(f"{ROOT}/claims.csv").collect()
assert eager.equals(lazy)
assert eager.height == pl.read_ndjson(f"{ROOT}/claims.ndjson").height > 0
assert pl.scan_ndjson(f"{ROOT}/events.ndjson").select("id").collect().height == pl.read_csv(f"{ROOT}/events.csv").height
assert pl.read_csv(f"{ROOT}/locations.csv").schema["radius_m"] == pl.Float64
assert eager.schema["value_best"] == pl.Float64
print(pl.__version__)
