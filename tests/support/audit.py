"""`make audit`: known weaknesses in what we depend on; where nobody could be asked, it says so and is no clean bill."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from api.settings import PROJECT

CONSTRAINTS = PROJECT / "constraints.txt"
SERVICES = ("pypi", "osv")
SECONDS = "15"


class Found(NamedTuple):
    """What one service knows: which packages it was asked about in vain, and the weaknesses."""

    asked: int
    unknown: list[str]
    weaknesses: list[str]


def main() -> None:
    """Ask one service after another until one knows every package."""
    best: Found | None = None
    for service in SERVICES:
        found = ask(service)
        if found is not None and (best is None or len(found.unknown) < len(best.unknown)):
            best = found
        if best is not None and not best.unknown:
            break
    code, said = verdict(best)
    print("\n".join(said), file=sys.stderr if code else sys.stdout)
    raise SystemExit(code)


def ask(service: str) -> Found | None:
    """What a service answers; None: it cannot be reached."""
    program = Path(sys.executable).with_name("pip-audit")
    options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", SECONDS]
    done = subprocess.run(
        [program, "--requirement", CONSTRAINTS, "--vulnerability-service", service, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return read(json.loads(done.stdout))
    except ValueError:
        return None


def read(report: Any) -> Found:
    """A report of pip-audit."""
    packages = report["dependencies"]
    return Found(
        len(packages),
        [one["name"] for one in packages if "skip_reason" in one],
        [said for one in packages for said in _weaknesses(one)],
    )


def _weaknesses(package: Any) -> Iterator[str]:
    for one in package.get("vulns", ()):
        mended = ", ".join(one["fix_versions"]) or "no version yet"
        yield f"{package['name']} {package['version']}: {one['id']}, mended in {mended}"


def verdict(found: Found | None) -> tuple[int, list[str]]:
    """The exit code, and what to say."""
    if found is None or len(found.unknown) == found.asked:
        return 0, ["audit not done: no service that knows of weaknesses could be reached from here"]
    if found.weaknesses:
        return 1, [f"audit failed: {len(found.weaknesses)} known weaknesses", *found.weaknesses]
    if found.unknown:
        missing = ", ".join(found.unknown)
        return 0, [f"audit not done for {len(found.unknown)} of {found.asked} packages: {missing}"]
    return 0, [f"audit: no known weakness in {found.asked} packages"]


if __name__ == "__main__":
    main()
