"""Checks a request's parameters: unknown, repeated or not allowed, with suggestions for what was meant."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, get_origin

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic.fields import FieldInfo

from api.errors import BadParameter, BadParameters, bad, nearest
from api.http.problems import respond

_BEGINS = ("date_from", "said_from", "published_from")
_ENDS = ("date_to", "said_to", "published_to")
_BOTH = tuple(name for pair in zip(_BEGINS, _ENDS, strict=True) for name in pair)

# Our parameters, and their names in other APIs: ACLED, UCDP, GDELT, ReliefWeb, HDX, OGC, OData, JSON:API, Rails.
_ELSEWHERE: Mapping[tuple[str, ...], str] = {
    ("cursor",): "page offset skip start startindex page_number pagenumber page_token pagetoken after_id next",
    ("limit",): "per_page page_size pagesize pagelimit page_limit size rows top first max maxrecords max_results count",
    ("total",): "include_total with_total result_type numbermatched",
    ("sort",): "order order_by orderby ordering sort_by sortby sort_order direction",
    ("q",): "query search search_query keyword keywords text term terms words fulltext full_text find contains like "
    "name title",
    ("fields",): "select columns properties field field_list property props only attributes",
    ("expand",): "include embed with joins populate nested",
    (
        "changed_since",
    ): "updated_since modified_since updated_after modified_after last_modified timestamp since_revision",
    _BEGINS: "start_date date_start startdate start_time starttime from from_date since after begin min_date "
    "event_date_from startdatetime",
    _ENDS: "end_date date_end enddate end_time endtime to to_date until before max_date event_date_to enddatetime",
    _BOTH: "date day event_date year month datetime when time interval",
    ("latitude",): "lat y",
    ("longitude",): "lon lng long x",
    ("radius_km",): "radius distance within_distance dist radius_m buffer",
    ("bbox",): "geography boundingbox bounding_box bounds extent box geometry envelope polygon min_lat max_lat "
    "min_lon max_lon north south east west",
    ("longitude", "latitude", "radius_km"): "near nearby around point coordinates latlon lonlat latlng",
    ("location",): "place city town within admin1 admin2 admin3 region locality location_id place_id",
    ("within",): "parent container in region admin1",
    ("country",): "iso iso2 iso3 country_id country_code countrycode",
    ("party",): "actor actor1 actor2 side side_a side_b group actor_id participant dyad",
    ("kind",): "type event_type sub_event_type category disorder_type type_of_violence class",
    ("role",): "interaction inter1 inter2",
    ("source",): "source_id sourcename",
    ("event",): "event_id eventid event_id_cnty",
    ("dataset",): "dataset_id collection collections source_dataset",
    ("as_of",): "at known_on as_at asof valid_at snapshot",
    ("known",): "match",
    ("stance",): "sentiment tone position",
    ("certainty",): "confidence",
    # Nothing does these; the nearest spelling would be something else.
    (): "id ids deaths deaths_a deaths_b best low high fatalities tags tag pretty notes callback lang language",
}
KNOWN_ELSEWHERE: dict[str, list[str]] = {}
for _here, _names in _ELSEWHERE.items():
    for _name in _names.split():
        KNOWN_ELSEWHERE.setdefault(_name.replace("_", ""), []).extend(_here)
_FORMATS = {"format", "f", "output", "outputformat", "fmt", "filetype", "export", "accept"}


def suggested(name: str, value: object, names: Iterable[str], path: str, paths: Iterable[str]) -> list[str]:
    """Suggestions for a parameter that `path` does not take; empty if nothing has its function.

    `names` are the parameters that it takes, `paths` all paths served, because here a format is part of the path.
    """
    taken = list(names)
    plain = "".join(letter for letter in name.casefold() if letter.isalnum())
    if plain in _FORMATS:
        listed = path.removesuffix("/count").rsplit(".", 1)[0]
        exports = [one for one in paths if one.startswith(f"{listed}.")]
        return [one for one in exports if one == f"{listed}.{str(value).casefold()}"] or exports
    if plain in KNOWN_ELSEWHERE and plain not in (one.replace("_", "") for one in taken):
        return [one for one in dict.fromkeys(KNOWN_ELSEWHERE[plain]) if one in taken]
    return nearest(name, taken)


SUGGESTED = 5
"""For how many wrong parameters of a request similar names are looked for: others wait meanwhile."""
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
    "literal_error": "is not an allowed value",
}


def known(request: Request) -> dict[str, FieldInfo]:
    """The query parameters of the request's endpoint."""
    route = request.scope["route"]
    found: dict[str, FieldInfo] = {}
    for field in route.dependant.query_params if isinstance(route, APIRoute) else ():
        found.update(getattr(field.field_info.annotation, "model_fields", {}))
    return found


async def given_once(request: Request) -> None:
    """Refuse a repeated single-valued parameter, because one of its values would be silently ignored."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    if len(counts) == len(request.query_params.multi_items()):
        return
    single = {name for name, field in known(request).items() if get_origin(field.annotation) is not list}
    twice = [name for name, count in counts.items() if count > 1 and name in single]
    if twice:
        values = {name: ", ".join(request.query_params.getlist(name)) for name in twice}
        raise BadParameters(*(bad(name, values[name], "takes one value but was given several") for name in twice))


async def on_validation(request: Request, error: Exception) -> Response:
    """Respond to parameters that do not fit the endpoint's model."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    found = [_explained(item, request, suggest=number < SUGGESTED) for number, item in enumerate(error.errors())]
    return respond(BadParameters(*found), request.scope)


def _explained(error: Mapping[str, Any], request: Request, *, suggest: bool) -> BadParameter:
    context = error.get("ctx") or {}
    # The first part of the location is where the parameter was sent; a parameter may itself be called `query`.
    name = context["parameter"] if "parameter" in context else str(error["loc"][1])
    sent = error["input"].get(name) if isinstance(error["input"], dict) else error["input"]
    value = context.get("value", sent)
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown(name, value, request, suggest=suggest)
    if kind in _WORDS:
        return bad(name, value, _WORDS[kind], allowed=_listed(context["expected"]), near=None if suggest else [])
    message = _MESSAGES[kind].format(**context) if kind in _MESSAGES else error["msg"]
    return bad(name, value, message, allowed=context.get("allowed"), near=context.get("near"))


def _unknown(name: str, value: object, request: Request, *, suggest: bool) -> BadParameter:
    message = "there is no such parameter" if name else "a parameter without a name"
    if not suggest:
        return bad(name, value, message)
    names = list(known(request))
    paths = [route.path or "" for route in iter_route_contexts(request.app.routes)]
    meant = suggested(name, value, names, request.url.path, paths)
    return bad(name, value, message, allowed=names, near=meant)


def _listed(expected: str) -> list[str]:
    """Split `'a', 'b' or 'c'` into words."""
    return [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]


def install(app: FastAPI) -> None:
    """Register the handler."""
    app.add_exception_handler(RequestValidationError, on_validation)
