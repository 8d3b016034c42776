"""Every field of the input models with description and example, for template, documentation and schema."""

import tomllib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo

from seed import field_types, records
from seed.records import INPUT_MODELS, KIND_OF_TABLE
from seed.refusals import parts_of

DECLARED = Path(__file__).parent / "fields.toml"
# Parts of records, which have no id.
PARTS: dict[str, type[BaseModel]] = {
    "when": records.When,
    "release": records.Release,
    "affiliation": records.Affiliation,
    "point": records.Point,
    "participant": records.Participant,
    "value": records.Value,
    "citation": records.Citation,
}
MODELS: dict[str, type[BaseModel]] = {**INPUT_MODELS, **PARTS}


class Described(NamedTuple):
    """A field and its documentation."""

    name: str
    told: str
    example: str
    shown: bool
    required: bool
    words: tuple[str, ...]


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads(DECLARED.read_text(encoding="utf-8"))


def fields_of(name: str) -> Iterator[Described]:
    """The fields of a kind of record, or of a part of one."""
    for field, info in MODELS[name].model_fields.items():
        said = _declared()[name][field]
        yield Described(
            field, said["told"], said["example"], said.get("shown", False), info.is_required(), tuple(words(info))
        )


def words(info: FieldInfo) -> Iterator[str]:
    """The vocabulary of a field, if it has one."""
    for part in parts_of(info.annotation):
        if issubclass(part, StrEnum):
            yield from (word.value for word in part)


def schema() -> dict[str, Any]:
    """The JSON Schema of a dossier in JSON or TOML, for editors."""
    tables: dict[str, Any] = {table: (list[INPUT_MODELS[kind]], []) for table, kind in KIND_OF_TABLE.items()}  # type: ignore[valid-type]
    dossier = create_model("Dossier", dataset=(field_types.Id, ...), **tables)
    made = dossier.model_json_schema()
    made["additionalProperties"] = False
    made["properties"]["$schema"] = {"type": "string"}
    made["properties"]["dataset"]["description"] = "The id of the dataset that all records of the file belong to."
    for name, model in MODELS.items():
        one = made["$defs"][model.__name__]
        for field in fields_of(name):
            one["properties"][field.name]["description"] = field.told
    made["$defs"]["When"] = {"anyOf": [{"type": "string", "description": "A day, or an EDTF."}, made["$defs"]["When"]]}
    recorded = made["$defs"]["Dataset"]["properties"]["recorded_at"]
    recorded.pop("format")  # a day is allowed too
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
