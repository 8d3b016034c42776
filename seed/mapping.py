"""Joins records of the same actor or place in different datasets, by a reviewed file of pairs."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from api.domain.vocabulary import CoordinateMethod
from api.index.facts import names
from api.index.invalidation import Changes
from api.storage.bulk import Store
from seed.rows import COLUMNS

# The ordinal of mapped affiliations, after those of the actor's own record.
FIRST = 1_000


def pairs_of(path: Path) -> list[tuple[str, str]]:
    """The pairs of a file: `actor` is the same as another dataset's `other`."""
    return [(pair["actor"], pair["other"]) for pair in tomllib.loads(path.read_text()).get("same_as", [])]


def map_actors(store: Store, changes: Changes, pairs: list[tuple[str, str]], *, leaving: bool) -> int:
    """Update mapped affiliations to the pairs of existing actors; returns the number of actors changed.

    `leaving`: missing actors are about to be withdrawn.
    """
    named = sorted({actor for pair in pairs for actor in pair})
    owners: dict[str, str] = dict(store.rows("SELECT id, dataset FROM actor WHERE id {ids}", named))
    if leaving:
        for gone in store.column("SELECT id FROM vanished WHERE kind = 'actor' AND id {ids}", named):
            owners.pop(gone, None)
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for actor, other in sorted(set(pairs)):
        if actor in owners and other in owners:
            wanted[actor].append(other)
    present: defaultdict[str, list[str]] = defaultdict(list)
    for actor, other in store.rows("SELECT actor, other FROM affiliation WHERE mapped ORDER BY actor, ordinal"):
        present[actor].append(other)
    differing = sorted(actor for actor in wanted.keys() | present.keys() if wanted[actor] != present[actor])
    changes.before("actor", differing)
    changes.touch("actor", differing)
    store.run("DELETE FROM affiliation WHERE mapped AND actor {ids}", differing)
    rows = [
        (actor, FIRST + number, "same_as", other, None, None, None, True, owners[actor])
        for actor in differing
        for number, other in enumerate(wanted[actor])
    ]
    store.insert("affiliation", COLUMNS["affiliation"], rows)
    return len(differing)


def places_of(path: Path) -> dict[str, str]:
    """The pairs of places of a file: `location` is the same as another dataset's `other`."""
    return {pair["location"]: pair["other"] for pair in tomllib.loads(path.read_text()).get("same_place", [])}


def map_places(store: Store, changes: Changes, pairs: dict[str, str], *, leaving: bool) -> int:
    """Update mapped places to the pairs of existing places and shared gazetteer ids; returns the number changed.

    Places are never matched by name or distance. A reviewed pair takes precedence over a gazetteer id.
    """
    named = sorted({*pairs, *pairs.values()})
    known: dict[str, tuple[list[str], str | None]] = {
        id_: (names(gazetteers), method)
        for id_, gazetteers, method in store.rows(
            "SELECT id, gazetteers, coordinate_method FROM location WHERE gazetteers <> '[]' ORDER BY id"
        )
    }
    there = set(store.column("SELECT id FROM location WHERE id {ids}", named))
    if leaving:
        gone = set(store.column("SELECT id FROM vanished WHERE kind = 'location'"))
        there -= gone
        known = {id_: one for id_, one in known.items() if id_ not in gone}
    reviewed = {location: other for location, other in pairs.items() if location in there and other in there}
    wanted = {**by_gazetteer(known, reviewed), **reviewed}
    present: dict[str, str] = dict(store.rows("SELECT id, same_as FROM location WHERE same_as IS NOT NULL"))
    differing = sorted(id_ for id_ in wanted.keys() | present.keys() if wanted.get(id_) != present.get(id_))
    changes.before("location", differing)
    changes.touch("location", differing)
    store.many("UPDATE location SET same_as = ? WHERE id = ?", [(wanted.get(id_), id_) for id_ in differing])
    return len(differing)


def by_gazetteer(known: Mapping[str, tuple[list[str], str | None]], reviewed: Mapping[str, str]) -> dict[str, str]:
    """Places that share a gazetteer id, directly or through others, each with the one that represents them.

    That is the `other` of a reviewed pair; without a pair the first with a point from a gazetteer; else the first.
    """
    group: dict[str, set[str]] = {}
    """Groups of the same place, by place and by gazetteer id."""
    for id_, (ids, _) in known.items():
        joined = {id_}.union(*(group[one] for one in ids if one in group))
        for one in (*joined, *(each for member in joined for each in known[member][0])):
            group[one] = joined
    found: dict[str, str] = {}
    for id_ in known:
        paired = sorted(group[id_].intersection(reviewed))
        heads = sorted(group[id_], key=lambda one: (known[one][1] != CoordinateMethod.GAZETTEER, one))
        head = last(paired[0], reviewed) if paired else heads[0]
        if id_ not in (head, *paired):
            found[id_] = head
    return found


def last(place: str, reviewed: Mapping[str, str]) -> str:
    """The last place in a chain of reviewed pairs; a cycle ends where it began."""
    seen = {place}
    while (other := reviewed.get(place)) is not None and other not in seen:
        seen.add(other)
        place = other
    return place
