"""Small made-up worlds of three datasets that name each other's records, for tests that load them in any order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa
from hypothesis import strategies as st

from seed.load import load, withdraw
from seed.records import INPUT_MODELS
from seed.refusals import Entry, Place, entry

DATASETS = ("a", "b", "c")
SAME_AS = """
[[same_as]]
actor = "a-actor0"
other = "b-actor0"
[[same_as]]
actor = "b-actor1"
other = "c-actor1"
[[same_as]]
actor = "b-actor1"
other = "a-actor1"
[[same_place]]
location = "b-location0"
other = "a-location0"
[[same_place]]
location = "c-location0"
other = "b-location0"
[[same_place]]
location = "a-location1"
other = "b-location1"
[[same_place]]
location = "b-location1"
other = "a-location1"
"""
GAZETTEERS = ("geonames:1", "geonames:2", "gns:-3")
SIZE = 3
DATES = (
    *("2022-07-01", "2022-07-03", "2022-06", "2022?", "2020/2023"),
    *("2022-06-25/2022-07-03", "[2022-07-02..]", "[..2022-07-01]", "2022-06-30/..", "../2022-07-02"),
)
NAMES = ("Lysychansk", "Лисичанськ", "Zolote", "O\u2019Brien", "Ärger", "Hirske")

Fields = dict[str, Any]


class Draws(Protocol):
    """What `st.data()` gives, and whatever draws like it."""

    def draw(self, strategy: st.SearchStrategy[Any], label: str | None = None) -> Any:
        """A value of the strategy."""


Records = dict[tuple[str, str], Fields]


def entries(dataset: str, records: Records) -> Iterator[Entry]:
    """The records as the loader takes them."""
    for (kind, _), fields in records.items():
        checked = entry(kind, fields, dataset, Place("world"))
        assert isinstance(checked, Entry), checked
        yield checked


@dataclass
class World:
    """What is loaded, and what may be loaded next."""

    loaded: dict[str, Records] = field(default_factory=dict)

    def known(self, kind: str, besides: Records | None = None) -> list[str]:
        """The ids that a new record may name."""
        held = [*self.loaded.values(), besides or {}]
        return sorted({id_ for records in held for other, id_ in records if other == kind})

    def of_event(self, event: str, besides: Records) -> list[str]:
        """The claims about an event."""
        held = [*self.loaded.values(), besides]
        return sorted({id_ for records in held for (_, id_), one in records.items() if one.get("event") == event})

    def happen(self, database: sa.Engine, data: Draws, **options: Any) -> None:
        """Load a dataset's file, with or without pruning, or withdraw it; raises `LoadRefusedError`."""
        dataset = data.draw(st.sampled_from(DATASETS), "dataset")
        if dataset in self.loaded and data.draw(st.integers(0, 3), "withdraw") == 0:
            withdraw(database, dataset, **options)
            del self.loaded[dataset]
        else:
            prune, file = data.draw(st.booleans(), "prune"), data.draw(self.files(dataset), "file")
            load(database, entries(dataset, file), prune=prune, **options)
            self.loaded[dataset] = file if prune else {**self.loaded.get(dataset, {}), **file}

    def files(self, dataset: str) -> st.SearchStrategy[Records]:
        """A file of the dataset: some of its records, in any order."""
        return _files(self, dataset)


@st.composite
def _files(draw: st.DrawFn, world: World, dataset: str) -> Records:
    ids = {kind: [f"{dataset}-{kind}{number}" for number in range(SIZE)] for kind in INPUT_MODELS if kind != "dataset"}
    chosen = {kind: draw(st.lists(st.sampled_from(pool), unique=True)) for kind, pool in ids.items()}
    file: Records = {(kind, id_): {} for kind, some in chosen.items() for id_ in some}
    for kind, id_ in list(file):
        fields = draw(_MAKERS[kind](_Names(world, file, dataset)))
        if fields is None:
            del file[kind, id_]
        else:
            file[kind, id_] = {"id": id_, **fields}
    recorded_at = draw(st.sampled_from(["2022-07-03T22:00:00Z", "2023-01-01T00:00:00+02:00"]))
    head = {("dataset", dataset): {"id": dataset, "title": draw(st.sampled_from(NAMES)), "recorded_at": recorded_at}}
    return {**head, **dict(draw(st.permutations(_sensible(world, file))))}


def _sensible(world: World, file: Records) -> list[tuple[tuple[str, str], Fields]]:
    """Without records that name themselves, or claims about claims that are not of the same event."""
    for (_, id_), fields in file.items():
        for name in ("about", "part_of", "within", "parent"):
            if fields.get(name) == id_:
                del fields[name]
        if "affiliations" in fields:
            fields["affiliations"] = [one for one in fields["affiliations"] if one["actor"] != id_]
        if "about" in fields and fields["about"] not in world.of_event(fields["event"], file):
            del fields["about"]
    return list(file.items())


@dataclass(frozen=True)
class _Names:
    """What a record of the file may name."""

    world: World
    file: Records
    dataset: str

    def one(self, kind: str) -> st.SearchStrategy[str | None]:
        return st.sampled_from([None, *self.world.known(kind, self.file)])

    def another(self, kind: str) -> st.SearchStrategy[str | None]:
        """One of another dataset."""
        known = [id_ for id_ in self.world.known(kind) if not id_.startswith(f"{self.dataset}-")]
        return st.sampled_from([None, *known])


def _when() -> st.SearchStrategy[Fields]:
    dated = st.fixed_dictionaries({"edtf": st.sampled_from(DATES), "basis": st.just("stated")})
    return st.one_of(st.just({}), dated)


def _fields(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Fields]:
    """Fields that are there unless they are null."""
    made = st.fixed_dictionaries(parts)
    return made.map(lambda fields: {name: value for name, value in fields.items() if value is not None})


def _needing(name: str, made: st.SearchStrategy[Fields]) -> st.SearchStrategy[Fields | None]:
    return made.map(lambda fields: fields if name in fields else None)


_name = st.sampled_from(NAMES)
_names = st.lists(_name, max_size=2, unique=True)


def _source(names: _Names) -> st.SearchStrategy[Fields]:
    return _fields(kind=st.just("news"), title=_name, published=_when(), parent=names.one("source"))


def _actor(names: _Names) -> st.SearchStrategy[Fields]:
    others = names.world.known("actor", names.file)
    kinds = st.sampled_from(["part_of", "member_of", "represents", "allied_with"])
    affiliations = st.lists(_fields(kind=kinds, actor=st.sampled_from(others), source=names.one("source")), max_size=2)
    kind = st.sampled_from(["side", "state", "person", "instrument", "narrator"])
    return _fields(kind=kind, name=_name, aliases=_names, affiliations=affiliations)


def _location(names: _Names) -> st.SearchStrategy[Fields]:
    longitude, latitude = st.sampled_from([-180.0, 38.4, 38.5, 180.0]), st.sampled_from([-90.0, 48.9, 90.0])
    where = {"longitude": longitude, "latitude": latitude, "method": st.sampled_from(["derived", "gazetteer"])}
    point = st.one_of(st.none(), _fields(**where, source=names.one("source")))
    return _fields(
        kind=st.sampled_from(["town", "raion"]),
        name=_name,
        aliases=_names,
        within=names.one("location"),
        country=st.sampled_from([None, "UA", "RU"]),
        gazetteers=st.lists(st.sampled_from(GAZETTEERS), max_size=2, unique=True),
        point=point,
        phrase=st.just("near the river"),
    )


def _event(names: _Names) -> st.SearchStrategy[Fields]:
    role = st.sampled_from(["attacker", "defender"])
    actors = names.world.known("actor", names.file)
    participants = st.lists(_fields(actor=st.sampled_from(actors), role=role), max_size=3) if actors else st.just([])
    kind = st.sampled_from(["shelling", "capture"])
    place = {"location": names.one("location"), "part_of": names.one("event")}
    return _fields(kind=kind, title=_name, date=_when(), participants=participants, **place)


def _claim(names: _Names) -> st.SearchStrategy[Fields | None]:
    role = st.sampled_from(["carries", "cites"])
    sources = names.world.known("source", names.file)
    citation = _fields(source=st.sampled_from(sources or [""]), role=role)
    return _needing(
        "event",
        _fields(
            event=names.one("event"),
            speaker=names.one("actor"),
            via=names.one("actor"),
            about=names.one("claim"),
            stance=st.sampled_from(["asserts", "concedes", "denies", "silent"]),
            aspect=st.sampled_from(["occurrence", "control"]),
            said=_when(),
            inferred=st.booleans(),
            summary=st.none() | _name,
            citations=st.lists(citation, max_size=2) if sources else st.just([]),
        ),
    )


def _dating(names: _Names) -> st.SearchStrategy[Fields | None]:
    target = st.sampled_from(["event", "claim"]).flatmap(
        lambda kind: names.another(kind).map(lambda id_: {} if id_ is None else {kind: id_})
    )
    made = st.tuples(target, _fields(edtf=st.sampled_from(DATES), source=names.one("source")))
    return made.map(lambda parts: {**parts[0], **parts[1]} if parts[0] and "source" in parts[1] else None)


_MAKERS = {
    "source": _source,
    "actor": _actor,
    "location": _location,
    "event": _event,
    "claim": _claim,
    "dating": _dating,
}
