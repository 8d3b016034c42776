"""An invented country: crowded events on dates of every span, at the edges of the map and on the lines of its grid."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from api.domain import vocabulary as v
from seed.refusals import Entry, Place, Refusal, entry
from tests.support.questions import Pools, of, several

DATASET = "country"
EVENTS = 260
CLAIMS = 420
FIRST = date(2019, 6, 1)
DAYS = 1_500
# Whom each actor belongs to; an ally is no part.
ACTORS = {
    "north": [],
    "north-army": [("part_of", "north")],
    "north-guard": [("part_of", "north-army")],
    "north-general": [("commands", "north-guard")],
    "south": [],
    "south-army": [("member_of", "south")],
    "south-envoy": [("represents", "south")],
    "southern-army": [("same_as", "south-army")],
    "islands": [("allied_with", "north")],
    "islander": [("part_of", "islands")],
    "reporter": [],
    "ring-1": [("part_of", "ring-2")],
    "ring-2": [("part_of", "ring-1")],
}
POINTS = {
    "date-line-east": (180.0, 10.0),
    "date-line-west": (-180.0, 10.0),
    "before-the-line": (179.95, 0.0),
    "past-the-line": (-179.95, 0.0),
    "north-pole": (0.0, 90.0),
    "south-pole": (0.0, -90.0),
    "on-the-grid": (38.0, 48.0),
    "on-the-fine-grid": (38.5, 48.1),
    "origin": (0.0, 0.0),
    "minus": (-0.1, -0.1),
    **{f"town-{number}": (30.0 + number * 0.7, 45.0 + number % 5) for number in range(12)},
}
WHOLES = {"west-land": None, "east-land": None, "valley": "west-land", "dale": "valley", "nowhere": "east-land"}
SOURCES = [f"paper-{number}" for number in range(9)]
WORDS = (
    "Ánna",
    "O\N{RIGHT SINGLE QUOTATION MARK}Hara",
    "Київ",
    "fell",
    "falling",
    "bridge",
    "Bridgehead",
    "мост",
    "x2",
    "north",
)


def records() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each record's kind and fields; always the same ones."""
    chance = random.Random(19)  # noqa: S311 - to be repeatable is the point
    yield "dataset", {"id": DATASET, "title": "Country", "recorded_at": "2023-12-31T12:00:00+00:00"}
    for name in SOURCES:
        yield "source", {"id": name, "kind": "news", "title": _title(chance), "published": _date(chance)}
    for name, links in ACTORS.items():
        affiliations = [{"kind": kind, "actor": other} for kind, other in links]
        yield "actor", {"id": name, "kind": "person", "name": _title(chance), "affiliations": affiliations}
    for name, whole in WHOLES.items():
        yield "location", {"id": name, "kind": "region", "name": _title(chance), "within": whole}
    for name, (longitude, latitude) in POINTS.items():
        point = {"longitude": longitude, "latitude": latitude, "method": "gazetteer", "source": SOURCES[0]}
        whole = chance.choice([*WHOLES, None])
        yield "location", {"id": name, "kind": "town", "name": _title(chance), "within": whole, "point": point}
    for number in range(EVENTS):
        yield "event", _event(number, chance)
    for number in range(CLAIMS):
        yield "claim", _claim(number, chance)


def _title(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=3))


def _date(chance: random.Random) -> dict[str, Any]:
    """A date of any span class: one day, up to a month, a year or more, open at either end, or none."""
    first = FIRST + timedelta(chance.randrange(DAYS))
    last = first + timedelta(chance.choice([1, 5, 30, 31, 32, 100, 365, 366, 367, 1_000]))
    exact = chance.choice([f"{first}", f"{first}", f"{first:%Y-%m}", f"{first:%Y}", f"{first}?"])
    ranged = chance.choice([f"{first}/{last}", f"[{first}..{last}]", f"{first:%Y-%m}/{last}"])
    opened = chance.choice([f"{first}/..", f"[{first}..]", f"../{first}", f"[..{first}]"])
    edtf = chance.choice([exact, exact, exact, ranged, ranged, opened, None])
    return {} if edtf is None else {"edtf": edtf, "basis": "stated"}


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    crowd = chance.choices(list(ACTORS), k=chance.randrange(5))
    return {
        "id": f"event-{number}",  # ids that sort as texts, not as numbers
        "kind": chance.choice(["shelling", "capture", "armed_clash"]),
        "title": _title(chance),
        "date": _date(chance),
        "location": chance.choice([*POINTS, *WHOLES, None]),
        "part_of": f"event-{chance.randrange(number)}" if number and chance.random() < 0.2 else None,
        "participants": [
            {"actor": actor, "role": chance.choice(["attacker", "defender", "target"])}
            for actor in dict.fromkeys(crowd)
        ],
    }


def _claim(number: int, chance: random.Random) -> dict[str, Any]:
    flags = [["dead_link"], ["uncited"], []]
    citation = {"source": chance.choice(SOURCES), "role": chance.choice(["carries", "cites"])}
    return {
        "id": f"claim-{number}",
        "event": f"event-{chance.randrange(EVENTS)}",
        "speaker": chance.choice([*ACTORS, None]),
        "via": chance.choice(["reporter", None]),
        "stance": chance.choice([stance for stance in v.Stance if stance != v.Stance.RETRACTS]),
        "aspect": chance.choice([v.Aspect.OCCURRENCE, v.Aspect.CONTROL]),
        "certainty": chance.choice(list(v.Certainty)),
        "summary": _title(chance),
        "said": _date(chance),
        "inferred": chance.random() < 0.2,
        "citations": [{**citation, "flags": chance.choice(flags)}],
    }


def entries() -> Iterator[Entry | Refusal]:
    """The records, checked."""
    for kind, fields in records():
        checked = entry(kind, fields, DATASET, Place("country"))
        if isinstance(checked, list):
            yield from checked
        else:
            yield checked


DAY = st.integers(-40, DAYS + 400).map(lambda days: str(FIRST + timedelta(days)))
WORDED = {"q": st.sampled_from(["anna", "ohara", "o'hara", "київ", "КИЇВ", "fall", "bridge north", "мос", "x", "2"])}
SIDES = st.tuples(st.sampled_from([-180, -179.95, -10, 0, 30.5, 38, 179.9, 180]), st.sampled_from([-90, -1, 0, 10, 48]))
BOX = st.tuples(SIDES, SIDES, st.sampled_from([0, 0.1, 2, 60])).map(
    lambda drawn: f"{drawn[0][0]},{drawn[0][1]},{drawn[1][0]},{min(90, drawn[0][1] + drawn[2])}"
)
AROUND = st.fixed_dictionaries(
    {
        "longitude": st.sampled_from([-180, 180, 179.95, 0, 38]),
        "latitude": st.sampled_from([-90, 0, 10, 48, 89.9, 90]),
        "radius_km": st.sampled_from([0.5, 25, 800, 9_000, 20_040]),
    }
)
PLACES = several([*WHOLES, "town-3", "date-line-east"])
PEOPLE = several(list(ACTORS))
FILTERS: Pools = {
    "events": {
        **dict.fromkeys(("date_from", "date_to", "as_of"), DAY),
        **dict.fromkeys(("party", "with_party"), PEOPLE),
        "role": several(["attacker", "defender", "target"]),
        "kind": several(["shelling", "capture"]),
        "location": PLACES,
        "source": several(SOURCES),
        "part_of": several([f"event-{number}" for number in range(9)]),
        "disputed": st.booleans(),
        "status": of(v.Status),
        "date_precision": of(v.DatePrecision),
        "date_basis": of(v.DateBasis),
        "radius_max_m": st.sampled_from([0, 500, 1000, 5000.5]),
        "bbox": BOX,
        "around": AROUND,
        **WORDED,
    },
    "claims": {
        **dict.fromkeys(("said_from", "said_to", "as_of"), DAY),
        **dict.fromkeys(("speaker", "party"), PEOPLE),
        "via": st.just(["reporter"]),
        "event": several([f"event-{number}" for number in range(30)]),
        "stance": of(v.Stance),
        "aspect": several(["occurrence", "control"]),
        "certainty": of(v.Certainty),
        "inferred": st.booleans(),
        "location": PLACES,
        "source": several(SOURCES),
        "flag": several(["dead_link", "uncited"]),
        "cited": st.booleans(),
        **WORDED,
    },
    "sources": {**dict.fromkeys(("published_from", "published_to"), DAY), **WORDED},
    "actors": {"party": PEOPLE, **WORDED},
    "locations": {"within": PLACES, "bbox": BOX, "around": AROUND, **WORDED},
}
