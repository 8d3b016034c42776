#!/usr/bin/env bash
# Package: csvkit 2.2.0 with agate 1.14.2 (PyPI).
# A good guess: a date is inferred from what looks like one. A word alone is text; and a word that says a day by what day it
#   is now ("tomorrow") gives a day near now, or none.
# What happens: names of weekdays and months, short or long, and "tomorrow" are dates of the year 1. A column of names,
#   Mar and Sun, comes out as "0001-03-01" and "0001-01-07", and "July", all that a source says of
#   when, as "0001-07-01". "2022-07", a month as ISO 8601 writes it, stays text.
# Why it matters: names vanish from a table without an error, and so do imprecise dates, while the one way of writing a month
#   that is exact is not read. The answer is well formed and sorts before everything. --no-inference keeps the words.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'csvkit==2.2.0' 'agate==1.14.2'
"$folder/venv/bin/csvjson" --version
same() {
  echo "$1"
  test "$1" = "$2" || { echo "expected $2"; exit 1; }
}
printf 'place,said,month\nMar,July,2022-07\nSun,tomorrow,2022-08\n' > "$folder/words.csv"
same "$("$folder/venv/bin/csvjson" "$folder/words.csv")" \
  '[{"place": "0001-03-01", "said": "0001-07-01", "month": "2022-07"}, {"place": "0001-01-07", "said": "0001-01-02", "month": "2022-08"}]'
same "$("$folder/venv/bin/csvjson" --no-inference "$folder/words.csv")" \
  '[{"place": "Mar", "said": "July", "month": "2022-07"}, {"place": "Sun", "said": "tomorrow", "month": "2022-08"}]'
