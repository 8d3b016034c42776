"""The OpenAPI 3.0 document of the OGC API: clients read from it by which parameters a collection can be filtered."""

from functools import lru_cache
from typing import Any

from pydantic.fields import FieldInfo

from api.http.ogc.collections import COLLECTIONS, Collection
from api.query.filters import ID, MAX_LIMIT

Json = dict[str, Any]
MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.0"
_PROBLEM = {"description": "A problem (RFC 9457).", "content": {"application/problem+json": {"schema": {}}}}
_STANDARD: Json = {
    "limit": {
        "description": f"How many features a page holds at most; more than {MAX_LIMIT} are {MAX_LIMIT}.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 100},
    },
    "bbox": {
        "description": "west,south,east,north in WGS 84 degrees. Features without a point are sent too.",
        "schema": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
    },
    "datetime": {
        "description": "A day, or two with / between, an end open as ... Features without a date are sent too.",
        "schema": {"type": "string"},
    },
}


@lru_cache(maxsize=16)
def document(root: str) -> Json:
    """The document of the API at this address."""
    paths: Json = {
        "/": _operation("landing", "What there is.", "application/json"),
        "/conformance": _operation("conformance", "Which requirements are met.", "application/json"),
        "/collections": _operation("collections", "The collections.", "application/json"),
    }
    for collection in COLLECTIONS.values():
        here, name = f"/collections/{collection.id}", collection.id
        paths[here] = _operation(f"{name}.collection", collection.description, "application/json")
        paths[f"{here}/items"] = _operation(
            f"{name}.items", collection.description, "application/geo+json", _parameters(collection)
        )
        one = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string", "pattern": ID}}
        paths[f"{here}/items/{{featureId}}"] = _operation(
            f"{name}.item", f"One of {collection.title.lower()}.", "application/geo+json", [one]
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": "Counterclaim: OGC API Features", "version": "0.1.0"},
        "servers": [{"url": root}],
        "paths": paths,
    }


def _operation(name: str, description: str, media_type: str, parameters: list[Json] | None = None) -> Json:
    good = {"description": "The answer.", "content": {media_type: {"schema": {"type": "object"}}}}
    return {
        "get": {
            "operationId": name,
            "summary": description.partition(". ")[0],
            "description": description,
            "parameters": parameters or [],
            "responses": {"200": good, "404": _PROBLEM, "422": _PROBLEM, "503": _PROBLEM},
        }
    }


def _parameters(collection: Collection) -> list[Json]:
    standard = [
        {"name": name, "in": "query", "required": False, "style": "form", "explode": False, **told}
        for name, told in _STANDARD.items()
    ]
    schema = collection.model.model_json_schema()
    fields = collection.model.model_fields
    return standard + [_parameter(name, fields[name], schema) for name in collection.declared]


def _parameter(name: str, field: FieldInfo, schema: Json) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": field.description,
        "schema": _schema(schema["properties"][name], schema.get("$defs", {})),
    }


def _schema(found: Json, definitions: Json) -> Json:
    """A parameter's schema as OpenAPI 3.0 has it, of one value: a repeated parameter asks for any of them."""
    if "anyOf" in found:
        found = found["anyOf"][0]
    if found.get("type") == "array":
        found = found["items"]
    if "$ref" in found:
        found = definitions[found["$ref"].rpartition("/")[2]]
    return {key: found[key] for key in ("type", "enum", "pattern", "format", "maxLength") if key in found}
