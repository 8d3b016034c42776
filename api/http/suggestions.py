"""What is suggested for a parameter that does not exist: what does the job of another API's name, or what is near."""

from collections.abc import Iterable, Mapping

from api.errors import nearest

_BEGINS = ("date_from", "said_from", "published_from")
_ENDS = ("date_to", "said_to", "published_to")
_BOTH = tuple(name for pair in zip(_BEGINS, _ENDS, strict=True) for name in pair)

# What does the job here, and its names elsewhere: ACLED, UCDP, GDELT, ReliefWeb, HDX, OGC, OData, JSON:API, Rails.
_ELSEWHERE: Mapping[tuple[str, ...], str] = {
    ("cursor",): "page offset skip start startindex page_number pagenumber page_token pagetoken after_id next",
    ("limit",): "per_page page_size pagesize pagelimit page_limit size rows top first max maxrecords max_results count",
    ("total",): "include_total with_total result_type numbermatched",
    ("sort",): "order order_by orderby ordering sort_by sortby sort_order direction",
    ("q",): "query search search_query keyword keywords text term terms words fulltext full_text find contains like",
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
    ("bbox",): "geography boundingbox bounding_box bounds extent box geometry envelope polygon",
    ("location",): "place city town admin1 admin2 admin3 region locality location_id place_id",
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
}
KNOWN_ELSEWHERE: dict[str, list[str]] = {}
for _here, _names in _ELSEWHERE.items():
    for _name in _names.split():
        KNOWN_ELSEWHERE.setdefault(_name.replace("_", ""), []).extend(_here)
_FORMATS = {"format", "f", "output", "outputformat", "fmt", "filetype", "export", "accept"}


def suggested(name: str, value: object, names: Iterable[str], path: str, paths: Iterable[str]) -> list[str]:
    """What was meant by a parameter that `path` does not take; nothing where nothing does its job.

    `names` are the parameters that it takes, `paths` all that are served: a format is part of a path here.
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
