"""Invented events that people quarrel about: every kind of date, claims about claims, ties and silence."""

import random
from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import Any

from api.domain.vocabulary import Aspect, Stance
from seed.refusals import Entry, Place, Refusal, entry

DATASET = "quarrels"
EVENTS = 78
ACTORS = {
    "red": ("side", None),
    "red-army": ("armed_force", "red"),
    "red-speaker": ("person", "red-army"),
    "blue": ("side", None),
    "blue-mayor": ("person", "blue"),
    "watchers": ("organisation", None),
    "sensor": ("instrument", "watchers"),
    "chronicle": ("narrator", None),
    "neighbour": ("civilians", None),
}
PLACES = {"land": None, "town": "land", "mill": "town", "hill": "land"}
STANCES = [stance for stance in Stance if stance != Stance.RETRACTS]
ASPECTS = (Aspect.OCCURRENCE, Aspect.CONTROL, Aspect.CASUALTIES)
DATES = (
    *(f"2022-07-{day:02}" for day in range(1, 9)),
    *("2022-07", "2022", "2022-06-28/2022-07-03", "[2022-07-02..2022-07-05]", "[..2022-07-04]", "[2022-07-03..]"),
    *("2022-07-05/..", "../2022-07-02"),
    None,
    None,
)


def records() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each record's kind and fields; always the same ones."""
    chance = random.Random(20220702)  # noqa: S311 - to be repeatable is the point
    yield "dataset", {"id": DATASET, "title": "Quarrels", "recorded_at": "2022-07-20T12:00:00+00:00"}
    for name, (kind, whole) in ACTORS.items():
        links = [] if whole is None else [{"kind": "part_of", "actor": whole}]
        yield "actor", {"id": name, "kind": kind, "name": name.title(), "affiliations": links}
    for name, within in PLACES.items():
        yield "location", {"id": name, "kind": "place", "name": name.title(), "within": within}
    for number in range(EVENTS):
        yield "event", _event(number, chance)
    for number in range(EVENTS):
        yield from (("claim", claim) for claim in _claims(number, chance))


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    place = chance.choice([*PLACES, None])
    return {
        "id": f"quarrel-{number:02}",
        "kind": chance.choice(["capture", "entry"]),
        "title": f"Quarrel {number}",
        "date": _date(chance),
        "location": place,
        "participants": [{"actor": "red-army", "role": "attacker"}] if chance.random() < 0.7 else [],
    }


def _claims(number: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    made: list[str] = []
    for label in (f"{DATASET}-{number:02}-{part}" for part in count()):
        if len(made) >= number % 13:
            return
        yield {
            "id": label,
            "event": f"quarrel-{number:02}",
            "speaker": chance.choice([*ACTORS, None]),
            "via": chance.choice([None, None, None, "chronicle", "neighbour"]),
            "about": chance.choice(made) if made and chance.random() < 0.2 else None,
            "stance": chance.choice([*STANCES, Stance.ASSERTS, Stance.DENIES, Stance.CONCEDES]),
            "aspect": chance.choice(ASPECTS),
            "summary": "Said so.",
            "said": {} if number % 7 == 3 else _date(chance),
            "inferred": chance.random() < 0.15,
        }
        made.append(label)


def _date(chance: random.Random) -> dict[str, Any]:
    found = chance.choice(DATES)
    return {} if found is None else {"edtf": found, "basis": "stated"}


def tolls(seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same world with other claims: figures that clash, culprits, and retractions of one's own words."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable is the point
    yield from ((kind, fields) for kind, fields in records() if kind != "claim")
    for number in range(EVENTS):
        yield from (("claim", claim) for claim in _tolls(number, chance))


def _tolls(number: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for claim in islice(_claims(number, chance), 2 + number % 9):
        claim["aspect"] = chance.choice([Aspect.CASUALTIES, Aspect.CASUALTIES, Aspect.ATTRIBUTION])
        own = [one for one in made if _party(one["speaker"]) == _party(claim["speaker"])]
        claim["about"] = chance.choice(made)["id"] if made and chance.random() < 0.25 else None
        if own and chance.random() < 0.15:
            claim |= {"stance": Stance.RETRACTS, "about": chance.choice(own)["id"]}
        elif claim["aspect"] == Aspect.ATTRIBUTION and chance.random() < 0.8:
            claim["names"] = chance.sample(
                ["red", "red-army", "blue-mayor", "watchers", "sensor"], chance.randint(1, 2)
            )
        elif claim["aspect"] == Aspect.CASUALTIES and chance.random() < 0.7:
            figure = chance.choice(
                [
                    *({"best": 5}, {"low": 5}, {"high": 5}, {"low": 3, "high": 9}, {"best": 20}, {"low": 90}),
                    *({"low": 3, "best": 5, "high": 9}, {"best": 20, "high": 9}),  # the last as UCDP gives sums
                ]
            )
            of = chance.choice([{}, {}, {"of": "red-army"}])
            claim["value"] = {
                **figure,
                **of,
                "unit": "people",
                "measure": chance.choice(["killed", "killed", "wounded"]),
            }
        yield claim
        made.append(claim)


def _party(actor: str | None) -> str | None:
    while actor is not None and ACTORS[actor][1] is not None:
        actor = ACTORS[actor][1]
    return actor


def entries(found: Iterable[tuple[str, dict[str, Any]]] | None = None) -> Iterator[Entry | Refusal]:
    """The records, checked."""
    for kind, fields in records() if found is None else found:
        checked = entry(kind, fields, DATASET, Place("quarrels"))
        if isinstance(checked, list):
            yield from checked
        else:
            yield checked
