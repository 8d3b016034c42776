#!/usr/bin/env bash
# Package: krippendorff 0.9.0 (PyPI), which measures how far coders agree (Krippendorff's alpha).
# A good guess: codes are taken for names without order unless one says that they are measured; what a coder left open ("" in a
#   table, "NaN" from pandas) is missing, as "nan" is.
# What happens: numbers are taken for distances (`interval`): two coders who differ on two of five CAMEO codes, 180 for 190 and
#   190 for 182, agree to 0.997, and to 0.514 when the codes are names. In tables of text only "nan" is missing: "", "NaN",
#   "None" and "N/A" are each one more code, on which the coders disagree: 0.379 in place of 0.533.
# Why it matters: the number decides whether a coding of conflict events may be used. It comes out near perfect for codes that
#   differ by a party's intent, or too low for an honest gap. Say `level_of_measurement="nominal"`, and write gaps as "nan".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'krippendorff==0.9.0' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import krippendorff

print("krippendorff", version("krippendorff"))
codes = [[190, 190, 14, 182, 57], [190, 180, 14, 190, 57]]
measured = round(krippendorff.alpha(codes), 3)
named = round(krippendorff.alpha(codes, level_of_measurement="nominal"), 3)
print("codes", codes, "agree to", measured, "and as names to", named)
expected = {"nan": 0.533, "": 0.379, "NaN": 0.379, "None": 0.379, "N/A": 0.379}
seen = {}
for gap in expected:
    coders = [["yes", "no", gap, "no", "yes"], ["yes", "no", "yes", "no", "no"]]
    seen[gap] = round(float(krippendorff.alpha(coders, level_of_measurement="nominal")), 3)
    print(f'a gap written "{gap}" gives', seen[gap])
raise SystemExit((float(measured), float(named)) != (0.997, 0.514) or seen != expected)
PY
