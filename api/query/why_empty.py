"""Why a list is empty: nothing is recorded, nothing was said by the day, or a word is misspelled; with suggestions.

A misspelling must never look like “nothing happened”.
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
from api.domain.text import alternatives
from api.domain.vocabulary import Known, Undated
from api.errors import SUGGESTIONS
from api.models.facets import FACETS, ClaimFacets, EventFacets, Facet
from api.query.documents import AsOfDay
from api.query.lists import PostingsQuery, count_matches, resolve
from api.query.matching import Conditions, FacetFilter, Matching, any_of
from api.query.paging import Sort
from api.query.session import ReadSession
from api.query.sql import KIND_OF_LIST, REVISION
from api.query.tables import WORDS, TableQuery
from api.storage.reader import SqlStatement


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
    for plain in (alternatives(word)[0] for word in missing):
        near.update(dict.fromkeys(nearest(plain, await _recorded(session, asked, plain))))
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
