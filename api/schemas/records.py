"""What is sent: the Pydantic models that make every JSON document and describe it in the OpenAPI document."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.domain import vocabulary as v

Json = dict[str, Any]
"""An object of JSON as it is read and written: a document, or a part of one."""


def whole(value: float | None) -> float | None:
    """Whole numbers are sent as integers, but for those too large to be exact."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


Number = Annotated[int | float, BeforeValidator(whole)]


class Sent(BaseModel):
    """A shape of the contract: no field is ever missing, and clients must expect more of them."""

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
    """A date that another dataset's source gives, and that is not the one preferred."""

    edtf: str
    source: TitledRef
    note: str | None


class When(Sent):
    """A date that keeps what is known of it apart from what is not; never null, days are local to the event."""

    edtf: str | None
    """EDTF (ISO 8601-2): `A/B` lasted, `[A..B]` happened once in there; null when unknown."""
    earliest: date | None
    """The first day it can mean, inclusive; null: unbounded or unknown."""
    latest: date | None
    """The last day it can mean, inclusive; null: unbounded or unknown."""
    precision: v.DatePrecision
    basis: v.DateBasis
    source: TitledRef | None
    """The source of a date that another dataset supplies (basis `external`)."""
    stated: str | None
    """The record's own EDTF, where another dataset's more exact date lies over it."""
    note: str | None
    others: list[OtherDate]
    """Other datasets' dates that disagree or repeat it: shown, not used."""


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


COUNTRY = "ISO 3166-1 alpha-2 of the country that it, or the nearest place that contains it, is recorded in: where it \
lies, not who holds it."
FIRST = "The first-level administrative unit (kind `oblast`) that it is or lies in, by name."
SECOND = "The second-level administrative unit (kind `raion`) that it is or lies in, by name."


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
    """A reference to an actor that says what it is."""

    id: str
    name: str
    kind: v.ActorKind


class Participant(Sent):
    """An actor's part in an event."""

    actor: ActorRef
    role: v.Role
    note: str | None


class ClaimCounts(Sent):
    """How many claims there are about an event."""

    total: int
    by_stance: dict[v.Stance, int]
    """Only stances that occur."""


class Assessment(Sent):
    """What the claims on one question add up to; derived, never stored as fact.

    A question is an aspect; figures make one for each measure, whose they are, and unit: only like figures can clash.
    """

    aspect: v.Aspect
    measure: v.Measure | None
    """What is counted; null: the question is not about figures."""
    of: NamedRef | None
    """Whose they are; null: all, or no figure."""
    unit: str | None
    status: v.Status
    voices: int
    """How many independent voices support it: ten copies of one report are one."""
    because: list[str]
    """The claims it rests on, by the day they were said."""
    inferred: bool
    """Whether the status would differ without claims that are somebody's inference."""


class Deaths(Sent):
    """A coder's figures of all who died in an event."""

    low: Number | None
    best: Number | None
    high: Number | None
    claim: str
    """The claim that they stand in, which says whose figures they are."""


class Event(Sent):
    """Something said to have happened, with what was claimed of it."""

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
    """Of imported events: how many died in all, as whoever coded them counts; a claim like any other, not a fact."""
    assessments: list[Assessment]
    dataset: TitledRef
    extra: dict[str, Any] | None
    """The imported row, as it stood in its file."""
    url: str


class Value(Sent):
    """A figure that a claim gives; at least one of the three numbers is set.

    A missing end is `best`, or open where there is no best: high 10 alone is 0 to 10, low 4200 alone has no upper end.
    """

    low: Number | None
    best: Number | None
    high: Number | None
    unit: str
    measure: v.Measure
    """What is counted."""
    of: NamedRef | None
    """Whose they are; null: all."""


class Citation(Sent):
    """The source that carries a claim, or one that its carrier cites."""

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
    """Null: nobody is named."""
    via: NamedRef | None
    """Who passed it on."""
    about: str | None
    """The claim that this claim is about."""
    stance: v.Stance
    aspect: v.Aspect
    certainty: v.Certainty
    credibility: int
    """1 (confirmed) to 6 (cannot be judged), the Admiralty scale."""
    summary: str | None
    quote: str | None
    quote_by: NamedRef | None
    """Whose words the quote is."""
    value: Value | None
    names: list[NamedRef]
    """Whom it holds responsible; only claims on attribution do."""
    said: When
    inferred: bool
    """Whether the claim is an editor's reading of what was said."""
    citations: list[Citation]
    dataset: TitledRef
    url: str


class Supports(Sent):
    """How much rests on a source: claims that cite it, dates and places' points that come from it, events with any."""

    claims: int
    events: int
    dates: int
    points: int


class Source(Sent):
    """Something that was read, or that something read refers to."""

    id: str
    kind: v.SourceKind
    title: str
    publisher: str | None
    """Who published the page."""
    author: str | None
    """Who originated the content."""
    url: str | None
    archive_url: str | None
    language: str | None
    published: When
    parent: TitledRef | None
    """The source it appears in."""
    reliability: v.Reliability
    note: str | None
    supports: Supports
    """How much rests on it."""
    dataset: TitledRef


class Affiliation(Sent):
    """How one actor belongs or relates to another; dates are shown, not applied."""

    kind: v.AffiliationKind
    actor: NamedRef
    since: str | None
    until: str | None


class Actor(Sent):
    """Somebody or something that speaks or takes part."""

    id: str
    kind: v.ActorKind
    name: str
    aliases: list[str]
    description: str | None
    affiliations: list[Affiliation]
    """What it belongs or relates to."""
    affiliated: list[Affiliation]
    """What belongs or relates to it."""
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
    gazetteers: Annotated[list[str], Field(description="What gazetteers call it, such as `geonames:702972`.")]
    same_as: Annotated[NamedRef | None, Field(description="The same place, as another dataset records it.")]
    unites: Annotated[
        list[NamedRef],
        Field(description="Other datasets' records of the same place; filters by this one find them too."),
    ]
    point: Point | None
    dataset: TitledRef
    url: str


class Release(Sent):
    """A file that was imported into a dataset."""

    file: str
    version: str | None
    """The release, as its file's name or whoever imported it says."""
    sha256: str
    """Of the file, in hex digits."""
    size: int
    """In bytes."""
    imported: date
    """The day, UTC, of its first import."""


class Dataset(Sent):
    """A body of records that is loaded, updated and withdrawn as one."""

    id: str
    title: str
    summary: str | None
    version: str | None
    licence: str | None
    attribution: str | None
    url: str | None
    recorded_at: datetime
    releases: list[Release]
    """The files that were imported into it, in that order; none where it was written here."""


class PartyPosition(Sent):
    """What one party has held, unbroken, in a dispute."""

    party: NamedRef | None
    """Null: speakers whom nobody named."""
    stance: v.Position
    value: Value | None
    """The figure it stands by."""
    names: list[NamedRef]
    """Whom it holds responsible."""
    since: When
    """When the first claim from which the position has stood was said."""
    speakers: list[NamedRef]
    claims: list[str]


class DatedEvent(Sent):
    """A reference to an event that says when it happened."""

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
    """How many records match."""

    count: int
