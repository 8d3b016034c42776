#!/usr/bin/env bash
# Package: csvkit 2.2.0 with agate 1.14.2 (PyPI).
# A good guess: a column of letters is text. The reliability of sources is graded A to F (Admiralty), and a file of few
#   sources has the same grade in every row.
# What happens: "f" and "t", in either case, are among the words for false and true. Where every source is F ("cannot be
#   judged", the usual grade), csvjson writes false for each; with one A among them the column is text, and F is "F".
# Why it matters: the type of a grade depends on the other rows. A filter for "F" finds all of them in one file and none in
#   the next, and false reads as "not reliable", which is what F does not say. csvjson --no-inference keeps the letter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'csvkit==2.2.0' 'agate==1.14.2'
"$folder/venv/bin/csvjson" --version
printf 'id,reliability\ns01,F\ns02,F\n' > "$folder/all-f.csv"
printf 'id,reliability\ns01,F\ns02,A\n' > "$folder/one-a.csv"
same() {
  echo "$1"
  test "$1" = "$2" || { echo "expected $2"; exit 1; }
}
same "$("$folder/venv/bin/csvjson" "$folder/all-f.csv")" \
  '[{"id": "s01", "reliability": false}, {"id": "s02", "reliability": false}]'
same "$("$folder/venv/bin/csvjson" "$folder/one-a.csv")" \
  '[{"id": "s01", "reliability": "F"}, {"id": "s02", "reliability": "A"}]'
same "$("$folder/venv/bin/csvjson" --no-inference "$folder/all-f.csv")" \
  '[{"id": "s01", "reliability": "F"}, {"id": "s02", "reliability": "F"}]'
