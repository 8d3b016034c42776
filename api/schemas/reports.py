"""What is sent beyond lists of records: positions over time, comparisons, control, briefings, rollups and health."""

from api.domain import vocabulary as v
from api.schemas.pages import Links, Meta
from api.schemas.records import Assessment, Claim, DatedEvent, NamedRef, Participant, Sent, TitledRef, Value, When


class Step(Sent):
    """A position, held unbroken for a time."""

    stance: v.Position
    before: v.Position | None
    """The position that it replaced; null: it is the first one. The same: the figure or the culprits are others."""
    value: Value | None
    """The figure it stands by."""
    names: list[NamedRef]
    """Whom it holds responsible."""
    since: When
    """When the claim by which it was taken was said."""
    by: str
    """The claim by which it was taken."""
    speaker: NamedRef | None
    """Who said that; null: nobody is named."""
    speakers: list[NamedRef]
    """Everybody who has upheld it."""
    claims: list[str]
    """The claims that hold it, in the order they count."""


class History(Sent):
    """What one party has held on one question of an event, first to last."""

    event: DatedEvent
    aspect: v.Aspect
    measure: v.Measure | None
    of: NamedRef | None
    unit: str | None
    party: NamedRef | None
    """Null: speakers whom nobody named."""
    moved: bool
    """Whether it has ever changed its position."""
    positions: list[Step]
    """The last one stands."""


class HistoryPage(Sent):
    """Positions over time."""

    data: list[History]
    links: Links
    meta: Meta


class Voice(Sent):
    """What one of the compared parties says of a question."""

    party: NamedRef
    silent: bool
    """It says nothing of this question, or is only on record as leaving it out."""
    stance: v.Position | None
    """Where it stands; null: it says nothing of this question."""
    value: Value | None
    """The figure it stands by."""
    names: list[NamedRef]
    """Whom it holds responsible."""
    since: When | None
    claims: list[Claim]
    """Everything it says of this question, whole, in the order said."""


class ComparedQuestion(Sent):
    """A question of the event that anybody speaks of, and what each of the compared parties says of it."""

    assessment: Assessment
    """What all claims on it add up to, not only those of the compared parties."""
    parties: list[Voice]
    """In the order asked for."""


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


class PlaceWord(Sent):
    """A party's latest word on the control of one place."""

    location: NamedRef
    stance: v.Position
    claim: str
    said: When


class Holding(Sent):
    """A party's latest word on who holds a place."""

    party: NamedRef | None
    """Null: speakers whom nobody named."""
    stance: v.Position | None
    """Towards the event: support of a capture means that the attackers hold the place. Null, with the four that follow:
    what it has said of a whole says nothing of this part."""
    since: When | None
    """Since when it has stood by this on that event."""
    location: NamedRef | None
    """What the word is about: the place asked for, or one that contains it."""
    event: ControlledEvent | None
    claim: Claim | None
    wider: list[str]
    """Claims that oppose somebody's holding all of a place that contains this one: they say nothing of a part."""
    places: list[PlaceWord]
    """Its latest word on each: the place asked for first, then outward."""


class Control(Sent):
    """Who says who holds a place."""

    location: NamedRef
    data: list[Holding]
    links: Links
    meta: Meta


class Move(Sent):
    """A party's position, figure or culprits that are new."""

    aspect: v.Aspect
    measure: v.Measure | None
    of: NamedRef | None
    unit: str | None
    party: NamedRef | None
    before: v.Position | None
    """Null: it had not spoken of this aspect."""
    after: v.Position
    value: Value | None
    names: list[NamedRef]
    by: str
    """The claim by which the new position was taken."""


class Change(Sent):
    """What claims add up to, where that is new."""

    aspect: v.Aspect
    measure: v.Measure | None
    of: NamedRef | None
    unit: str | None
    before: v.Status | None
    """Null: nobody had spoken of this aspect."""
    after: v.Status
    voices: int
    because: list[str]
    inferred: bool


class News(Sent):
    """What became known about one event."""

    event: DatedEvent
    claims: list[Claim]
    """The new claims, whole, in the order said."""
    positions: list[Move]
    """The positions that moved, or were taken for the first time."""
    assessments: list[Change]
    """The assessments that changed."""


class Briefing(Sent):
    """What became known in some days, event by event in the order of their first new claim."""

    data: list[News]
    links: Links
    meta: Meta


class RollupRow(Sent):
    """How many records have one value of each axis that was asked for; the others are absent. Null: they have none."""

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
    """How many there are for certain: a period holds all days on which they may have been."""
    possible: int
    """How many there may be."""


class RollupAnswer(Sent):
    """Counts by one or two axes, in the order of the first, then of the second; what has no value comes last."""

    data: list[RollupRow]
    links: Links
    meta: Meta
