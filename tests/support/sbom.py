"""`make sbom`: the bill of materials of what a server is installed from, and under which licence each part of it is."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from api.settings import PROJECT

BILL = PROJECT / "sbom.cdx.json"
LICENCES = PROJECT / "docs" / "licences.md"
KEPT = ("bom-ref", "type", "name", "version", "description", "licenses", "purl")
"""Of a part; addresses of its makers change with every version."""
INSTALLER = "pip"
OLD_NAMES = {
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
}
PERMISSIVE = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "PSF-2.0", "Unlicense", "Zlib"),
}
RECIPROCAL = {
    "psycopg": "LGPL-3.0-only: used unmodified, as a library that anybody can replace",
    "psycopg-binary": "LGPL-3.0-only: as psycopg, whose compiled half it is",
    "orjson": "MPL-2.0 for files of its own, used unmodified; the rest is Apache-2.0 or MIT",
}
"""What is no permissive licence throughout, and why it may be used all the same."""
HEAD = """# Licences

What a server is installed from (`requirements.txt`), as each package declares it. `make sbom` writes this list and
`sbom.cdx.json`, a bill of materials in CycloneDX, from an environment that holds nothing else.

| package | version | licence |
|---|---|---|
"""


def parts(bill: dict[str, Any]) -> list[dict[str, Any]]:
    """Its parts, by name."""
    return sorted(bill["components"], key=lambda part: normalised(part["name"]))


def normalised(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(part: dict[str, Any]) -> str:
    """What a part declares, as an SPDX expression; empty where it declares nothing."""
    said = []
    for one in part.get("licenses", ()):
        found = one.get("expression") or one["license"].get("id") or one["license"]["name"]
        said.append(OLD_NAMES.get(found, found))
    return " OR ".join(dict.fromkeys(said))


def objection(part: dict[str, Any]) -> str | None:
    """Why a part may not be used; None: its licence allows it."""
    words = set(re.findall(r"[A-Za-z0-9.-]+", licence(part))) - {"AND", "OR", "WITH"}
    if not words:
        return f"{part['name']} declares no licence"
    other = words - PERMISSIVE
    if other and normalised(part["name"]) not in RECIPROCAL:
        return f"{part['name']} is {', '.join(sorted(other))}"
    return None


def listed(bill: dict[str, Any]) -> str:
    """The list for people."""
    rows = [f"| {normalised(part['name'])} | {part['version']} | {licence(part)} |\n" for part in parts(bill)]
    notes = [f"- {name}: {why}.\n" for name, why in RECIPROCAL.items()]
    return HEAD + "".join(rows) + "\nNot permissive throughout, and used all the same:\n\n" + "".join(notes)


def main() -> None:
    """Take the bill that cyclonedx-py wrote, and write down what of it is kept."""
    bill = json.loads(Path(sys.argv[1]).read_text())
    kept = [part for part in parts(bill) if part["name"] != INSTALLER]
    components = [{key: part[key] for key in KEPT if key in part} for part in kept]
    known = {part["bom-ref"] for part in components}
    dependencies = [one for one in bill.get("dependencies", ()) if one["ref"] in known]
    short = {"bomFormat": bill["bomFormat"], "specVersion": bill["specVersion"], "version": 1}
    short |= {"components": components, "dependencies": dependencies}
    BILL.write_text(json.dumps(short, indent=1, ensure_ascii=False) + "\n")
    LICENCES.write_text(listed(short))
    if objections := [text for part in components if (text := objection(part))]:
        sys.exit("\n".join(objections))


if __name__ == "__main__":
    main()
