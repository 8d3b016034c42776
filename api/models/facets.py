"""Every facet, declared once: its name, which records stand in it and how a question words it; and how sets are stored.

A facet is a set of records for each of its values, such as the events of one kind. One that is a column of its records
needs no more than its line here, and a field of the filters that is marked with it.
"""

from dataclasses import dataclass
from hashlib import blake2b

CLAIM = "claim/"
"""What the names of facets of claims begin with; those of events have nothing before them."""
CHUNK_BITS = 16
"""A posting is stored in rows of so many numbers each, as a roaring bitmap is in containers."""
CELL_BITS = 12
"""A column is stored in rows of so many cells each: to change one writes a page or two."""
NEVER = 2**31 - 1
"""In columns of days: an open end, or a day that is not known; behind every day there is."""
UNKNOWN = float("nan")
"""In columns of degrees and metres."""
ENTRY_COLUMNS = {
    "event": {
        "latest": "<i4",
        "possible": "<i4",
        "certain": "<i4",
        "longitude": "<f8",
        "latitude": "<f8",
        "radius_m": "<f8",
    },
    "claim": {"latest": "<i4", "possible": "<i4", "certain": "<i4"},
}
"""By kind of record: last day, first days by which a claim may have been and certainly was said, and its point.

The point's radius is unknown where it has none, or none is recorded.
"""


class Span:
    """How long a date lasts: one day, as many days as a month or a year has, longer, or without an end, or neither."""

    DAY, MONTH, YEAR, LONGER, OPEN_END, OPEN_START, UNDATED = range(7)


@dataclass(frozen=True, slots=True)
class Facet:
    """Sets of records, one for each value; also marks the filter whose values it answers."""

    name: str
    words: str = ""
    """How a question says it: `{}` stands for the values, or for `not ` before what is true or false."""
    record: str | None = None
    """The kind of record that a value is the id of; else it is a word of a vocabulary."""
    column: str | None = None
    """The column of the record that holds its value, if it is one; else the line says which records stand in it."""
    wide: bool = False
    """Whether a record also stands in the facets of all that its value belongs to, or lies in."""
    truth: bool = False
    """Whether its values are true and false."""

    def of(self, value: object, role: str | None = None) -> str:
        """The name of the set of one value; of a party or an actor, in one role."""
        text = ("yes" if value else "no") if self.truth else value
        return f"{self.name}:{text}" if role is None else f"{self.name}:{text}/{role}"

    def value(self, name: str) -> str | None:
        """The value of a set of this facet, with its role; None: the name is of another one."""
        facet, _, value = name.partition(":")
        return value if facet == self.name else None


class EventFacets:
    """The sets of events."""

    ALL = Facet("all")
    KIND = Facet("kind", "are of kind {}", column="kind")
    DATASET = Facet("dataset", "belong to the dataset {}", "dataset", "dataset")
    PART_OF = Facet("part_of", "are part of {}", "event", "part_of")
    LOCATION = Facet("location", "lie in {}", "location", "location", wide=True)
    COUNTRY = Facet("country", "lie in the country {}")  # its place, or what contains that, says so
    AT = Facet("at", record="location", column="location")  # it is exactly there
    CELL = Facet("cell")  # the squares of the earth that its point lies in
    WITHOUT_COORDINATES = Facet("without_coordinates")
    SPAN = Facet("span")  # how long its date lasts, if that is not one day
    DATE_PRECISION = Facet("date_precision", "have a date of precision {}")  # of the date it is filed under
    DATE_BASIS = Facet("date_basis", "have a date that is {}")  # of the same
    UNDATED_CLAIM = Facet("undated_claim")
    PARTY = Facet("party", "involve {}", "actor")  # a participant belongs to it; also in its role
    ACTOR = Facet("actor", record="actor")  # it takes part itself; also in its role
    ROLE = Facet("role", "have somebody taking part as {}")
    STATUS = Facet("status", "have an aspect that is {}")  # of a question of it, by all claims
    EVER = Facet("ever")  # the same, as of any day
    DISPUTED = Facet("disputed", "are {}disputed", truth=True)  # whether any question of it is, by all claims
    SOURCE = Facet("source", "rest on {}", "source")  # a claim cites it, or a date or its place's point comes from it
    THROUGHOUT = Facet("throughout", record="source")  # every claim about it cites it
    NAMES = Facet("names", "are blamed on {}", "actor")  # a claim holds responsible whoever belongs to it
    SPOKEN = Facet("spoken", record="actor")  # a speaker belongs to it
    WAVERING = Facet("wavering", record="actor")  # its words on one question do not all point the same way
    CONTROL = Facet("control", record="location")  # it is exactly there, and a claim is about control
    WORD = Facet("word")


class ClaimFacets:
    """The sets of claims."""

    ALL = Facet(CLAIM + "all")
    DATASET = Facet(CLAIM + "dataset", "belong to the dataset {}", "dataset", "dataset")
    EVENT = Facet(CLAIM + "event", "are about {}", "event", "event")
    SPEAKER = Facet(CLAIM + "speaker", "are said by {}", "actor", "speaker")
    PARTY = Facet(CLAIM + "party", "are said by {} or whoever belongs there", "actor", "speaker", wide=True)
    VIA = Facet(CLAIM + "via", "are passed on by {}", "actor", "via")
    ABOUT = Facet(CLAIM + "about", "are about {}", "claim", "about")
    STANCE = Facet(CLAIM + "stance", "have the stance {}", column="stance")
    ASPECT = Facet(CLAIM + "aspect", "speak of {}", column="aspect")
    CERTAINTY = Facet(CLAIM + "certainty", "are {}", column="certainty")
    MEASURE = Facet(CLAIM + "measure", "count {}", column="measure")
    OF = Facet(CLAIM + "of", "count those of {}", "actor", "of")
    INFERRED = Facet(CLAIM + "inferred", "are {}inferred", column="inferred", truth=True)
    NAMES = Facet(CLAIM + "names", "hold {} responsible", "actor")  # it holds responsible whoever belongs to it
    LOCATION = Facet(CLAIM + "location", "have an event in {}", "location")  # its event's, and all that contains that
    SOURCE = Facet(CLAIM + "source", "cite {}", "source")
    CITED = Facet(CLAIM + "cited", "are {}backed by what their source refers to", truth=True)  # a citation `cites`
    FLAG = Facet(CLAIM + "flag", "carry the flag {}")  # a citation of it does
    SPAN = Facet(CLAIM + "span")  # how long the date lasts on which it was said, if that is not one day
    UNDATED_CLAIM = Facet(CLAIM + "undated_claim")
    WORD = Facet(CLAIM + "word")


class SourceFacets:
    """What sources are told apart by; no sets, for they are few: the database tests their columns."""

    KIND = Facet("kind", "are of kind {}", column="kind")
    PUBLISHER = Facet("publisher", "are published by {}", "publisher", "publisher")
    RELIABILITY = Facet("reliability", "are of reliability {}", column="reliability")
    DATASET = Facet("dataset", "belong to the dataset {}", "dataset", "dataset")


class ActorFacets:
    """The same of actors."""

    KIND = Facet("kind", "are of kind {}", column="kind")
    PARTY = Facet("party", "belong to {}", "actor", wide=True)
    DATASET = Facet("dataset", "belong to the dataset {}", "dataset", "dataset")


class LocationFacets:
    """The same of locations."""

    KIND = Facet("kind", "are of kind {}", column="kind")
    WITHIN = Facet("within", "lie within {}", "location", wide=True)
    COUNTRY = Facet("country", "lie in the country {}", wide=True)
    DATASET = Facet("dataset", "belong to the dataset {}", "dataset", "dataset")


FACETS: dict[str, type[EventFacets] | type[ClaimFacets]] = {"event": EventFacets, "claim": ClaimFacets}
"""By kind of record, the facets that are stored."""


def several(name: str) -> str:
    """The set of events in which more than one participant stands in the set of that name."""
    return f"several/{name}"


def record_of(name: str) -> str:
    """The kind of record that stands in the set of that name."""
    return "claim" if name.startswith(CLAIM) else "event"


def declared(kind: str) -> list[Facet]:
    """The facets of a kind of record, in the order of their lines."""
    return [facet for facet in vars(FACETS[kind]).values() if isinstance(facet, Facet)]


def checksum(stored: bytes) -> int:
    """Of a posting or of part of a column: a flipped bit is often another valid set."""
    return int.from_bytes(blake2b(stored, digest_size=8).digest(), "big", signed=True)


def row_hash(*values: object) -> int:
    """Of what a row holds, in the order of its columns."""
    return checksum(repr(values).encode())
