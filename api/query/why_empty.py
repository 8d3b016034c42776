"""Why a judged answer is empty, in words: nobody spoke, not yet, or not of this."""

from dataclasses import dataclass
from datetime import date

import orjson

from api.domain.dates import day_in_words
from api.domain.vocabulary import Known, Undated
from api.models.facets import ClaimFacets, EventFacets, Facet
from api.query.as_of import AsOfDay
from api.query.lists import ListQuestion, count, resolve
from api.query.matching import Conditions, Wanted, any_of
from api.query.paging import Sort
from api.query.session import ReadSession


@dataclass(frozen=True, slots=True)
class Explained(ListQuestion):
    """A question to a list that can say why nothing answers it."""

    async def why_empty(self, session: ReadSession) -> str:
        """Why there is nothing."""
        wanted = self.conditions.wanted
        if self.table == "events":  # of their filters, only that of places asks for claims too
            places = [[EventFacets.LOCATION.value(name) for name in one.names] for one in wanted]
            wanted = tuple(any_of(ClaimFacets.LOCATION, some) for some in places if None not in some)
        return await why(session, wanted, self.as_of, "Nothing that is recorded matches.")


def scope_of(facet: Facet, ids: list[str]) -> tuple[Wanted, ...]:
    """Claims that stand in the facet of one of these."""
    return (any_of(facet, ids),) if ids else ()


async def why(session: ReadSession, wanted: tuple[Wanted, ...], as_of: AsOfDay | None, otherwise: str) -> str:
    """Why there is nothing: no claim is recorded, none was known by the day, or else what the caller says."""
    first = await _first_said(session, wanted)
    if as_of is not None and first is not None:
        included = as_of.undated == Undated.INCLUDE
        asked = Conditions(wanted=wanted, as_of=as_of.day, known=as_of.known, undated=included)
        if await count(session, await resolve(session, "claims", asked)):
            return otherwise
    return reason(first, as_of, otherwise)


def reason(first: str | None, as_of: AsOfDay | None, otherwise: str) -> str:
    """The words, where `first` is the EDTF text of the first claim; empty: none is dated; None: there is none."""
    if first is None:
        return "No claim is recorded for what was asked about."
    if as_of is None:
        return otherwise
    sure = "is known to have been" if as_of.known == Known.CERTAIN else "may have been"
    later = (
        f"the first dated claim was said {first} (EDTF)"
        if first
        else "none of the claims recorded is dated; undated=include counts them"
    )
    return f"Nothing {sure} said of it by {day_in_words(date.fromordinal(as_of.day))}: {later}."


async def _first_said(session: ReadSession, wanted: tuple[Wanted, ...]) -> str | None:
    """The EDTF text of the first claim in the order said; empty: none is dated; None: there is none."""
    asked = ListQuestion("claims", Conditions(wanted=wanted))
    async for found in asked.walk(session, Sort("said", descending=False), None, 1):
        for claim in found:
            edtf: str | None = orjson.loads(claim.body)["said"]["edtf"]
            return edtf or ""
    return None
