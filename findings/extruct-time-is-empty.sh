#!/usr/bin/env bash
# Package: extruct 0.18.0 (PyPI), which reads the data that web pages carry in their markup.
# A good guess: the value of a property on a `<time>` is its `datetime` attribute, and its text where it has none, which then
#   has to be a day or a moment: `<time itemprop="startDate">2022-07-02</time>` is as HTML's standard writes it.
# What happens: without the attribute the value of microdata is "", as if the page had an empty date; with `<span>` in the place
#   of `<time>` the text is read. RDFa on the same element is read too. A name of a source in an `<a>` that has no `href` is
#   the address of the page itself, so that a report cites itself; by the standard it is the empty string.
# Why it matters: the day of a report, of a claim or of an event is what one reads such pages for. The page marked it rightly, a
#   person sees it, and a table of thousands of pages has dates from those alone that said the day twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'extruct==0.18.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import extruct

print("extruct", version("extruct"))
PAGE = "https://news.example/a"


def microdata(element):
    """The properties of an event in microdata that has this element alone."""
    html = f'<html><body><div itemscope itemtype="https://schema.org/Event">{element}</div></body></html>'
    (item,) = extruct.extract(html, base_url=PAGE, syntaxes=["microdata"])["microdata"]
    return item["properties"]


def rdfa(element):
    """The values of an event in RDFa that has this element alone."""
    html = f'<html><body><div vocab="https://schema.org/" typeof="Event">{element}</div></body></html>'
    found = extruct.extract(html, base_url=PAGE, syntaxes=["rdfa"])["rdfa"]
    return [value["@value"] for item in found for value in item.get("https://schema.org/startDate", [])]


expected = {
    '<time itemprop="startDate" datetime="2022-07-02">2 July</time>': {"startDate": "2022-07-02"},
    '<time itemprop="startDate">2022-07-02</time>': {"startDate": ""},
    '<time itemprop="startDate">2022-07-02T21:15:00+03:00</time>': {"startDate": ""},
    '<span itemprop="startDate">2022-07-02</span>': {"startDate": "2022-07-02"},
    '<a itemprop="citation" href="/b">Ministry of Defence</a>': {"citation": "https://news.example/b"},
    '<a itemprop="citation">Ministry of Defence</a>': {"citation": PAGE},
}
found = {element: microdata(element) for element in expected}
for element, properties in found.items():
    print(element, "->", properties)
element = '<time property="startDate">2022-07-02</time>'
print(element, "->", rdfa(element))
raise SystemExit(found != expected or rdfa(element) != ["2022-07-02"])
PY
