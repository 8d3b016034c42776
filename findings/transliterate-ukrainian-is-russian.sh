#!/usr/bin/env bash
# Package: transliterate 1.10.2 (PyPI).
# A good guess: detect_language tells Ukrainian from Russian where a word has letters that Russian lacks (є, ї, і, ґ), and
#   romanising leaves no Cyrillic letter behind.
# What happens: Ukrainian names are Russian to it, those letters notwithstanding; and translit with the language that it
#   found leaves them as they are: "Сєвєродонецьк" becomes "Sєvєrodonets'k", Latin with two Cyrillic letters in it.
# Why it matters: the result looks almost right and is found by no search, in either script, and a place becomes two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'transliterate==1.10.2'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from transliterate import detect_language, translit

print("transliterate", version("transliterate"))
seen = {}
for name in ("Сєвєродонецьк", "Київ", "Лисичанськ"):
    language = detect_language(name)
    seen[name] = (language, translit(name, language, reversed=True))
    print(name, *seen[name])
expected = {
    "Сєвєродонецьк": ("ru", "Sєvєrodonets'k"),
    "Київ": ("ru", "Kiїv"),
    "Лисичанськ": ("ru", "Lisichans'k"),
}
raise SystemExit(seen != expected)
PY
