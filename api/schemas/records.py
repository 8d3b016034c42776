"""Schemas of records: the Pydantic models of all JSON documents, which also describe them in OpenAPI."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.domain import vocabulary as v

Json = dict[str, Any]
"""A JSON object: a document or a part of one."""


def whole(value: float | None) -> float | None:
    """Send whole numbers as integers, unless they are too large to be exact."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


Number = Annotated[int | float, BeforeValidator(whole)]


class Sent(BaseModel):
    """The base of all schemas: no field is ever missing, and clients must expect additional ones."""

    model_config = ConfigDict(use_attribute_docstrings=True, json_schema_serialization_defaults_required=True)


class NamedRef(Sent):
    """A reference to an actor or a location."""

    id: str
    name: str


class TitledRef(Sent):
    """A reference to a source, an event or a dataset."""

    id: str
    title: str


class OtherDate(Sent):
    """A date from another dataset's source that is not the preferred one."""

    edtf: str
    source: TitledRef
    note: str | None


class When(Sent):
    """A possibly imprecise date; never null. Days are local to the event."""

    edtf: str | None
    """EDTF (ISO 8601-2): `A/B` is a duration, `[A..B]` one moment within; null if unknown."""
    earliest: date | None
    """The earliest possible day; null: unbounded or unknown."""
    latest: date | None
    """The latest possible day; null: unbounded or unknown."""
    precision: v.DatePrecision
    basis: v.DateBasis
    source: TitledRef | None
    """The source of a date from another dataset (basis `external`)."""
    stated: str | None
    """The record's own EDTF, if it was replaced by another dataset's more exact date."""
    note: str | None
    others: list[OtherDate]
    """Other datasets' dates that disagree or repeat it; shown, but not used."""


class Point(Sent):
    """A position in WGS 84 degrees, with its uncertainty and where it comes from."""

    longitude: Number
    latitude: Number
    radius_m: Number | None
    """Radius of uncertainty in metres."""
    method: v.CoordinateMethod
    source: TitledRef | None
    phrase: str | None
    """The words of the source that the position was derived from."""


COUNTRY = "The country (ISO 3166-1 alpha-2) recorded for the place or the nearest place that contains it: where it \
lies, not who holds it."
FIRST = "The name of its first-level administrative unit (kind `oblast`)."
SECOND = "The name of its second-level administrative unit (kind `raion`)."


class EventPlace(Sent):
    """Where an event is said to have happened."""

    id: str
    name: str
    kind: v.LocationKind
    relation: v.PlaceRelation
    country: Annotated[str | None, Field(description=COUNTRY)]
    admin1: Annotated[str | None, Field(description=FIRST)]
    admin2: Annotated[str | None, Field(description=SECOND)]
    point: Point | None


class ActorRef(Sent):
    """A reference to an actor with its kind."""

    id: str
    name: str
    kind: v.ActorKind


class Participant(Sent):
    """An actor's role in an event."""

    actor: ActorRef
    role: v.Role
    note: str | None


class ClaimCounts(Sent):
    """The numbers of claims about an event."""

    total: int
    by_stance: dict[v.Stance, int]
    """The numbers by stance; only stances that occur."""


class Assessment(Sent):
    """What the claims on one question add up to; derived, never recorded as a fact.

    A question is an aspect. Figures have a question for each measure, counted actor and unit: only like figures clash.
    """

    aspect: v.Aspect
    measure: v.Measure | None
    """What is counted; null: the question is not about figures."""
    of: NamedRef | None
    """The actor whose people or things are counted; null: all, or no figure."""
    unit: str | None
    status: v.Status
    voices: int
    """The number of independent voices in support: ten copies of one report are one."""
    because: list[str]
    """The claims it rests on, in the order said."""
    inferred: bool
    """Whether the status would differ without inferred claims."""


class Deaths(Sent):
    """A coder's figures of all deaths in an event."""

    low: Number | None
    best: Number | None
    high: Number | None
    claim: str
    """The claim with these figures, which says whose they are."""


class Event(Sent):
    """Something said to have happened, with what was claimed about it."""

    id: str
    kind: v.EventKind
    title: str
    summary: str | None
    date: When
    location: EventPlace | None
    participants: list[Participant]
    part_of: TitledRef | None
    claims: ClaimCounts
    deaths: Deaths | None
    """The total deaths in an imported event according to its coder; a claim like any other, not a fact."""
    assessments: list[Assessment]
    dataset: TitledRef
    extra: dict[str, Any] | None
    """The imported row, as in its file."""
    url: str


class Value(Sent):
    """A figure that a claim gives; at least one of the three numbers is set.

    A missing bound is `best`, or open without a best: high 10 alone is 0 to 10, low 4200 alone has no upper bound.
    """

    low: Number | None
    best: Number | None
    high: Number | None
    unit: str
    measure: v.Measure
    """What is counted."""
    of: NamedRef | None
    """The actor whose people or things are counted; null: all."""


class Citation(Sent):
    """The source that carries a claim, or a source cited there."""

    source: TitledRef
    published: When
    role: v.CitationRole
    mark: str | None
    """The reference mark as printed."""
    locator: str | None
    flags: list[v.CitationFlag]
    basis: v.CitationBasis


class Claim(Sent):
    """One speaker's stance on one aspect of an event."""

    id: str
    event: TitledRef
    speaker: NamedRef | None
    """Null: the speaker is not named."""
    via: NamedRef | None
    """The actor that passed it on."""
    about: str | None
    """The claim that this claim is about."""
    stance: v.Stance
    aspect: v.Aspect
    certainty: v.Certainty
    credibility: int
    """1 (confirmed) to 6 (cannot be judged) on the Admiralty scale."""
    summary: str | None
    quote: str | None
    quote_by: NamedRef | None
    """The actor whose words are quoted."""
    value: Value | None
    names: list[NamedRef]
    """The actors held responsible; only in claims on attribution."""
    said: When
    inferred: bool
    """Whether the claim is an editor's reading of what was said."""
    citations: list[Citation]
    dataset: TitledRef
    url: str


class Supports(Sent):
    """What rests on a source: claims that cite it, dates and points that come from it, and events with any of these."""

    claims: int
    events: int
    dates: int
    points: int


class Source(Sent):
    """Something that was read, or that is referred to by something that was read."""

    id: str
    kind: v.SourceKind
    title: str
    publisher: str | None
    """The publisher of the page."""
    author: str | None
    """The author of the content."""
    url: str | None
    archive_url: str | None
    language: str | None
    published: When
    parent: TitledRef | None
    """The source it appears in."""
    reliability: v.Reliability
    note: str | None
    supports: Supports
    """What rests on it."""
    dataset: TitledRef


class Affiliation(Sent):
    """How an actor belongs or relates to another; its dates are shown, but not applied."""

    kind: v.AffiliationKind
    actor: NamedRef
    since: str | None
    until: str | None


class Actor(Sent):
    """A person, group or body that speaks or takes part."""

    id: str
    kind: v.ActorKind
    name: str
    aliases: list[str]
    description: str | None
    affiliations: list[Affiliation]
    """The actors it belongs or relates to."""
    affiliated: list[Affiliation]
    """The actors that belong or relate to it."""
    dataset: TitledRef
    url: str


class Location(Sent):
    """A place."""

    id: str
    kind: v.LocationKind
    name: str
    aliases: list[str]
    within: NamedRef | None
    country: Annotated[str | None, Field(description=COUNTRY)]
    admin1: Annotated[str | None, Field(description=FIRST)]
    admin2: Annotated[str | None, Field(description=SECOND)]
    gazetteers: Annotated[list[str], Field(description="Ids in gazetteers, such as `geonames:702972`.")]
    same_as: Annotated[NamedRef | None, Field(description="The record of the same place in another dataset.")]
    unites: Annotated[
        list[NamedRef],
        Field(description="Other datasets' records of the same place; filters by this place find them too."),
    ]
    point: Point | None
    dataset: TitledRef
    url: str


class Release(Sent):
    """A file that was imported into a dataset."""

    file: str
    version: str | None
    """The version, from the file's name or from the import."""
    sha256: str
    """SHA-256 of the file in hex."""
    size: int
    """The size in bytes."""
    imported: date
    """The day (UTC) of its first import."""


class Dataset(Sent):
    """Records that are loaded, updated and withdrawn together."""

    id: str
    title: str
    summary: str | None
    version: str | None
    licence: str | None
    attribution: str | None
    url: str | None
    recorded_at: datetime
    releases: list[Release]
    """The imported files, in order; empty if the dataset was written for this project."""


class PartyPosition(Sent):
    """A position that one party has held without interruption in a dispute."""

    party: NamedRef | None
    """Null: unnamed speakers."""
    stance: v.Position
    value: Value | None
    """The figure it maintains."""
    names: list[NamedRef]
    """The actors it holds responsible."""
    since: When
    """The date of the claim with which the position began."""
    speakers: list[NamedRef]
    claims: list[str]


class DatedEvent(Sent):
    """A reference to an event with its date."""

    id: str
    title: str
    date: When


class Dispute(Sent):
    """One question of an event on which parties contradict each other."""

    event: DatedEvent
    aspect: v.Aspect
    measure: v.Measure | None
    of: NamedRef | None
    unit: str | None
    positions: list[PartyPosition]
    because: list[str]
    inferred: bool


class Count(Sent):
    """The number of matching records."""

    count: int
