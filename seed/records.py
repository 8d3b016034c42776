"""Input models: one for each kind of record, as authors and importers write them."""

from datetime import date
from typing import Annotated, ClassVar, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.domain import vocabulary as v
from seed.field_types import (
    FURTHEST_M,
    MOST_PARTS,
    Country,
    Date,
    Extra,
    GazetteerId,
    Id,
    Mark,
    Moment,
    Name,
    Names,
    Number,
    Sha256,
    Text,
    Url,
)


class Part(BaseModel):
    """The base of input models; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)


Reference: TypeAlias = tuple[str, str, str]
"""A reference: its field, and the kind and id that it refers to."""


class Record(Part):
    """The base of records, which are loaded, updated and withdrawn as a whole."""

    kind_of_record: ClassVar[str]
    id: Id

    @model_validator(mode="after")
    def _path(self) -> Self:
        if self.id in {"count", "rollup", "rollup.csv"}:  # paths that are not those of records
            raise PydanticCustomError("id", f"no record may be called {self.id}")
        return self

    def references(self) -> list[Reference]:
        """Every reference to another record."""
        return []


def named(*fields: tuple[str, str, str | None]) -> list[Reference]:
    """The references in some fields."""
    return [(field, kind, id_) for field, kind, id_ in fields if id_ is not None]


class When(Part):
    """A date and its basis; an unknown date has neither."""

    edtf: Date | None = None
    basis: v.DateBasis | None = None
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: object) -> object:
        """A date alone, such as `said = 2022-07-02`, has the basis `stated`."""
        return {"edtf": given, "basis": v.DateBasis.STATED} if isinstance(given, str | date) else given

    @model_validator(mode="after")
    def _basis(self) -> Self:
        if self.edtf is None and self.basis not in {None, v.DateBasis.UNKNOWN}:
            raise PydanticCustomError("basis", "without an edtf, the basis can only be unknown")
        if self.edtf is not None and self.basis in {None, v.DateBasis.UNKNOWN}:
            raise PydanticCustomError("basis", "a date says what it rests on: stated, relative or inferred")
        if self.basis == v.DateBasis.EXTERNAL:
            raise PydanticCustomError("basis", "external is for dates that another dataset supplies in [[datings]]")
        if self.edtf is None:  # the order does not matter, so different orders are the same record
            self.basis = None
        return self


UNDATED = When()


class Release(Part):
    file: Name
    version: Name | None = None
    sha256: Sha256
    size: Annotated[int, Field(strict=True, ge=0)]
    imported: Date


class Dataset(Record):
    kind_of_record = "dataset"
    title: Name
    summary: Text | None = None
    version: Name | None = None
    licence: Name | None = None
    attribution: Text | None = None
    url: Url | None = None
    recorded_at: Moment
    releases: Annotated[list[Release], Field(max_length=MOST_PARTS)] = Field(default_factory=list)


class Source(Record):
    kind_of_record = "source"
    kind: v.SourceKind
    title: Name
    publisher: Name | None = None
    author: Name | None = None
    url: Url | None = None
    archive_url: Url | None = None
    language: Name | None = None
    published: When = Field(default_factory=lambda: UNDATED)
    parent: Id | None = None
    reliability: v.Reliability = v.Reliability.F
    note: Text | None = None

    def references(self) -> list[Reference]:
        return named(("parent", "source", self.parent))


class Affiliation(Part):
    kind: v.AffiliationKind
    actor: Id
    since: Date | None = None
    until: Date | None = None
    source: Id | None = None


class Actor(Record):
    kind_of_record = "actor"
    kind: v.ActorKind
    name: Name
    aliases: Names = Field(default_factory=list)
    description: Text | None = None
    affiliations: Annotated[list[Affiliation], Field(max_length=MOST_PARTS)] = Field(default_factory=list)

    def references(self) -> list[Reference]:
        found = []
        for number, affiliation in enumerate(self.affiliations):
            found.append((f"affiliations[{number}].actor", "actor", affiliation.actor))
            found += named((f"affiliations[{number}].source", "source", affiliation.source))
        return found

    @model_validator(mode="after")
    def _others(self) -> Self:
        if any(affiliation.actor == self.id for affiliation in self.affiliations):
            raise PydanticCustomError("affiliations", "an actor cannot belong to itself")
        return self


class Point(Part):
    longitude: Annotated[Number, Field(ge=-180, le=180)]
    latitude: Annotated[Number, Field(ge=-90, le=90)]
    radius_m: Annotated[Number | None, Field(ge=0, le=FURTHEST_M)] = None
    method: v.CoordinateMethod
    source: Id | None = None


class Location(Record):
    kind_of_record = "location"
    kind: v.LocationKind
    name: Name
    aliases: Names = Field(default_factory=list)
    within: Id | None = None
    country: Country | None = None
    gazetteers: Annotated[list[GazetteerId], Field(max_length=MOST_PARTS)] = Field(default_factory=list)
    point: Point | None = None
    phrase: Name | None = None

    def references(self) -> list[Reference]:
        source = None if self.point is None else self.point.source
        return named(("within", "location", self.within), ("point.source", "source", source))

    @model_validator(mode="after")
    def _basis(self) -> Self:
        if self.within == self.id:
            raise PydanticCustomError("within", "a location cannot lie within itself")
        if self.point is not None and self.point.source is None and self.phrase is None:
            raise PydanticCustomError("point", "a point needs a source, or the phrase it was derived from")
        return self


class Participant(Part):
    actor: Id
    role: v.Role
    note: Name | None = None


class Event(Record):
    kind_of_record = "event"
    kind: v.EventKind
    title: Name
    summary: Text | None = None
    date: When = Field(default_factory=lambda: UNDATED)
    location: Id | None = None
    place_relation: v.PlaceRelation | None = None
    part_of: Id | None = None
    participants: Annotated[list[Participant], Field(max_length=MOST_PARTS)] = Field(default_factory=list)
    extra: Extra | None = None

    def references(self) -> list[Reference]:
        found = named(("location", "location", self.location), ("part_of", "event", self.part_of))
        for number, participant in enumerate(self.participants):
            found.append((f"participants[{number}].actor", "actor", participant.actor))
        return found

    @model_validator(mode="after")
    def _place(self) -> Self:
        if self.location is None and self.place_relation is not None:
            raise PydanticCustomError("place_relation", "place_relation needs a location")
        if self.location is not None and self.place_relation is None:
            self.place_relation = v.PlaceRelation.AT
        if self.part_of == self.id:
            raise PydanticCustomError("part_of", "an event cannot be part of itself")
        return self


class Value(Part):
    low: Number | None = None
    best: Number | None = None
    high: Number | None = None
    unit: Name
    measure: v.Measure
    of: Id | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.low is None and self.best is None and self.high is None:
            raise PydanticCustomError("value", "a value has a low, a best or a high number")
        return self

    @property
    def upside_down(self) -> bool:
        """Whether the lowest number is above another; UCDP gives sums of incidents with a highest below the best."""
        return self.low is not None and self.low > min(
            one for one in (self.best, self.high, self.low) if one is not None
        )


class Citation(Part):
    source: Id
    role: v.CitationRole
    mark: Mark | None = None
    locator: Name | None = None
    flags: Annotated[list[v.CitationFlag], Field(max_length=len(v.CitationFlag))] = Field(default_factory=list)
    basis: v.CitationBasis = v.CitationBasis.STATED


class Claim(Record):
    kind_of_record = "claim"
    event: Id
    speaker: Id | None = None
    via: Id | None = None
    about: Id | None = None
    stance: v.Stance
    aspect: v.Aspect
    certainty: v.Certainty = v.Certainty.STATED
    credibility: Annotated[int, Field(strict=True, ge=1, le=6)] = 6
    summary: Text | None = None
    quote: Text | None = None
    quote_by: Id | None = None
    value: Value | None = None
    names: Annotated[list[Id], Field(max_length=MOST_PARTS)] = Field(default_factory=list)
    said: When = Field(default_factory=lambda: UNDATED)
    inferred: Annotated[bool, Field(strict=True)] = False
    citations: Annotated[list[Citation], Field(max_length=MOST_PARTS)] = Field(default_factory=list)

    def references(self) -> list[Reference]:
        found = named(
            ("event", "event", self.event),
            ("speaker", "actor", self.speaker),
            ("via", "actor", self.via),
            ("quote_by", "actor", self.quote_by),
            ("about", "claim", self.about),
            ("value.of", "actor", None if self.value is None else self.value.of),
        )
        found += [(f"names[{number}]", "actor", actor) for number, actor in enumerate(self.names)]
        for number, citation in enumerate(self.citations):
            found.append((f"citations[{number}].source", "source", citation.source))
        return found

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.quote is None and self.quote_by is not None:
            raise PydanticCustomError("quote_by", "quote_by needs a quote")
        if self.about == self.id:
            raise PydanticCustomError("about", "a claim cannot be about itself")
        if self.names and self.aspect != v.Aspect.ATTRIBUTION:
            raise PydanticCustomError("names", "names are those held responsible: only a claim on attribution has them")
        if len(set(self.names)) < len(self.names):
            raise PydanticCustomError("names", "an actor is named twice")
        flags = {flag for citation in self.citations for flag in citation.flags}
        if self.value is not None and self.value.upside_down and v.CitationFlag.CONTRADICTORY not in flags:
            message = "low is above best or high, which only a claim with a citation flagged contradictory may give"
            raise PydanticCustomError("value", message)
        if self.stance == v.Stance.RETRACTS and self.about is None:
            raise PydanticCustomError("about", "a retraction is about the claim that it takes back")
        return self


class Dating(Record):
    kind_of_record = "dating"
    event: Id | None = None
    claim: Id | None = None
    edtf: Date
    source: Id
    note: Text | None = None
    preferred: Annotated[bool, Field(strict=True)] = False

    def references(self) -> list[Reference]:
        return named(("event", "event", self.event), ("claim", "claim", self.claim), ("source", "source", self.source))

    @model_validator(mode="after")
    def _target(self) -> Self:
        if (self.event is None) == (self.claim is None):
            raise PydanticCustomError("event", "a dating is of one event or of one claim")
        return self


# In the order of loading: each kind refers only to earlier kinds or to itself.
INPUT_MODELS: dict[str, type[Record]] = {
    model.kind_of_record: model for model in (Dataset, Source, Actor, Location, Event, Claim, Dating)
}
KIND_OF_TABLE = {f"{kind}s": kind for kind in INPUT_MODELS}
