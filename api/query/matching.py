"""Finds matching events or claims: each condition becomes a set of record numbers, and the sets are intersected."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from api.domain.geo import EARTH_RADIUS_KM, Box, Circle, cells_covering
from api.domain.text import alternatives
from api.domain.vocabulary import Known
from api.models.facets import FACETS, NEVER, ClaimFacets, EventFacets, Facet, Span, several
from api.query.filters import Filters, facets
from api.query.postings import Column, Days, between, numbers_of, set_of
from api.query.session import ReadSession
from api.query.sql import KIND_OF_LIST
from api.storage.reader import Row


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """One filter: facets of which any suffices, and a box that must contain the record's point."""

    names: tuple[str, ...]
    box: Box | None = None


def any_of(facet: Facet, values: Iterable[object], roles: Sequence[str] = ()) -> FacetFilter:
    """The filter for any of some values, optionally of a party in any of some roles."""
    names = [facet.of(value, role) for value in values for role in roles or (None,)]
    return FacetFilter(tuple(dict.fromkeys(names)))


@dataclass(frozen=True, slots=True)
class ClaimCondition:
    """A condition on an event's claims: a claim that counts as of the day is in one of these sets."""

    claims: tuple[str, ...]
    throughout: tuple[str, ...] = ()
    """Sets of events whose claims all meet the condition."""


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A record that is named by a parameter and must exist."""

    parameter: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """A query before the database is read; days are proleptic ordinals."""

    filters: tuple[FacetFilter, ...] = ()
    named: tuple[NamedRecord, ...] = ()
    pair: tuple[int, int] | None = None
    """The positions of two of these filters that different participants must match."""
    first: int | None = None
    last: int | None = None
    as_of: int | None = None
    known: Known = Known.CERTAIN
    """How claims match the day, or the days of a briefing."""
    certain: bool = False
    """Whether a date must lie entirely within the requested days."""
    undated: bool = False
    words: tuple[str, ...] = ()
    circle: Circle | None = None
    claim_conditions: tuple[ClaimCondition, ...] = ()
    """Conditions on the claims that count as of `as_of`."""
    changed_since: int | None = None
    """The revision after which the document must have changed, or with `changed_claims` that of a claim about it."""
    changed_claims: bool = False
    radius_m: float | None = None
    """The maximum radius of a point."""
    newly_known: bool = False
    """Whether the days are those in which claims became known."""
    statements: bool = False
    """Whether rows include the columns for judgement."""
    judged: Callable[[Row, bool], bool] | None = None
    """A test of the assessment; takes an event's row and whether undated claims count."""

    @property
    def has_days(self) -> bool:
        """Whether there is a date filter."""
        return self.first is not None or self.last is not None


def ordinal(day: date | None) -> int | None:
    """A day's proleptic ordinal."""
    return None if day is None else day.toordinal()


def facet_filters(query: Filters) -> tuple[list[FacetFilter], list[NamedRecord]]:
    """The conditions of the facet filters that are set, and the records they name."""
    filters: list[FacetFilter] = []
    named: list[NamedRecord] = []
    for parameter, facet in facets(type(query)).items():
        value = getattr(query, parameter)
        if value is None or value == []:
            continue
        values = value if isinstance(value, list) else [value]
        filters.append(any_of(facet, values))
        if facet.record is not None:
            named += [NamedRecord(parameter, facet.record, one) for one in values]
    return filters, named


def box_filter(box: Box) -> FacetFilter:
    """The filter for a box: the few grid cells that cover it (or every record), and a test of the point."""
    covering = cells_covering(box.west, box.south, box.east, box.north)
    if covering is None:
        return FacetFilter((EventFacets.ALL.name,), box)
    return replace(any_of(EventFacets.CELL, covering[1]), box=box)


REACH = {Span.MONTH: 31, Span.YEAR: 366}
"""Span classes by the maximum number of days that a date lasts."""
LASTING = (*REACH, Span.LONGER)
UNLIKE_A_DAY = (*LASTING, Span.OPEN_END, Span.OPEN_START)
SPANS = "spans"
"""The key, among what is computed of all records, of the sets of all dates unlike a day."""
BATCH = 20_000
"""The number of claims whose events are found without letting other requests go on."""
SURE_KM = 1e-6
"""Points nearer to a circle's border than this are tested one by one."""

Test = Callable[[NDArray[np.uint32]], NDArray[np.bool_]]


@dataclass(slots=True)
class Matching:
    """Finds the matching numbers of one list."""

    session: ReadSession
    table: str
    conditions: Conditions
    sets: list[BitMap] = field(default_factory=list)
    """One set for each filter and each word, the smallest first."""
    whenever: BitMap = field(default_factory=BitMap)
    """Matches before conditions on the day as of which claims count."""
    sure: BitMap = field(default_factory=BitMap)
    """Matches with a claim that counts as of that day."""

    @property
    def facets(self) -> type[EventFacets] | type[ClaimFacets]:
        """The facets of the list's records."""
        return FACETS[KIND_OF_LIST[self.table]]

    async def found(self) -> BitMap:
        """The matching numbers before conditions that are judged row by row (`conditions.judged`)."""
        await self.session.index.read_ahead(self.session, self._foreseen())
        self.sets = sorted(await self._sets(), key=len)
        dated = self.conditions.has_days and self.sets[0]
        found = await self._within_days() if dated else self._among(self.sets[0])
        self.whenever = await self._there(found)
        return await self._then(self.whenever)

    def _among(self, members: BitMap) -> BitMap:
        """The members of a set that all filters and words match; the fewer the members, the less work."""
        for one in self.sets:
            if one is not members:
                members = members & one
        return members

    def _between(self, first: int, end: int) -> BitMap:
        """All from `first` to before `end` that all filters and words match."""
        return self._among(between(self.sets[0], first, end))

    async def with_undated(self) -> tuple["Matching", BitMap]:
        """The matches if undated records and claims counted, and their finder; call `found` first."""
        other = Matching(self.session, self.table, replace(self.conditions, undated=True), sure=self.sure)
        if not self.conditions.has_days:
            return other, await other._then(self.whenever)
        days = await self.session.index.days_of(self.session, self.table)
        undated = await self._there(self._between(0, days.dated))
        return other, await other._then(self.whenever | undated)

    async def _there(self, found: BitMap) -> BitMap:
        """The members of a set that meet the conditions on place."""
        for one in self.conditions.filters:
            if one.box is not None and found:
                found = await self._within_box(found, one.box)
        if self.conditions.circle is not None and found:
            found = await self._within_circle(found, self.conditions.circle)
        if (most := self.conditions.radius_m) is not None and found:
            radius = await self._column("radius_m")
            found = filtered(found, lambda numbers: radius[numbers] <= most)
        return found

    async def _then(self, found: BitMap) -> BitMap:
        """The members of a set that meet the conditions on claims as of the requested day."""
        if self.conditions.as_of is not None and found:
            found = await self._known(found, self.conditions.as_of)
            for condition in self.conditions.claim_conditions:
                found = await self._with_claims(found, condition, self.conditions.as_of)
        return found

    def _foreseen(self) -> Iterator[str]:
        """The names of all postings that are sure to be needed, so that one statement reads those of a rare filter."""
        conditions = self.conditions
        for one in conditions.filters:
            yield from one.names
        if conditions.has_days and (self.table, SPANS) not in self.session.index.computed:
            yield from (self.facets.SPAN.of(span) for span in UNLIKE_A_DAY)
        if conditions.as_of is not None:
            for condition in conditions.claim_conditions:
                yield from (*condition.throughout, *condition.claims)

    async def _postings(self, names: Sequence[str]) -> list[BitMap]:
        found = await self.session.index.postings(self.session, names)
        return [found[name] for name in names]

    async def _sets(self) -> list[BitMap]:
        """One set for each filter and each word."""
        conditions = self.conditions
        filters = conditions.filters or (FacetFilter((self.facets.ALL.name,)),)
        found = await self._postings([name for one in filters for name in one.names])
        sets, rest = [], iter(found)
        for one in filters:
            some = list(islice(rest, len(one.names)))
            sets.append(some[0] if len(some) == 1 else BitMap.union(*some))
        if conditions.pair is not None:
            here, there = conditions.pair
            sets.append(await self._different(filters[here].names, filters[there].names))
        if conditions.changed_since:  # 0 means all records
            sets.append(await self._changed(conditions.changed_since))
        return sets + [await self.word(word) for word in conditions.words]

    async def _changed(self, since: int) -> BitMap:
        index = self.session.index
        found = await index.changed(self.session, self.table, since, claims=False)
        if self.conditions.changed_claims:
            found = found | await index.changed(self.session, self.table, since, claims=True)
        return found

    async def word(self, word: str) -> BitMap:
        """The records with a word that begins like this, in any spelling."""
        ways = [
            await self.session.index.beginning(self.session, self.facets.WORD.of(way)) for way in alternatives(word)
        ]
        return BitMap.union(*ways)

    async def _different(self, names: Sequence[str], others: Sequence[str]) -> BitMap:
        """Events in which two different participants match the two filters, not one participant both."""
        found = BitMap()
        for one in names:
            for other in others:
                here, there, more, many = await self._postings([one, other, several(one), several(other)])
                both = here & there
                alone = both - more - many
                if alone:
                    both -= alone & await self._in_both(one, other)
                found |= both
        return found

    async def _in_both(self, one: str, other: str) -> BitMap:
        """Events with a participant that matches both filters; `other` is a party without a role."""
        party, _, role = (EventFacets.PARTY.value(one) or "").partition("/")
        actors = await self.session.members(EventFacets.PARTY.value(other) or "")
        if party:
            actors &= await self.session.members(party)
        role = role or EventFacets.ROLE.value(one) or ""
        found = await self._postings([EventFacets.ACTOR.of(actor, role or None) for actor in sorted(actors)])
        return BitMap.union(*found) if found else BitMap()

    async def _within_days(self) -> BitMap:
        """All whose date matches, and undated ones if they are included."""
        conditions, days = self.conditions, await self.session.index.days_of(self.session, self.table)
        spans = await self._spans()
        undated = self._between(0, days.dated) if conditions.undated else BitMap()
        if conditions.newly_known:
            return undated | await self._newly_known(days, spans)
        first = days.dated if conditions.first is None else days.first(conditions.first)
        end = NEVER if conditions.last is None else days.first(conditions.last + 1)
        inside = self._between(first, end)
        if conditions.certain:
            return undated | await self._certain(inside, spans)
        if conditions.last is not None:  # an open start may lie at any earlier day
            inside |= self._among(between(spans[Span.OPEN_START], max(first, end), NEVER))
        if conditions.first is not None:
            earlier = min(first, end)
            inside |= self._among(between(spans[Span.OPEN_END], days.dated, earlier))
            inside |= await self._reaching(earlier, days, spans, conditions.first)
        return undated | inside

    async def _spans(self) -> dict[int, BitMap]:
        """The records whose dates last longer than a day, by how long; they are needed often and thus kept decoded."""
        computed, key = self.session.index.computed, (self.table, SPANS)
        if key not in computed:
            found = await self._postings([self.facets.SPAN.of(span) for span in UNLIKE_A_DAY])
            computed[key] = dict(zip(UNLIKE_A_DAY, found, strict=True))
        spans: dict[int, BitMap] = computed[key]
        return spans

    async def _reaching(self, earlier: int, days: Days, spans: dict[int, BitMap], day: int) -> BitMap:
        """All numbered before `earlier` that began before a day and last at least until then."""
        candidates = BitMap()
        for span in LASTING:
            reach = days.first(max(1, day - REACH[span])) if span in REACH else days.dated
            candidates |= between(spans[span], reach, earlier)
        latest = await self._column("latest")
        return filtered(self._among(candidates), lambda numbers: latest[numbers] >= day)

    async def _certain(self, inside: BitMap, spans: dict[int, BitMap]) -> BitMap:
        """The members whose possible days all lie within the requested ones."""
        first, last = self.conditions.first, self.conditions.last
        if first is not None:
            inside -= spans[Span.OPEN_START]
        if last is not None:
            inside -= spans[Span.OPEN_END]
            lasting = BitMap.union(*(inside & spans[span] for span in LASTING))
            if lasting:
                latest = await self._column("latest")
                inside -= filtered(lasting, lambda numbers: latest[numbers] > last)
        return inside

    async def _newly_known(self, days: Days, spans: dict[int, BitMap]) -> BitMap:
        """Claims that became known in these days: by number if said on one day, all others by the column."""
        first, last = self.conditions.first, self.conditions.last
        assert first is not None and last is not None  # noqa: S101, PT018 - a briefing has days
        lasting = self._among(BitMap.union(*spans.values()))
        known = await self._column(self.conditions.known)
        at_once = self._between(days.first(first), days.first(last + 1)) - lasting
        return at_once | filtered(lasting, lambda numbers: (known[numbers] >= first) & (known[numbers] <= last))

    async def _within_box(self, found: BitMap, box: Box) -> BitMap:
        longitude, latitude = await self._column("longitude"), await self._column("latitude")

        def test(numbers: NDArray[np.uint32]) -> NDArray[np.bool_]:
            x, y = longitude[numbers], latitude[numbers]
            across = (x >= box.west) & (x <= box.east) if box.west <= box.east else (x >= box.west) | (x <= box.east)
            inside: NDArray[np.bool_] = across & (y >= box.south) & (y <= box.north)
            return inside

        return filtered(found, test)

    async def _within_circle(self, found: BitMap, circle: Circle) -> BitMap:
        longitude, latitude = await self._column("longitude"), await self._column("latitude")
        return filtered(found, lambda numbers: in_circle(circle, longitude[numbers], latitude[numbers]))

    async def _known(self, found: BitMap, day: int) -> BitMap:
        """The members with a claim that was made by the day."""
        said = await self._column(self.conditions.known)
        self.sure = self.sure | filtered(found - self.sure, lambda numbers: said[numbers] <= day)
        known = self.sure
        if self.conditions.undated:
            known = known | found & (await self._postings([self.facets.UNDATED_CLAIM.name]))[0]
        return known

    async def _with_claims(self, found: BitMap, condition: ClaimCondition, day: int) -> BitMap:
        """The events of a set with a claim that counts as of the day and is in one of the sets."""
        sure = found & BitMap.union(BitMap(), *await self._postings(condition.throughout))
        unsure = found - sure
        if not unsure:
            return sure
        claims = BitMap.union(BitMap(), *await self._postings(condition.claims))
        finder = Matching(self.session, "claims", replace(self.conditions, undated=True))
        every = await finder._known(claims, day)
        return sure | unsure & await self._events_of(every if self.conditions.undated else finder.sure)

    async def _events_of(self, claims: BitMap) -> BitMap:
        numbers, found = numbers_of(claims), BitMap()
        for start in range(0, len(numbers), BATCH):
            found |= set_of(await self.session.index.events_of(self.session, numbers[start : start + BATCH]))
            await self.session.checkpoint()
        return found

    async def _column(self, name: str) -> Column:
        return await self.session.index.column(self.session, self.table, name)


def filtered(members: BitMap, test: Test) -> BitMap:
    """The members of a set that pass a test."""
    if not members:
        return members
    numbers = numbers_of(members)
    return set_of(numbers[test(numbers)])


def in_circle(circle: Circle, longitude: Any, latitude: Any) -> NDArray[np.bool_]:  # noqa: ANN401 - arrays of degrees
    """`Circle.holds` for many points."""
    here, there = np.radians(circle.latitude), np.radians(latitude)
    half_chord = np.sin((there - here) / 2) ** 2
    half_chord += np.cos(here) * np.cos(there) * np.sin(np.radians(longitude - circle.longitude) / 2) ** 2
    away = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half_chord))) - circle.radius_km
    inside: NDArray[np.bool_] = away <= 0
    for place in np.flatnonzero(np.abs(away) < SURE_KM):
        inside[place] = circle.holds(float(longitude[place]), float(latitude[place]))
    return inside
