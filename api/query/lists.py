"""Filtered lists of events and claims: from what is asked to rows, counts and what was left out."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from api.domain.geo import Box
from api.errors import BadParameters, bad
from api.query import word_conditions as search
from api.query.as_of import AsOfDay
from api.query.batches import joined
from api.query.conditions import EVERYTHING, Conditions, Named, Wanted
from api.query.paging import DATED, UNDATED, Found, Place, Sort, Stretch, Taken, Walked, stretch
from api.query.plan import Effort, Sizes, Way, effort_for
from api.query.session import FacetSize, Look
from api.query.statements import (
    COUNT_LIMIT,
    DATED_SPANS,
    UNDATED_SPAN,
    Group,
    Shape,
    count_statement,
    facet_parameter,
    in_order,
    page_statement,
)
from api.query.text_search import count_found_statement, looked_up_statement, places
from api.storage.reader import Row

BATCH = 500
QUICK = 500
"""A scan of so many keys is over before anybody has noticed it, and needs no thread of its own."""
BRIEF = 10_000
"""Of so many keys, days leave few to be looked at before 1,001 are found; a thread would cost more than the scan."""
FEW = 5_000
"""So many records are put in the order of ids sooner than they are met in it."""
PREFIXES = {"events": "", "claims": "claim/"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A filter whose facets have been looked up; those that no record is in are gone."""

    facets: tuple[FacetSize, ...]
    box: Box | None

    def shape(self, index: int) -> Group:
        """What a statement's text depends on, where this is the group of that number."""
        if self.box is None:
            return Group(len(self.facets))
        return Group(len(self.facets), 1 + (self.box.west > self.box.east), index)

    @property
    def size(self) -> int:
        """How many rows a scan of all its facets would read."""
        return sum(facet.size for facet in self.facets)


@dataclass(frozen=True, slots=True)
class Question:
    """Conditions whose facets are known; the first group drives the scan."""

    table: str
    conditions: Conditions
    groups: tuple[Resolved, ...]
    pair: tuple[int, int] | None
    everything: int
    """The number of the facet that every record is in."""
    only: tuple[int, ...] | None = None
    """The span classes to look at, where not all."""
    way: Way = Way.FACETS
    """How records that hold the words asked for are found."""
    holders: int = 0
    """About how many records hold all of the words."""
    held: Sequence[search.Begun] = ()
    """The words that they may hold."""
    slow: bool = False
    """Whether reading may take long and must not hold up others."""

    @property
    def hopeless(self) -> bool:
        """Whether some filter has no record at all."""
        return not all(group.facets for group in self.groups)

    @property
    def stored(self) -> Sequence[int] | None:
        """How many match in each span class, where the load has counted just that."""
        conditions, driver = self.conditions, self.groups[0]
        bare = len(self.groups) == 1 and driver.box is None and len(driver.facets) == 1
        if not bare or conditions.as_of is not None or conditions.words or conditions.sifts:
            return None
        return driver.facets[0].spans

    def way_of(self, spans: Sequence[int], *, by_id: bool) -> Way:
        """How records of one phase are found."""
        if by_id:
            return Way.INDEX if self.way == Way.INDEX and self.holders <= FEW else Way.WALK
        return Way.FACETS if self.way == Way.WALK and set(spans) <= {UNDATED_SPAN} else self.way

    def shape(
        self,
        spans: Sequence[int],
        way: Way = Way.FACETS,
        *,
        descending: bool = False,
        by_id: bool = False,
        after: bool = False,
    ) -> Shape:
        """What the statement's text depends on, for the span classes of one phase."""
        conditions, driver = self.conditions, self.groups[0]
        if len(driver.facets) == 1:
            sizes = driver.facets[0].spans
            present = tuple([span for span in spans if sizes[span]])
        else:  # only the last of them are left away, which makes fewer statements to plan
            last = max((span for span in spans if any(facet.spans[span] for facet in driver.facets)), default=-1)
            present = tuple([span for span in spans if span <= last])
        everything = not conditions.wanted  # and then every record is in the group
        groups = (
            () if way != Way.FACETS and everything else tuple([g.shape(index) for index, g in enumerate(self.groups)])
        )
        return Shape(
            self.table,
            groups,
            (present,) * len(driver.facets),
            pair=self.pair,
            first=conditions.first is not None,
            last=conditions.last is not None,
            certain=conditions.certain,
            as_of=conditions.as_of is not None,
            unsaid=True if conditions.undated else None,
            descending=descending,
            by_id=by_id,
            after=after,
            words=len(conditions.words),
            rare=way == Way.INDEX,
            fresh=conditions.fresh,
            judged=conditions.statements,
        )

    def parameters(self, place: Place | None = None, limit: int = COUNT_LIMIT) -> dict[str, Any]:
        """Every parameter that a statement of this question may name."""
        conditions = self.conditions
        values: dict[str, Any] = {
            "first_day": conditions.first,
            "last_day": conditions.last,
            "as_of": conditions.as_of,
            "limit": limit,
            "facet_all": self.everything,
        }
        for index, group in enumerate(self.groups):
            values.update({facet_parameter(index, at): facet.id for at, facet in enumerate(group.facets)})
            if group.box is not None:
                box = group.box
                values.update({f"west{index}": box.west, f"south{index}": box.south})
                values.update({f"east{index}": box.east, f"north{index}": box.north})
        values.update(search.parameters(conditions.words), matched=search.matched(self.held))
        if place is not None:
            values.update(after_day=place.key, after_id=place.id)
            if isinstance(place.key, int):
                values.update(places(place.key))
        return values

    @property
    def spans(self) -> tuple[int, ...]:
        """The span classes that can match, undated included where it passes."""
        if self.only is not None:
            return self.only
        passes = not self.conditions.has_days or self.conditions.undated
        return (*DATED_SPANS, UNDATED_SPAN) if passes else tuple(DATED_SPANS)


async def _effort(look: Look, table: str, conditions: Conditions, everything: FacetSize | None, driver: int) -> Effort:
    """How to find records that hold the words asked for."""
    if not conditions.words:
        return Effort(Way.FACETS, 0, (), long=False)
    held = [await look.begun(table, word) for word in conditions.words]
    records = 0 if everything is None else everything.size
    bare = not conditions.wanted and not conditions.has_days and conditions.as_of is None
    crowd = await look.crowd(table) if bare else None
    return effort_for(look.catalogue.backend, Sizes(records, held, driver, crowd))


async def check_named(look: Look, named: Sequence[Named]) -> None:
    """Every record that a parameter names exists. Raises BadParameters with the nearest ids."""
    errors = []
    for item in named:
        if await look.name(item.kind, item.id) is None:
            near = await look.near(item.kind, item.id)
            errors.append(bad(item.parameter, item.id, f"there is no such {item.kind}", near=near))
    if errors:
        raise BadParameters(*errors)


async def resolve(look: Look, table: str, conditions: Conditions) -> Question:
    """Look up the facets, and let the rarest filter drive."""
    known = look.questions.get(id(conditions))
    if isinstance(known, Question) and known.conditions is conditions and known.table == table:
        return known
    question = look.questions[id(conditions)] = await _resolved(look, table, conditions)
    return question


async def _resolved(look: Look, table: str, conditions: Conditions) -> Question:
    prefix = PREFIXES[table]
    everything = await look.facet(prefix + EVERYTHING)
    wanted = conditions.wanted or (Wanted((EVERYTHING,)),)
    groups = []
    for filter_ in wanted:
        found = [await look.facet(prefix + name) for name in filter_.names]
        groups.append(Resolved(tuple(facet for facet in found if facet is not None), filter_.box))
    order = sorted(range(len(groups)), key=lambda index: groups[index].size)
    pair = None
    if conditions.pair is not None:
        one, other = sorted(order.index(index) for index in conditions.pair)
        pair = (one, other)
    effort = await _effort(look, table, conditions, everything, groups[order[0]].size)
    return Question(
        table,
        conditions,
        tuple(groups[index] for index in order),
        pair,
        0 if everything is None else everything.id,
        way=effort.way,
        holders=effort.holders,
        held=effort.held,
        slow=effort.long or conditions.judged is not None or conditions.statements or conditions.fresh,
    )


async def walk(
    look: Look, question: Question, sort: Sort, place: Place | None, batch: int
) -> AsyncIterator[list[tuple[Place, Row]]]:
    """Every matching row from a place on, a batch at a time."""
    async for phase, rows in scan(look, question, sort, place, batch):
        yield [(Place(phase, row[1], row[2]), row) for row in rows]


async def scan(
    look: Look, question: Question, sort: Sort, place: Place | None, batch: int
) -> AsyncIterator[tuple[int, Sequence[Row]]]:
    """The same, by phase: rows of (revision, day, id, body, …what is judged)."""
    if question.hopeless:
        return
    keeps = question.conditions.keeps if question.conditions.sifts else None
    by_id = sort.key == "id"
    for phase, spans in _phases(question, sort):
        if place is not None and place.phase > phase:
            continue
        after = place if place is not None and place.phase == phase else None
        way = question.way_of(spans, by_id=by_id)
        statement_for = page_statement if way == Way.FACETS else looked_up_statement
        while True:
            shape = question.shape(spans, way, descending=sort.descending, by_id=by_id, after=after is not None)
            if not any(shape.spans):
                break
            statement = statement_for(shape)
            rows = await look.fetch(statement, question.parameters(after, batch), slow=question.slow)
            rows = in_order(rows, backwards=sort.descending and (by_id or phase == DATED), by_id=by_id)
            yield phase, rows if keeps is None else [row for row in rows if keeps(row)]
            if len(rows) < batch:
                break
            after = Place(phase, rows[-1][1], rows[-1][2])


def _phases(question: Question, sort: Sort) -> list[tuple[int, tuple[int, ...]]]:
    if sort.key == "id":
        return [(DATED, question.spans)]
    dated = tuple(span for span in question.spans if span != UNDATED_SPAN)
    undated = tuple(span for span in question.spans if span == UNDATED_SPAN)
    return [(phase, spans) for phase, spans in ((DATED, dated), (UNDATED, undated)) if spans]


async def count(look: Look, question: Question, *, limited: bool = False) -> int:
    """How many records match; `limited` counts to 1,001 and no further."""
    conditions, driver = question.conditions, question.groups[0]
    if question.hopeless:
        return 0
    if conditions.sifts:
        return await _count_sifted(look, question, limited=limited)
    way = Way.INDEX if conditions.words and question.holders <= driver.size else Way.FACETS
    shape = question.shape(question.spans, way)._replace(limited=limited)
    if not any(shape.spans):
        return 0
    asks_days = conditions.has_days and question.spans != (UNDATED_SPAN,)
    if not asks_days and (stored := question.stored) is not None:
        return sum(stored[span] for span in question.spans)
    if way == Way.INDEX:
        statement, scanned = count_found_statement(shape), question.holders
    else:
        statement = count_statement(shape)
        scanned = sum(facet.spans[span] for facet in driver.facets for span in question.spans)
    soon = limited and (asks_days or question.spans == (UNDATED_SPAN,))
    rows = await look.fetch(statement, question.parameters(), slow=scanned > (BRIEF if soon else QUICK))
    return int(rows[0][1])


async def _count_sifted(look: Look, question: Question, *, limited: bool) -> int:
    found = 0
    async for rows in walk(look, replace(question, slow=True), Sort("date", descending=False), None, BATCH):
        found += len(rows)
        if limited and found >= COUNT_LIMIT:
            break
    return found


class Counting(Protocol):
    """Counts what a question finds."""

    async def __call__(self, look: Look, question: Question, *, limited: bool = False) -> int:
        """How many; `limited` counts to 1,001 and no further."""


async def left_out(look: Look, table: str, conditions: Conditions, counting: Counting = count) -> dict[str, int]:
    """How many records lack what was asked about, each exact to 1,000 (1,001: more).

    `undated` have no date of their own; `unsaid` only undated claims; `unplaced` no point of their own. A record that
    lacks both a date and dated claims is counted as undated, so that the first two add up to what `undated=include`
    would add.
    """
    found = {"undated": 0, "unsaid": 0, "unplaced": 0}
    of_days = conditions.has_days or (table == "claims" and conditions.as_of is not None)
    if of_days and not conditions.undated:
        question = await resolve(look, table, conditions)
        if counting is count and (stored := question.stored) is not None:
            found["undated"] = stored[UNDATED_SPAN]
        else:
            question = replace(question, conditions=replace(conditions, undated=True), only=(UNDATED_SPAN,))
            found["undated"] = await counting(look, question, limited=True)
    if table == "events" and conditions.as_of is not None and not conditions.undated:
        asked = replace(conditions, wanted=(*conditions.wanted, Wanted(("unsaid",))), undated=True)
        question = await resolve(look, table, asked)
        only = tuple(DATED_SPANS) if conditions.has_days else None
        found["unsaid"] = await counting(look, replace(question, only=only), limited=True)
    if any(wanted.box is not None for wanted in conditions.wanted):
        placeless = tuple(wanted for wanted in conditions.wanted if wanted.box is None)
        asked = replace(conditions, wanted=(*placeless, Wanted(("unplaced",))), circle=None)
        found["unplaced"] = await counting(look, await resolve(look, table, asked), limited=True)
    return found


@dataclass(frozen=True, slots=True)
class Asked(Walked):
    """What is asked of the events or of the claims."""

    table: str
    conditions: Conditions
    as_of: AsOfDay | None = None

    async def check(self, look: Look) -> None:
        """Every record that a parameter names exists. Raises BadParameters with the nearest ids."""
        await check_named(look, self.conditions.named)

    async def walk(self, look: Look, sort: Sort, place: Place | None, batch: int) -> AsyncIterator[list[Found]]:
        """Every matching record from a place on, as of the day asked about, a batch at a time."""
        question = await resolve(look, self.table, self.conditions)
        judge = self.as_of.body if self.as_of is not None and self.table == "events" else None
        async for rows in walk(look, question, sort, place, batch):
            yield [Found(here, row[3] if judge is None else judge(row)) for here, row in rows]

    async def stretches(self, look: Look, sort: Sort, place: Place | None, batch: int) -> AsyncIterator[Stretch]:
        """Matching documents from a place on: nothing is made of a row but what is sent."""
        question = await resolve(look, self.table, self.conditions)
        judge = self.as_of.body if self.as_of is not None and self.table == "events" else None
        by_day = sort.key != "id" and not sort.descending and not self.conditions.words
        if judge is None and by_day and not question.conditions.sifts:
            phases = () if question.hopeless else _phases(question, sort)
            async for found in joined(look, question, phases, place, batch):
                yield found
            return
        async for phase, rows in scan(look, question, sort, place, batch):
            if rows:
                bodies = [row[3] for row in rows] if judge is None else [judge(row) for row in rows]
                yield stretch(bodies, Place(phase, rows[-1][1], rows[-1][2]))

    async def take(self, look: Look, sort: Sort, place: Place | None, limit: int) -> Taken:
        """So many documents from a place on: no more is made of a row than the page needs."""
        question = await resolve(look, self.table, self.conditions)
        judge = self.as_of.body if self.as_of is not None and self.table == "events" else None
        bodies: list[str] = []
        last = None
        async for phase, rows in scan(look, question, sort, place, limit + 1):
            kept = rows[: limit - len(bodies)]
            bodies += [row[3] for row in kept] if judge is None else [judge(row) for row in kept]
            if kept:
                last = Place(phase, kept[-1][1], kept[-1][2])
            if len(kept) < len(rows):
                return Taken(bodies, last)
        return Taken(bodies, None)

    async def count(self, look: Look) -> int:
        """How many match."""
        return await count(look, await resolve(look, self.table, self.conditions))

    async def left_out(self, look: Look) -> dict[str, int]:
        """How many match but for a missing date or point."""
        return await left_out(look, self.table, self.conditions)
