#!/usr/bin/env bash
# Package: pymorphy3 2.0.6 with pymorphy3-dicts-ru 2.4.417150.4580142 (PyPI), which analyses the forms of Russian words.
# A good guess: `normal_form` undoes cases: a surname in any case becomes the one under which its bearer is listed, and a woman's
#   surname that is in the nominative already stays.
# What happens: surnames lose their sex: Орлова, whose first reading is feminine and nominative, has the normal form "орлов", as
#   Орлов has. The town of Изюм is a common noun (raisins).
# Why it matters: lists of victims and wanted persons are joined by normal forms. Mother and son, or wife and husband, become one
#   person, and a count of women comes out too low. Inflect by the reading's own gender: `inflect({"nomn", "femn", "sing"})`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'pymorphy3==2.0.6' 'pymorphy3-dicts-ru==2.4.417150.4580142' 'setuptools==80.9.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from pymorphy3 import MorphAnalyzer

print("pymorphy3", version("pymorphy3"), "pymorphy3-dicts-ru", version("pymorphy3-dicts-ru"))
analyse = MorphAnalyzer(lang="ru").parse
expected = {"Орлова": ("femn", "nomn", "орлов"), "Орлов": ("masc", "nomn", "орлов"), "Изюме": ("masc", "loct", "изюм")}
seen = {}
for word in expected:
    first = analyse(word)[0]
    seen[word] = (first.tag.gender, first.tag.case, first.normal_form)
    print(word, "is", *seen[word])
kept = analyse("Орловой")[0].inflect({"nomn", "femn", "sing"}).word
print("Орловой inflected by its gender:", kept)
raise SystemExit(seen != expected or kept != "орлова")
PY
