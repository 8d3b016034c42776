"""Pages of lists: records, links to the next page, what is said about the question; what is no record; and problems."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.schemas.records import Actor, Claim, Dataset, Dispute, Event, Location, Sent, Source


class Links(Sent):
    """Path-absolute links of a page."""

    self: str
    next: str | None
    """The next page; null on the last. Also sent as `Link` header (RFC 8288)."""


class LeftOut(Sent):
    """Records that match but for what they lack."""

    undated: int
    """They have no date of their own."""
    undated_claims: int
    """Under `as_of`: those missing only because claims about them are undated, less those that match only because of
    it; so it may be negative."""
    without_coordinates: int
    """They have no point of their own."""


class Meta(Sent):
    """What is said about a page."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    description: str
    """The question in words."""
    left_out: LeftOut | None = None
    """On the first page only; absent on others."""
    total: int | None = None
    """All that match; only with `total=true`, absent otherwise."""
    damaged: list[str] | None = None
    """Ids of records that are damaged in the database, so that this was made without them; absent where none is."""
    did_you_mean: list[str] | None = None
    """Only where a word of `q` finds nothing: the nearest recorded words."""
    why_empty: str | None = None
    """Only where a judged answer has nothing to show: why."""


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
    """Whether the service and its database answer."""

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
    """Every allowed value, where they can be listed."""
    did_you_mean: list[str]


class Problem(Sent):
    """Why a request was not answered (RFC 9457)."""

    type: str = Field(examples=["/problems/invalid-parameter"])
    """A path that explains this type of problem."""
    title: str
    status: int
    detail: str
    errors: list[BadParameter]
    """Each bad parameter; empty for other problems."""
    did_you_mean: list[str]
    """The nearest ids or paths, where nothing was found."""
