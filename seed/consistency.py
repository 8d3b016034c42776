"""Checks that need several records: cycles, rival datings, and retractions of other parties' claims."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from api.domain.parties import TELLING, Parties
from api.index.facts import moment
from api.storage.bulk import Store

# The maximum number of records of a cycle that a message names.
SHOWN = 6
LAST_DAY = date.max - timedelta(days=1)


# Claims touched by a load, and claims about them.
TOUCHED = """
SELECT id FROM touched WHERE kind = 'claim'
UNION SELECT c.id FROM touched t JOIN claim c ON c.about = t.id WHERE t.kind = 'claim'"""


class Fault(NamedTuple):
    """A record that contradicts others: its kind, id, dataset and field, and the reason."""

    kind: str
    id: str
    dataset: str
    field: str
    message: str


def faults(store: Store, kinds: Collection[str] | None = None) -> Iterator[Fault]:
    """Every fault among the facts, or only those that a load of records of these `kinds` can have caused."""
    if kinds is None or "location" in kinds:
        yield from _circular_places(store)
    if (kinds is None or "claim" in kinds) and _answers(store, touched=kinds is not None):
        yield from _circular_claims(store)
    yield from _rival_datings(store)
    if kinds is None or "actor" in kinds:  # affiliations decide who may retract a claim
        yield from _retractions(store)
    elif "claim" in kinds:
        yield from _retractions(store, f"AND c.id IN ({TOUCHED})")


def strays(store: Store) -> Iterator[Fault]:
    """Claims about a claim of another event, and datings of records of the same dataset."""
    rows = store.rows(
        "SELECT c.id, c.dataset, o.id, o.event FROM claim c JOIN claim o ON o.id = c.about "
        f"WHERE c.event <> o.event AND c.id IN ({TOUCHED}) ORDER BY c.id"
    )
    for id_, dataset, about, event in rows:
        yield Fault("claim", id_, dataset, "about", f"{about} is a claim about another event, {event}")
    for kind in ("event", "claim"):
        for id_, dataset, own in store.rows(
            f"SELECT d.id, d.dataset, r.id FROM dating d JOIN {kind} r ON r.id = d.{kind} AND r.dataset = d.dataset"
        ):
            yield Fault("dating", id_, dataset, kind, f"{own} is of the same dataset: give it the date itself")


def said_later(store: Store, datasets: Collection[str], redated: Collection[str]) -> Iterator[Fault]:
    """Claims of these datasets that were certainly said after the dataset was recorded, among those of the load.

    `redated`: datasets of which every claim is looked at. A day is allowed for time zones: claims have the day of the
    place, and the moment of recording is in UTC.
    """
    for dataset, recorded_at in store.rows("SELECT id, recorded_at FROM dataset WHERE id {ids}", sorted(datasets)):
        day = moment(recorded_at).date()
        if day >= LAST_DAY:
            continue
        # In this order SQLite looks up the claims of the load, instead of all claims of their dataset.
        touched = "" if dataset in redated else "(SELECT id FROM touched WHERE kind = 'claim') t CROSS JOIN "
        of = "AND c.id = t.id" if touched else ""
        rows = store.rows(
            f"SELECT c.id, c.said_edtf FROM {touched} claim c "
            f"WHERE c.dataset = ? AND c.said_earliest > ? {of} ORDER BY c.id",
            dataset,
            (day + timedelta(days=1)).isoformat(),
        )
        for id_, edtf in rows:
            message = f"said {edtf}, but the dataset was recorded on {day}: one of the two dates is wrong"
            yield Fault("claim", id_, dataset, "said", message)


def _circular_places(store: Store) -> Iterator[Fault]:
    """Places that lie within themselves through other places or through equivalents in other datasets."""
    within = store.rows("SELECT id, within FROM location WHERE within IS NOT NULL ORDER BY id")
    named = list(_circles(within)) or _circle_of_the_same(store, within)
    for first, by_way in named:
        dataset = store.column("SELECT dataset FROM location WHERE id = ?", first)[0]
        message = f"{first} lies within itself through {by_way}; a place lies only within larger ones"
        yield Fault("location", first, dataset, "within", message)


def _circle_of_the_same(store: Store, within: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A place that lies within itself if equivalent places are merged, and the path."""
    same: dict[str, str] = dict(store.rows("SELECT id, same_as FROM location WHERE same_as IS NOT NULL"))

    def stands_for(place: str) -> str:
        passed: set[str] = set()
        while place in same and place not in passed:
            passed.add(place)
            place = same[place]
        return place

    larger: defaultdict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for part, whole in within:
        # A dataset may record a unit and its centre, both equivalent to one place of another dataset: not a cycle.
        if (one := stands_for(part)) != (other := stands_for(whole)):
            larger[one].setdefault(other, (part, whole))
    try:
        TopologicalSorter(larger).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1][::-1]  # the error lists dependencies first
        steps = [larger[one][other] for one, other in pairwise(ring)]
        first = steps.index(min(steps))
        steps = [*steps[first:], *steps[:first]]
        told = [
            whole if whole == part else f"{whole} (the same as {part})"
            for (_, whole), (part, _) in pairwise([*steps, steps[0]])
        ]
        return [(steps[0][0], ", ".join(told[:SHOWN]) + "…" * (len(told) > SHOWN))]
    return []


def _answers(store: Store, *, touched: bool) -> bool:
    """Whether any claim (or any touched by the load) is about another claim."""
    which = "AND id IN (SELECT id FROM touched WHERE kind = 'claim')" if touched else ""
    return bool(store.rows(f"SELECT 1 FROM claim WHERE about IS NOT NULL {which} LIMIT 1"))


def _circular_claims(store: Store) -> Iterator[Fault]:
    """Claims about themselves through others, so that none of them could ever count."""
    for first, by_way in _circles(store.rows("SELECT id, about FROM claim WHERE about IS NOT NULL ORDER BY id")):
        dataset = store.column("SELECT dataset FROM claim WHERE id = ?", first)[0]
        message = f"{first} is about itself through {by_way}; a claim is about one that was made before it"
        yield Fault("claim", first, dataset, "about", message)


def _circles(links: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each cycle once: its smallest id and the path back to it."""
    following = dict(links)
    settled: set[str] = set()
    for start in following:
        way: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in settled and here not in way:
            way[here] = None
            here = following.get(here)
        settled.update(way)  # `|=` with a view of keys would copy the whole set each time
        if here in way:
            circle = list(way)[list(way).index(here) :]
            first = min(circle)
            ring = [*circle[circle.index(first) :], *circle[: circle.index(first)]]
            yield first, f"{', '.join(ring[1 : SHOWN + 1])}{'…' if len(ring) > SHOWN + 1 else ''}"


def _rival_datings(store: Store) -> Iterator[Fault]:
    """Records with several datings that disagree, if none or several are preferred."""
    for kind in ("event", "claim"):
        several = f"SELECT {kind} FROM dating WHERE {kind} IS NOT NULL GROUP BY {kind} HAVING count(*) > 1"
        rivals: defaultdict[str, list[tuple[str, str, str, bool]]] = defaultdict(list)
        for target, *rest in store.rows(
            f"SELECT {kind}, id, dataset, date_edtf, preferred FROM dating WHERE {kind} IN ({several}) ORDER BY 1, 2"
        ):
            rivals[target].append((rest[0], rest[1], rest[2], bool(rest[3])))
        for target, datings in rivals.items():
            preferred = sum(one[3] for one in datings)
            if preferred == 1 or (preferred == 0 and len({one[2] for one in datings}) == 1):
                continue
            named = ", ".join(f"{id_} ({edtf}{', preferred' if chosen else ''})" for id_, _, edtf, chosen in datings)
            message = f"of the datings of {kind} {target}, exactly one is to be preferred: {named}"
            yield Fault("dating", datings[-1][0], datings[-1][1], "preferred", message)


def _retractions(store: Store, condition: str = "") -> Iterator[Fault]:
    """Claims that retract a claim of another party."""
    rows = store.rows(
        "SELECT c.id, c.dataset, c.speaker, o.id, o.speaker FROM claim c JOIN claim o ON o.id = c.about "
        f"WHERE c.stance = 'retracts' {condition} ORDER BY c.id"
    )
    if not rows:
        return
    parties = Parties(
        dict(store.rows("SELECT id, kind FROM actor WHERE kind {ids}", [kind.value for kind in TELLING])),
        store.rows("SELECT actor, kind, other FROM affiliation"),
    )
    for id_, dataset, speaker, about, other in rows:
        own, theirs = parties.of(speaker).party, parties.of(other).party
        if own != theirs:
            message = (
                f"{about} was said for {theirs or 'nobody named'}, not for {own or 'nobody named'}: "
                "only a speaker of the same party can retract it"
            )
            yield Fault("claim", id_, dataset, "about", message)
