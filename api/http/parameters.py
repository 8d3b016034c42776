"""What is wrong with a request's parameters: unknown, given twice, or with a value outside what is allowed."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, get_origin

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic.fields import FieldInfo

from api.errors import BadParameter, BadParameters, bad
from api.http.problems import respond
from api.http.suggestions import suggested

_MESSAGES = {
    "string_pattern_mismatch": "is not an id, which is made of letters, digits, '.', '_' and '-'",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}
_WORDS = {
    "enum": "is not a word of this vocabulary",
    "literal_error": "is not one of the words that it may be",
}


def known(request: Request) -> dict[str, FieldInfo]:
    """The query parameters that the request's endpoint takes."""
    route = request.scope["route"]
    found: dict[str, FieldInfo] = {}
    for field in route.dependant.query_params if isinstance(route, APIRoute) else ():
        found.update(getattr(field.field_info.annotation, "model_fields", {}))
    return found


async def given_once(request: Request) -> None:
    """No single-valued parameter is given twice: whichever was meant, the other would be ignored in silence."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    if len(counts) == len(request.query_params.multi_items()):
        return
    single = {name for name, field in known(request).items() if get_origin(field.annotation) is not list}
    twice = [name for name, count in counts.items() if count > 1 and name in single]
    if twice:
        values = {name: ", ".join(request.query_params.getlist(name)) for name in twice}
        raise BadParameters(*(bad(name, values[name], "takes one value and was given several") for name in twice))


async def on_validation(request: Request, error: Exception) -> Response:
    """Answer parameters that do not fit the endpoint's model."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    return respond(BadParameters(*(_explained(item, request) for item in error.errors())))


def _explained(error: Mapping[str, Any], request: Request) -> BadParameter:
    context = error.get("ctx") or {}
    # The first part of the place is where it was sent, and any name may follow: `query` is one too.
    name = context["parameter"] if "parameter" in context else str(error["loc"][1])
    sent = error["input"].get(name) if isinstance(error["input"], dict) else error["input"]
    value = context.get("value", sent)
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown(name, value, request)
    if kind in _WORDS:
        return bad(name, value, _WORDS[kind], allowed=_listed(context["expected"]))
    message = _MESSAGES[kind].format(**context) if kind in _MESSAGES else error["msg"]
    return bad(name, value, message, allowed=context.get("allowed"), near=context.get("near"))


def _unknown(name: str, value: object, request: Request) -> BadParameter:
    names = list(known(request))
    message = "there is no such parameter" if name else "a parameter without a name"
    paths = [route.path or "" for route in iter_route_contexts(request.app.routes)]
    meant = suggested(name, value, names, request.url.path, paths)
    return bad(name, value, message, allowed=names, near=meant)


def _listed(expected: str) -> list[str]:
    """The words of `'a', 'b' or 'c'`."""
    return [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]


def install(app: FastAPI) -> None:
    """Register the handler."""
    app.add_exception_handler(RequestValidationError, on_validation)
