"""The findings of `verify`."""

from typing import NamedTuple


class Finding(NamedTuple):
    """A faulty record, and the difference."""

    kind: str
    id: str
    what: str
    of_facts: bool = False
    """Whether it concerns a fact, so that rows derived from it are wrong too."""
    of_history: bool = False
    """Whether it concerns a revision, a past version or a release, which do not follow from facts."""

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.what}"
