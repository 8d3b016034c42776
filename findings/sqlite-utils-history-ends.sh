#!/usr/bin/env bash
# Package: sqlite-utils 4.2.1 (PyPI), with sqlite3 of Python's own library.
# A good guess: `add_foreign_key`, `extract` and `transform` change what they are asked to change. They keep checks, defaults,
#   indexes and what a foreign key does on deletion, so they keep the rest of a table too.
# What happens: SQLite cannot change a table so far, so each of them makes a new one and drops the old one, and with it all its
#   triggers, those among them that sqlite-utils made itself to keep its full-text index. A column's COLLATE is gone as well.
#   There is no warning. The next rows are in no search (the old ones still are), and a trigger that kept the history of
#   corrections keeps nothing any more.
# Why it matters: after a foreign key to the table of sources was added, a figure is overwritten and nobody can say what it was;
#   and a search for what was reported since finds nothing, which reads as "nobody reported it".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'sqlite-utils==4.2.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from sqlite_utils import Database

print("sqlite-utils", version("sqlite-utils"))
TABLES = """
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE history (claim INTEGER, was TEXT, became TEXT);
CREATE TABLE claims (
  id INTEGER PRIMARY KEY,
  place TEXT COLLATE NOCASE,
  source INTEGER,
  text TEXT CHECK (text <> ''),
  kind TEXT
);
CREATE INDEX of_place ON claims (place);
CREATE TRIGGER keep AFTER UPDATE OF text ON claims
BEGIN INSERT INTO history VALUES (old.id, old.text, new.text); END;
"""


def seen(change):
    """What is kept, found and recorded after a change of the table."""
    database = Database(memory=True)
    database.conn.executescript(TABLES)
    claims = database["claims"]
    database["sources"].insert({"id": 7, "name": "Mayor"})
    claims.insert({"id": 1, "place": "Khasham", "source": 7, "text": "the bridge was hit", "kind": "strike"})
    claims.enable_fts(["text"], create_triggers=True)
    change(claims)
    claims.insert({"id": 2, "place": "Khasham", "text": "the mill was hit"})
    claims.update(1, {"text": "two bridges were hit"})
    return {
        "triggers": sorted(one.name for one in claims.triggers),
        "history": [row["was"] for row in database["history"].rows],
        "search mill": [row["id"] for row in claims.search("mill")],
        "search bridge": [row["id"] for row in claims.search("bridge")],
        "place = 'khasham'": [row["id"] for row in claims.rows_where("place = 'khasham'")],
        "index": any(one.name == "of_place" for one in claims.indexes),
        "check": "CHECK" in claims.schema,
    }


kept = {"index": True, "check": True}
whole = {
    "triggers": ["claims_ad", "claims_ai", "claims_au", "keep"],
    "history": ["the bridge was hit"],
    "search mill": [2],
    "search bridge": [],
    "place = 'khasham'": [1, 2],
    **kept,
}
lost = {"triggers": [], "history": [], "search mill": [], "search bridge": [1], "place = 'khasham'": [], **kept}
changes = {
    "nothing": (lambda claims: None, whole),
    "add_foreign_key": (lambda claims: claims.add_foreign_key("source", "sources", "id"), lost),
    "extract": (lambda claims: claims.extract("kind"), lost),
    "transform": (lambda claims: claims.transform(rename={"source": "by"}), lost),
}
same = True
for name, (change, expected) in changes.items():
    found = seen(change)
    print(f"after {name}:", found)
    same &= found == expected
raise SystemExit(not same)
PY
