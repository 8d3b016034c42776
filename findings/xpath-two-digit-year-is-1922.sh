#!/usr/bin/env bash
# Packages: elementpath 5.1.4 (PyPI) and saxon-js 2.7.0 (npm), two engines for XPath 3.1, beside the email package of Python.
# A good guess: fn:parse-ietf-date, made for the dates of mail, feeds and HTTP, reads a year of two digits as mail does, where
#   RFC 2822 has 00 to 49 for the years from 2000 on.
# What happens: the function is defined to add 1900 to any year of two digits, and both engines do. "Sun, 3 Jul 22" is in 1922,
#   when the 3rd of July was a Monday; the day of the week is not compared. Python reads 2022 from the same line.
# Why it matters: XSLT and XQuery are how archives of feeds and of old mail are turned into records. A report of this war is
#   dated a hundred years early, without an error, wherever a mailer wrote the short year.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'elementpath==5.1.4'
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'saxon-js@2.7.0'
cat >run.cjs <<'JS'
const saxon = require("saxon-js");
const [text] = process.argv.slice(2);
process.stdout.write(String(saxon.XPath.evaluate(`string(parse-ietf-date("${text}"))`)));
JS
"$folder/venv/bin/python" - <<'PY'
import json
import subprocess
import xml.etree.ElementTree as ElementTree
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path

import elementpath
from elementpath.xpath3 import XPath3Parser

saxon = json.loads(Path("node_modules/saxon-js/package.json").read_text())["version"]
print("elementpath", version("elementpath"), "saxon-js", saxon)


def read(text):
    """The moment by elementpath, by SaxonJS and by Python."""
    query = f'string(parse-ietf-date("{text}"))'
    first = elementpath.select(ElementTree.XML("<none/>"), query, parser=XPath3Parser)
    second = subprocess.run(["node", "run.cjs", text], check=True, capture_output=True, text=True).stdout
    return first, second, parsedate_to_datetime(text).isoformat().replace("+00:00", "Z")


expected = {
    "Sun, 3 Jul 2022 10:00:00 GMT": ("2022-07-03T10:00:00Z", "2022-07-03T10:00:00Z", "2022-07-03T10:00:00Z"),
    "Sun, 3 Jul 22 10:00:00 GMT": ("1922-07-03T10:00:00Z", "1922-07-03T10:00:00Z", "2022-07-03T10:00:00Z"),
    "3-Jul-22 10:00 EST": ("1922-07-03T10:00:00-05:00", "1922-07-03T10:00:00-05:00", "2022-07-03T10:00:00-05:00"),
}
seen = {text: read(text) for text in expected}
for text, moments in seen.items():
    print(text, "is", *moments)
raise SystemExit(seen != expected)
PY
