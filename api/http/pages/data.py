"""The data of pages: responses of the API, requested within this process; all data of a page is of one revision."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import orjson
from fastapi import Request
from pydantic import BaseModel

from api.domain.parties import Parties
from api.http import answers
from api.http.resources import (
    actors,
    claims,
    control,
    datasets,
    disputes,
    events,
    locations,
    positions,
    sources,
)
from api.http.routing import Endpoint
from api.query.filters import MAX_LIMIT
from api.query.session import ReadSession
from api.schemas.records import Json

T = TypeVar("T")
ENDS = 50
"""The number of claims read to find the first and the last day on which anything was said."""
AT_ONCE = 100
"""The number of records that one request reads."""
_SCOPE = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}


class _SameRevision:
    """The database seen through the read session of one page."""

    def __init__(self, session: ReadSession) -> None:
        self._look = session

    async def ask(self, work: Callable[[ReadSession], Awaitable[T]]) -> T:
        return await work(self._look)


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a list, as in the API's response."""

    records: list[Json]
    meta: Json
    cursor: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """Data of the whole collection that pages need, read once per revision: names, parties, and the days of claims."""

    actors: dict[str, Json]
    locations: list[Json]
    datasets: list[Json]
    said: tuple[str, str] | None
    """The days by which the first and the last claim had certainly been made."""
    _parties: Parties

    @property
    def last_day(self) -> str | None:
        """The day by which the last claim had been made."""
        return self.said and self.said[1]

    def party(self, actor: str | None) -> str | None:
        """The party of an actor; None: the unnamed party."""
        return None if actor is None else self._parties.party(actor)

    def is_side(self, actor: str | None) -> bool:
        """Whether an actor is a side of the conflict."""
        return actor in self.actors and self.actors[actor]["kind"] == "side"

    def name(self, actor: str | None) -> str:
        """An actor's name."""
        if actor is None:
            return "Nobody named"
        return str(self.actors[actor]["name"]) if actor in self.actors else actor


class Reading:
    """Calls the API's endpoints, all at the revision of one read session."""

    def __init__(self, session: ReadSession, state: Any) -> None:  # noqa: ANN401 - the application's, which takes anything
        """Read through this session; `state` caches the data of the whole collection."""
        self.session = session
        self._state = state
        self._app = SimpleNamespace(state=SimpleNamespace(data=_SameRevision(session)))

    async def _ask(self, endpoint: Endpoint, asked: Mapping[str, object], **path: str) -> Any:  # noqa: ANN401 - any JSON
        scope = {**_SCOPE, "app": self._app}
        name, model = _query_of(endpoint)
        response = await endpoint(request=Request(scope), **{name: model.model_validate(asked)}, **path)
        await self.session.checkpoint()
        found = orjson.loads(response.body)
        await self.session.checkpoint()  # hundreds of records take a while to parse
        return found

    async def _part(self, endpoint: Endpoint, asked: Mapping[str, object], **path: str) -> Part:
        limit = int(str(asked.get("limit", 0)))
        if limit <= AT_ONCE:
            page = await self._ask(endpoint, asked, **path)
            following = page["links"]["next"]
            return Part(page["data"], page["meta"], following and following.partition("cursor=")[2])
        found = await self._part(endpoint, {**asked, "limit": AT_ONCE}, **path)
        while found.cursor and len(found.records) < limit:
            left = min(AT_ONCE, limit - len(found.records))
            more = await self._part(endpoint, {**asked, "limit": left, "cursor": found.cursor}, **path)
            found = Part(found.records + more.records, found.meta, more.cursor)
        return found

    async def _item(self, endpoint: Endpoint, identifier: str, /, **asked: object) -> Json:
        found: Json = await self._ask(endpoint, asked, id=identifier)
        return found

    async def events(self, **asked: object) -> Part:
        """Events; parameters as of `/events`."""
        return await self._part(events.list_events, asked)

    async def count_events(self, **asked: object) -> int:
        """The number of events; parameters as of `/events/count`."""
        answer = await self._ask(events.count_events, asked)
        return int(answer["count"])

    async def event(self, identifier: str, **asked: object) -> Json:
        """One event; parameters as of `/events/{id}`. Raises NotFound."""
        return await self._item(events.get_event, identifier, **asked)

    async def claims(self, **asked: object) -> Part:
        """Claims; parameters as of `/claims`."""
        return await self._part(claims.list_claims, asked)

    async def claim(self, identifier: str) -> Json:
        """One claim. Raises NotFound."""
        return await self._item(claims.get_claim, identifier)

    async def positions(self, event: str, **asked: object) -> Part:
        """Each party's positions on an event; parameters as of `/events/{id}/positions`."""
        return await self._part(positions.list_event_positions, asked, id=event)

    async def actor_positions(self, actor: str, **asked: object) -> Part:
        """An actor's positions; parameters as of `/actors/{id}/positions`."""
        return await self._part(positions.list_actor_positions, asked, id=actor)

    async def disputes(self, **asked: object) -> Part:
        """Disputes; parameters as of `/disputes`."""
        return await self._part(disputes.list_disputes, asked)

    async def control(self, location: str, **asked: object) -> Part:
        """Who says who holds a place; parameters as of `/locations/{id}/control`."""
        return await self._part(control.get_control, asked, id=location)

    async def location(self, identifier: str) -> Json:
        """One place. Raises NotFound."""
        return await self._item(locations.get_location, identifier)

    async def actor(self, identifier: str) -> Json:
        """One actor. Raises NotFound."""
        return await self._item(actors.get_actor, identifier)

    async def source(self, identifier: str) -> Json:
        """One source. Raises NotFound."""
        return await self._item(sources.get_source, identifier)

    async def dataset(self, identifier: str) -> Json:
        """One dataset. Raises NotFound."""
        return await self._item(datasets.get_dataset, identifier)

    async def known(self) -> Directory:
        """The data of the whole collection."""
        catalogue = self.session.catalogue
        of, known = getattr(self._state, "known_to_pages", (None, None))
        if of is not catalogue or known is None:
            known = await self._read_known()
            self._state.known_to_pages = (catalogue, known)
        return known

    async def _read_known(self) -> Directory:
        everybody: list[Json] = []
        cursor: str | None = None
        while True:
            part = await self._part(actors.list_actors, {"limit": MAX_LIMIT, "cursor": cursor})
            everybody += part.records
            cursor = part.cursor
            if cursor is None:
                break
        places = await self._part(locations.list_locations, {"limit": MAX_LIMIT, "sort": "name"})
        sets = await self._part(datasets.list_datasets, {"limit": MAX_LIMIT})
        parties = Parties(
            {actor["id"]: actor["kind"] for actor in everybody},
            [(actor["id"], one["kind"], one["actor"]["id"]) for actor in everybody for one in actor["affiliations"]],
        )
        by_id = {actor["id"]: {"name": actor["name"], "kind": actor["kind"]} for actor in everybody}
        return Directory(by_id, places.records, sets.records, await self.days_said(), parties)

    async def days_said(self, **asked: object) -> tuple[str, str] | None:
        """The days by which the first and the last of some claims had been made; parameters as of `/claims`."""
        first = (await self.claims(sort="said", limit=ENDS, **asked)).records
        last = (await self.claims(sort="-said", limit=ENDS, **asked)).records
        begun = [claim["said"]["latest"] or claim["said"]["earliest"] for claim in first if claim["said"]["edtf"]]
        ended = [claim["said"]["latest"] or claim["said"]["earliest"] for claim in last if claim["said"]["edtf"]]
        return (min(begun), max(ended)) if begun and ended else None


@cache
def _query_of(endpoint: Endpoint) -> tuple[str, type[BaseModel]]:
    """The name and the model of an endpoint's query parameter."""
    for name, hint in get_type_hints(endpoint, include_extras=True).items():
        if get_origin(hint) is Annotated and issubclass(get_args(hint)[0], BaseModel):
            return name, get_args(hint)[0]
    raise TypeError(f"{endpoint} has no query parameter")


async def read_page(request: Request, work: Callable[[Reading], Awaitable[T]]) -> T:
    """Run a function that reads, all at one revision. Raises what the API's endpoints raise."""
    state = request.app.state
    return await answers.data_of(request).ask(lambda session: work(Reading(session, state)))
