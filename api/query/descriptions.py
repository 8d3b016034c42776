"""The query in words, why a result is empty, and suggestions for misspelled words.

The wording may change at any time. A misspelling must never look like “nothing happened”.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import orjson
from sqlalchemy import FromClause, Select, bindparam, exists, select

from api import models
from api.domain.dates import day_in_words
from api.domain.geo import Box, Circle
from api.domain.vocabulary import Known, Match, Undated
from api.errors import SUGGESTIONS
from api.models.facets import FACETS, ClaimFacets, EventFacets, Facet
from api.query.documents import AsOfDay
from api.query.filters import Filters, facets
from api.query.lists import PostingsQuery, count_matches, resolve
from api.query.matching import Conditions, FacetFilter, Matching, any_of
from api.query.paging import Sort
from api.query.session import ReadSession
from api.query.statements import KIND_OF_LIST, REVISION
from api.query.tables import WORDS, TableQuery
from api.storage.reader import SqlStatement


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


@dataclass(frozen=True, slots=True)
class ExplainedQuery(PostingsQuery):
    """A list query that can explain an empty result."""

    async def why_empty(self, session: ReadSession) -> str:
        """Explain an empty result."""
        filters = self.conditions.filters
        if self.table == "events":  # of its filters, only that of places also selects claims
            places = [[EventFacets.LOCATION.value(name) for name in one.names] for one in filters]
            filters = tuple(any_of(ClaimFacets.LOCATION, some) for some in places if None not in some)
        return await explain_empty(session, filters, self.as_of, "Nothing that is recorded matches.")


def scope_of(facet: Facet, ids: list[str]) -> tuple[FacetFilter, ...]:
    """The claims in the facet of any of these values."""
    return (any_of(facet, ids),) if ids else ()


async def explain_empty(
    session: ReadSession, filters: tuple[FacetFilter, ...], as_of: AsOfDay | None, otherwise: str
) -> str:
    """Explain an empty result: no claim is recorded, none was known by the day, or else the caller's reason."""
    first = await _first_said(session, filters)
    if as_of is not None and first is not None:
        included = as_of.undated == Undated.INCLUDE
        asked = Conditions(filters=filters, as_of=as_of.day, known=as_of.known, undated=included)
        if await count_matches(session, await resolve(session, "claims", asked)):
            return otherwise
    return explanation(first, as_of, otherwise)


def explanation(first: str | None, as_of: AsOfDay | None, otherwise: str) -> str:
    """The explanation, given the EDTF date of the first claim (empty: none is dated; None: there is no claim)."""
    if first is None:
        return "No recorded claim matches this query."
    if as_of is None:
        return otherwise
    sure = "is known to have been" if as_of.known == Known.CERTAIN else "may have been"
    later = (
        f"the first dated claim was said {first} (EDTF)"
        if first
        else "none of the claims recorded is dated; undated=include counts them"
    )
    return f"Nothing {sure} said of it by {day_in_words(date.fromordinal(as_of.day))}: {later}."


async def _first_said(session: ReadSession, filters: tuple[FacetFilter, ...]) -> str | None:
    """The EDTF date of the claim that was made first; empty: none is dated; None: there is no claim."""
    asked = PostingsQuery("claims", Conditions(filters=filters))
    async for found in asked.walk(session, Sort("said", descending=False), None, 1):
        for claim in found:
            edtf: str | None = orjson.loads(claim.body)["said"]["edtf"]
            return edtf or ""
    return None


MOST_WORDS = 3
"""The number of query words for which suggestions are searched."""
MOST_COMPARED = 4_000
"""The number of recorded words compared; if there are more, only the alphabetical neighbours are."""
MOST_NEIGHBOURS = 1_000
ROWS = 2_000
"""The number of records whose words are scanned in lists without an index of words."""
LONGEST = 40
ALIKE = 0.7
UNLIKE = 2
"""Words whose lengths differ by more are not compared."""
_FACET, _POSTING = models.FacetName.__table__, models.Posting.__table__
# Folded words are in lower case; the keys of spellings begin with symbols, of which only `~` sorts after `z`.
_LATIN, _OTHER = ("a", "~"), ("\x7f", "\U0010ffff")


def _vocabulary(*, down: bool) -> SqlStatement:
    """Rows of (revision, name) of non-empty facets from `first` to before `beyond`."""
    name = _FACET.c.name
    found = select(REVISION, name).where(name >= bindparam("first"), name < bindparam("beyond"))
    found = found.where(exists().where(_POSTING.c.facet == _FACET.c.id))
    return SqlStatement(found.order_by(name.desc() if down else name).limit(bindparam("limit")))


_BELOW, _ABOVE = _vocabulary(down=True), _vocabulary(down=False)


def _words(table: FromClause) -> Select[Any]:
    found = select(REVISION, table.c.words).where(table.c.words.like(bindparam("pattern")))
    return found.order_by(table.c.id).limit(ROWS + 1)


_OF_TABLE = {kind: SqlStatement(_words(table)) for kind, table in WORDS.items()}


async def near_words(session: ReadSession, asked: object, words: Sequence[str]) -> list[str]:
    """Suggestions for each folded word that finds nothing in the queried list."""
    missing: list[str] = []
    for word in dict.fromkeys(words):
        if len(missing) == MOST_WORDS or word.isdigit() or len(word) > LONGEST:
            continue
        if not await _finds(session, asked, word):
            missing.append(word)
    near: dict[str, None] = {}
    for word in missing:
        near.update(dict.fromkeys(nearest(word, await _recorded(session, asked, word))))
    return list(near)


def nearest(word: str, recorded: Sequence[str]) -> list[str]:
    """The recorded words with the most similar spelling, best first."""
    like = [one for one in recorded if abs(len(one) - len(word)) <= UNLIKE]
    return get_close_matches(word, like, n=SUGGESTIONS, cutoff=ALIKE)


async def _finds(session: ReadSession, asked: object, word: str) -> bool:
    """Whether any record in the list contains the word."""
    if isinstance(asked, PostingsQuery):
        return bool(await Matching(session, asked.table, asked.conditions).word(word))
    if isinstance(asked, TableQuery):
        alone = TableQuery(asked.table)
        alone.words([word])
        return bool(await alone.count(session))
    return True


async def _recorded(session: ReadSession, asked: object, word: str) -> list[str]:
    """Words of the list in alphabetical order: all if they are few, else the neighbours of the word."""
    if isinstance(asked, TableQuery):
        return await _of_table(session, asked.table, word)
    assert isinstance(asked, PostingsQuery)  # noqa: S101 - of anything else every word is found
    prefix = FACETS[KIND_OF_LIST[asked.table]].WORD.of("")
    first, beyond = (prefix + end for end in (_LATIN if word[0].isascii() else _OTHER))
    rows = await session.fetch(_ABOVE, {"first": first, "beyond": beyond, "limit": MOST_COMPARED + 1}, slow=True)
    if len(rows) > MOST_COMPARED:
        here = prefix + word
        below = await session.fetch(_BELOW, {"first": first, "beyond": here, "limit": MOST_NEIGHBOURS}, slow=True)
        above = await session.fetch(_ABOVE, {"first": here, "beyond": beyond, "limit": MOST_NEIGHBOURS}, slow=True)
        rows = [*below, *above]
    return sorted(row[1].removeprefix(prefix) for row in rows)


async def _of_table(session: ReadSession, table: str, word: str) -> list[str]:
    rows = await session.fetch(_OF_TABLE[table], {"pattern": "%"}, slow=True)
    if len(rows) > ROWS:  # only records with a word that has the same beginning
        rows = await session.fetch(_OF_TABLE[table], {"pattern": f"% {word[:2]}%"}, slow=True)
    return sorted({one for row in rows for one in row[1].split() if one.isalnum()})
