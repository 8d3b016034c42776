"""The query of a list in words, for `meta.description`. The wording may change at any time."""

from collections.abc import Sequence
from datetime import date

from api.domain.dates import day_in_words
from api.domain.geo import Box, Circle
from api.domain.vocabulary import Known, Match, Undated
from api.models.facets import Facet
from api.query.documents import AsOfDay
from api.query.filters import Filters, facets
from api.query.session import ReadSession


async def filter_in_words(session: ReadSession, facet: Facet, value: object) -> str | None:
    """A facet's filter in words, such as `are of kind shelling`; None if it is unset."""
    if value is None or value == []:
        return None
    if facet.truth:
        return facet.words.format("" if value else "not ")
    values = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return facet.words.format(one_of(values) if facet.record is None else await session.names(facet.record, values))


async def filters_in_words(session: ReadSession, filters: Filters) -> dict[str, str | None]:
    """Every facet filter that is set in words, by parameter, in the order of fields."""
    marks = facets(type(filters)).items()
    return {name: await filter_in_words(session, facet, getattr(filters, name)) for name, facet in marks}


def one_of(words: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    plain = [str(word).replace("_", " ") for word in words]
    return plain[0] if len(plain) == 1 else f"{', '.join(plain[:-1])} or {plain[-1]}"


def days_in_words(verb: str, first: date | None, last: date | None, match: Match, undated: Undated) -> str | None:
    """`may have happened from 25 June to 3 July 2022`; None without a day."""
    if first is None and last is None:
        return None
    possible = f"may have been {verb.removeprefix('were ')}" if verb.startswith("were ") else f"may have {verb}"
    said = verb.replace("were", "were certainly") if verb.startswith("were ") else f"certainly {verb}"
    said = said if match == Match.CERTAIN else possible
    if first == last and first is not None:
        span = f"on {day_in_words(first)}"
    elif first is None and last is not None:
        span = f"by {day_in_words(last)}"
    elif last is None and first is not None:
        span = f"from {day_in_words(first)} on"
    else:
        assert first is not None and last is not None  # noqa: S101, PT018 - the cases above took the rest
        same_year = first.year == last.year
        start = day_in_words(first).rsplit(" ", 1)[0] if same_year else day_in_words(first)
        span = f"from {start} to {day_in_words(last)}"
    return f"{said} {span}" + (" or have no date" if undated == Undated.INCLUDE else "")


def changed_in_words(since: int | None) -> str | None:
    """The condition on the revision of the last change in words; None without a revision."""
    return None if since is None else f"changed after revision {since}"


def box_in_words(box: Box) -> str:
    """A box in words."""
    crossing = " over the antimeridian" if box.west > box.east else ""
    return (
        f"lie between longitudes {box.west:g} and {box.east:g}{crossing} and latitudes {box.south:g} and {box.north:g}"
    )


def circle_in_words(circle: Circle | None) -> str | None:
    """A circle in words; None without one."""
    if circle is None:
        return None
    return f"lie within {circle.radius_km:g} km of longitude {circle.longitude:g}, latitude {circle.latitude:g}"


def sentence(noun: str, parts: Sequence[str | None], as_of: AsOfDay | None = None) -> str:
    """The whole sentence: `Events that … and …, as known on 2 July 2022`."""
    said = [part for part in parts if part]
    text = f"{noun} that {' and '.join(said)}" if said else f"All {noun[0].lower()}{noun[1:]}"
    return with_as_of(text, as_of)


def with_as_of(text: str, as_of: AsOfDay | None) -> str:
    """The sentence with the day as of which claims count."""
    if as_of is None:
        return text
    surely = "as known" if as_of.known == Known.CERTAIN else "as may have been known"
    extra = ", undated claims included" if as_of.undated == Undated.INCLUDE else ""
    return (
        f"{text}, {surely} on {day_in_words(date.fromordinal(as_of.day))}{extra}; titles, dates and participants are "
        "as recorded, claims and assessments as of that day"
    )
