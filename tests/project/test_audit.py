"""The audit fails where a weakness is known, and calls nothing clean that nobody was asked about."""

import json
import stat
import sys
from pathlib import Path

import pytest

from api.settings import PROJECT
from tests.support import audit

SOUND = {"name": "sound", "version": "1.0", "vulns": []}
WEAK = {"name": "weak", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found"}
NOT_DONE = "audit not done: no service that knows of weaknesses could be reached from here\n"


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ({"pypi": [SOUND]}, 0, "audit: no known weakness in 1 packages\n"),
        (
            {"pypi": [SOUND, WEAK]},
            1,
            "audit failed: 1 known weaknesses\nweak 2.0: PYSEC-1, mended in 2.1\n",
        ),
        ({"pypi": [UNKNOWN], "osv": [WEAK]}, 1, "audit failed: 1 known weaknesses\nweak 2.0: PYSEC-1, mended in 2.1\n"),
        ({"pypi": [UNKNOWN, SOUND]}, 0, "audit not done for 1 of 2 packages: unknown\n"),
        ({"pypi": [UNKNOWN, WEAK]}, 1, "audit failed: 1 known weaknesses\nweak 2.0: PYSEC-1, mended in 2.1\n"),
        ({"pypi": [UNKNOWN, UNKNOWN]}, 0, NOT_DONE),
        ({}, 0, NOT_DONE),
    ],
)
def test_answers_of_the_services(  # noqa: PLR0917 - half of them are fixtures
    answers: dict[str, object],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A program stands in for pip-audit: it answers as told, or fails as where there is no network."""
    program = tmp_path / "pip-audit"
    reports = {service: {"dependencies": packages} for service, packages in answers.items()}
    (tmp_path / "reports.json").write_text(json.dumps(reports))
    program.write_text(
        f"#!{sys.executable}\nimport json, pathlib, sys\n"
        "reports = json.loads(pathlib.Path(__file__).with_name('reports.json').read_text())\n"
        "print(json.dumps(reports[sys.argv[sys.argv.index('--vulnerability-service') + 1]]))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(SystemExit) as exited:
        audit.main()
    assert (exited.value.code, "".join(capsys.readouterr())) == (code, said)


def test_every_change_is_audited() -> None:
    assert "make audit" in (PROJECT / ".ci" / "run").read_text()
