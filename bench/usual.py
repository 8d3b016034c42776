"""The usual way to write such a service, as a reference: FastAPI, SQLAlchemy's ORM, `selectinload`, `response_model`.

It does less than the service: it filters and sorts by the first day only, and derives no assessments.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session, joinedload, selectinload

from api.settings import read_settings
from api.storage.database import engine
from bench.usual_models import ActorClosure, Claim, Event, Participation


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class DatasetRead(Shape):
    id: str
    title: str


class ActorRead(Shape):
    id: str
    name: str
    kind: str


class LocationRead(Shape):
    id: str
    name: str
    kind: str
    longitude: float | None
    latitude: float | None
    radius_m: float | None
    coordinate_method: str | None
    coordinate_source: str | None
    phrase: str | None


class ParticipationRead(Shape):
    actor: ActorRead
    role: str
    note: str | None


class EventRead(Shape):
    id: str
    kind: str
    title: str
    summary: str | None
    date_edtf: str | None
    date_earliest: date | None
    date_latest: date | None
    date_precision: str
    date_basis: str
    date_note: str | None
    location: LocationRead | None
    place_relation: str | None
    participations: list[ParticipationRead]
    part_of: str | None
    stances: Counter[str]
    dataset: DatasetRead


class SourceRead(Shape):
    id: str
    title: str
    published_earliest: date | None
    published_latest: date | None


class CitationRead(Shape):
    source: SourceRead
    role: str
    mark: str | None
    locator: str | None
    flags: list[str]
    basis: str


class ClaimRead(Shape):
    id: str
    speaker: ActorRead | None
    via: ActorRead | None
    about: str | None
    stance: str
    aspect: str
    certainty: str
    credibility: int
    summary: str | None
    quote: str | None
    value_low: float | None
    value_best: float | None
    value_high: float | None
    unit: str | None
    said_edtf: str | None
    said_earliest: date | None
    said_latest: date | None
    said_precision: str
    said_basis: str
    said_note: str | None
    inferred: bool
    citations: list[CitationRead]
    dataset: DatasetRead


class EventWithClaims(EventRead):
    claims: list[ClaimRead]


class Page(BaseModel):
    data: list[EventRead]
    next: tuple[date, str] | None


app = FastAPI()
database = engine(read_settings().database_url).execution_options(read_only=True)


def session() -> Iterator[Session]:
    with Session(database) as opened:
        yield opened


Opened = Annotated[Session, Depends(session)]
SHOWN = (
    joinedload(Event.location),
    joinedload(Event.dataset),
    selectinload(Event.participations).joinedload(Participation.actor),
)


@app.get("/events", response_model=Page)  # noqa: FAST001 - the usual way says it twice
def list_events(  # noqa: PLR0913, PLR0917 - an endpoint's parameters
    opened: Opened,
    party: str,
    date_from: date,
    date_to: date,
    after_day: date | None = None,
    after_id: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of events by party and dates."""
    members = sa.select(ActorClosure.actor).where(ActorClosure.party == party)
    taking_part = Event.participations.any(Participation.actor_id.in_(members))
    found = sa.select(Event).where(taking_part, Event.date_earliest.between(date_from, date_to))
    if after_day is not None:
        place = sa.tuple_(Event.date_earliest, Event.id)
        found = found.where(Event.date_earliest >= after_day, place > sa.tuple_(after_day, after_id))
    found = found.order_by(Event.date_earliest, Event.id).limit(limit + 1)
    events = opened.scalars(found.options(*SHOWN, selectinload(Event.claims))).all()
    data = [EventRead.model_validate(event) for event in events[:limit]]
    last = events[limit - 1] if len(events) > limit else None
    return Page(data=data, next=None if last is None or last.date_earliest is None else (last.date_earliest, last.id))


@app.get("/events/{identifier}", response_model=EventWithClaims)
def get_event(opened: Opened, identifier: str) -> Event:
    """One event with all its claims."""
    people = (joinedload(Claim.speaker), joinedload(Claim.via), joinedload(Claim.dataset))
    sources = selectinload(Claim.citations)
    told = selectinload(Event.claims).options(*people, sources)
    event = opened.scalar(sa.select(Event).where(Event.id == identifier).options(*SHOWN, told))
    if event is None:
        raise HTTPException(404)
    return event
