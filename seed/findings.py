"""What `verify` found."""

from typing import NamedTuple


class Finding(NamedTuple):
    """A record that is not as it should be, and what differs."""

    kind: str
    id: str
    what: str
    of_facts: bool = False
    """Whether a fact is wrong, so that what is derived from it is too."""

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.what}"
