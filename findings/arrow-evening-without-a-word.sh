#!/usr/bin/env bash
# Package: arrow 1.4.0 (PyPI), which reads and writes dates in the languages of its locales.
# A good guess: "h:mm A", an hour of twelve with AM or PM, says in each language which half of the day it is, or AM and PM where
#   a language has no words for it; what is written so can be read so.
# What happens: in 61 of 81 locales, Ukrainian, Russian, Serbian, French and Arabic among them, nothing is written: 21:15 is
#   "9:15 ". Read by the same pattern and locale that is a quarter past nine in the morning, without an error. English, Persian,
#   Turkish and Hebrew have their words.
# Why it matters: a list of events in Ukrainian that was made with the pattern of the English one has lost the half of each day
#   for good. Use hours of 24 (HH:mm) in all languages.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'arrow==1.4.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import arrow
from arrow.locales import Locale

print("arrow", version("arrow"))
moment = arrow.get("2022-07-02T21:15:00+00:00")
expected = {
    "en": ("9:15 PM", "21:15"),
    "tr": ("9:15 ÖS", "21:15"),
    "uk": ("9:15 ", "09:15"),
    "ru": ("9:15 ", "09:15"),
    "sr": ("9:15 ", "09:15"),
    "fr": ("9:15 ", "09:15"),
    "ar-sy": ("9:15 ", "09:15"),
}
seen = {}
for locale in expected:
    text = moment.format("YYYY-MM-DD h:mm A", locale=locale)
    again = arrow.get(text, "YYYY-MM-DD h:mm A", locale=locale)
    seen[locale] = (text.split(" ", 1)[1], again.format("HH:mm"))
    print(locale, f'"{text}" is read as', again)


def kinds(parent: type[Locale]) -> list[type[Locale]]:
    return [kind for child in parent.__subclasses__() for kind in (child, *kinds(child))]


locales = {kind.names[0] for kind in kinds(Locale) if kind.names}
silent = {locale for locale in locales if moment.format("h:mm A", locale=locale) == "9:15 "}
print(len(silent), "of", len(locales), "locales write no half of the day")
raise SystemExit(seen != expected or (len(silent), len(locales)) != (61, 81))
PY
