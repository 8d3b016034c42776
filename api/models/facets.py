"""How postings and columns are laid out, which loads write and requests read."""

from hashlib import blake2b

CLAIM = "claim/"
"""What the names of facets of claims begin with; those of events have nothing before them."""
CHUNK_BITS = 16
"""A posting is stored in rows of so many numbers each, as a roaring bitmap is in containers."""
CELL_BITS = 12
"""A column is stored in rows of so many cells each: to change one writes a page or two."""
NEVER = 2**31 - 1
"""In columns of days: an open end, or a day that is not known; behind every day there is."""
UNKNOWN = float("nan")
"""In columns of degrees."""
COLUMNS = {
    "event": {"latest": "<i4", "possible": "<i4", "certain": "<i4", "longitude": "<f8", "latitude": "<f8"},
    "claim": {"latest": "<i4", "possible": "<i4", "certain": "<i4"},
}
"""By kind of record: last day, first days by which a claim may have been and certainly was said, and its point."""


def checksum(stored: bytes) -> int:
    """Of a posting or of part of a column: a flipped bit is often another valid set."""
    return int.from_bytes(blake2b(stored, digest_size=8).digest(), "big", signed=True)
