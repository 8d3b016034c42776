#!/usr/bin/env bash
# Package: newspaper4k 0.9.6 with lxml_html_clean 0.4.5 (PyPI), which reads articles of news sites.
# A good guess: `authors` are those whom the page names in its `<meta name="author">` or beside `rel="author"`, whatever they
#   are called; an office after a comma belongs to the one before it, or is dropped.
# What happens: only names of two, three or four words are kept, for a person's name is what is looked for. "Ministry of
#   Defence" is an author, "Ministry of Defence of Ukraine" is none; "OCHA", "Khalid" and a person of five names are none. Of a
#   ministry and a reporter the reporter alone is left. "Ivan Petrenko, Mayor of Luhansk" is two authors, and "Petrenko, Ivan"
#   nobody. In JSON-LD the same names are kept.
# Why it matters: who said it is the point. A statement of a ministry comes out as the words of the reporter whose name stands
#   beside it, or as nobody's, depending on how many words its state's name has.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'newspaper4k==0.9.6' 'lxml_html_clean==0.4.5'
HOME="$folder" "$folder/venv/bin/python" -W ignore - <<'PY'
import json
from importlib.metadata import version

from newspaper import Article

print("newspaper4k", version("newspaper4k"))
BODY = "<article><p>" + "The mill was struck in the night, says the report. " * 20 + "</p></article>"


def authors(head):
    """Those whom newspaper4k names for a page with this head; nothing is fetched."""
    article = Article("https://news.example/a", fetch_images=False)
    article.download(input_html=f"<html><head><title>Strike</title>{head}</head><body>{BODY}</body></html>")
    article.parse()
    return article.authors


def meta(*names):
    return "".join(f'<meta name="author" content="{name}">' for name in names)


expected = {
    ("Ivan Petrenko",): ["Ivan Petrenko"],
    ("Ministry of Defence",): ["Ministry of Defence"],
    ("Ministry of Defence of Ukraine",): [],
    ("Syrian Observatory for Human Rights",): [],
    ("OCHA",): [],
    ("Khalid",): [],
    ("Maria del Carmen Garcia Lopez",): [],
    ("Ivan Petrenko, Mayor of Luhansk",): ["Ivan Petrenko", "Mayor of Luhansk"],
    ("Petrenko, Ivan",): [],
    ("Ministry of Defence of Ukraine", "Olha Koval"): ["Olha Koval"],
}
found = {names: authors(meta(*names)) for names in expected}
for names, authors_found in found.items():
    print(" and ".join(names), "->", authors_found)
name = "Ministry of Defence of Ukraine"
article = {"@context": "https://schema.org", "@type": "NewsArticle", "author": {"@type": "Organization", "name": name}}
in_json = authors(f'<script type="application/ld+json">{json.dumps(article)}</script>')
print(name, "in JSON-LD ->", in_json)
raise SystemExit(found != expected or in_json != [name])
PY
