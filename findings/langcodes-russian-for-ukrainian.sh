#!/usr/bin/env bash
# Package: langcodes 3.5.1 (PyPI), which compares languages by the distances that CLDR gives.
# A good guess: `closest_match` finds what a reader can take for the language asked for, another code or a near variety, as
#   Bosnian for Serbian; where nothing is near it answers "und", and one falls back to what one chose.
# What happens: with the limit that it has by itself (25), Russian is a match for Ukrainian and for Belarusian (24), before
#   English, whatever the order of what is there; the other way round it is not (84). It is no matter of likeness: Croatian and
#   Serbian is none for Bosnian where the script is another (59), while English is one for Irish and Spanish for Basque (24,
#   20). The distances say what speakers of a language are expected to read too. With `max_distance=19` Ukrainian matches none.
# Why it matters: names of places and quotes are kept in several languages, and one is shown to each reader. Who asks for
#   Ukrainian is shown Киев and Луганск in Russian, in a list that has Kyiv and Luhansk.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'langcodes==3.5.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from langcodes import closest_match, tag_distance

print("langcodes", version("langcodes"))
expected = {
    ("uk", "en ru"): ("ru", 24),
    ("uk", "ru en"): ("ru", 24),
    ("be", "en ru"): ("ru", 24),
    ("ru", "en uk"): ("und", 1000),
    ("bs", "en sr"): ("und", 1000),
    ("ps", "en fa"): ("und", 1000),
    ("ga", "en"): ("en", 24),
    ("eu", "en es"): ("es", 20),
}
found = {(asked, there): closest_match(asked, there.split()) for asked, there in expected}
for (asked, there), match in found.items():
    print(f"{asked} of [{there}] -> {match[0]} ({match[1]})")
strict = closest_match("uk", ["en", "ru"], max_distance=19)
print("uk of [en ru], at most 19 ->", strict[0])
back, script = tag_distance("ru", "uk"), tag_distance("bs", "sr")
print("from Russian to Ukrainian", back, "from Bosnian to Serbian", script)
names = {"en": "Kyiv", "ru": "Киев"}
shown = names[closest_match("uk", list(names))[0]]
print(names, "for a reader of uk ->", shown)
raise SystemExit(found != expected or strict[0] != "und" or (back, script) != (84, 59) or shown != "Киев")
PY
