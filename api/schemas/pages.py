"""Everything sent besides records: pages with links and metadata, reports, problems, and the state of the service."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.domain import vocabulary as v
from api.schemas.records import (
    Actor,
    Assessment,
    Claim,
    Dataset,
    DatedEvent,
    Dispute,
    Event,
    Location,
    NamedRef,
    Participant,
    Sent,
    Source,
    TitledRef,
    Value,
    When,
)


class Links(Sent):
    """Path-absolute links of a page."""

    self: str
    next: str | None
    """The next page; null on the last. Also sent as `Link` header (RFC 8288)."""


class LeftOut(Sent):
    """Numbers of records that do not match only because something is missing."""

    undated: int
    """Records without a date."""
    undated_claims: int
    """With `as_of`: records that are missing only because claims about them are undated, minus those that match only
    for that reason, so it may be negative."""
    without_coordinates: int
    """Records without a point."""


class Meta(Sent):
    """Metadata of a page."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    description: str
    """The query in words."""
    left_out: LeftOut | None = None
    """Only on the first page."""
    total: int | None = None
    """The number of all matching records; only with `total=true`."""
    damaged: list[str] | None = None
    """Ids of damaged records, which this response was made without; absent if there are none."""
    did_you_mean: list[str] | None = None
    """Suggestions for words of `q` that find nothing; absent if there are none."""
    why_empty: str | None = None
    """Why the result is empty; only in judged lists."""


class EventPage(Sent):
    """A page of events."""

    data: list[Event]
    links: Links
    meta: Meta


class ClaimPage(Sent):
    """A page of claims."""

    data: list[Claim]
    links: Links
    meta: Meta


class SourcePage(Sent):
    """A page of sources."""

    data: list[Source]
    links: Links
    meta: Meta


class ActorPage(Sent):
    """A page of actors."""

    data: list[Actor]
    links: Links
    meta: Meta


class LocationPage(Sent):
    """A page of locations."""

    data: list[Location]
    links: Links
    meta: Meta


class DatasetPage(Sent):
    """A page of datasets."""

    data: list[Dataset]
    links: Links
    meta: Meta


class DisputePage(Sent):
    """A page of disputes."""

    data: list[Dispute]
    links: Links
    meta: Meta


class Health(Sent):
    """Whether the service and its database respond."""

    status: str
    database: str
    revision: int
    loaded_at: datetime | None


class WordMeaning(Sent):
    """A word of a vocabulary."""

    word: str
    meaning: str


class BadParameter(Sent):
    """What is wrong with one parameter."""

    parameter: str
    value: str | None
    """The value as sent, shortened to 200 characters."""
    message: str
    allowed: list[str] | None
    """Every allowed value, if they can be listed."""
    did_you_mean: list[str]


class Problem(Sent):
    """Why a request failed (RFC 9457)."""

    type: str = Field(examples=["/problems/invalid-parameter"])
    """A path that explains this type of problem."""
    title: str
    status: int
    detail: str
    errors: list[BadParameter]
    """Each bad parameter; empty for other problems."""
    did_you_mean: list[str]
    """The nearest ids or paths, if nothing was found."""


class PositionStep(Sent):
    """A position held without interruption for a time."""

    stance: v.Position
    before: v.Position | None
    """The previous position; null: this is the first. If it is the same, the figure or the culprits changed."""
    value: Value | None
    """The figure it maintains."""
    names: list[NamedRef]
    """The actors it holds responsible."""
    since: When
    """The date of the claim that took the position."""
    by: str
    """The claim that took the position."""
    speaker: NamedRef | None
    """The speaker of that claim; null: not named."""
    speakers: list[NamedRef]
    """All speakers who have upheld it."""
    claims: list[str]
    """The claims that hold it, in the order they count."""


class History(Sent):
    """One party's positions on one question of an event, first to last."""

    event: DatedEvent
    aspect: v.Aspect
    measure: v.Measure | None
    of: NamedRef | None
    unit: str | None
    party: NamedRef | None
    """Null: unnamed speakers."""
    moved: bool
    """Whether it has ever changed its position."""
    positions: list[PositionStep]
    """The last one is current."""


class HistoryPage(Sent):
    """A page of positions over time."""

    data: list[History]
    links: Links
    meta: Meta


class ComparedPosition(Sent):
    """What one of the compared parties says about a question."""

    party: NamedRef
    silent: bool
    """Whether it says nothing about this question, or was only recorded as leaving it out."""
    stance: v.Position | None
    """Its position; null: it says nothing about this question."""
    value: Value | None
    """The figure it maintains."""
    names: list[NamedRef]
    """The actors it holds responsible."""
    since: When | None
    claims: list[Claim]
    """Its full claims on this question, in the order said."""


class ComparedQuestion(Sent):
    """A question of the event that anybody addresses, and what each of the compared parties says about it."""

    assessment: Assessment
    """The assessment by all claims on it, not only those of the compared parties."""
    parties: list[ComparedPosition]
    """The parties in the requested order."""


class Comparison(Sent):
    """What several parties say about one event, side by side."""

    event: DatedEvent
    parties: list[NamedRef]
    data: list[ComparedQuestion]
    links: Links
    meta: Meta


class ControlledEvent(Sent):
    """The event that a claim of control is about: who is said to have done what."""

    id: str
    title: str
    kind: v.EventKind
    date: When
    participants: list[Participant]


class PlaceClaim(Sent):
    """A party's latest claim on the control of one place."""

    location: NamedRef
    stance: v.Position
    claim: str
    said: When


class ControlClaim(Sent):
    """A party's latest claim on who holds a place."""

    party: NamedRef | None
    """Null: unnamed speakers."""
    stance: v.Position | None
    """The position on the event: support of a capture means that the attackers hold the place. This and the next four
    are null if the party only opposed a claim about a containing place, which says nothing about this part."""
    since: When | None
    """The date since which it has held this position on that event."""
    location: NamedRef | None
    """The place the claim is about: the requested one, or one that contains it."""
    event: ControlledEvent | None
    claim: Claim | None
    wider: list[str]
    """Claims that oppose control of all of a containing place, which say nothing about this part."""
    places: list[PlaceClaim]
    """Its latest claim on each place: the requested one first, then outward."""


class Control(Sent):
    """Who says who holds a place."""

    location: NamedRef
    data: list[ControlClaim]
    links: Links
    meta: Meta


class PositionChange(Sent):
    """A change of a party's position, figure or culprits."""

    aspect: v.Aspect
    measure: v.Measure | None
    of: NamedRef | None
    unit: str | None
    party: NamedRef | None
    before: v.Position | None
    """Null: it had not addressed this aspect before."""
    after: v.Position
    value: Value | None
    names: list[NamedRef]
    by: str
    """The claim that took the new position."""


class AssessmentChange(Sent):
    """A change of an assessment."""

    aspect: v.Aspect
    measure: v.Measure | None
    of: NamedRef | None
    unit: str | None
    before: v.Status | None
    """Null: nobody had addressed this aspect before."""
    after: v.Status
    voices: int
    because: list[str]
    inferred: bool


class News(Sent):
    """What became known about one event."""

    event: DatedEvent
    claims: list[Claim]
    """The new claims in full, in the order said."""
    positions: list[PositionChange]
    """The positions that changed or were taken for the first time."""
    assessments: list[AssessmentChange]
    """The assessments that changed."""


class Briefing(Sent):
    """What became known in some days, by event in the order of the first new claim."""

    data: list[News]
    links: Links
    meta: Meta


class RollupRow(Sent):
    """A count for one value of each requested axis; other axes are absent. Null: records without a value."""

    model_config = Sent.model_config | {"json_schema_serialization_defaults_required": False}

    year: str | None = None
    """As `2022`."""
    month: str | None = None
    """As `2022-07`."""
    day: str | None = None
    """As `2022-07-02`."""
    kind: v.EventKind | None = None
    party: NamedRef | None = None
    location: NamedRef | None = None
    status: v.Status | None = None
    dataset: TitledRef | None = None
    role: v.Role | None = None
    stance: v.Stance | None = None
    aspect: v.Aspect | None = None
    certainty: v.Certainty | None = None
    speaker: NamedRef | None = None
    certain: int
    """The number that certainly belong here: all possible days lie in the period."""
    possible: int
    """The number that possibly belong here."""


class RollupAnswer(Sent):
    """Counts by one or two axes, sorted by the first, then the second; records without a value come last."""

    data: list[RollupRow]
    links: Links
    meta: Meta
