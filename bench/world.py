"""A made-up world from a random seed: records of any number of events, similar enough to real ones for measurements."""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from seed.refusals import Entry, Place, Refusal, entry

DATASET = "bench"
FIRST_DAY, DAYS = date(2014, 1, 1), 3_652
PLACES, COUNTRIES, REGIONS = 20_000, 20, 400
SIDES, ACTORS, OUTLETS = 4, 240, 60
VOCABULARY, EVENTS_PER_SOURCE = 30_000, 20
# Kinds of events, and their percentages.
KINDS, KIND_WEIGHTS = (
    ("shelling", "armed_clash", "airstrike", "one_sided_violence", "capture", "withdrawal", "reported_event"),
    (40, 20, 15, 10, 8, 5, 2),
)
# The distribution of claims per event: 2.25 on average.
CLAIMS, CLAIM_WEIGHTS = (1, 2, 3, 4, 5), (25, 39, 25, 8, 3)
STANCES, STANCE_WEIGHTS = ("asserts", "denies", "concedes", "corroborates", "cannot_confirm"), (70, 14, 3, 8, 5)
SYLLABLES = (
    "ba",
    "che",
    "do",
    "gra",
    "hor",
    "iv",
    "ka",
    "lys",
    "mar",
    "nov",
    "ol",
    "pok",
    "rub",
    "sev",
    "tor",
    "uk",
    "vol",
)

Fields = dict[str, Any]


class Skewed:
    """Draws numbers below a size, the first far more often than the last (Zipf)."""

    def __init__(self, chance: random.Random, size: int, steepness: float = 1.0) -> None:
        self._chance = chance
        self._sums = list(accumulate(1 / (rank + 1) ** steepness for rank in range(size)))

    def draw(self) -> int:
        return bisect(self._sums, self._chance.random() * self._sums[-1])


@dataclass
class World:
    """The same records for the same number of events and seed."""

    events: int
    copies: int = 1
    """The number of copies of each event in the database."""
    seed: int = 4
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        names = random.Random(self.seed)
        self.vocabulary = [_name(names, 2 + number % 3) + str(number % 7 or "") for number in range(VOCABULARY)]
        self.places = [(_name(names, 3), *_point(names, number)) for number in range(PLACES)]
        self.sources = max(200, self.events // EVENTS_PER_SOURCE)
        self._actor = Skewed(self.chance, ACTORS, 1.2)
        self._place = Skewed(self.chance, PLACES, 0.8)
        self._word = Skewed(self.chance, VOCABULARY)

    def event(self, chance: random.Random) -> str:
        """The id of a random event."""
        number = chance.randrange(self.events)
        if self.copies == 1:
            return f"event-{number:07}"
        return f"event-{chance.randrange(self.copies):02}{number:05}"

    def records(self) -> Iterator[tuple[str, Fields]]:
        """Every record as from an importer: its kind and its fields."""
        yield "dataset", {"id": DATASET, "title": "A made-up world", "recorded_at": "2024-06-01T00:00:00Z"}
        yield from self._sources()
        yield from self._actors()
        yield from self._locations()
        for number in range(self.events):
            yield from self._event(number)

    def entries(self) -> Iterator[Entry | Refusal]:
        """The records as entries for the loader."""
        for number, (kind, fields) in enumerate(self.records(), 1):
            found = entry(kind, fields, DATASET, Place("bench", number))
            if isinstance(found, list):
                yield from found
            else:
                yield found

    def _sources(self) -> Iterator[tuple[str, Fields]]:
        for number in range(self.sources):
            day = {"edtf": self._day().isoformat(), "basis": "stated"}
            title, outlet = " ".join(self._words(7)), f"Outlet {number % OUTLETS}"
            yield (
                "source",
                {"id": f"article-{number}", "kind": "news", "title": title, "publisher": outlet, "published": day},
            )

    def _actors(self) -> Iterator[tuple[str, Fields]]:
        for number in range(SIDES):
            yield "actor", {"id": f"side-{number}", "kind": "side", "name": f"Side {number}"}
        for number in range(ACTORS):
            parent = f"side-{number % SIDES}" if number < SIDES * 3 else f"force-{number % (SIDES * 3)}"
            belongs = [{"kind": "part_of", "actor": parent}]
            name = f"{self.vocabulary[number].title()} force"
            yield (
                "actor",
                {"id": f"force-{number}", "kind": "armed_force", "name": name, "affiliations": belongs},
            )
        for number in range(OUTLETS):
            yield "actor", {"id": f"outlet-{number}", "kind": "media", "name": f"Outlet {number}"}

    def _locations(self) -> Iterator[tuple[str, Fields]]:
        for number in range(COUNTRIES):
            yield "location", {"id": f"country-{number}", "kind": "country", "name": f"Country {number}"}
        for number in range(REGIONS):
            within = f"country-{number % COUNTRIES}"
            yield "location", {"id": f"region-{number}", "kind": "oblast", "name": f"Region {number}", "within": within}
        for number, (name, longitude, latitude) in enumerate(self.places):
            point = {"longitude": longitude, "latitude": latitude, "method": "gazetteer", "source": "article-0"}
            fields = {"id": f"place-{number}", "kind": "town", "name": name, "within": f"region-{number % REGIONS}"}
            yield "location", {**fields, "point": point}

    def _event(self, number: int) -> Iterator[tuple[str, Fields]]:
        chance, event, day = self.chance, f"event-{number:07}", self._day()
        place, kind = self._place.draw(), chance.choices(KINDS, KIND_WEIGHTS)[0]
        one, other = self._actor.draw(), self._actor.draw()
        other = other if other != one else (one + 1) % ACTORS
        fields: Fields = {
            "id": event,
            "kind": kind,
            "title": f"{kind.replace('_', ' ').capitalize()} at {self.places[place][0]}",
            "summary": " ".join(self._words(12)),
            "date": self._date(day),
            "participants": [
                {"actor": f"force-{one}", "role": "attacker"},
                {"actor": f"force-{other}", "role": "defender"},
            ],
        }
        if chance.random() < 0.98:  # noqa: PLR2004 - the rest has no place
            fields.update(location=f"place-{place}", place_relation="near" if chance.random() < 0.2 else "at")  # noqa: PLR2004
        yield "event", fields
        for ordinal in range(chance.choices(CLAIMS, CLAIM_WEIGHTS)[0]):
            yield "claim", self._claim(event, ordinal, day, one if ordinal % 2 == 0 else other)

    def _claim(self, event: str, ordinal: int, day: date, speaker: int) -> Fields:
        chance = self.chance
        outlet, source = f"outlet-{chance.randrange(OUTLETS)}", f"article-{chance.randrange(self.sources)}"
        stance = "asserts" if ordinal == 0 else chance.choices(STANCES, STANCE_WEIGHTS)[0]
        said = day + timedelta(days=chance.randrange(6))
        fields: Fields = {
            "id": f"{DATASET}-{event}-{ordinal}",
            "event": event,
            "speaker": f"force-{speaker}",
            "via": outlet if chance.random() < 0.6 else None,  # noqa: PLR2004 - most are relayed
            "stance": stance,
            "aspect": "occurrence" if chance.random() < 0.5 else "casualties",  # noqa: PLR2004
            "summary": " ".join(self._words(8)),
            "citations": [{"source": source, "role": "carries"}],
        }
        if chance.random() < 0.97:  # noqa: PLR2004 - the rest says no day
            fields["said"] = {"edtf": said.isoformat(), "basis": "stated"}
        if fields["aspect"] == "casualties":
            fields["value"] = {"low": 0, "best": chance.randrange(40), "unit": "people", "measure": "killed"}
        return fields

    def _words(self, size: int) -> list[str]:
        return [self.vocabulary[self._word.draw()] for _ in range(size)]

    def _day(self) -> date:
        return FIRST_DAY + timedelta(days=self.chance.randrange(DAYS))

    def _date(self, day: date) -> Fields:
        """A date: mostly a day; otherwise a week, a month, a year, years, one end, or unknown."""
        roll, text = self.chance.random(), day.isoformat()
        later = (day + timedelta(days=6)).isoformat()
        for share, edtf in (
            (0.86, text),
            (0.91, f"{text}/{later}"),
            (0.96, text[:7]),
            (0.97, text[:4]),
            (0.975, f"{day.year - 2}/{day.year}"),
            (0.98, f"{text}/.."),
            (0.985, f"../{text}"),
        ):
            if roll < share:
                return {"edtf": edtf, "basis": "stated"}
        return {}


def _name(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(syllables)).capitalize()


def _point(chance: random.Random, number: int) -> tuple[float, float]:
    """Points: places cluster around the centre of their country, and countries are in a row."""
    country = number % REGIONS % COUNTRIES
    west, south = -60 + 9 * country, 20 + 5 * (country % 5)
    return round(west + chance.gauss(4, 1.5), 4), round(south + chance.gauss(2.5, 1), 4)
