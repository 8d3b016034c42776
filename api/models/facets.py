"""Every facet, declared once: its name, its records and its words in descriptions; and how sets are stored.

A facet is a set of records for each of its values, such as the events of one kind. A facet that is a column of its
records needs only its line here and a filter annotated with it.
"""

from dataclasses import dataclass
from hashlib import blake2b

CLAIM = "claim/"
"""Prefix of the names of claim facets; event facets have none."""
CHUNK_BITS = 16
"""log2 of the record numbers per stored row of a posting, as in the containers of a roaring bitmap."""
CELL_BITS = 12
"""log2 of the cells per stored row of a column, so that a change writes only a page or two."""
NEVER = 2**31 - 1
"""In columns of days: an open end or an unknown day. Sorts after every real day."""
UNKNOWN = float("nan")
"""An unknown value in columns of degrees and metres."""
ENTRY_COLUMNS = {
    "event": {
        "latest": "<i4",
        "possible": "<i4",
        "certain": "<i4",
        "longitude": "<f8",
        "latitude": "<f8",
        "radius_m": "<f8",
    },
    "claim": {"latest": "<i4", "possible": "<i4", "certain": "<i4", "event": "<u4"},
}
"""By kind of record: last day, first days by which a claim was possibly and certainly made, the point, a claim's event.

The radius is unknown where there is no point or no radius is recorded. The event is given by its number.
"""


class Span:
    """How long a date lasts: up to a day, a month or a year, longer, open at one end, or undated."""

    DAY, MONTH, YEAR, LONGER, OPEN_END, OPEN_START, UNDATED = range(7)


@dataclass(frozen=True, slots=True)
class Facet:
    """Sets of records, one for each value; filters are annotated with it."""

    name: str
    words: str = ""
    """Its words in the description of a query: `{}` is replaced by the values, or by `not ` if the facet is boolean."""
    record: str | None = None
    """The kind of record whose ids are the values; None: the values are words of a vocabulary."""
    column: str | None = None
    """The column that holds the value; None: `api.index.facets` decides which records belong."""
    wide: bool = False
    """Whether a record also belongs to the sets of everything that its value belongs to or lies in."""
    truth: bool = False
    """Whether the values are true and false."""

    def of(self, value: object, role: str | None = None) -> str:
        """The name of the set of one value, optionally of a party or an actor in one role."""
        text = ("yes" if value else "no") if self.truth else value
        return f"{self.name}:{text}" if role is None else f"{self.name}:{text}/{role}"

    def value(self, name: str) -> str | None:
        """The value (and role) in the name of a set; None if the name is another facet's."""
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
    AT = Facet("at", record="location", column="location")  # exactly there, not in a place within
    CELL = Facet("cell")  # the grid cells that contain its point
    WITHOUT_COORDINATES = Facet("without_coordinates")
    SPAN = Facet("span")  # how long its date lasts, if longer than one day
    DATE_PRECISION = Facet("date_precision", "have a date of precision {}")  # of the effective date
    DATE_BASIS = Facet("date_basis", "have a date that is {}")  # of the effective date
    UNDATED_CLAIM = Facet("undated_claim")
    PARTY = Facet("party", "involve {}", "actor")  # a participant belongs to it; one more set per role
    ACTOR = Facet("actor", record="actor")  # the actor itself takes part; one more set per role
    ROLE = Facet("role", "have somebody taking part as {}")
    STATUS = Facet("status", "have an aspect that is {}")  # of any of its questions, judged by all claims
    EVER = Facet("ever")  # the same, judged as of any day
    DISPUTED = Facet("disputed", "are {}disputed", truth=True)  # any of its questions, judged by all claims
    SOURCE = Facet("source", "rest on {}", "source")  # cited by a claim, or the basis of a date or the place's point
    THROUGHOUT = Facet("throughout", record="source")  # cited by every claim about the event
    NAMES = Facet("names", "are blamed on {}", "actor")  # a claim holds a member of it responsible
    SPOKEN = Facet("spoken", record="actor")  # a speaker belongs to it
    WAVERING = Facet("wavering", record="actor")  # its claims on one question do not all point the same way
    CONTROL = Facet("control", record="location")  # exactly there, with a claim about control
    WORD = Facet("word")


class ClaimFacets:
    """The sets of claims."""

    ALL = Facet(CLAIM + "all")
    DATASET = Facet(CLAIM + "dataset", "belong to the dataset {}", "dataset", "dataset")
    EVENT = Facet(CLAIM + "event", "are about {}", "event", "event")
    SPEAKER = Facet(CLAIM + "speaker", "are said by {}", "actor", "speaker")
    PARTY = Facet(CLAIM + "party", "are said by {} or members", "actor", "speaker", wide=True)
    VIA = Facet(CLAIM + "via", "are passed on by {}", "actor", "via")
    ABOUT = Facet(CLAIM + "about", "are about {}", "claim", "about")
    STANCE = Facet(CLAIM + "stance", "have the stance {}", column="stance")
    ASPECT = Facet(CLAIM + "aspect", "speak of {}", column="aspect")
    CERTAINTY = Facet(CLAIM + "certainty", "are {}", column="certainty")
    MEASURE = Facet(CLAIM + "measure", "count {}", column="measure")
    OF = Facet(CLAIM + "of", "count those of {}", "actor", "of")
    INFERRED = Facet(CLAIM + "inferred", "are {}inferred", column="inferred", truth=True)
    NAMES = Facet(CLAIM + "names", "hold {} responsible", "actor")  # holds a member of it responsible
    LOCATION = Facet(CLAIM + "location", "have an event in {}", "location")  # the event's, and all that contain it
    SOURCE = Facet(CLAIM + "source", "cite {}", "source")
    CITED = Facet(CLAIM + "cited", "are {}backed by what their source refers to", truth=True)  # has a role `cites`
    FLAG = Facet(CLAIM + "flag", "carry the flag {}")  # of any of its citations
    SPAN = Facet(CLAIM + "span")  # how long its date lasts, if longer than one day
    UNDATED_CLAIM = Facet(CLAIM + "undated_claim")
    WORD = Facet(CLAIM + "word")


class SourceFacets:
    """Facets of sources. They have no stored sets: sources are few, so the database filters their columns."""

    KIND = Facet("kind", "are of kind {}", column="kind")
    PUBLISHER = Facet("publisher", "are published by {}", "publisher", "publisher")
    RELIABILITY = Facet("reliability", "are of reliability {}", column="reliability")
    DATASET = Facet("dataset", "belong to the dataset {}", "dataset", "dataset")


class ActorFacets:
    """Facets of actors, filtered by column like those of sources."""

    KIND = Facet("kind", "are of kind {}", column="kind")
    PARTY = Facet("party", "belong to {}", "actor", wide=True)
    DATASET = Facet("dataset", "belong to the dataset {}", "dataset", "dataset")


class LocationFacets:
    """Facets of locations, filtered by column like those of sources."""

    KIND = Facet("kind", "are of kind {}", column="kind")
    WITHIN = Facet("within", "lie within {}", "location", wide=True)
    COUNTRY = Facet("country", "lie in the country {}", wide=True)
    DATASET = Facet("dataset", "belong to the dataset {}", "dataset", "dataset")


FACETS: dict[str, type[EventFacets] | type[ClaimFacets]] = {"event": EventFacets, "claim": ClaimFacets}
"""The stored facets by kind of record."""


def several(name: str) -> str:
    """The name of the set of events that more than one participant puts into the named set."""
    return f"several/{name}"


def record_of(name: str) -> str:
    """The kind of record that the named set contains."""
    return "claim" if name.startswith(CLAIM) else "event"


def declared(kind: str) -> list[Facet]:
    """The facets of a kind of record, in the order of declaration."""
    return [facet for facet in vars(FACETS[kind]).values() if isinstance(facet, Facet)]


def checksum(stored: bytes) -> int:
    """A 64-bit checksum of a posting or part of a column, because a flipped bit often yields another valid set."""
    return int.from_bytes(blake2b(stored, digest_size=8).digest(), "big", signed=True)


def row_hash(*values: object) -> int:
    """A checksum of a row's values, in the order of its columns."""
    return checksum(repr(values).encode())
