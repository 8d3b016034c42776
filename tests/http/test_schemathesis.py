"""Requests that are made up from the OpenAPI document: what it allows is answered as it says, all else is refused.

The first tier asks each operation some questions; the second tries every boundary of every parameter and goes from
answers to further requests, on both databases.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.settings import PROJECT
from tests.support.live import Api

CONFIG = PROJECT / "tests" / "support" / "schemathesis.toml"


def finds_nothing(api: Api, *options: str) -> None:
    """Every check of every answer passes."""
    program = Path(sys.executable).with_name("schemathesis")
    document = f"{api.client.base_url}/openapi.json".replace("//openapi", "/openapi")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    run = subprocess.run(
        [program, "--config-file", CONFIG, "run", document, "--checks", "all", *options],
        cwd=PROJECT,
        env={**environment, "PYTHONPATH": str(PROJECT), "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"


def test_generated_requests_are_answered_as_documented(api: Api) -> None:
    finds_nothing(api, "--phases", "examples,fuzzing", "--max-examples", "3")


@pytest.mark.long
def test_every_boundary_of_every_parameter(api: Api) -> None:
    finds_nothing(api, "--phases", "coverage")


@pytest.mark.long
def test_many_that_are_made_up_and_where_they_lead(api: Api) -> None:
    finds_nothing(api, "--phases", "fuzzing,stateful", "--max-examples", "60")
