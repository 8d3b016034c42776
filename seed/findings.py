"""What `verify` found."""

from typing import NamedTuple


class Finding(NamedTuple):
    """A record that is not as it should be, and what differs."""

    kind: str
    id: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.what}"
