#!/usr/bin/env bash
# Packages: fastavro 1.13.1 and avro 1.12.2, Apache's own (PyPI), two writers of one format.
# A good guess: where a field may be null, a day or a moment (a union of logical types), a moment is written as a moment,
#   whichever of them the schema names first, and a text is written as text where the schema allows text.
# What happens: fastavro takes the first that it can: a moment becomes a day where `date` is named first, and loses its hour,
#   and the text "2022-07-02" becomes a day. Where `timestamp` is first both come through. avro keeps the moment where `date` is
#   first, and refuses it (TypeError) where it is last: no order serves both.
# Why it matters: events known to the day and events known to the minute stand in one column. Who turns the order round for the
#   one library loses the hours by the other, in silence. Give days and moments a field each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'fastavro==1.13.1' 'avro==1.12.2'
"$folder/venv/bin/python" - <<'PY'
import io
import json
from datetime import date, datetime, timezone
from importlib.metadata import version

import avro.schema
import fastavro
from avro.datafile import DataFileReader, DataFileWriter
from avro.io import DatumReader, DatumWriter

print("fastavro", version("fastavro"), "avro", version("avro"))
DAY, MOMENT = {"type": "int", "logicalType": "date"}, {"type": "long", "logicalType": "timestamp-micros"}
day, moment = date(2022, 7, 2), datetime(2022, 7, 2, 21, 15, tzinfo=timezone.utc)


def by_fastavro(schema: dict, value: object) -> object:
    file = io.BytesIO()
    fastavro.writer(file, schema, [{"on": value}])
    file.seek(0)
    return next(fastavro.reader(file))["on"]


def by_avro(schema: dict, value: object) -> object:
    file = io.BytesIO()
    writer = DataFileWriter(file, DatumWriter(), avro.schema.parse(json.dumps(schema)))
    try:
        writer.append({"on": value})
    except TypeError:
        return "refused"
    writer.flush()
    file.seek(0)
    return next(DataFileReader(file, DatumReader()))["on"]


def same(one: object, other: object) -> bool:
    return (type(one), str(one)) == (type(other), str(other))


wrong = False
for union, value, *answers in (
    (["null", DAY, MOMENT], moment, day, moment),
    (["null", DAY, MOMENT], day, day, day),
    (["null", MOMENT, DAY], moment, moment, "refused"),
    (["null", MOMENT, DAY], day, day, day),
    (["null", DAY, "string"], "2022-07-02", day, "2022-07-02"),
    (["null", "string", DAY], "2022-07-02", "2022-07-02", "2022-07-02"),
):
    schema = {"type": "record", "name": "Event", "fields": [{"name": "on", "type": union}]}
    found = [by_fastavro(schema, value), by_avro(schema, value)]
    names = [kind if isinstance(kind, str) else kind["logicalType"] for kind in union]
    print(f"{value} as one of {names}: fastavro {found[0]}, avro {found[1]}")
    wrong |= not all(same(one, other) for one, other in zip(found, answers, strict=True))
raise SystemExit(wrong)
PY
