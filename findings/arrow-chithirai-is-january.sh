#!/usr/bin/env bash
# Packages: arrow 1.4.0, beside Babel 2.19.0 with the names of CLDR (PyPI).
# A good guess: the month names of a locale are those by which the language calls January to December; a year that is written by
#   a locale is read by it.
# What happens: in Tamil the names are of the Tamil calendar, whose first month Chithirai begins in the middle of April; here it
#   is January, so each date is three to four months early or late. CLDR has ஜனவரி for January. In Thai the year is
#   written in the Buddhist era (2552) and read in ours, 543 years later.
# Why it matters: "15 சித்திரை 2009" of a report on the last weeks of the war in Sri Lanka, the end of April, is read as
#   15 January. Use the names of CLDR, and the Tamil calendar for those of its own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'arrow==1.4.0' 'babel==2.19.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import arrow
from babel.dates import get_month_names

print("arrow", version("arrow"), "Babel", version("babel"))
chithirai = arrow.get("15 சித்திரை 2009", "D MMMM YYYY", locale="ta")
written = arrow.get("2009-01-15").format("D MMMM YYYY", locale="ta")
january = get_month_names("wide", "stand-alone", "ta")[1]
print("15 சித்திரை 2009 is read as", chithirai.date(), "and 15 January written as", written, "where CLDR has", january)
thai = arrow.get("2009-01-15").format("D MMMM YYYY", locale="th")
again = arrow.get(thai, "D MMMM YYYY", locale="th").date().isoformat()
print("2009-01-15 is written in Thai as", thai, "and read as", again)
raise SystemExit(
    chithirai.date().isoformat() != "2009-01-15"
    or written != "15 சித்திரை 2009"
    or january != "ஜனவரி"
    or (thai, again) != ("15 มกราคม 2552", "2552-01-15")
)
PY
