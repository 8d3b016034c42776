#!/usr/bin/env bash
# Package: stopwordsiso 0.7.1 (PyPI), the lists of words without meaning of their own in 58 languages (stopwords-iso).
# A good guess: the lists have the like of "the", "of" and "und", perhaps "not", as other lists have.
# What happens: the English one has million, billion, thousand, hundred, twelve and forty, and fire, and the country codes
#   ua and sy; the Arabic one million (مليون), thousand (الف), May (ايار, مايو) and no other month, announced (اعلنت), said (قال)
#   and force (قوة); the Ukrainian one has "without" and not "не" (not), which is in the Russian one.
# Why it matters: "opened fire, not twelve but forty dead" and "opened, dead" are one text for what counts words; in a study of
#   two languages denials are kept in one and dropped in the other. Read a list before you use it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'stopwordsiso==0.7.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from stopwordsiso import stopwords

print("stopwordsiso", version("stopwordsiso"))
dropped = {
    "en": "not no never without fire twelve forty hundred thousand million billion against ua sy may",
    "ar": "لا لم مليون مليار الف ايار مايو اعلنت قال قوة",
    "ru": "не нет без двенадцать",
    "uk": "без",
}
kept = {"en": "killed shelling dead", "ar": "تموز حزيران يوليو", "uk": "не ні", "ru": "миллион сто"}
wrong = False
for language, words in dropped.items():
    listed = stopwords(language)
    missing, there = set(words.split()) - listed, set(kept[language].split()) & listed
    print(language, len(listed), "words, among them:", words, "; not:", kept[language])
    wrong |= bool(missing or there)
text = "they opened fire not twelve but forty were dead"
left = [word for word in text.split() if word not in stopwords("en")]
print(f"{text!r} leaves {left}")
raise SystemExit(wrong or left != ["dead"])
PY
