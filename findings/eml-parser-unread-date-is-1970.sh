#!/usr/bin/env bash
# Packages: eml_parser 4.4.0 and mail-parser 4.8.0 (PyPI), which read mail as evidence.
# A good guess: a Date that cannot be read has no value, and one in figures alone is read with the day first, as mail has it in
#   all its forms, or not at all.
# What happens: eml_parser answers 1 January 1970, a moment with its zone like any other, for a month in another language;
#   02.07.2022 is 7 February and "July 2022" the first of July. The text that stood there is
#   kept nowhere. mail-parser has None for all three.
# Why it matters: mailboxes are sorted and searched by this value. What programs wrote in their own way goes to the front of a
#   timeline or into another month. Read the raw field with the email package of Python.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'eml_parser==4.4.0' 'mail-parser==4.8.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import eml_parser
import mailparser

print("eml_parser", version("eml_parser"), "mail-parser", version("mail-parser"))
expected = {
    "Sat, 02 Jul 2022 21:15:00 +0000": ("2022-07-02T21:15:00+00:00", "2022-07-02T21:15:00+00:00"),
    "2 липня 2022 21:15 +0000": ("1970-01-01T00:00:00+00:00", None),
    "02.07.2022 21:15 +0000": ("2022-02-07T21:15:00+00:00", None),
    "July 2022": ("2022-07-01T00:00:00+00:00", None),
}
seen = {}
for field in expected:
    mail = f"From: a@example.org\r\nDate: {field}\r\nSubject: x\r\n\r\nText"
    one = eml_parser.EmlParser().decode_email_bytes(mail.encode())["header"]["date"].isoformat()
    assert field == list(expected)[0] or field not in str(eml_parser.EmlParser().decode_email_bytes(mail.encode()))
    other = mailparser.parse_from_string(mail).date
    seen[field] = (one, other and other.isoformat())
    print(field, "-> eml_parser", one, "mail-parser", seen[field][1])
raise SystemExit(seen != expected)
PY
