"""The benchmark publishes what a full run measured, and nothing else."""

import re
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import report, scaling
from tests.support.told import text


@pytest.mark.parametrize(("arguments", "written"), [(["--quick"], "build/bench/RESULTS.md"), ([], "published.md")])
def test_a_quick_run_leaves_the_published_results_alone(
    arguments: list[str], written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where results go is real here; nothing is measured."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    monkeypatch.setattr(report, "RESULTS", tmp_path / "published.md")
    monkeypatch.setattr(bench, "require_wrk", lambda: "wrk")
    monkeypatch.setattr(bench, "running", lambda: "PostgreSQL")
    monkeypatch.setattr(bench, "place", lambda **_: nullcontext(tmp_path))
    monkeypatch.setattr(bench, "database", lambda *_, **__: nullcontext(""))
    for step in ("fill", "measure"):
        monkeypatch.setattr(bench, step, lambda *_: None)
    bench.main()
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.md")] == [written]
    assert (tmp_path / written).read_text().startswith("# What it costs\n")


def test_each_published_miss_says_what_it_would_take() -> None:
    for remark in report.REMARKS.values():
        assert "would" in remark or remark.startswith("see ")
    results = report.RESULTS.read_text()
    for backend in ("sqlite", "postgresql"):
        part = results.partition(f"\n## {backend}\n")[2].partition("\n## ")[0]
        missed = re.findall(r"^\| ([^|]+) \| .* \| missed by a factor of [\d.]+ \|$", part, re.MULTILINE)
        assert len(missed) == part.count("missed by a factor of")
        for work in missed:
            assert f"*{work}*: {report.REMARKS[work]}" in part


def test_the_numbers_of_servers_follow_from_the_costs_beside_them() -> None:
    page = text("docs/scaling.md")
    kinds = re.findall(r"^\| [^|]+ \| .* \| ([\d.]+) ms \| ([\d.]+) ms \|$", page, re.MULTILINE)
    *costs, mixed = [(float(service), float(database)) for service, database in kinds]
    for of, given in zip(zip(*costs, strict=True), mixed, strict=True):
        shares = (share for _, share in scaling.MIX)
        added = sum(share * cost for share, cost in zip(shares, of, strict=True))
        assert abs(added - given) <= 0.01  # both are rounded
    api_ms, database_ms = mixed
    assert "\n".join(scaling.report(api_ms / 1_000, database_ms / 1_000)) in page
