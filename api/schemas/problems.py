"""What the body of a problem says (RFC 9457)."""

from pydantic import Field

from api.schemas.records import Sent


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
