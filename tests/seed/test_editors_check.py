"""An editor's check of every dossier: nothing stands there that nothing leads to, and nothing is told by nobody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.domain.vocabulary import CitationRole, EventKind, SourceKind
from seed.check import reviewed
from seed.files import read
from seed.records import Actor, Claim, Event, Record, Source
from seed.refusals import Entry
from tests.support.dossiers import EXCERPT, NO_READING, SHIPPED

# A summary of what is said to have happened names whose word it is, or that it is somebody's.
ATTRIBUTED = re.compile(
    r"\b(says?|said|speaks?|tells?|told|reported|presents|counts|interviewed|[Kk]nown here|version|dispute|figures)\b"
)


def records(folder: Path) -> list[Record]:
    found = list(read([folder]))
    assert all(isinstance(one, Entry) for one in found)
    return [one.record for one in found if isinstance(one, Entry)]


FOLDERS = {folder.name: records(folder) for folder in reviewed()}
EACH = pytest.mark.parametrize("folder", FOLDERS)


def of_kind(folder: str, kind: type[Record]) -> Iterator[Record]:
    return (record for record in FOLDERS[folder] if isinstance(record, kind))


def test_the_dossiers_are_these() -> None:
    assert set(FOLDERS) >= {folder.name for folder in SHIPPED} == {"khasham", "lysychansk"}


@EACH
def test_something_leads_to_every_source_and_actor(folder: str) -> None:
    """Another record refers to it, or names it in its words; a mark is printed in an article that was read."""
    referred = {(kind, id_) for record in FOLDERS[folder] for _, kind, id_ in record.references()}
    lost = []
    for record in FOLDERS[folder]:
        if not isinstance(record, Source | Actor) or (record.kind_of_record, record.id) in referred:
            continue
        if isinstance(record, Source) and record.kind == SourceKind.UNKNOWN_REFERENCE:
            assert ("source", record.parent) in referred
            continue
        name = record.id if isinstance(record, Source) else record.name.split()[-1]
        others = (other.model_dump_json(exclude={"id", "name"}) for other in FOLDERS[folder] if other is not record)
        if not any(re.search(rf"\b{re.escape(name)}\b", other) for other in others):
            lost.append(record.id)
    assert lost == []


@EACH
def test_every_claim_was_read_somewhere(folder: str) -> None:
    for claim in of_kind(folder, Claim):
        assert isinstance(claim, Claim)
        assert any(citation.role == CitationRole.CARRIES for citation in claim.citations), claim.id
        assert claim.summary, claim.id


@EACH
def test_no_summary_of_an_event_states_what_is_only_said(folder: str) -> None:
    for event in of_kind(folder, Event):
        assert isinstance(event, Event)
        if folder != "lysychansk" or event.kind != EventKind.CAMPAIGN:
            assert event.summary is not None
            assert ATTRIBUTED.search(event.summary), event.id


@EACH
def test_no_summary_repeats_another_quote_but_its_own(folder: str) -> None:
    quotes = {claim.quote for claim in of_kind(folder, Claim) if isinstance(claim, Claim) and claim.quote}
    assert quotes
    for claim in of_kind(folder, Claim):
        assert isinstance(claim, Claim)
        assert not any(quote in (claim.summary or "") for quote in quotes), claim.id


@pytest.mark.skipif(EXCERPT is None, reason=NO_READING)
def test_a_quote_of_the_first_dossier_stands_in_quotation_marks_in_the_article() -> None:
    assert EXCERPT is not None
    article = EXCERPT.read_text(encoding="utf-8")
    for claim in of_kind("lysychansk", Claim):
        assert isinstance(claim, Claim)
        if claim.quote is not None:
            assert re.search(rf'"{re.escape(claim.quote)}[.,]?\s*"', article), claim.id
