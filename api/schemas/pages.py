"""Pages of lists with links and metadata, responses that are not records, and problems."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.schemas.records import Actor, Claim, Dataset, Dispute, Event, Location, Sent, Source


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
