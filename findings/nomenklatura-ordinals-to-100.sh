#!/usr/bin/env bash
# Package: nomenklatura 4.17.4 with followthemoney 4.11.2 (PyPI), which say how likely two entities are one.
# A good guess: one number in two notations is nearer to itself than to another number.
# What happens: the matcher `logic-v2` reads ordinal numbers up to a hundred. The "72nd" and the "72" brigade are all but one
#   (0.957); the "128th" and the "128" get 0.616, the "128th" and the "129th" 0.838, and the "72nd" and the "92nd" 0.63. For
#   `ofac` figures alone do not count: brigades 3 and 30, 72 and 92 are one (1.0); with the endings of ordinals they count a
#   little, and the 129th is again nearer to the "128th" than the "128" is.
# Why it matters: brigades of Ukraine and Russia are numbered to beyond 150, and a list in one notation meets a list in the
#   other. No bound joins the two notations of the 128th and leaves the 129th apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'nomenklatura==4.17.4' 'followthemoney==4.11.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from followthemoney import model
from nomenklatura.matching import get_algorithm
from nomenklatura.matching.types import ScoringConfig

for name in ("nomenklatura", "followthemoney"):
    print(name, version(name))


def score(matcher: str, numbers: tuple[str, str]) -> float:
    names = [f"{number} Mechanized Brigade" for number in numbers]
    one, other = (
        model.get_proxy({"id": number, "schema": "Organization", "properties": {"name": [name]}})
        for number, name in zip(numbers, names, strict=True)
    )
    return round(get_algorithm(matcher).compare(one, other, ScoringConfig.defaults()).score, 3)


expected = {
    ("72nd", "72"): (0.957, 0.956),
    ("100th", "100"): (0.957, 0.969),
    ("101st", "101"): (0.616, 0.981),
    ("128th", "128"): (0.616, 0.969),
    ("128th", "129th"): (0.838, 0.978),
    ("72nd", "92nd"): (0.63, 0.944),
    ("72", "92"): (0.567, 1.0),
    ("3", "30"): (0.63, 1.0),
}
wrong = False
for numbers, scores in expected.items():
    seen = score("logic-v2", numbers), score("ofac", numbers)
    wrong |= seen != scores
    print(*numbers, "Mechanized Brigade: logic-v2", seen[0], "ofac", seen[1])
raise SystemExit(wrong)
PY
