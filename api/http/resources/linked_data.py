"""Every list as one JSON-LD graph, and its terms, each explained at its own address: `/ns#stance-denies`."""

import html
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.domain.vocabulary import VOCABULARIES
from api.http import answers, caching
from api.http.answers import Listing
from api.http.caching import base
from api.http.exports import send_export
from api.http.jsonld import MEDIA_TYPE, Jsonld
from api.http.resources import actors, claims, datasets, events, locations, sources
from api.http.routing import export_of
from api.query.filters import Filters
from api.query.session import ReadSession

router = APIRouter()
LISTS: tuple[tuple[Listing, type[Filters], str], ...] = (
    (events.EVENTS, events.EventFilters, "Events"),
    (claims.CLAIMS, claims.ClaimFilters, "Claims"),
    (sources.SOURCES, sources.SourceFilters, "Sources"),
    (actors.ACTORS, actors.ActorFilters, "Actors"),
    (locations.LOCATIONS, locations.LocationFilters, "Locations"),
    (datasets.DATASETS, datasets.DatasetFilters, "Datasets"),
)
TERMS = {
    "Event": "Something said to have happened; whether it did is in its assessments.",
    "kind": "What kind of event, source, actor or place it is.",
    "earliest": "The first day on which it may have been, as xsd:date; absent where that is open or unknown.",
    "latest": "The last day on which it may have been.",
    "edtf": "The date as EDTF (ISO 8601-2), a plain text: `A/B` is a duration, `[A..B]` one moment within.",
    "precision": "How exactly the date is known.",
    "saidEarliest": "The first day on which a claim may have been said.",
    "saidLatest": "The last day on which a claim may have been said.",
    "saidEdtf": "When a claim was said, as EDTF.",
    "saidPrecision": "How exactly it is known when a claim was said.",
    "publishedEarliest": "The first day on which a source may have been published.",
    "publishedLatest": "The last day on which a source may have been published.",
    "publishedEdtf": "When a source was published, as EDTF.",
    "publishedPrecision": "How exactly it is known when a source was published.",
    "participation": "Somebody's part in an event: an actor and a role.",
    "actor": "The actor that takes part, or that another actor belongs to.",
    "role": "The role of a participant, or of a citation.",
    "assessment": "What the claims on one question of an event add up to, and the claims that this rests on.",
    "aspect": "The aspect of an event that a claim or an assessment is about.",
    "status": "What the claims add up to.",
    "because": "A claim that an assessment rests on.",
    "inferred": "Whether a claim is an editor's reading, or an assessment would differ without such claims.",
    "measure": "What a figure counts.",
    "of": "The actor whose people or things a figure counts.",
    "unit": "The unit of a figure that an assessment is about.",
    "stance": "What the speaker does with the aspect.",
    "certainty": "The hedge in a claim's wording.",
    "credibility": "From 1 to 6 of the Admiralty scale; 6: cannot be judged.",
    "via": "Who passed a claim on.",
    "aboutClaim": "The claim that a claim is about.",
    "quote": "Words quoted from the source.",
    "quoteBy": "The actor whose words are quoted.",
    "value": "A claim's figure.",
    "holdsResponsible": "The actor that a claim holds responsible.",
    "citation": "A source in which a claim was read, or that was referred to there.",
    "source": "The source of a citation.",
    "mark": "The number of a reference.",
    "locator": "The place within the source.",
    "flag": "What is wrong with a citation.",
    "basis": "How sure it is that a reference belongs to the claim.",
    "reliability": "Of a source, from A to F of the Admiralty scale; F: cannot be judged.",
    "note": "A remark.",
    "dataset": "The dataset that a source is recorded in.",
    "affiliation": "What an actor belongs to.",
    "sinceEarliest": "The first day on which an affiliation may have begun.",
    "sinceLatest": "The last day on which an affiliation may have begun.",
    "sinceEdtf": "When an affiliation began, as EDTF.",
    "sincePrecision": "How exactly it is known when an affiliation began.",
    "untilEarliest": "The first day on which an affiliation may have ended.",
    "untilLatest": "The last day on which an affiliation may have ended.",
    "untilEdtf": "When an affiliation ended, as EDTF.",
    "untilPrecision": "How exactly it is known when an affiliation ended.",
    "radiusInMetres": "The radius of uncertainty around a point.",
    "coordinateMethod": "Where a point comes from.",
    "placeRelation": "The relation of an event to its location; except for `at`, it was not at the place itself.",
    "country": "ISO 3166-1 alpha-2 of the country that a place, or the nearest one that contains it, is recorded in.",
}
# The vocabularies of the terms.
NAMED = {
    "stance": ("stance",),
    "aspect": ("aspect",),
    "certainty": ("certainty",),
    "status": ("status",),
    "role": ("role", "citation_role"),
    "kind": ("event_kind", "actor_kind", "location_kind", "source_kind", "affiliation_kind"),
    "precision": ("date_precision",),
    "placeRelation": ("place_relation",),
    "coordinateMethod": ("coordinate_method",),
    "flag": ("citation_flag",),
    "basis": ("citation_basis",),
}


def _page() -> bytes:
    rows = [f'<dt id="{name}">{name}<dd>{html.escape(text)}' for name, text in TERMS.items()]
    words: dict[str, list[str]] = {}
    for name, vocabularies in NAMED.items():
        for vocabulary in vocabularies:
            for word in VOCABULARIES[vocabulary]:
                words.setdefault(f"{name}-{word}", []).append(word.meaning)
    rows += [f'<dt id="{name}">{name}<dd>{html.escape(" ".join(said))}' for name, said in words.items()]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>Terms of Counterclaim's JSON-LD</title><h1>Terms of Counterclaim's JSON-LD</h1>"
        "<p>What schema.org and PROV have no word for. The address of a term is that of this page, with "
        "<code>#</code> and its name."
        f"<dl>{''.join(rows)}</dl>\n"
    ).encode()


PAGE = _page()


@router.get("/ns", include_in_schema=False)
async def get_terms(request: Request, _: Annotated[answers.Nothing, Query()]) -> Response:
    """Every term and its meaning."""

    async def work(session: ReadSession) -> Response:
        if unchanged := await answers.not_modified(request, session):
            return unchanged
        return caching.answer(request, PAGE, "text/html; charset=utf-8", answers.marks(session), {})

    return await answers.data_of(request).ask(work)


def _add_export(listing: Listing, filters: type[Filters], tag: str) -> None:
    """Add the route of a list's graph."""

    async def endpoint(request: Request, query: Filters) -> Response:
        return await send_export(request, listing, query, Jsonld(base(request), listing.name))

    endpoint.__annotations__["query"] = Annotated[filters, Query()]
    router.get(
        f"/{listing.name}.jsonld",
        name=f"export_{listing.name}_jsonld",
        tags=[tag],
        description=f"Every matching {listing.name.removesuffix('s')} as one JSON-LD graph; `/ns` explains "
        "its terms. Lists and single records are also JSON-LD for clients that send `Accept: application/ld+json`.",
        responses=export_of(MEDIA_TYPE, "{}"),
        response_class=Response,
    )(endpoint)


for _listing, _filters, _tag in LISTS:
    _add_export(_listing, _filters, _tag)
