#!/usr/bin/env bash
# Package: wikibaseintegrator 0.12.15 (PyPI), which writes statements to Wikidata and other wikis of the kind (Wikibase).
# A good guess: "no value" (it has none) and "unknown value" (it has one that nobody knows) are different statements, as in
#   Wikibase's own data model; and a bound of 0 on a quantity is a bound.
# What happens: of one property the two are equal. Added with APPEND_OR_REPLACE, which by its description adds a statement that
#   differs, "unknown value" takes the place of "no value" and of its reference, and the other way round. Given in one list, the
#   second is dropped. And `lower_bound=0` is left out, so that 5 with bounds 0 and 14 has an upper bound alone; so is
#   `upper_bound=0`. As text, "0" is kept.
# Why it matters: one source says that the attack had no victims, another that their number is not known. The second replaces the
#   first, with who said it. "Between 0 and 14" is a usual figure, and its 0 the part in dispute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'wikibaseintegrator==0.12.15'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from wikibaseintegrator.datatypes import Item, Quantity
from wikibaseintegrator.models import Claims
from wikibaseintegrator.wbi_enums import ActionIfExists, WikibaseSnakType

print("wikibaseintegrator", version("wikibaseintegrator"))
NONE, UNKNOWN = WikibaseSnakType.NO_VALUE, WikibaseSnakType.UNKNOWN_VALUE


def deaths(kind: WikibaseSnakType, source: str) -> Quantity:
    return Quantity(prop_nr="P1120", snaktype=kind, references=[[Item(source, prop_nr="P248")]])


def said(statements: Claims) -> list[tuple[str, str]]:
    found = []
    for one in statements.get_json()["P1120"]:
        reference = one["references"][0]["snaks"]["P248"][0]["datavalue"]["value"]["id"]
        found.append((one["mainsnak"]["snaktype"], reference))
    return found


one_after_the_other = Claims().add(deaths(NONE, "Q101"))
one_after_the_other.add(deaths(UNKNOWN, "Q102"), action_if_exists=ActionIfExists.APPEND_OR_REPLACE)
together = Claims().add([deaths(NONE, "Q101"), deaths(UNKNOWN, "Q102")])
seen = {
    "equal": deaths(NONE, "Q101") == deaths(UNKNOWN, "Q102"),
    "one after the other": said(one_after_the_other),
    "together": said(together),
}
expected = {"equal": True, "one after the other": [("somevalue", "Q102")], "together": [("novalue", "Q101")]}
for name, answer in seen.items():
    print(f"no value (source Q101) and unknown value (source Q102), {name}: {answer}")
bounds = {(1, 14): ("+1", "+14"), (0, 14): (None, "+14"), ("0", 14): ("+0", "+14"), (0, 0): (None, None)}
wrong = seen != expected
for (lower, upper), answer in bounds.items():
    amount = 5 if upper else 0
    value = Quantity(amount, lower_bound=lower, upper_bound=upper, prop_nr="P1120").mainsnak.datavalue["value"]
    kept = value.get("lowerBound"), value.get("upperBound")
    print(f"{amount} with bounds {lower!r} and {upper!r} has the bounds", *kept)
    wrong |= kept != answer
raise SystemExit(wrong)
PY
