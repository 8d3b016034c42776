#!/usr/bin/env bash
# Package: misp-stix 2026.10.12 with pymisp 2.5.34.4 (PyPI), the converter of MISP between its own format and STIX 2.1.
# A good guess: an event of MISP has one date of its own, the day on which it took place or was found, which is what MISP shows
#   and sorts by; STIX can hold days, so an event that is converted to STIX, and back, has it.
# What happens: the date is written nowhere in the bundle, and what comes back has none. The only days in the bundle are those
#   of the last edit, and of a source (an attribute of type link) they are said to be `first_observed` and `last_observed`:
#   the bundle says that a page of July 2022 was seen in June 2026, when somebody corrected its entry. The comment of the
#   link is gone too. Errors and warnings, of which the parsers keep lists, are none.
# Why it matters: MISP is where attacks are kept by many who document them, and STIX is how they exchange them. At the other
#   side an old event is one of today, and a source was seen on a day on which nobody looked at it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'misp-stix==2026.10.12' 'pymisp==2.5.34.4'
TZ=UTC "$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from misp_stix_converter import InternalSTIX2toMISPParser, MISPtoSTIX21Parser
from pymisp import MISPEvent

print("misp-stix", version("misp-stix"), "pymisp", version("pymisp"))
edited = "1780272000"
event = MISPEvent()
event.from_dict(
    info="Strike on a mill",
    date="2022-07-02",
    timestamp=edited,
    uuid="6f6d2d0e-51a4-4c5b-9a36-0d4a5b0f1a01",
    Orgc={"id": "1", "name": "Example", "uuid": "6f6d2d0e-51a4-4c5b-9a36-0d4a5b0f1a02"},
)
link = {"type": "link", "value": "https://news.example/2022/a", "category": "External analysis", "comment": "quotes the mayor"}
event.add_attribute(**link, timestamp=edited, uuid="6f6d2d0e-51a4-4c5b-9a36-0d4a5b0f1a03")
print("the event:", event.date, event.info, "with", link)

to_stix = MISPtoSTIX21Parser()
to_stix.parse_misp_event(event)
bundle = to_stix.bundle.serialize()
(seen,) = (thing for thing in to_stix.bundle.objects if thing.type == "observed-data")
print("STIX holds:", *(thing.type for thing in to_stix.bundle.objects))
print("2022-07-02 in STIX:", "2022-07-02" in bundle, "; the comment:", "the mayor" in bundle)
print("the link was observed from", seen.first_observed, "to", seen.last_observed)

to_misp = InternalSTIX2toMISPParser()
to_misp.load_stix_bundle(to_stix.bundle)
to_misp.parse_stix_bundle()
back = to_misp.misp_event
told = [*to_stix.errors, *to_stix.warnings, *to_misp.errors, *to_misp.warnings]
print("back in MISP: date", back.get("date"), "timestamp", back.timestamp, "info", back.info, "; told:", told)
(again,) = back.attributes
print("its link:", again.type, again.value, again.get("comment"))
right = "2022-07-02" not in bundle and "the mayor" not in bundle and not told
right &= str(seen.first_observed)[:10] == str(seen.last_observed)[:10] == "2026-06-01"
right &= back.get("date") is None and again.value == link["value"] and not again.get("comment")
raise SystemExit(not right)
PY
