"""dlt: a list, page by page, into DuckDB."""

import json
import sys
import tempfile
import urllib.request

import dlt
import duckdb
from dlt.sources.rest_api import rest_api_resources

ROOT = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    destination = dlt.destinations.duckdb(f"{folder}/events.duckdb")
    pipeline = dlt.pipeline("counterclaim", destination=destination, dataset_name="said", pipelines_dir=folder)
    endpoint = {"path": "events", "params": {"limit": 10}, "data_selector": "data"}
    client = {"base_url": ROOT, "paginator": {"type": "json_link", "next_url_path": "links.next"}}
    pipeline.run(rest_api_resources({"client": client, "resources": [{"name": "events", "endpoint": endpoint}]}))
    found = duckdb.connect(f"{folder}/events.duckdb").execute("SELECT count(DISTINCT id) FROM said.events").fetchall()
with urllib.request.urlopen(f"{ROOT}/events/count") as answer:
    assert found == [(json.load(answer)["count"],)]
print(dlt.__version__)
