#!/usr/bin/env bash
# Package: stix2 3.0.2 with stix2-patterns 2.1.2 (PyPI), OASIS's library for STIX.
# A good guess: the tree that `create_pattern_object` makes of a pattern of STIX 2.1 says what the pattern says, so that its text
#   is the pattern again; and `equivalent_patterns` tells a pattern from its contrary.
# What happens: only `NOT =` is read rightly. `NOT LIKE`, `NOT IN` and `NOT MATCHES` come out as LIKE, IN and MATCHES, with
#   negated=False; `NOT !=` comes out as `NOT =`. So `equivalent_patterns` says True of each of them and its contrary, as of
#   `NOT IN ('ria', 'tass')` and `IN ('tass', 'ria')`. The validator of the same makers finds nothing wrong with them.
# Why it matters: a pattern that is read and written again, or put together with those said to be equal, finds exactly what it
#   was to leave out: what was not told by a ministry becomes what was told by it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'stix2==3.0.2' 'stix2-patterns==2.1.2' 'antlr4-python3-runtime==4.13.2'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from stix2.equivalence.pattern import equivalent_patterns
from stix2.pattern_visitor import create_pattern_object
from stix2patterns.validator import run_validator

print("stix2", version("stix2"), "stix2-patterns", version("stix2-patterns"))
field = "x-claim:speaker"
expected = {
    "NOT = 'tass'": ("NOT = 'tass'", "= 'tass'", False),
    "NOT != 'tass'": ("NOT = 'tass'", "!= 'tass'", True),
    "NOT LIKE 'Ministry%'": ("LIKE 'Ministry%'", "LIKE 'Ministry%'", True),
    "NOT MATCHES '^Ministry'": ("MATCHES '^Ministry'", "MATCHES '^Ministry'", True),
    "NOT IN ('ria', 'tass')": ("IN ('ria', 'tass')", "IN ('tass', 'ria')", True),
}
same = True
for asked, (written, contrary, equal) in expected.items():
    pattern, other = f"[{field} {asked}]", f"[{field} {contrary}]"
    wrong = [*run_validator(pattern, stix_version="2.1"), *run_validator(other, stix_version="2.1")]
    tree = create_pattern_object(pattern, version="2.1")
    alike = equivalent_patterns(pattern, other, stix_version="2.1")
    print(pattern, "->", tree, "; negated:", tree.operand.negated, "; the same as", other, ":", alike, "; wrong:", wrong)
    same &= str(tree) == f"[{field} {written}]" and alike is equal and not wrong
raise SystemExit(not same)
PY
