"""Filtered lists of events and claims: rows, counts, and what was left out for lack of a date or point."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pyroaring import BitMap

from api.errors import BadParameters, bad
from api.models.facets import EventFacets
from api.query.documents import BODY, AsOfDay
from api.query.matching import Conditions, FacetFilter, Matching, NamedRecord
from api.query.paging import DATED, UNDATED, Found, Place, Sort, Taken, TextBatch, Walked, text_batch
from api.query.postings import between, numbers_of, set_of
from api.query.session import ReadSession
from api.query.sql import AFTER_ID, BEHIND, LINES, PAGES, PLACES
from api.storage.reader import Row

T = TypeVar("T")
BATCH = 500
QUICK = 60
"""The number of documents that can be read on the event loop without a noticeable delay."""
BLOCK, SPARE = 4_096, 2
"""The most ids that are walked at once in lists sorted by id, and the share of them beyond those that a page needs."""
BEGINS = b'{"id":"'


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions, and the numbers of all records that match before rows are judged one by one."""

    table: str
    conditions: Conditions
    numbers: BitMap
    dated: int
    """The first number of dated records."""
    matching: Matching
    """The object that found them."""

    @property
    def judged(self) -> bool:
        """Whether rows include the columns for judgement."""
        conditions = self.conditions
        asks = conditions.as_of is not None or conditions.statements or conditions.judged is not None
        return self.table == "events" and asks


async def check_named_records(session: ReadSession, named: Sequence[NamedRecord]) -> None:
    """Check that every record named by a parameter exists. Raises BadParameters with the nearest ids."""
    errors = []
    async for item in in_turns(session, named):
        if await session.name(item.kind, item.id) is None:
            gone = await session.withdrawn(item.kind, item.id)
            why = f"there is no such {item.kind}"
            why += f" any more: it was withdrawn by revision {gone.record['revision']}" if gone else ""
            errors.append(bad(item.parameter, item.id, why, near=await session.near(item.kind, item.id)))
    if errors:
        raise BadParameters(*errors)


def require_revision(session: ReadSession, parameter: str, number: int | None) -> None:
    """Check that a revision named by a parameter exists. Raises BadParameters."""
    if number is not None and number > session.revision:
        message = f"there is no such revision; the newest is {session.revision}"
        raise BadParameters(bad(parameter, number, message, near=[str(session.revision)]))


async def resolve(session: ReadSession, table: str, conditions: Conditions) -> Selection:
    """Find the matching numbers."""
    known = session.questions.get(id(conditions))
    if isinstance(known, Selection) and known.conditions is conditions and known.table == table:
        return known
    matching = Matching(session, table, conditions)
    numbers = await matching.found()
    days = await session.index.days_of(session, table)
    selection = session.questions[id(conditions)] = Selection(table, conditions, numbers, days.dated, matching)
    return selection


async def walk(
    session: ReadSession, selection: Selection, sort: Sort, place: Place | None, batch: int
) -> AsyncIterator[list[tuple[Place, Row]]]:
    """Every matching row from a place on, in batches."""
    async for phase, rows in scan(session, selection, sort, place, batch):
        placed = [(Place(phase, row[1], row[2]), row) for row in rows]
        await session.checkpoint()
        yield placed


async def scan(
    session: ReadSession, selection: Selection, sort: Sort, place: Place | None, batch: int
) -> AsyncIterator[tuple[int, Sequence[Row]]]:
    """Like `walk`, with the phase of each batch: rows of (revision, day, id, body, …columns for judgement, number)."""
    judged = selection.conditions.judged
    statement = PAGES[selection.table, selection.judged]
    async for parts in _together(_numbers(session, selection, sort, place, batch), batch):
        wanted = [number for _, numbers in parts for number in numbers]
        read = await session.fetch(statement, {"numbers": wanted}, slow=len(wanted) > QUICK)
        await session.checkpoint()
        found = {row[-1]: row for row in read}
        for phase, numbers in parts:
            rows = [found[number] for number in numbers if number in found]
            await session.checkpoint()
            if judged is not None:
                rows = [row async for row in in_turns(session, rows) if judged(row, selection.conditions.undated)]
            yield phase, rows


async def _together(
    numbers: AsyncIterator[tuple[int, list[int]]], batch: int
) -> AsyncIterator[list[tuple[int, list[int]]]]:
    """The end of one phase with the beginning of the next, where one statement reads both."""
    waiting: list[tuple[int, list[int]]] = []
    async for part in numbers:
        waiting.append(part)
        if sum(len(some) for _, some in waiting) >= batch:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


async def in_turns(session: ReadSession, rows: Iterable[T]) -> AsyncIterator[T]:
    """Iterate over rows, yielding to other tasks when the work on them takes long."""
    for row in rows:
        await session.checkpoint()
        yield row


async def _numbers(
    session: ReadSession, selection: Selection, sort: Sort, place: Place | None, batch: int
) -> AsyncIterator[tuple[int, list[int]]]:
    """The matching numbers from a place on, in the order of the list, by phase."""
    if sort.key == "id":
        async for numbers in _by_id(session, selection, sort, place, batch):
            yield DATED, numbers
        return
    members = selection.numbers
    cut = members.rank(selection.dated - 1)  # a rank is cheap; copying a large part of the set is not
    for phase, low, high in ((DATED, cut, len(members)), (UNDATED, 0, cut)):
        if place is not None and place.phase > phase:
            continue
        down = sort.descending and phase == DATED
        start = high if down else low
        if place is not None and place.phase == phase:
            behind = await _position(session, selection.table, place, descending=down)
            start = max(low, members.rank(behind - 1) if behind else 0)
        if down:
            for end in range(start, low, -batch):
                yield phase, list(members[max(low, end - batch) : end])[::-1]
            continue
        for first in range(start, high, batch):
            yield phase, list(members[first : min(first + batch, high)])


async def _position(session: ReadSession, table: str, place: Place, *, descending: bool) -> int:
    """The first number after a place, or for descending lists the number before which the list continues."""
    day = place.key if place.phase == DATED and isinstance(place.key, int) else 0
    rows = await session.fetch(PLACES[table], {"id": place.id})
    if rows and rows[0][2] == day:
        return int(rows[0][1]) + (not descending)
    days = await session.index.days_of(session, table)
    first, end = days.first(day), days.first(day + 1)
    rows = await session.fetch(BEHIND[table], {"first": first, "end": end, "id": place.id})
    found = rows[0][1] if rows else None
    return end if found is None else int(found)


async def _by_id(
    session: ReadSession, selection: Selection, sort: Sort, place: Place | None, batch: int
) -> AsyncIterator[list[int]]:
    """The matching numbers by id: if many match, all ids are walked; if few, the matching ones are sorted."""
    order = await session.index.order(session, selection.table)
    start, size = 0, len(order.numbers)
    if place is not None:
        rows = await session.fetch(AFTER_ID[selection.table, sort.descending], {"id": place.id})
        if not rows:
            return
        rank = int(order.ranks[rows[0][1]])
        start = size - 1 - rank if sort.descending else rank
    matching = len(selection.numbers)
    few = matching <= BLOCK
    block = max(size, 1) if few else min(BLOCK, 1 + batch * size * SPARE // matching)
    waiting: list[int] = []
    for first in range(start, size, block):
        last = min(first + block, size)
        part = order.numbers[size - last : size - first] if sort.descending else order.numbers[first:last]
        found = selection.numbers if few else set_of(part) & selection.numbers
        ranks = order.ranks[numbers_of(found)] if found else order.ranks[:0]
        if few:
            ranks = ranks[ranks < size - first] if sort.descending else ranks[ranks >= first]
        ranks.sort()
        waiting += order.numbers[ranks[::-1] if sort.descending else ranks].tolist()
        while len(waiting) >= batch:
            yield waiting[:batch]
            waiting = waiting[batch:]
    if waiting:
        yield waiting


async def count_matches(session: ReadSession, selection: Selection) -> int:
    """The number of matching records."""
    return len(await found(session, selection))


async def found(session: ReadSession, selection: Selection) -> BitMap:
    """The numbers of all matching records, including conditions that are judged row by row."""
    if selection.conditions.judged is None:
        return selection.numbers
    numbers = BitMap()
    async for rows in walk(session, selection, Sort("date", descending=False), None, BATCH):
        numbers.update([row[-1] for _, row in rows])
    return numbers


Matches = Callable[[ReadSession, Selection], Awaitable[BitMap | set[tuple[int, str]]]]
"""Finds everything that matches a query, as distinct keys."""


async def left_out(
    session: ReadSession, table: str, conditions: Conditions, matches: Matches = found
) -> dict[str, int]:
    """Count the records that do not match only for lack of a date or point.

    `undated` have no date; `undated_claims` are missing only because claims about them are undated, minus those that
    match only for that reason; `without_coordinates` have no point. The sum of the first two is what
    `undated=include` would add.
    """
    left = {"undated": 0, "undated_claims": 0, "without_coordinates": 0}
    of_claims = table == "events" and conditions.as_of is not None
    of_days = conditions.has_days or (table == "claims" and conditions.as_of is not None)
    if (of_claims or of_days) and not conditions.undated:
        now = await resolve(session, table, conditions)
        other, numbers = await now.matching.with_undated()
        undated = between(numbers, 0, now.dated)

        async def size(some: BitMap) -> int:
            if matches is found and conditions.judged is None:
                return len(some)
            return len(await matches(session, Selection(table, other.conditions, some, now.dated, other)))

        if of_days:
            left["undated"] = await size(undated)
        if of_claims:
            rest = await size(numbers - undated if conditions.has_days else numbers)
            left["undated_claims"] = rest - len(await matches(session, now))
    if conditions.radius_m is not None or any(one.box is not None for one in conditions.filters):
        placeless = tuple(one for one in conditions.filters if one.box is None)
        pointless = FacetFilter((EventFacets.WITHOUT_COORDINATES.name,))
        asked = replace(conditions, filters=(*placeless, pointless), circle=None, radius_m=None)
        left["without_coordinates"] = len(await matches(session, await resolve(session, table, asked)))
    return left


@dataclass(frozen=True, slots=True)
class PostingsQuery(Walked):
    """A query of events or of claims."""

    table: str
    conditions: Conditions
    as_of: AsOfDay | None = None

    async def check(self, session: ReadSession) -> None:
        """Check that every record named by a parameter exists. Raises BadParameters with the nearest ids."""
        require_revision(session, "changed_since", self.conditions.changed_since)
        await check_named_records(session, self.conditions.named)

    async def walk(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[list[Found]]:
        """Every matching record from a place on, as of the requested day, in batches."""
        selection = await resolve(session, self.table, self.conditions)
        async for rows in walk(session, selection, sort, place, batch):
            bodies = await self._bodies(session, [row for _, row in rows])
            yield [Found(here, body) for (here, _), body in zip(rows, bodies, strict=True)]

    async def text_batches(
        self, session: ReadSession, sort: Sort, place: Place | None, batch: int
    ) -> AsyncIterator[TextBatch]:
        """Matching documents from a place on, as the text to send without further processing."""
        selection = await resolve(session, self.table, self.conditions)
        if sort.key != "id" and not sort.descending and not selection.judged:
            async for phase, numbers in _numbers(session, selection, sort, place, batch):
                yield await _lines(session, selection, phase, numbers)
            return
        async for phase, rows in scan(session, selection, sort, place, batch):
            if rows:
                yield text_batch(await self._bodies(session, rows), Place(phase, rows[-1][1], rows[-1][2]))

    async def take(self, session: ReadSession, sort: Sort, place: Place | None, limit: int) -> Taken:
        """A number of documents from a place on, processed only as far as a page needs."""
        selection = await resolve(session, self.table, self.conditions)
        bodies: list[str] = []
        last = None
        async for phase, rows in scan(session, selection, sort, place, limit + 1):
            kept = rows[: limit - len(bodies)]
            bodies += await self._bodies(session, kept)
            if kept:
                last = Place(phase, kept[-1][1], kept[-1][2])
            if len(kept) < len(rows):
                return Taken(bodies, last)
        return Taken(bodies, None)

    async def _bodies(self, session: ReadSession, rows: Sequence[Row]) -> list[str]:
        """The documents of rows, as of the requested day."""
        as_of = self.as_of if self.table == "events" else None
        if as_of is None:
            return [row[BODY] for row in rows]
        bodies = []
        for row in rows:
            if as_of.holds(row):
                bodies.append(row[BODY])
            else:
                await session.checkpoint()
                bodies.append(as_of.body(row))
        return bodies

    async def count(self, session: ReadSession) -> int:
        """The number of matching records."""
        return await count_matches(session, await resolve(session, self.table, self.conditions))

    async def left_out(self, session: ReadSession) -> dict[str, int]:
        """The number of records that do not match only for lack of a date or point."""
        return await left_out(session, self.table, self.conditions)


async def _lines(session: ReadSession, selection: Selection, phase: int, numbers: list[int]) -> TextBatch:
    """Documents as one text joined by the database, or one by one if any is damaged."""
    table = selection.table
    _, size, sound, day, lines = (await session.fetch(LINES[table], {"numbers": numbers}, slow=True))[0]
    if sound == size and lines is not None and session.none_damaged(table.removesuffix("s"), lines):
        return TextBatch(size, lines, Place(phase, day, _last_id(lines)))
    rows = await session.fetch(PAGES[table, False], {"numbers": numbers}, slow=True, check_all=True)
    rows = sorted(rows, key=lambda row: row[-1])
    return text_batch([row[3] for row in rows], Place(phase, rows[-1][1], rows[-1][2]))


def _last_id(lines: bytes) -> str:
    """The id at the beginning of the last line; every sound document begins with its id."""
    start = lines.rfind(b"\n", 0, -1) + 1 + len(BEGINS)
    return lines[start : lines.index(b'"', start)].decode()
