#!/usr/bin/env bash
# Package: whoosh 2.7.4 (PyPI), a search engine in Python.
# A good guess: DateParserPlugin, which lets people ask for days in words ("1 july 2022"), adds to the forms of dates that a
#   DATETIME field reads already; what was understood without it means the same with it.
# What happens: a day in ISO 8601 at either end of a range becomes its year. "[2022-07-01 to 2022-07-02]" is from 1 January to
#   31 December 2022, "[2022-07-02 to]" begins on 1 January. Without the plugin both are right, and with it a single day in
#   ISO 8601, a day without hyphens, and days in words are right as well.
# Why it matters: "what was said in those two days" answers with the whole year, and with all that is asked for among it, so
#   that a look at the first hits finds nothing wrong.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'whoosh==2.7.4'
"$folder/venv/bin/python" - <<'PY'
import datetime as dt
from importlib.metadata import version

from whoosh.fields import DATETIME, ID, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import QueryParser
from whoosh.qparser.dateparse import DateParserPlugin

print("whoosh", version("whoosh"))
schema = Schema(name=ID(stored=True), said=DATETIME)
index = RamStorage().create_index(schema)
writer = index.writer()
for name in ("2022-02-24", "2022-07-01", "2022-07-02", "2022-12-31"):
    writer.add_document(name=name, said=dt.datetime.fromisoformat(name))
writer.commit()
everything = ["2022-02-24", "2022-07-01", "2022-07-02", "2022-12-31"]
july = ["2022-07-01", "2022-07-02"]
expected = {
    ("said:[2022-07-01 to 2022-07-02]", False): july,
    ("said:[2022-07-01 to 2022-07-02]", True): everything,
    ("said:[2022-07-02 to]", False): ["2022-07-02", "2022-12-31"],
    ("said:[2022-07-02 to]", True): everything,
    ("said:[20220701 to 20220702]", True): july,
    ("said:[1 july 2022 to 2 july 2022]", True): july,
    ("said:2022-07-02", True): ["2022-07-02"],
}
wrong = False
with index.searcher() as searcher:
    for (query, words), answer in expected.items():
        parser = QueryParser("name", schema)
        if words:
            parser.add_plugin(DateParserPlugin(basedate=dt.datetime(2022, 8, 1)))
        found = sorted(hit["name"] for hit in searcher.search(parser.parse(query), limit=None))
        wrong |= found != answer
        print(query, "with the plugin" if words else "without it", "->", found)
raise SystemExit(wrong)
PY
