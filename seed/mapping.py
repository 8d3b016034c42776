"""Joins what different datasets call one actor or one place, by a reviewed file of pairs."""

import tomllib
from collections import defaultdict
from pathlib import Path

from api.index.invalidation import Changes
from api.storage.bulk import Store
from seed.rows import COLUMNS

# Behind every affiliation that an actor's own record holds.
FIRST = 1_000


def pairs_of(path: Path) -> list[tuple[str, str]]:
    """The pairs of a file: `actor` is, under another dataset's name, `other`."""
    return [(pair["actor"], pair["other"]) for pair in tomllib.loads(path.read_text()).get("same_as", [])]


def map_actors(store: Store, changes: Changes, pairs: list[tuple[str, str]], *, leaving: bool) -> int:
    """Have mapped affiliations for exactly the pairs whose two actors stay; for how many actors they changed.

    `leaving`: those that vanished do not stay.
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
    """The pairs of places of a file: `location` is, in another dataset, `other`."""
    return {pair["location"]: pair["other"] for pair in tomllib.loads(path.read_text()).get("same_place", [])}


def map_places(store: Store, changes: Changes, pairs: dict[str, str], *, leaving: bool) -> int:
    """Have exactly those places mapped whose pairs stay; for how many places that changed."""
    named = sorted({*pairs, *pairs.values()})
    there = set(store.column("SELECT id FROM location WHERE id {ids}", named))
    if leaving:
        there -= set(store.column("SELECT id FROM vanished WHERE kind = 'location' AND id {ids}", named))
    wanted = {location: other for location, other in pairs.items() if location in there and other in there}
    present: dict[str, str] = dict(store.rows("SELECT id, same_as FROM location WHERE same_as IS NOT NULL"))
    differing = sorted(id_ for id_ in wanted.keys() | present.keys() if wanted.get(id_) != present.get(id_))
    changes.before("location", differing)
    changes.touch("location", differing)
    store.many("UPDATE location SET same_as = ? WHERE id = ?", [(wanted.get(id_), id_) for id_ in differing])
    return len(differing)
