"""Tracks what a load touched, and finds every other record that shows it or depends on it."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from api.domain.vocabulary import BELONGING
from api.index.facts import moment
from api.storage.bulk import Store

Kind = Literal["dataset", "source", "actor", "location", "event", "claim"]

_BELONGING = ", ".join(f"'{kind}'" for kind in sorted(BELONGING))
_TEMPORARY = {
    "touched": "kind TEXT NOT NULL, id TEXT NOT NULL, fresh INTEGER NOT NULL, PRIMARY KEY (kind, id)",
    "affected": "kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)",
    "moved": "kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)",
    "by_day": "day TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (day, id)",
}
# Actors and places whose closure may have changed: those touched, and all that belonged to one of them.
_MOVED_ACTORS = """
INSERT INTO moved SELECT 'actor', id FROM touched WHERE kind = 'actor'
UNION SELECT 'actor', c.actor FROM actor_closure c JOIN touched t ON t.id = c.party
WHERE t.kind = 'actor' AND t.fresh = 0"""
_MOVED_LOCATIONS = """
INSERT INTO moved SELECT 'location', id FROM touched WHERE kind = 'location'
UNION SELECT 'location', c.location FROM location_closure c JOIN touched t ON t.id = c.container
WHERE t.kind = 'location' AND t.fresh = 0"""
# The closures of actors and of locations; `which` joins the wanted ones.
ACTORS_ABOVE = f"""
WITH RECURSIVE up (actor, party) AS (
    SELECT a.id, a.id FROM actor a {{which}}
    UNION SELECT up.actor, f.other FROM up JOIN affiliation f ON f.actor = up.party WHERE f.kind IN ({_BELONGING})
) SELECT actor, party FROM up"""
LOCATIONS_ABOVE = """
WITH RECURSIVE up (location, container) AS (
    SELECT l.id, l.id FROM location l {which}
    UNION SELECT up.location, CASE way WHEN 0 THEN l.within ELSE l.same_as END
    FROM up JOIN location l ON l.id = up.container CROSS JOIN (SELECT 0 AS way UNION ALL SELECT 1) ways
    WHERE CASE way WHEN 0 THEN l.within ELSE l.same_as END IS NOT NULL
) SELECT location, container FROM up"""
_CLOSURES = (
    "DELETE FROM actor_closure WHERE actor IN (SELECT id FROM moved WHERE kind = 'actor')",
    "INSERT INTO actor_closure (actor, party)"
    + ACTORS_ABOVE.format(which="JOIN moved m ON m.kind = 'actor' AND m.id = a.id"),
    "DELETE FROM location_closure WHERE location IN (SELECT id FROM moved WHERE kind = 'location')",
    "INSERT INTO location_closure (location, container)"
    + LOCATIONS_ABOVE.format(which="JOIN moved m ON m.kind = 'location' AND m.id = l.id"),
    # A new record's dependants are all touched themselves.
    """
DELETE FROM moved WHERE EXISTS
(SELECT 1 FROM touched t WHERE t.kind = moved.kind AND t.id = moved.id AND t.fresh = 1)""",
)
_OLD = "SELECT id FROM touched WHERE fresh = 0 AND kind ="
_ANY = "SELECT id FROM touched WHERE kind ="
_POINTED = "coordinate_source IS NOT NULL"
_PLACES = f"SELECT location FROM event WHERE id IN ({_ANY} 'event')"
_MOVED = "SELECT id FROM moved WHERE kind ="
# Which records are affected: their kind, and a query for their ids.
_SHOWN: tuple[tuple[Kind, str], ...] = (
    ("event", f"SELECT event FROM participation WHERE actor IN ({_MOVED} 'actor')"),
    ("event", f"SELECT event FROM claim WHERE speaker IN ({_MOVED} 'actor')"),
    ("event", f"SELECT event FROM claim WHERE via IN ({_MOVED} 'actor')"),
    ("claim", f"SELECT id FROM claim WHERE speaker IN ({_MOVED} 'actor')"),
    ("claim", f"SELECT id FROM claim WHERE via IN ({_OLD} 'actor')"),
    ("claim", f"SELECT id FROM claim WHERE quote_by IN ({_OLD} 'actor')"),
    # Documents show who is counted and who is held responsible; the parties of the latter decide what clashes.
    ("event", f"SELECT event FROM claim WHERE of IN ({_OLD} 'actor')"),
    ("claim", f"SELECT id FROM claim WHERE of IN ({_OLD} 'actor')"),
    ("claim", f"SELECT claim FROM naming WHERE actor IN ({_MOVED} 'actor')"),
    ("actor", f"SELECT actor FROM affiliation WHERE other IN ({_OLD} 'actor')"),
    ("actor", f"SELECT other FROM affiliation WHERE actor IN ({_ANY} 'actor')"),
    ("location", f"{_MOVED} 'location'"),
    ("location", f"SELECT same_as FROM location WHERE same_as IS NOT NULL AND id IN ({_ANY} 'location')"),
    ("event", f"SELECT id FROM event WHERE location IN ({_MOVED} 'location')"),
    ("claim", f"SELECT c.id FROM claim c JOIN event e ON e.id = c.event WHERE e.location IN ({_MOVED} 'location')"),
    ("source", f"SELECT id FROM source WHERE parent IN ({_OLD} 'source')"),
    ("claim", f"SELECT claim FROM citation WHERE source IN ({_OLD} 'source')"),
    ("location", f"SELECT id FROM location WHERE coordinate_source IN ({_OLD} 'source')"),
    (
        "event",
        f"SELECT e.id FROM event e JOIN location l ON l.id = e.location WHERE l.coordinate_source IN ({_OLD} 'source')",
    ),
    ("event", f"SELECT event FROM dating WHERE event IS NOT NULL AND source IN ({_OLD} 'source')"),
    ("claim", f"SELECT claim FROM dating WHERE claim IS NOT NULL AND source IN ({_OLD} 'source')"),
    # Sources show how much rests on them.
    ("source", f"SELECT source FROM citation WHERE claim IN ({_ANY} 'claim')"),
    ("source", f"SELECT source FROM dating WHERE claim IN ({_ANY} 'claim')"),
    ("source", f"SELECT source FROM dating WHERE event IN ({_ANY} 'event')"),
    ("source", f"SELECT coordinate_source FROM location WHERE {_POINTED} AND id IN ({_ANY} 'location')"),
    ("source", f"SELECT coordinate_source FROM location WHERE {_POINTED} AND id IN ({_PLACES})"),
    ("claim", f"SELECT id FROM claim WHERE event IN ({_OLD} 'event')"),
    ("event", f"SELECT id FROM event WHERE part_of IN ({_OLD} 'event')"),
    ("event", f"SELECT event FROM claim WHERE id IN ({_ANY} 'claim')"),
)
# Records show their dataset's title.
_OF_DATASET: tuple[Kind, ...] = ("source", "actor", "location", "event", "claim")
# The day on which a dataset was recorded is the latest end of dates of its claims and of datings it gives to others.
# Parameters: the dataset, and the earlier of its previous day and its new day.
_SAID_UNTIL = (
    "SELECT id FROM claim WHERE dataset = ? AND said_latest IS NULL AND said_earliest IS NOT NULL",
    "SELECT id FROM claim WHERE dataset = ? AND said_latest > ?",
    """SELECT d.claim FROM dating d JOIN claim c ON c.id = d.claim
    WHERE ? IN (d.dataset, c.dataset) AND (d.date_latest IS NULL OR d.date_latest > ?)""",
)

# The sources that records rest on.
_RESTED = {
    "claim": ("SELECT DISTINCT source FROM citation WHERE claim {ids}",),
    "dating": ("SELECT DISTINCT source FROM dating WHERE id {ids}",),
    "location": (f"SELECT DISTINCT coordinate_source FROM location WHERE {_POINTED} AND id {{ids}}",),
    "event": (
        f"SELECT coordinate_source FROM event e JOIN location l ON l.id = location WHERE {_POINTED} AND e.id {{ids}}",
    ),
}


class Recorded(NamedTuple):
    """The fields of a dataset that other records show or depend on."""

    title: str
    on: str
    """The day, as YYYY-MM-DD in UTC."""


class Changes:
    """The records that a load touches, kept in temporary tables of its connection."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._datasets: dict[str, Recorded] = {}
        self._all = False
        for table, columns in _TEMPORARY.items():
            store.temporary(table, columns)

    def touch(self, kind: str, ids: Iterable[str], *, fresh: bool = False) -> None:
        """Note that these records are new (`fresh`), changed or deleted."""
        listed = list(ids)
        if listed:
            statement = "INSERT INTO touched SELECT ?, value, ? FROM {each} WHERE true ON CONFLICT DO NOTHING"
            self._store.run(statement, kind, int(fresh), listed)

    def show(self, kind: Kind, ids: Iterable[str]) -> None:
        """Note that only these records' own documents are affected."""
        listed = list(ids)
        if listed:
            self._store.run(
                "INSERT INTO affected SELECT ?, value FROM {each} WHERE true ON CONFLICT DO NOTHING", kind, listed
            )

    def before(self, kind: str, ids: list[str]) -> None:
        """Note what shows these records before they change, because it may not be found from them afterwards."""
        store = self._store
        for query in _RESTED.get(kind, ()):
            self.show("source", store.column(query, ids))
        if kind == "claim":
            self.show("event", store.column("SELECT event FROM claim WHERE id {ids}", ids))
        elif kind == "actor":
            self.show("actor", store.column("SELECT other FROM affiliation WHERE actor {ids}", ids))
        elif kind == "location":
            named = "SELECT same_as FROM location WHERE same_as IS NOT NULL AND id {ids}"
            self.show("location", store.column(named, ids))
        elif kind == "dating":
            self.dated(ids)
        elif kind == "dataset":
            self._datasets |= {id_: one for id_, one in self._recorded(ids).items() if id_ not in self._datasets}

    def _recorded(self, ids: list[str]) -> dict[str, Recorded]:
        rows = self._store.rows("SELECT id, title, recorded_at FROM dataset WHERE id {ids}", ids)
        return {id_: Recorded(title, moment(recorded_at).date().isoformat()) for id_, title, recorded_at in rows}

    def redated(self) -> set[str]:
        """The datasets that are now recorded on another day than before."""
        now = self._recorded(sorted(self._datasets))
        return {id_ for id_, one in self._datasets.items() if id_ in now and now[id_].on != one.on}

    def dated(self, ids: list[str]) -> None:
        """Note that the records dated by these datings are touched."""
        for kind in ("event", "claim"):
            statement = f"SELECT {kind} FROM dating WHERE {kind} IS NOT NULL AND id {{ids}}"
            self.touch(kind, self._store.column(statement, ids))

    def everything(self) -> None:
        """Note that every record has to be derived."""
        self._all = True
        for kind in ("dataset", "source", "actor", "location", "event", "claim"):
            self._store.run(f"INSERT INTO touched SELECT '{kind}', id, 1 FROM {kind}")

    def spread(self) -> None:
        """Update the closures and collect every record whose derived rows may differ."""
        store = self._store
        self._analyse("touched")
        for statement in (_MOVED_ACTORS, _MOVED_LOCATIONS, *_CLOSURES):
            store.run(statement)
        self._analyse("moved")
        store.run("INSERT INTO affected SELECT kind, id FROM touched WHERE true ON CONFLICT DO NOTHING")
        if self._all:
            return
        for kind, query in _SHOWN:
            store.run(f"INSERT INTO affected SELECT '{kind}', x.* FROM ({query}) x WHERE true ON CONFLICT DO NOTHING")
        self._show_datasets()

    def line_up(self) -> None:
        """Sort the affected records in the order in which they are built."""
        store = self._store
        # A claim's derived rows are built together with those of its event.
        store.run(
            "INSERT INTO affected SELECT 'event', c.event FROM affected a JOIN claim c ON c.id = a.id "
            "WHERE a.kind = 'claim' ON CONFLICT DO NOTHING"
        )
        self._analyse("affected")
        # This order only decides where documents lie on disk, so datings from other datasets can be ignored.
        store.run(
            "INSERT INTO by_day SELECT coalesce(CAST(coalesce(e.date_earliest, e.date_latest) AS text), ''), a.id "
            "FROM affected a LEFT JOIN event e ON e.id = a.id WHERE a.kind = 'event' ORDER BY 1, 2"
        )

    def _show_datasets(self) -> None:
        """Collect the records that show a changed title of a dataset or depend on its day."""
        now = self._recorded(sorted(self._datasets))
        add = "INSERT INTO affected SELECT '{}', x.* FROM ({}) x WHERE true ON CONFLICT DO NOTHING"
        for id_, before in self._datasets.items():
            after = now.get(id_, before)
            if after.title != before.title:
                for kind in _OF_DATASET:
                    self._store.run(add.format(kind, f"SELECT id FROM {kind} WHERE dataset = ?"), id_)
            if after.on != before.on:
                for query in _SAID_UNTIL:
                    self._store.run(add.format("claim", query), *(id_, min(before.on, after.on))[: query.count("?")])

    def _analyse(self, table: str) -> None:
        """Run ANALYZE on a temporary table, which PostgreSQL does not do by itself."""
        if not self._store.sqlite:
            self._store.run(f"ANALYZE {table}")


class Affected:
    """The records whose derived rows may differ."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def among(self, kind: Kind, ids: list[str]) -> set[str]:
        """The affected ones among these ids."""
        return set(self._store.column("SELECT id FROM affected WHERE kind = ? AND id {ids}", kind, ids))

    def chunks(self, kind: Kind, size: int) -> Iterator[list[str]]:
        """All affected ids of a kind in chunks of a size, in order; events in date order."""
        if kind == "event":
            yield from self._by_day(size)
            return
        after = ""
        statement = "SELECT id FROM affected WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"
        while ids := self._store.column(statement, kind, after, size):
            yield ids
            after = ids[-1]

    def _by_day(self, size: int) -> Iterator[list[str]]:
        after = ("", "")
        statement = "SELECT day, id FROM by_day WHERE (day, id) > (?, ?) ORDER BY day, id LIMIT ?"
        while rows := self._store.rows(statement, *after, size):
            yield [id_ for _, id_ in rows]
            after = rows[-1]
