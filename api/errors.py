"""Exceptions for failed queries, independent of HTTP; `api.http.problems` turns them into responses.

Refused            an expected failure, with what happened
├─ BadParameters   names each bad parameter, its value and what is allowed
├─ NotFound        there is no such record or page, with the nearest ids
├─ Gone            a record was withdrawn: by which revision, when and why
├─ RevisionDiffers the previous page is of another revision; says which
├─ ConditionFailed the client wants another version than there is
└─ Unavailable     the database is unreachable or busy; says when to retry
   └─ Damaged      what was stored was altered; names the tables
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN_VALUE = 200
SUGGESTIONS = 3
LEAST_PART = 3
"""How many letters tell a part of an id from a number or an article."""
DAMAGED_SECONDS = 60
"""How long a client should wait before it asks again for what is damaged."""


@dataclass(frozen=True, slots=True)
class BadParameter:
    """One bad parameter; the value is shortened to 200 characters."""

    parameter: str
    value: str | None
    message: str
    allowed: Sequence[str] | None
    did_you_mean: Sequence[str]


class Refused(Exception):  # noqa: N818 - each kind of it has a name of its own
    """An expected failure."""

    def __init__(self, detail: str) -> None:
        """Take a description of what happened."""
        super().__init__(detail)
        self.detail = detail


class BadParameters(Refused):
    """One or more parameters are wrong."""

    def __init__(self, *errors: BadParameter) -> None:
        """Take the bad parameters."""
        super().__init__("; ".join(f"{error.parameter}: {error.message}".removeprefix(": ") for error in errors))
        self.errors = errors


class NotFound(Refused):
    """There is no such record or page."""

    def __init__(self, detail: str, near: Sequence[str] = ()) -> None:
        """Take a description and the nearest ids."""
        super().__init__(detail)
        self.near = near


class Gone(Refused):
    """A record was withdrawn."""

    def __init__(self, kind: str, identifier: str, revision: int, recorded_at: str, message: str | None) -> None:
        """Take the record, and the revision that withdrew it."""
        super().__init__(f"The {kind} {identifier[:SHOWN_VALUE]} was withdrawn by revision {revision}.")
        self.record = {"kind": kind, "id": identifier, "revision": revision}
        self.recorded_at, self.message = recorded_at, message


class RevisionDiffers(Refused):
    """A page cannot continue from a page of another revision: records could be missing or repeated."""

    def __init__(self, before: int, now: int, *, known: bool) -> None:
        """Take the revision of the previous page, that of this server, and whether the server knows the former."""
        if now < before:
            has = f"does not know of it yet and has {now}"
        else:
            has = f"now has {now}" if known else f"has {now} of another history"
        super().__init__(f"The previous page was of revision {before}, and this server {has}: start again.")
        self.revisions = {"page_revision": before, "revision": now}


class ConditionFailed(Refused):
    """The client wants an answer only from a version that is not the current one."""


class Unavailable(Refused):
    """The database is unreachable, busy or too slow."""

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        """Take the reason and the seconds to wait before a retry."""
        super().__init__(detail)
        self.retry_after = retry_after


class Damaged(Unavailable):
    """Tables that the answer needs were altered since they were written."""

    def __init__(self, *tables: str) -> None:
        """Take the names of the tables."""
        said = "these tables are damaged. The operator of the service can run `counterclaim verify`."
        super().__init__(f"{', '.join(sorted(tables))}: {said}", retry_after=DAMAGED_SECONDS)


def bad(
    parameter: str,
    value: object,
    message: str,
    *,
    allowed: Sequence[str] | None = None,
    near: Sequence[str] | None = None,
) -> BadParameter:
    """Describe a bad parameter; suggests `near`, or the nearest allowed values."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else value
    shown = None if text is None else str(text)[:SHOWN_VALUE]
    return BadParameter(
        parameter=parameter,
        value=shown,
        message=message,
        allowed=None if allowed is None else list(allowed),
        did_you_mean=nearest(shown or "", allowed or ()) if near is None else near,
    )


def nearest(word: str, candidates: Sequence[str]) -> list[str]:
    """The candidates most like the word, best first; computed here so that both databases agree.

    Candidates with it as a whole part come before those that are only spelt alike: `luhansk` means `luhansk-oblast`.
    """
    sought = word.casefold()
    folded = {candidate.casefold(): candidate for candidate in candidates}
    holding = [key for key in folded if f"-{sought}-" in f"-{key}-"] if len(sought) >= LEAST_PART else []
    found = get_close_matches(sought, holding, n=SUGGESTIONS, cutoff=0)
    if len(found) < SUGGESTIONS:
        found += get_close_matches(sought, folded.keys() - set(holding), n=SUGGESTIONS - len(found), cutoff=0.6)
    return [folded[key] for key in found]
