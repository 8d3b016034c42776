#!/usr/bin/env bash
# Package: linkml-runtime 1.12.1 (PyPI), with which data in LinkML's models are read; Python 3.11 or newer.
# A good guess: a slot of type datetime refuses a day with a time zone, "2022-07-02+03:00" as XML Schema writes it, as it refuses
#   "2022-07-02Z"; or it takes it for the beginning of that day in that zone.
# What happens: the zone becomes the time of day: 2022-07-02T03:00:00, three in the morning and without any zone, and `is_valid`
#   says yes. Python's own reader of ISO 8601 takes any one character for what stands between day and hour. A zone west of
#   Greenwich does the same: -05:00 is five in the morning. A slot of type date refuses all of these.
# Why it matters: days of Kyiv or Damascus with their zone are what an export of RDF or XML holds. Each event gets an hour that no
#   source gave, all of them the same, and a chart by hour shows attacks at three in the morning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'linkml-runtime==1.12.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from linkml_runtime.utils.metamodelcore import XSDDate, XSDDateTime

print("linkml-runtime", version("linkml-runtime"))


def read(kind, text):
    """What a text is read as, or that it is refused."""
    try:
        return str(kind(text)) if kind.is_valid(text) else "refused"
    except ValueError:
        return "refused"


expected = {
    "2022-07-02T21:15:00+03:00": ("2022-07-02T21:15:00+03:00", "refused"),
    "2022-07-02": ("2022-07-02T00:00:00", "2022-07-02"),
    "2022-07-02Z": ("refused", "refused"),
    "2022-07-02+03:00": ("2022-07-02T03:00:00", "refused"),
    "2022-07-02-05:00": ("2022-07-02T05:00:00", "refused"),
}
seen = {text: (read(XSDDateTime, text), read(XSDDate, text)) for text in expected}
for text, (moment, day) in seen.items():
    print(f"{text}: as datetime {moment}, as date {day}")
raise SystemExit(seen != expected)
PY
