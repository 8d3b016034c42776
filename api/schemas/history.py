"""Schemas of the history of the record: revisions, changes, versions and releases."""

from datetime import datetime
from typing import Any, Literal

from api.domain import vocabulary as v
from api.schemas.pages import Links, Meta
from api.schemas.records import Sent


class Revision(Sent):
    """One load: what it did, when and why."""

    number: int
    recorded_at: datetime
    action: v.RevisionAction
    datasets: list[str]
    """Ids of the datasets it concerns."""
    message: str | None
    """The reason, as given with the load."""
    added: int
    changed: int
    removed: int
    """The numbers of new, changed and deleted documents of all kinds."""
    digest: str
    """SHA-256 in hex over the previous digest and, in order of kind and id, one line for each change: kind, tab, id,
    tab, `put` or `delete`, tab, the document's SHA-256 in hex (empty for `delete`), line feed."""
    previous: str
    """The digest of the previous revision; 64 zeros for the first."""
    url: str


class RevisionPage(Sent):
    """A page of revisions."""

    data: list[Revision]
    links: Links
    meta: Meta


class Change(Sent):
    """What a revision did to one document."""

    revision: int
    recorded_at: datetime
    op: v.ChangeOperation
    kind: str
    """`event`, `claim`, `source`, `actor`, `location` or `dataset`."""
    id: str
    sha256: str | None
    """SHA-256 in hex of the document's bytes as served; null if it was deleted."""
    url: str


class DocumentChange(Change):
    """A change, with the document if requested."""

    model_config = Sent.model_config | {"json_schema_serialization_defaults_required": False}

    document: dict[str, object] | None = None
    """With `documents=true`: the current document; null if it was deleted. Absent otherwise."""


class ChangePage(Sent):
    """A page of changes."""

    data: list[DocumentChange]
    links: Links
    meta: Meta


class Version(Sent):
    """One revision of one record."""

    revision: int
    recorded_at: datetime
    action: v.RevisionAction
    message: str | None
    op: v.ChangeOperation
    fields: list[str]
    """Names of top-level fields that differ from the previous version, in alphabetical order."""
    sha256: str | None
    url: str
    """The path of the record as of that revision."""


class VersionPage(Sent):
    """Every version of a record, newest first."""

    data: list[Version]
    links: Links
    meta: Meta


class ReleasedDataset(Sent):
    """A dataset in a release."""

    id: str
    title: str
    version: str | None
    licence: str | None
    url: str | None


class ReleaseCitation(Sent):
    """How to cite a release."""

    text: str
    bibtex: str
    csl: list[dict[str, object]]
    """CSL-JSON."""


class FrozenRelease(Sent):
    """A frozen state of the record."""

    name: str
    revision: int
    digest: str
    """The digest of that revision."""
    recorded_at: datetime
    message: str | None
    bytes: int
    """The size of the file."""
    sha256: str
    """SHA-256 in hex of the file."""
    counts: dict[str, int]
    """Rows of each table in the file."""
    datasets: list[ReleasedDataset]
    url: str
    file: str
    citation: ReleaseCitation


class WholeLinks(Sent):
    """Links of a list without pages."""

    self: str


class ReleaseList(Sent):
    """Every release, newest first."""

    data: list[FrozenRelease]
    links: WholeLinks
    meta: Meta


class Difference(Sent):
    """One difference between two releases."""

    kind: str
    id: str
    op: Literal["added", "removed", "changed"]
    field: str | None
    """The field of a changed record, with a path within objects such as `value.best`; null for a whole record."""
    before: Any
    after: Any
    url: str


class DifferencePage(Sent):
    """A page of differences."""

    data: list[Difference]
    links: Links
    meta: Meta
