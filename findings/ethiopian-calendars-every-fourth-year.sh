#!/usr/bin/env bash
# Packages: ethiopian-calendar-new 1.1.0 and ethiopian-date 0.0.6 (npm); ethiotime 1.0.2, ethiopian-calendar 0.1.0 and
#   ethiocalendar 1.2.0 (PyPI), conversions of the calendar of Ethiopia.
# A good guess: this calendar is arithmetic, twelve months of 30 days and a rest of five or six, without tables or moons; so
#   conversions differ in no day of our lives, and one that brings each day back unchanged is right.
# What happens: two of the five, one from either registry, are a day off through every fourth year, and right in the other
#   three, as they add the day of leap years a year too late: New Year of 2016, kept on 12 September 2023, is a day early for
#   them, and 1 February 2024 is 24 Ter 2016, not 23 Ter. Both ways they are wrong alike, so each day comes back unchanged (in
#   the one from npm each but the last of such a year). In a third one the leap day itself is New Year, and so is the next:
#   11 and 12 September 2023 are one day.
# Why it matters: the wrong year is the one from September 2023 to September 2024, the first of the war in Amhara, and before
#   that the one that ended two months before the war in Tigray. A test with days of 2022 or 2025 passes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'ethiotime==1.0.2' 'ethiopian-calendar==0.1.0' 'ethiocalendar==1.2.0'
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'ethiopian-calendar-new@1.1.0' 'ethiopian-date@0.0.6'
cat >run.cjs <<'JS'
const { toEthiopian, toGregorian } = require("ethiopian-calendar-new");
const other = require("ethiopian-date");
const DAY = 86_400_000;
const converted = {};
const changed = [];
for (let at = Date.UTC(2015, 0, 1); at < Date.UTC(2026, 0, 1); at += DAY) {
  const day = new Date(at).toISOString().slice(0, 10);
  const [year, month, dayOfMonth] = day.split("-").map(Number);
  const date = toEthiopian(year, month, dayOfMonth);
  const back = toGregorian(date.year, date.month, date.day);
  if (back.year !== year || back.month !== month || back.day !== dayOfMonth) changed.push(day);
  converted[day] = { "ethiopian-calendar-new": [date.year, date.month, date.day], "ethiopian-date": other.toEthiopian(year, month, dayOfMonth) };
}
console.log(JSON.stringify({ converted, changed }));
JS
TZ=UTC node run.cjs >days.json
"$folder/venv/bin/python" - <<'PY'
import json
from datetime import date
from importlib.metadata import version
from pathlib import Path

import ethiocalendar
from ethiopian_calendar.calendar import EthiopicDate
from ethiotime import CalendarService

for name in ("ethiotime", "ethiopian-calendar", "ethiocalendar"):
    print(name, version(name))
seen = json.loads(Path("days.json").read_text())
print("ethiopian-calendar-new brings each day back but", seen["changed"])
days, back = {}, True
for text, by_package in seen["converted"].items():
    day = date.fromisoformat(text)
    ethiotime = CalendarService.gc_to_ec(day)
    back &= CalendarService.ec_to_gc(*ethiotime) == day
    by_package = {name: tuple(parts) for name, parts in by_package.items()} | {"ethiotime": ethiotime}
    kept = EthiopicDate.from_gregorian(day)
    by_package["ethiopian-calendar"] = (kept.year, kept.month, kept.day)
    by_package["ethiocalendar"] = tuple(ethiocalendar.from_gregorian(day.year, day.month, day.day))
    days[text] = by_package
print("ethiotime brings each day back:", back)
wrong = {name: [] for name in ("ethiopian-calendar-new", "ethiotime", "ethiopian-calendar", "ethiopian-date")}
for text, by_package in days.items():
    for name, found in wrong.items():
        if by_package[name] != by_package["ethiocalendar"]:
            found.append(text)
for name, found in wrong.items():
    print(f"{name} differs from ethiocalendar on {len(found)} of {len(days)} days, in {sorted({text[:4] for text in found})}")
for text in ("2022-07-02", "2023-09-11", "2023-09-12", "2024-02-01", "2024-09-10", "2024-09-11"):
    print(text, days[text])
fourth = [text for text in days if "2015-09-11" <= text < "2016-09-11" or "2019-09-11" <= text < "2020-09-11"]
fourth += [text for text in days if "2023-09-11" <= text < "2024-09-11"]
right = wrong["ethiopian-calendar-new"] == wrong["ethiotime"] == sorted(fourth) and not wrong["ethiopian-date"]
right &= wrong["ethiopian-calendar"] == ["2015-09-11", "2019-09-11", "2023-09-11"]
right &= days["2024-02-01"]["ethiotime"] == (2016, 5, 24) and days["2024-02-01"]["ethiocalendar"] == (2016, 5, 23)
raise SystemExit(not right or not back or seen["changed"] != ["2016-09-10", "2020-09-10", "2024-09-10"])
PY
