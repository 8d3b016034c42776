"""The exports as STIX 2.1 and FollowTheMoney are valid under their own validators, and say what they lose."""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

import httpx
import stix2
from followthemoney import model
from stix2validator import ValidationOptions, validate_file

ROOT, FOLDER = sys.argv[1], Path(os.environ["EXPORTS"])


def count(name: str) -> int:
    return int(httpx.get(f"{ROOT}/{name}/count").json()["count"])


def with_stix() -> str:
    file = FOLDER / "stix" / "bundle.stix.json"
    result = validate_file(str(file), ValidationOptions(version="2.1"))
    assert result.is_valid, result.as_dict()
    warned = [str(warning) for one in result.object_results for warning in one.warnings or ()]
    # Nobody has recorded hashes of what was read.
    assert [warning for warning in warned if not warning.endswith("has a URL but no hash.")] == []
    bundle = stix2.parse(file.read_text(), allow_custom=False)
    kinds = [one.type for one in bundle.objects]
    assert (kinds.count("incident"), kinds.count("opinion")) == (count("events"), count("claims"))
    return f"stix2-validator {version('stix2-validator')}, stix2 {version('stix2')}"


def with_ftm() -> str:
    entities = list(map(json.loads, (FOLDER / "ftm" / "entities.ftm.json").read_text().splitlines()))
    schemas = [one["schema"] for one in entities]
    assert (schemas.count("Event"), schemas.count("Note")) == (count("events"), count("claims"))
    for one in entities:
        entity = model.get_proxy(one, cleaned=False)
        entity.schema.validate(one)
        for name, values in one["properties"].items():
            assert sorted(entity.get(name)) == sorted(set(values)), (one["id"], name)
    return f"followthemoney {version('followthemoney')}"


for form in ("stix", "ftm"):
    assert (FOLDER / form / "LOST.md").read_text().startswith("# What ")
print(f"{with_stix()}, {with_ftm()}")
