"""Rollups against counts: on filters drawn at random, each row and each sum is what `/count` says of the same."""

import asyncio
from calendar import monthrange
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from api.errors import BadParameters
from api.http.resources.rollups import ClaimAxis, ClaimRollup, EventAxis, EventRollup
from api.main import reader_for
from api.models.facets import NEVER, Span
from api.query import periods, rollups
from api.query.periods import OPEN, Calendar, Periods, Unit, calendar_of
from api.query.postings import CONTAINER, Days, numbers_of, packed, range_sizes, set_of
from api.query.rollups import Members
from api.query.session import Data, ReadSession
from api.settings import Settings
from tests.support import country, databases, questions

T = TypeVar("T")
Row = dict[str, Any]
Filters = dict[str, Any]
QUERIES: dict[str, type[EventRollup | ClaimRollup]] = {"events": EventRollup, "claims": ClaimRollup}
AXES = {"events": list(EventAxis.__args__), "claims": list(ClaimAxis.__args__)}  # type: ignore[attr-defined]
ALONE = {"events": {"kind", "dataset", "location"}, "claims": {"dataset", "stance", "aspect", "certainty", "speaker"}}
"""Axes of which each record has one value, or none."""
DAYS = {"events": ("date_from", "date_to"), "claims": ("said_from", "said_to")}
WORLDS = {"dossier": (databases.dossier, questions.FILTERS), "country": (databases.country, country.FILTERS)}


class Asking:
    """Asks one database, without a server."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.data = Data(reader_for(Settings(database_url=url)))

    def do(self, work: Callable[[ReadSession], Awaitable[T]]) -> T:
        return self.runner.run(self.data.ask(work))

    def rows(self, table: str, by: list[str], filters: Filters, **levels: str) -> list[Row]:
        query = QUERIES[table].model_validate({**filters, **levels, "by": by})

        async def work(session: ReadSession) -> list[Row]:
            asked = query.asked()
            found = await rollups.roll_up(session, table, asked.conditions, asked.as_of, query.axes())
            assert found.total == await asked.count(session)
            return found.rows

        return self.do(work)

    def count(self, table: str, filters: Filters) -> int:
        asked = QUERIES[table].model_validate({**filters, "by": ["dataset"]}).asked()
        return self.do(asked.count)

    def close(self) -> None:
        self.runner.run(self.data.reader.close())
        self.runner.close()


@pytest.fixture(scope="module", params=WORLDS)
def world(
    request: pytest.FixtureRequest, backend: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Asking, questions.Pools]]:
    template, pools = WORLDS[request.param]
    with databases.copy(backend, tmp_path_factory.mktemp("rollups"), template(backend)) as url:
        asking = Asking(url)
        yield asking, pools
        asking.close()


def days_of(period: str) -> tuple[str, str]:
    """The first and last day of 2022, 2022-07 or 2022-07-02."""
    if len(period) == 7:
        return f"{period}-01", f"{period}-{monthrange(int(period[:4]), int(period[5:]))[1]}"
    return (period, period) if len(period) == 10 else (f"{period}-01-01", f"{period}-12-31")


def periods_agree(asking: Asking, table: str, rows: list[Row], unit: str, filters: Filters) -> None:
    """Each period counts what the list does with its days cut to the period."""
    first, last = DAYS[table]
    match = filters.get("match", "possible")
    columns = {match} if "as_of" in filters or match == "certain" else {"certain", "possible"}
    for row in rows[:12]:
        if row[unit] is not None:
            begin, end = days_of(row[unit])
            days = {first: max(begin, filters.get(first, begin)), last: min(end, filters.get(last, end))}
            for column in columns:
                asked = {**filters, **days, "match": column, "undated": "exclude" if "as_of" not in filters else None}
                asked = {name: value for name, value in asked.items() if value is not None}
                if "as_of" not in filters or filters.get("undated") != "include":
                    assert row[column] == asking.count(table, asked), (row, column)
    dated = [row for row in rows if row[unit] is not None]
    undated = sum(row["certain"] for row in rows if row[unit] is None)
    total = asking.count(table, filters)
    assert sum(row["certain"] for row in dated) <= total - undated <= sum(row["possible"] for row in dated)
    assert all(0 <= row["certain"] <= row["possible"] > 0 for row in rows)
    assert [row[unit] for row in dated] == sorted({row[unit] for row in dated})


def values_agree(asking: Asking, table: str, rows: list[Row], axis: str, filters: Filters) -> None:
    """Each value counts what the list does with a filter for it, and all add up where no record has two."""
    total = asking.count(table, filters)
    assert all(row["certain"] == row["possible"] > 0 for row in rows)
    if axis in ALONE[table]:
        assert sum(row["possible"] for row in rows) == total
    of_claims = table == "claims" and axis in rollups.OF_THE_EVENT
    if axis in filters or of_claims or axis in {"role", "party", "location"}:
        return
    for row in rows[:12]:
        value = row[axis]["id"] if isinstance(row[axis], dict) else row[axis]
        if value is not None:
            assert row["possible"] == asking.count(table, {**filters, axis: [value]}), row


def summed(rows: list[Row], axis: str) -> Counter[tuple[Any, str]]:
    """Rows of two axes by one of them."""
    found: Counter[tuple[Any, str]] = Counter()
    for row in rows:
        value = row[axis]["id"] if isinstance(row[axis], dict) else row[axis]
        for column in ("certain", "possible"):
            found[value, column] += row[column]
    return found


def rows_or_refusal(asking: Asking, table: str, axis: str, filters: Filters) -> list[Row] | None:
    """The rows; or None if they are refused, which is right only where there are too many of them."""
    try:
        return asking.rows(table, [axis], filters)
    except BadParameters as error:
        refused = str(error)
    # An open date that a condition closes at the year 1 or 9999 lies in all months till then.
    first, last = DAYS[table]
    years = int(filters.get(last, "2030")[:4]) - int(filters.get(first, "2010")[:4])
    assert years * {"month": 12, "day": 366}[axis] > periods.MOST_ROWS
    assert "makes more than 10,000 rows" in refused
    return None


def agree(asking: Asking, pools: questions.Pools, table: str, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        filters=questions.filters(table, pools),
        axis=st.sampled_from(AXES[table]),
        other=st.sampled_from(sorted(ALONE[table])),
    )
    def compare(filters: Filters, axis: str, other: str) -> None:
        note(f"{table} {filters} by {axis} and {other}")
        rows = rows_or_refusal(asking, table, axis, filters)
        if rows is None:
            return
        if axis in rollups.UNITS:
            periods_agree(asking, table, rows, axis, filters)
        else:
            values_agree(asking, table, rows, axis, filters)
        if axis not in {other, "day"}:  # of which there may be too many
            both = asking.rows(table, [axis, other], filters)
            assert summed(both, axis) == summed(rows, axis)
            turned = asking.rows(table, [other, axis], filters)
            assert sorted(map(str, (sorted(row.items()) for row in both))) == sorted(
                map(str, (sorted(row.items()) for row in turned))
            )

    compare()


@pytest.mark.parametrize("table", QUERIES)
def test_rows_and_sums_are_what_count_says(world: tuple[Asking, questions.Pools], table: str) -> None:
    agree(*world, table, 60)


@pytest.mark.long
@pytest.mark.parametrize("table", QUERIES)
def test_ten_thousand_filters_say_the_same(world: tuple[Asking, questions.Pools], table: str) -> None:
    agree(*world, table, 2_500)


def test_places_of_one_kind_count_what_lies_in_them(world: tuple[Asking, questions.Pools]) -> None:
    asking, _ = world
    for table in QUERIES:
        for level in ("city", "region", "oblast"):
            rows = asking.rows(table, ["location"], {}, location_level=level)
            for row in rows:
                if row["location"] is not None:
                    assert row["possible"] == asking.count(table, {"location": [row["location"]["id"]]})
            assert len(rows) == len({str(row["location"]) for row in rows})


def test_parties_count_who_belongs_to_them(world: tuple[Asking, questions.Pools]) -> None:
    asking, _ = world
    for table in QUERIES:
        for row in asking.rows(table, ["party"], {}):
            if row["party"] is not None:
                assert row["possible"] == asking.count(table, {"party": [row["party"]["id"]]})
    speakers = [row["speaker"] for row in asking.rows("claims", ["speaker"], {})]
    assert [row["party"] for row in asking.rows("claims", ["party"], {}, party_level="actor")] == speakers


def test_more_rows_than_are_sent_are_refused(
    world: tuple[Asking, questions.Pools], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, _ = world
    for by in (["day", "kind"], ["day"], ["kind", "role"]):
        rows = asking.rows("events", by, {})
        monkeypatch.setattr(periods, "MOST_ROWS", len(rows))
        assert asking.rows("events", by, {}) == rows
        monkeypatch.setattr(periods, "MOST_ROWS", len(rows) - 1)
        with pytest.raises(BadParameters, match=r"rows, and at most .* are sent: ask for longer periods, another axis"):
            asking.rows("events", by, {})
        monkeypatch.undo()


@pytest.mark.parametrize("last", [65_534, 3_652_059])
def test_a_calendar_knows_which_dates_are_within_one_period(last: int) -> None:
    """However far apart days are; 3,652,059 is 31 December 9999."""
    days = Days([0, 1, 2, last - 1, last], [0, 5, 6, 7, 9])
    spans = {span: BitMap() for span in range(Span.MONTH, Span.UNDATED)}
    spans |= {Span.MONTH: BitMap([5, 7]), Span.OPEN_END: BitMap([8]), Span.OPEN_START: BitMap([9])}
    latest = np.array([NEVER] * 5 + [3, 2, last, NEVER, last], np.int32)
    years = date.fromordinal(last).year
    firsts: tuple[tuple[Unit, list[int], list[int], list[int]], ...] = (
        ("D", [1, 2, last - 1, last], [5, 6, 7, 9], [5, 7, 8, 9]),
        ("Y", [1, years], [5, 7], [8, 9]),
    )
    for unit, begun, numbers, across in firsts:
        found = calendar_of(unit, days, spans, latest)
        since = date(1970, 1, 1).toordinal() if unit == "D" else 1970
        assert (found.periods + since).tolist() == begun
        assert found.firsts.tolist() == numbers
        assert found.lasting == BitMap([5, 7, 8, 9])
        assert found.across == BitMap(across)
        assert found.lasting_from(last) == BitMap([7, 8, 9] if unit == "Y" else [9])
        assert found.lasting_from(1) == BitMap([5])
        assert found.lasting_from(800) == BitMap()
        reaches = found.reaches[:, found.reach_of[numbers_of(found.across)]] + since
        ends = {5: 3, 7: last, 8: OPEN + since, 9: last} if unit == "D" else {8: OPEN + since, 9: years}
        own = {5: 1, 7: last - 1, 8: last - 1, 9: last} if unit == "D" else {8: years, 9: years}
        assert reaches[0].tolist() == [*own.values()]
        assert reaches[1].tolist() == [since - OPEN if number == 9 else begun for number, begun in own.items()]
        assert reaches[2].tolist() == [*ends.values()]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 1.0])
def test_a_set_as_bits_has_the_same_members(share: float) -> None:
    """Whichever way a container is stored: as numbers, as bits or as runs."""
    chance = np.random.default_rng(4)
    numbers = np.flatnonzero(chance.random(5 * CONTAINER) < share).astype(np.uint32)
    for members in (
        set_of(numbers),
        set_of(numbers) & BitMap(range(CONTAINER // 2, 4 * CONTAINER)),
        set_of(numbers) | BitMap([0, 3 * CONTAINER - 1, 5 * CONTAINER - 1]),
        set_of(numbers) | BitMap(range(70_000, 90_000)) | BitMap(range(90_001, 2 * CONTAINER)),
        BitMap(range(CONTAINER, 3 * CONTAINER)) | BitMap(range(4 * CONTAINER, 4 * CONTAINER + 2)),
    ):
        as_runs = members.copy()
        as_runs.run_optimize()
        for stored in (members, as_runs):
            bits = packed(stored, 5)
            assert bits.dtype == np.uint64
            flags = np.unpackbits(bits.view(np.uint8), bitorder="little")
            assert np.flatnonzero(flags).tolist() == list(members)
            firsts = np.array([0, 1, 63, 64, 65, 70_000, 70_001, 5 * CONTAINER - 1], np.uint32)
            found = range_sizes(np.stack([bits, ~bits]), bits, firsts)
            sizes = np.diff([members.rank(first - 1) if first else 0 for first in firsts.tolist()], append=len(members))
            assert found.tolist() == [sizes.tolist(), [0] * len(firsts)]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (rollups, "QUICK"),
        (rollups, "QUICK_ROWS"),
        (rollups, "FEW_PAIRS"),
        (rollups, "SPARSE"),
        (periods, "DENSE_CELLS"),
        (periods, "DENSE"),
    ],
)
def test_every_way_counts_the_same(
    world: tuple[Asking, questions.Pools], monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str
) -> None:
    """In a thread or not, with an array of all cells or of those that count, by pairs of sets or of arrays, or bits."""
    asking, _ = world
    asked = [
        ("events", ["day", "kind"], {"date_from": "2022-06-20"}),
        ("events", ["year", "location"], {"match": "certain"}),
        ("events", ["status", "role"], {}),
        ("claims", ["month", "role"], {"said_to": "2022-07-03"}),
        ("claims", ["speaker", "stance"], {}),
        ("claims", ["certainty", "year"], {"said_from": "2022-07-02"}),
        ("claims", ["party", "role"], {}),
    ]
    here = [asking.rows(*one) for one in asked]
    monkeypatch.setattr(module, name, 0)
    assert [asking.rows(*one) for one in asked] == here
    assert all(here)


@pytest.mark.parametrize(
    ("records", "dates", "periods", "values", "long"),
    [
        (500_000, 0, 0, [100], False),
        (500_001, 0, 0, [100], True),
        (1, 0, 0, [101], True),
        (1, 0, 0, [40, 50], False),
        (1, 0, 0, [40, 51], True),
        (20_000, 20_000, 2_000, [], False),
        (20_001, 20_001, 1, [], True),
        (20_000, 20_000, 100, [20], False),
        (1, 1, 100, [21], True),
        (1, 1, 2_001, [], True),
    ],
)
def test_what_takes_long_is_counted_in_a_thread(
    records: int, dates: int, periods: int, values: list[int], *, long: bool
) -> None:
    """At these limits counting took 2.7 ms; 100,000 dates in 9,900 rows took 11.9."""
    none = np.zeros(0, np.uint32)
    calendar = Calendar("D", np.arange(periods), none, BitMap(), BitMap(), none, np.zeros((3, 0), np.int64))
    times = Periods(calendar, BitMap(range(dates)), BitMap(), (0, 0), ends=False) if periods else None
    axes = [Members([*range(size)], [], single=True) for size in values]
    assert rollups.takes_long(BitMap(range(records)), times, axes) is long
