"""The tables of facts as ORM classes, as far as the two requests need them."""

from collections import Counter
from datetime import date

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# Indexes for these requests, in addition to the existing ones on primary and foreign keys.
INDEXES = (
    "CREATE INDEX IF NOT EXISTS usual_event_date ON event (date_earliest, id)",
    "CREATE INDEX IF NOT EXISTS usual_participation_actor ON participation (actor, event)",
)


class Base(DeclarativeBase):
    """The base of the classes; the tables already exist."""


class Dataset(Base):
    __tablename__ = "dataset"
    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]


class Actor(Base):
    __tablename__ = "actor"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]


class ActorClosure(Base):
    __tablename__ = "actor_closure"
    actor: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str] = mapped_column(primary_key=True)


class Source(Base):
    __tablename__ = "source"
    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    published_earliest: Mapped[date | None]
    published_latest: Mapped[date | None]


class Location(Base):
    __tablename__ = "location"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    radius_m: Mapped[float | None]
    coordinate_method: Mapped[str | None]
    coordinate_source: Mapped[str | None]
    phrase: Mapped[str | None]


class Participation(Base):
    __tablename__ = "participation"
    event: Mapped[str] = mapped_column(ForeignKey("event.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    actor_id: Mapped[str] = mapped_column("actor", ForeignKey("actor.id"))
    role: Mapped[str]
    note: Mapped[str | None]
    actor: Mapped[Actor] = relationship(lazy="raise")


class Citation(Base):
    __tablename__ = "citation"
    claim: Mapped[str] = mapped_column(ForeignKey("claim.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column("source", ForeignKey("source.id"))
    role: Mapped[str]
    mark: Mapped[str | None]
    locator: Mapped[str | None]
    flags: Mapped[list[str]] = mapped_column(JSON)
    basis: Mapped[str]
    source: Mapped[Source] = relationship(lazy="joined")


class Claim(Base):
    __tablename__ = "claim"
    id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column("event", ForeignKey("event.id"))
    speaker_id: Mapped[str | None] = mapped_column("speaker", ForeignKey("actor.id"))
    via_id: Mapped[str | None] = mapped_column("via", ForeignKey("actor.id"))
    dataset_id: Mapped[str] = mapped_column("dataset", ForeignKey("dataset.id"))
    about: Mapped[str | None]
    stance: Mapped[str]
    aspect: Mapped[str]
    certainty: Mapped[str]
    credibility: Mapped[int]
    summary: Mapped[str | None]
    quote: Mapped[str | None]
    value_low: Mapped[float | None]
    value_best: Mapped[float | None]
    value_high: Mapped[float | None]
    unit: Mapped[str | None]
    said_edtf: Mapped[str | None]
    said_earliest: Mapped[date | None]
    said_latest: Mapped[date | None]
    said_precision: Mapped[str]
    said_basis: Mapped[str]
    said_note: Mapped[str | None]
    inferred: Mapped[bool]
    speaker: Mapped[Actor | None] = relationship(lazy="raise", foreign_keys=[speaker_id])
    via: Mapped[Actor | None] = relationship(lazy="raise", foreign_keys=[via_id])
    dataset: Mapped[Dataset] = relationship(lazy="raise")
    citations: Mapped[list[Citation]] = relationship(lazy="raise", order_by=Citation.ordinal)


class Event(Base):
    __tablename__ = "event"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str | None]
    date_edtf: Mapped[str | None]
    date_earliest: Mapped[date | None]
    date_latest: Mapped[date | None]
    date_precision: Mapped[str]
    date_basis: Mapped[str]
    date_note: Mapped[str | None]
    location_id: Mapped[str | None] = mapped_column("location", ForeignKey("location.id"))
    place_relation: Mapped[str | None]
    part_of: Mapped[str | None]
    dataset_id: Mapped[str] = mapped_column("dataset", ForeignKey("dataset.id"))
    location: Mapped[Location | None] = relationship(lazy="raise")
    dataset: Mapped[Dataset] = relationship(lazy="raise")
    participations: Mapped[list[Participation]] = relationship(lazy="raise", order_by=Participation.ordinal)
    claims: Mapped[list[Claim]] = relationship(lazy="raise", order_by=[Claim.said_earliest, Claim.id])

    @property
    def stances(self) -> Counter[str]:
        """The numbers of claims by stance."""
        return Counter(claim.stance for claim in self.claims)
