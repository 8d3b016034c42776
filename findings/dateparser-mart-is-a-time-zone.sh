#!/usr/bin/env bash
# Package: dateparser 1.5.0 (PyPI).
# A good guess: "24 mart 1999", the 24th of March in Turkish, Azerbaijani, Bosnian and Serbian in Latin script, is 24 March, or
#   is not understood.
# What happens: "mart" is taken for MART, the time of the Marquesas Islands, and taken out. What is left, "24 1999", gets the
#   month in which the program runs: 24 June 1999 at UTC-9:30 in June, 24 November in November. "5 mart 1991" is the 15th of
#   May if today is a 15th. With languages=["tr"], "az", "bs" or "sr-Latn", or the setting REQUIRE_PARTS, it is March;
#   with ["sr"], which is the code that one would try, it is not.
# Why it matters: "mart" is the month in which NATO's air war on Yugoslavia began. The year is right and the day plausible; the
#   same file read twice, a month apart, holds two different dates, and the offset moves the day once more where it is
#   converted to local time.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'dateparser==1.5.0'
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime
from importlib.metadata import version

import dateparser

print("dateparser", version("dateparser"))


def read(text, today, **how):
    """The moment that a text is read as, on a day."""
    settings = {"RELATIVE_BASE": datetime.fromisoformat(today), **how.pop("settings", {})}
    return dateparser.parse(text, settings=settings, **how).isoformat()


whole = {"REQUIRE_PARTS": ["day", "month", "year"]}
seen = {
    "in June": read("24 mart 1999", "2026-06-15"),
    "in November": read("24 mart 1999", "2026-11-15"),
    "the 5th": read("5 mart 1991", "2026-06-15"),
    "sr": read("24 mart 1999", "2026-06-15", languages=["sr"]),
    "sr-Latn": read("24 mart 1999", "2026-06-15", languages=["sr-Latn"]),
    "all parts asked for": read("24 mart 1999", "2026-06-15", settings=whole),
}
for case, moment in seen.items():
    print(case, moment)
expected = {
    "in June": "1999-06-24T00:00:00-09:30",
    "in November": "1999-11-24T00:00:00-09:30",
    "the 5th": "1991-05-15T00:00:00-09:30",
    "sr": "1999-06-24T00:00:00-09:30",
    "sr-Latn": "1999-03-24T00:00:00",
    "all parts asked for": "1999-03-24T00:00:00",
}
raise SystemExit(seen != expected)
PY
