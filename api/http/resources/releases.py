"""Releases: frozen states of the record that can be downloaded, cited and compared."""

import hashlib
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated

import orjson
import structlog
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.domain.dates import day_in_words
from api.errors import DAMAGED_SECONDS, Unavailable
from api.http import answers, caching, downloads
from api.http.answers import Listing, Nothing
from api.http.caching import base
from api.http.downloads import Export
from api.http.exports import export_cache_of, send_export
from api.http.pages.links import TEX
from api.http.routing import COMMON, NOT_MODIFIED, export_of, json_of, problem
from api.models.history import RELEASE_NAME_LENGTH
from api.query import history
from api.query.filters import Filters, Paged
from api.query.session import ReadSession
from api.schemas.history import DifferencePage, FrozenRelease, ReleaseList
from api.schemas.records import Json

DIFFERENCES = Listing("differences", ("kind",), text_keys=("kind",), grows=True)
FOR_EVER = "public, max-age=31536000, immutable"
ZIP = "application/zip"
router = APIRouter(tags=["History"])
log = structlog.get_logger()
_NAME: Json = {"pattern": r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$", "maxLength": RELEASE_NAME_LENGTH}
ReleaseName = Annotated[str, Path(description="The release's name.", examples=["2026-11"], json_schema_extra=_NAME)]


def release_citation(release: Json, address: str) -> Json:
    """A release's citation in every form."""
    day = date.fromisoformat(release["recorded_at"][:10])
    titles = [
        f"{one['title']}, version {one['version']}" if one["version"] else one["title"] for one in release["datasets"]
    ]
    name, mark = release["name"], f"revision {release['revision']}, SHA-256 {release['sha256']}"
    text = f"Counterclaim, release {name}, {mark}, {day_in_words(day)}. Data of: {'; '.join(titles)}. {address}"
    bibtex = "\n".join(
        (
            f"@misc{{counterclaim-{name},",
            f"  title = {{Counterclaim, release {name.translate(TEX)}}},",
            f"  howpublished = {{Data of: {'; '.join(titles).translate(TEX)}}},",
            f"  year = {{{day.year}}},",
            f"  note = {{{mark}}},",
            f"  url = {{{address}}},",
            "}",
        )
    )
    csl = {
        "id": f"counterclaim-{name}",
        "type": "dataset",
        "title": f"Counterclaim, release {name}",
        "publisher": "Counterclaim",
        "version": str(release["revision"]),  # styles write "Version" before it
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "note": f"Data of: {'; '.join(titles)}. SHA-256 {release['sha256']}",
        "URL": address,
    }
    return {"text": text, "bibtex": bibtex, "csl": [csl]}


_DIGEST = "3f0c9d7f6a4d2c1e8b5a7f90d1e2c3b4a5968778695a4b3c2d1e0f1e2d3c4b5a"
_KEPT = {
    "name": "2026-11",
    "revision": 1,
    "digest": _DIGEST,
    "recorded_at": "2026-11-30T12:00:00.000000Z",
    "message": "as reviewed in November",
    "bytes": 48_213,
    "sha256": _DIGEST,
    "counts": {"datasets": 2, "events": 27, "claims": 63},
    "datasets": [
        {
            "id": "lysychansk",
            "title": "Lysychansk",
            "version": "1",
            "licence": "CC BY-SA 4.0",
            "url": "https://example.org/",
        }
    ],
}
_RELEASE = {
    **_KEPT,
    "url": "/releases/2026-11",
    "file": "/releases/2026-11.zip",
    "citation": release_citation(_KEPT, "http://127.0.0.1:8000/releases/2026-11"),
}
_CURSOR = "WzEsImU2YmQ5YzU1ZmM1MGU0NjAyNiIsMCwiY2xhaW0iLCJraGFzaGFtLWsyNCIsInZhbHVlLmJlc3QiXQ"
_DIFFERENCE = {
    "kind": "claim",
    "id": "khasham-k24",
    "op": "changed",
    "field": "value.best",
    "before": 20,
    "after": 45,
    "url": "/claims/khasham-k24",
}


class BetweenTwo(Filters, Paged):
    """A page of the differences between two releases."""

    cursor: Annotated[
        str | None,
        Field(
            max_length=2_000,
            json_schema_extra={"pattern": "^[A-Za-z0-9_-]+$"},
            description="Where the page begins: the cursor in `links.next` of the previous page.",
            examples=[_CURSOR],
        ),
    ] = None


class Compared(BetweenTwo):
    """The same for the releases in the path."""

    before: Json
    after: Json

    def asked(self) -> history.Differences:
        """The question."""
        return history.Differences(self.before["revision"], self.after["revision"])

    async def described(self, _: ReadSession) -> str:
        """The query in words."""
        one, other = (f"release {one['name']} (revision {one['revision']})" for one in (self.before, self.after))
        return f"How {other} differs from {one}"


def _shown(request: Request, release: Json) -> Json:
    """A release as sent."""
    path = f"/releases/{release['name']}"
    cited = release_citation(release, base(request) + path)
    return {**release, "url": path, "file": f"{path}.zip", "citation": cited}


@router.get(
    "/releases",
    responses=json_of(
        ReleaseList,
        {"data": [_RELEASE], "links": {"self": "/releases"}, "meta": {"description": "All releases"}},
    ),
    response_class=Response,
)
async def get_releases(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """Every frozen state of the record, newest first: its revision, size, SHA-256 and citation."""

    async def work(session: ReadSession) -> bytes:
        shown = [_shown(request, one) for one in await history.all_releases(session)]
        return answers.unpaged(request, shown, {"description": "All releases"})

    return caching.fixed(request, await answers.data_of(request).ask(work), answers.JSON)


_SUM: dict[int | str, Json] = {
    200: {
        "description": "The answer.",
        "content": {"text/plain": {"example": f"{_DIGEST}  counterclaim-2026-11.zip\n"}},
    }
}


# These come before the routes that match any name.
@router.get(
    "/releases/{before}..{after}.csv",
    responses={**export_of("text/csv; charset=utf-8; header=present", "kind,id,op,field,before,after\r\n"),
               404: problem("not-found")},
    response_class=Response,
)  # fmt: skip
async def export_differences(
    request: Request, before: ReleaseName, after: ReleaseName, _: Annotated[Nothing, Query()]
) -> Response:
    """The differences between two releases as CSV: one row per field, lists and references as JSON."""
    return await send_export(request, DIFFERENCES, await _compared(request, before, after, BetweenTwo()), "csv")


@router.get(
    "/releases/{before}..{after}",
    responses={
        **json_of(
            DifferencePage,
            {
                "data": [_DIFFERENCE],
                "links": {"self": "/releases/2026-11..2026-12", "next": f"/releases/2026-11..2026-12?cursor={_CURSOR}"},
                "meta": {"description": "How release 2026-12 (revision 3) differs from release 2026-11 (revision 1)"},
            },
            link=True,
        ),
        404: problem("not-found"),
    },
    response_class=Response,
)
async def compare_releases(
    request: Request, before: ReleaseName, after: ReleaseName, query: Annotated[BetweenTwo, Query()]
) -> Response:
    """The differences between two releases, by kind and id: added and removed records, and each changed field.

    Fields within objects have a path, such as `value.best`.
    """
    return await answers.page(request, DIFFERENCES, await _compared(request, before, after, query))


async def _compared(request: Request, before: str, after: str, query: BetweenTwo) -> Compared:
    async def work(session: ReadSession) -> tuple[Json, Json]:
        return await history.one_release(session, before), await history.one_release(session, after)

    one, other = await answers.data_of(request).ask(work)
    return Compared(before=one, after=other, **vars(query))


@router.get(
    "/releases/{name}.zip",
    responses={**export_of(ZIP, "PK…"), 404: problem("not-found")},
    response_class=Response,
)
async def export_release(request: Request, name: ReleaseName, _: Annotated[Nothing, Query()]) -> Response:
    """The release's file: a Frictionless Data Package of CSV and NDJSON, with checksums in `SHA256SUMS`.

    It never changes, and neither does its `ETag`.
    """
    data = answers.data_of(request)

    async def known(session: ReadSession) -> tuple[Json, int]:
        return await history.one_release(session, name), session.catalogue.generation

    release, generation = await data.ask(known)
    headers = {"etag": f'"{release["sha256"]}"', "cache-control": FOR_EVER, "Content-Type": ZIP}
    headers["Counterclaim-Count"] = str(sum(release["counts"].values()))
    headers["Content-Disposition"] = f'attachment; filename="counterclaim-{name}.zip"'
    if caching.copy_will_do(request, headers["etag"], None):
        return Response(None, 304, {name: headers[name] for name in ("etag", "cache-control")})

    async def make() -> Export:
        async with data.snapshot() as session:
            body = await downloads.written(_whole(session, release))
            return Export(body, 1, headers["etag"], session.catalogue.loaded_at)

    made = await export_cache_of(request).get((generation, headers["etag"]), make)
    return downloads.ranged(request, made.body, headers)


async def _whole(session: ReadSession, release: Json) -> AsyncIterator[bytes]:
    """The bytes of a file, verified against its SHA-256. Raises Unavailable."""
    known = hashlib.sha256()
    async for part in history.file_of(session, release["name"]):
        known.update(part)
        yield part
    if known.hexdigest() != release["sha256"]:
        detail = f"The file of release {release['name']} is damaged."
        log.error("release", name=release["name"], error=detail)
        raise Unavailable(detail, retry_after=DAMAGED_SECONDS)


@router.get(
    "/releases/{name}.sha256",
    responses={**_SUM, **NOT_MODIFIED, **COMMON, 404: problem("not-found")},
    response_class=Response,
)
async def get_release_sum(request: Request, name: ReleaseName, _: Annotated[Nothing, Query()]) -> Response:
    """The SHA-256 of the release's file, as `sha256sum --check` reads it."""
    release = await answers.data_of(request).ask(lambda session: history.one_release(session, name))
    line = f"{release['sha256']}  counterclaim-{name}.zip\n"
    return caching.fixed(request, line.encode(), "text/plain; charset=utf-8")


@router.get(
    "/releases/{name}",
    responses={**json_of(FrozenRelease, _RELEASE), 404: problem("not-found")},
    response_class=Response,
)
async def get_release(request: Request, name: ReleaseName, _: Annotated[Nothing, Query()]) -> Response:
    """One release: of which revision, what it holds, its SHA-256 and how to cite it as text, BibTeX and CSL-JSON."""
    release = await answers.data_of(request).ask(lambda session: history.one_release(session, name))
    return caching.fixed(request, orjson.dumps(_shown(request, release)), answers.JSON)
