"""Refusals: why a record is not loaded, in words that help its author."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from api.models.base import ID_LENGTH
from seed.field_types import LONGEST_SHOWN, shown
from seed.records import INPUT_MODELS, Record

# What is wrong with a value, and below what it has to be, by the validator's name for the fault.
REQUIRED = {
    "bool_type": "true or false",
    "dict_type": "a table",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list",
    "string_type": "text",
}

SENTENCES = {
    "greater_than_equal": "{given} is less than {ge}",
    "less_than_equal": "{given} is more than {le}",
    "missing": "is missing",
    "string_too_long": "{given} is longer than {max_length:,} characters",
    "string_too_short": "is empty",
    "string_unicode": "contains a lone surrogate (half a character)",
    "too_long": "has {actual_length:,} items; at most {max_length:,} are allowed",
    "value_error": "{error}",
}


class Place(NamedTuple):
    """The place where a record was read: a file, and a row or the number within its kind."""

    file: str
    row: int | None = None


class Refusal(NamedTuple):
    """The reason for refusing a record or a whole file."""

    place: Place
    record: str
    field: str
    message: str

    def __str__(self) -> str:
        place = self.place.file if self.place.row is None else f"{self.place.file} row {self.place.row}"
        return ": ".join(part for part in (place, self.record, self.field, self.message) if part)


class Entry(NamedTuple):
    """A valid record, and where it was read."""

    dataset: str
    record: Record
    place: Place


def entry(kind: str, fields: object, dataset: str, place: Place, *, number: int | None = None) -> Entry | list[Refusal]:
    """Check one record; returns all refusals if it is not valid."""
    model = INPUT_MODELS[kind]
    try:
        return Entry(dataset, model.model_validate(fields), place)
    except ValidationError as error:
        given = fields.get("id") if isinstance(fields, Mapping) else None
        name = given if isinstance(given, str) and given.isprintable() else f"number {number}" if number else "?"
        return [
            Refusal(place, f"{kind} {name[:ID_LENGTH]}", _field(model, one), explain(model, one))
            for one in error.errors(include_url=False)
        ]


def _field(model: type[BaseModel], error: ErrorDetails) -> str:
    """The faulty field: the error's location, or for a whole record the field that the error is named after."""
    return path(error["loc"]) or (error["type"] if error["type"] in model.model_fields else "")


def path(location: Sequence[int | str]) -> str:
    """The path of a field: `participants[0].actor`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def explain(model: type[BaseModel], error: ErrorDetails) -> str:
    """What is wrong in one clause, with a suggestion."""
    fault, given, context = error["type"], error.get("input"), error.get("ctx", {})
    if fault in SENTENCES:
        return SENTENCES[fault].format_map({"given": shown(given), **context})
    if fault in REQUIRED:
        return f"{shown(given)} is not {REQUIRED[fault]}{_instead(error)}"
    return _of_this_model(model, error)


def _of_this_model(model: type[BaseModel], error: ErrorDetails) -> str:
    """What is wrong, where the words come from the model itself."""
    given, context = error.get("input"), error.get("ctx", {})
    match error["type"]:
        case "enum":
            words = re.findall(r"'([^']*)'", str(context["expected"]))
            return f"{shown(given)} is not a word of this vocabulary{meant(given, words)} (one of {', '.join(words)})"
        case "extra_forbidden":
            field = str(error["loc"][-1])
            return f"there is no such field{meant(field, fields_at(model, error['loc'][:-1]))}"
        case "string_pattern_mismatch":
            return mismatch(given, str(context["pattern"]))
        case "model_type":
            fields = fields_at(model, error["loc"])
            wanted = f"a table with the fields {', '.join(fields)}"
            day = f"neither a date nor {wanted}: write a day, 2031-06-01, or EDTF in quotation marks"
            return f"{shown(given)} is {day if 'edtf' in fields else f'not {wanted}'}"
    return error["msg"]  # one of our own sentences


def _instead(error: ErrorDetails) -> str:
    """How to write the value."""
    given = error.get("input")
    match error["type"]:
        case "string_type" if isinstance(given, bool | int | float | date | time):
            return f': write "{shown(given)}", with quotation marks'
        case "list_type" if isinstance(given, str):
            return f": write [{json.dumps(given[:LONGEST_SHOWN], ensure_ascii=False)}]"
    return ""


def mismatch(given: object, pattern: str) -> str:
    if "http" in pattern:
        return f"{shown(given)} is not a link that begins with http:// or https://"
    if "0-9a-f]{64}" in pattern:
        return f"{shown(given)} is not a SHA-256, which is 64 digits and letters from a to f"
    if ":" in pattern and "A-Za-z0-9" in pattern:
        return f"{shown(given)} is not a gazetteer's id, such as geonames:702972"
    if "A-Za-z0-9" in pattern:
        return f"{shown(given)} is not an id: letters, digits, dots, underscores and dashes, a letter or digit first"
    if isinstance(given, str) and not given.strip():
        return "is blank"
    return f"{shown(given)} contains a control character"


def unread(path: Path, error: OSError) -> str:
    """Why a file cannot be read, with a suggestion of another file in its folder."""
    if isinstance(error, IsADirectoryError):
        return "is a folder: name the files in it"
    if not isinstance(error, FileNotFoundError):
        return f"cannot be read: {error.strerror}"
    if path.is_symlink():
        return f"is a symbolic link to {path.readlink()}, which does not exist"
    folder = next(one for one in (path.parent, *path.parent.parents) if one.is_dir() or one == one.parent)
    wrong = path.relative_to(folder).parts[0] if folder.is_dir() else str(path)
    try:
        near = get_close_matches(wrong, sorted(one.name for one in folder.iterdir()), n=1)
    except OSError:
        near = []
    return f"there is no such file{''.join(f'; did you mean {folder / one}?' for one in near)}"


def meant(given: object, known: Sequence[str]) -> str:
    near = get_close_matches(str(given), known, n=1) if isinstance(given, str) else []
    return f"; did you mean {near[0]}?" if near else ""


def fields_at(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """The fields of the model in which an error is."""
    for part in location:
        if isinstance(part, int) or part not in model.model_fields:
            continue
        inner = [kind for kind in parts_of(model.model_fields[part].annotation) if issubclass(kind, BaseModel)]
        model = inner[0] if inner else model
    return list(model.model_fields)


def parts_of(annotation: Any) -> Iterator[type]:  # noqa: ANN401 - annotations have no type
    """The classes in an annotation."""
    arguments = getattr(annotation, "__args__", ())
    if isinstance(annotation, type) and not arguments:
        yield annotation
    for argument in arguments:
        yield from parts_of(argument)
