"""Questions to ask of the lists: filters drawn at random, with values that the dossier has."""

from typing import Any

from hypothesis import strategies as st

from api.domain import vocabulary as v
from tests.support.live import Params

DAYS = [f"2022-06-{day:02}" for day in (25, 26, 28, 30)] + [f"2022-07-{day:02}" for day in range(1, 8)]
DAYS += ["2021-12-31", "2022-01-01", "2026-11-22", "0001-01-01", "9999-12-31"]
PARTIES = (
    "russian-side russia russian-forces lpr lpr-forces ukrainian-side ukraine ukrainian-forces marchuk putin haidai isw"
)
PLACES = "lysychansk luhansk-oblast donbas gelatin-plant lysychansk-oil-refinery verkhniokamianka pryvillia siversk"
SOURCES = (
    "wikipedia-ref-46 wikipedia-ref-47 wikipedia-battle-of-lysychansk isw-2022-07-02 bbc-2022-07-03 geonames-702972"
)
WORDS = [
    "ЛИСИЧАНСЬК",
    "Lisichansk",
    "Lysychans'k",
    "lysych refin",
    "capture",
    "Гайдай",
    "brest",
    "withdraw",
    "a e",
    "зел",
]
BOXES = [
    "38.0,48.6,38.8,49.1",
    "38.344,48.841,38.344,48.841",
    "38.29883,48.841,38.44094,49.00556",
    "-180,-90,180,90",
    "179,-90,38.4,90",
    "170,40,-170,60",
    "38.4,48.9,38.3,48.95",
    "0,0,1,1",
    "-30,40,60,60",
]
Pools = dict[str, dict[str, st.SearchStrategy[Any]]]
DATASETS = ["lysychansk", "lysychansk-context"]
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "match": st.sampled_from(v.Match).map(str),
    "undated": st.sampled_from(v.Undated).map(str),
}
KNOWN = st.sampled_from(v.Known).map(str)
AROUND = st.fixed_dictionaries(
    {
        "longitude": st.sampled_from([38.44094, 38.344, 38.0, -170.0]),
        "latitude": st.sampled_from([48.90421, 48.841, 49.1, 89.9]),
        "radius_km": st.sampled_from([0.001, 5, 12, 30, 4500, 20000]),
    }
)


def several(values: list[str] | str) -> st.SearchStrategy[list[str]]:
    pool = values.split() if isinstance(values, str) else values
    return st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique=True)


def of(vocabulary: type[v.Word]) -> st.SearchStrategy[list[str]]:
    return several([word.value for word in vocabulary])


DAY = st.sampled_from(DAYS)
WORDED = {"q": st.sampled_from(WORDS), "dataset": several(DATASETS)}
PLACED = {"bbox": st.sampled_from(BOXES), "around": AROUND}
FILTERS: Pools = {
    "events": {
        "date_from": DAY,
        "date_to": DAY,
        "as_of": DAY,
        "party": several(PARTIES),
        "role": of(v.Role),
        "with_party": several(PARTIES),
        "kind": of(v.EventKind),
        "location": several(PLACES),
        "source": several(SOURCES),
        "names": several(PARTIES),
        "date_precision": of(v.DatePrecision),
        "date_basis": of(v.DateBasis),
        "radius_max_m": st.sampled_from([0, 1000, 2000, 4999.9, 5000, 1e6]),
        "part_of": st.just(["battle-of-lysychansk"]),
        "disputed": st.booleans(),
        "status": of(v.Status),
        **PLACED,
        **WORDED,
    },
    "claims": {
        "said_from": DAY,
        "said_to": DAY,
        "as_of": DAY,
        "event": several("capture-of-lysychansk capture-of-luhansk-oblast refinery-entry"),
        "speaker": several(PARTIES),
        "via": several("isw beale miroshnik crawford haidai"),
        "party": several(PARTIES),
        "about": several("lysychansk-s07a lysychansk-s17a lysychansk-s01a"),
        "stance": of(v.Stance),
        "aspect": of(v.Aspect),
        "certainty": of(v.Certainty),
        "inferred": st.booleans(),
        "location": several(PLACES),
        "source": several(SOURCES),
        "flag": of(v.CitationFlag),
        "names": several(PARTIES),
        "measure": of(v.Measure),
        "of": several(PARTIES),
        "cited": st.booleans(),
        **WORDED,
    },
    "sources": {
        "published_from": DAY,
        "published_to": DAY,
        "kind": of(v.SourceKind),
        "publisher": several(["BBC", "TASS", "Interfax-Ukraine"]),
        "reliability": of(v.Reliability),
        **WORDED,
    },
    "actors": {"kind": of(v.ActorKind), "party": several(PARTIES), **WORDED},
    "locations": {"kind": of(v.LocationKind), "within": several(PLACES), **PLACED, **WORDED},
    "datasets": {},
}
SORTS = {
    "events": ["date", "-date", "id", "-id"],
    "claims": ["said", "-said", "id", "-id"],
    "sources": ["id", "-id", "published", "-published", "title", "-title"],
    "actors": ["id", "-id", "name", "-name"],
    "locations": ["id", "-id", "name", "-name"],
    "datasets": ["id", "-id"],
}
EXPORTS = {name: ["csv", "ndjson", "geojson"] for name in ("events", "locations")}
DATED = {"events": ("date_from", "date_to"), "claims": ("said_from", "said_to")}
DATED["sources"] = ("published_from", "published_to")


@st.composite
def filters(draw: st.DrawFn, name: str, of_lists: Pools = FILTERS) -> Params:
    """Up to four filters of a list that go together."""
    pool = of_lists[name]
    chosen = draw(st.lists(st.sampled_from(sorted(pool)), max_size=4, unique=True)) if pool else []
    asked: Params = {parameter: draw(pool[parameter]) for parameter in chosen}
    asked.update(asked.pop("around", {}))
    if name in DATED:
        first, last = DATED[name]
        if asked.get(first, "") > asked.get(last, "9999-12-31"):
            asked[first], asked[last] = asked[last], asked[first]
        asked.update(
            {parameter: draw(COMMON[parameter]) for parameter in draw(st.sets(st.sampled_from(sorted(COMMON))))}
        )
    if "as_of" in asked and draw(st.booleans()):
        asked["known"] = draw(KNOWN)
    return asked
