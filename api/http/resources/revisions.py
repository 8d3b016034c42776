"""The history of the record: what was loaded when and why, what changed, and each record's versions."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.http import answers
from api.http.answers import Listing
from api.http.routing import export_routes, json_of, problem
from api.query import changes, history
from api.query.filters import Filters, Flag, Paged, PathId
from api.query.filters import RevisionNumber as Number
from api.query.session import ReadSession
from api.schemas.history import ChangePage, Revision, RevisionPage, VersionPage
from api.schemas.records import Sent

REVISIONS = Listing("revisions", ("-number", "number"), grows=True)
CHANGES = Listing("changes", ("revision",), grows=True)
TAG = "History"
router = APIRouter(tags=[TAG])
RevisionNumber = Annotated[
    str,
    Path(description="The revision's number.", examples=["1"], json_schema_extra={"pattern": "^[1-9][0-9]{0,8}$"}),
]
_DIGEST = "3f0c9d7f6a4d2c1e8b5a7f90d1e2c3b4a5968778695a4b3c2d1e0f1e2d3c4b5a"
_REVISION = {
    "number": 1,
    "recorded_at": "2026-11-22T12:00:00.000000Z",
    "action": "load",
    "datasets": ["lysychansk"],
    "message": None,
    "added": 215,
    "changed": 0,
    "removed": 0,
    "digest": _DIGEST,
    "previous": "0" * 64,
    "url": "/revisions/1",
}
_CHANGE = {
    "revision": 1,
    "recorded_at": "2026-11-22T12:00:00.000000Z",
    "op": "put",
    "kind": "actor",
    "id": "haidai",
    "sha256": _DIGEST,
    "url": "/actors/haidai",
}
_VERSION = {
    "revision": 1,
    "recorded_at": "2026-11-22T12:00:00.000000Z",
    "action": "load",
    "message": None,
    "op": "put",
    "fields": ["kind", "name"],
    "sha256": _DIGEST,
    "url": "/actors/haidai?revision=1",
}


class RevisionQuery(Filters, Paged):
    """A page of revisions."""

    sort: Annotated[
        Literal["-number", "number"], Field(description="By number; `-` newest first.", examples=["number"])
    ] = "-number"

    def asked(self) -> history.Revisions:
        """The query."""
        return history.Revisions()

    async def described(self, _: ReadSession) -> str:
        """The query in words."""
        return "All revisions"


class OneRevisionQuery(Filters, Paged):
    """A page of the changes of one revision."""


class OfOneRevision(OneRevisionQuery):
    """The same for the revision in the path."""

    number: int

    def asked(self) -> changes.LastChanges:
        """The question."""
        return changes.LastChanges(self.number, one=True)

    async def described(self, _: ReadSession) -> str:
        """The query in words."""
        return f"What revision {self.number} changed"


class ChangeFilters(Filters):
    """Filters of changes."""

    since: Annotated[Number, Field(description="Only changes after this revision; 0: all.", examples=[1])] = 0
    documents: Annotated[Flag, Field(description="Add the current document to each change.", examples=[True])] = False

    def asked(self) -> changes.LastChanges:
        """The question."""
        return changes.LastChanges(self.since, documents=self.documents)

    async def described(self, _: ReadSession) -> str:
        """The query in words."""
        return f"The last change of each document after revision {self.since}"


class ChangeQuery(ChangeFilters, Paged):
    """A page of changes."""


def _page(model: type[Sent], example: dict[str, Any], path: str, words: str) -> dict[int | str, Any]:
    shown = {"data": [example], "links": {"self": path, "next": None}, "meta": {"description": words}}
    return json_of(model, shown, link=True)


@router.get(
    "/revisions", responses=_page(RevisionPage, _REVISION, "/revisions", "All revisions"), response_class=Response
)
async def list_revisions(request: Request, query: Annotated[RevisionQuery, Query()]) -> Response:
    """Every load, import, withdrawal and prune, newest first: when, what, why, and the chain of digests."""
    return await answers.page(request, REVISIONS, query)


@router.get(
    "/revisions/{number}",
    responses={**json_of(Revision, _REVISION), 404: problem("not-found")},
    response_class=Response,
)
async def get_revision(request: Request, number: RevisionNumber, _: Annotated[answers.Nothing, Query()]) -> Response:
    """One revision."""

    async def make(session: ReadSession) -> bytes:
        return orjson.dumps(await history.one_revision(session, number))

    return await answers.computed(request, make)


@router.get(
    "/revisions/{number}/changes",
    responses={
        **_page(ChangePage, _CHANGE, "/revisions/1/changes", "What revision 1 changed"),
        404: problem("not-found"),
    },
    response_class=Response,
)
async def list_revision_changes(
    request: Request, number: RevisionNumber, query: Annotated[OneRevisionQuery, Query()]
) -> Response:
    """Each document that this revision wrote or deleted, with its hash, in the order of the digest: kind, then id."""
    found = await answers.data_of(request).ask(lambda session: history.one_revision(session, number))
    asked = OfOneRevision(number=found["number"], **vars(query))
    return await answers.page(request, CHANGES, asked)


@router.get(
    "/changes",
    responses=_page(ChangePage, _CHANGE, "/changes", "The last change of each document after revision 0"),
    response_class=Response,
)
async def list_changes(request: Request, query: Annotated[ChangeQuery, Query()]) -> Response:
    """The last change of every document since a revision; a copy that applies these changes equals what is served.

    A document also changes because of other records, for example by a new claim. Remember the largest `revision` you
    have applied and ask for changes `since` then. Withdrawn records are changes with `delete`.
    """
    return await answers.page(request, CHANGES, query)


exports = export_routes(CHANGES, ChangeFilters, ("ndjson",), TAG)


def of_records(kind: str, example: str) -> APIRouter:
    """Add the route for the versions of each record of a kind."""
    path = f"/{kind}s/{{id}}/revisions"
    words = f"Every revision of {kind} {example}, newest first"
    shown = {**_page(VersionPage, _VERSION, path.format(id=example), words), 404: problem("not-found")}
    records = APIRouter(tags=[TAG])
    records.add_api_route(
        path,
        _versions_of(kind, Path(description=f"The {kind}'s id.", examples=[example])),
        methods=["GET"],
        name=f"list_{kind}_revisions",
        description="Every revision that changed this record, newest first, with the reason, the fields and a link.",
        responses=shown,
        response_class=Response,
    )
    return records


def _versions_of(kind: str, place: Any) -> Callable[..., Awaitable[Response]]:  # noqa: ANN401 - FastAPI's own
    async def endpoint(request: Request, id: PathId, _: Annotated[answers.Nothing, Query()]) -> Response:  # noqa: A002
        async def make(session: ReadSession) -> bytes:
            told = [orjson.Fragment(version) for version in await history.versions(session, kind, id)]
            return answers.unpaged(request, told, {"description": f"Every revision of {kind} {id}, newest first"})

        return await answers.computed(request, make)

    endpoint.__annotations__["id"] = Annotated[str, place]
    return endpoint


ROUTERS = (
    *(
        of_records(kind, example)
        for kind, example in (
            ("event", "capture-of-lysychansk"),
            ("claim", "lysychansk-s14a"),
            ("source", "isw-2022-07-02"),
            ("actor", "haidai"),
            ("location", "lysychansk"),
            ("dataset", "lysychansk"),
        )
    ),
    exports,
    router,
)
