"""Statements, the part of claims that judgement needs: party, content and dates; and their stored form.

Everything here is pure. Days are proleptic ordinals (`date.toordinal()`).
"""

from collections.abc import Callable, Iterable
from datetime import date
from math import inf
from typing import Any, NamedTuple

import orjson

from api.domain.vocabulary import Aspect, Known, Measure, Stance, Undated

FAR = date.max.toordinal() + 1  # later than every day: an open end, and undated claims in lists

_STANCES = {stance.value: stance for stance in Stance}
_ASPECTS: dict[str | None, Aspect | None] = {None: None, **{aspect.value: aspect for aspect in Aspect}}
_RANK = {aspect: rank for rank, aspect in enumerate(Aspect)}


class Figure(NamedTuple):
    """A number in a claim; at least one of the three is set."""

    low: float | None
    best: float | None
    high: float | None

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and highest number it can mean: "up to 10" is 0 to 10, "more than 4,200" has no upper bound."""
        given = [number for number in self if number is not None]
        if self.low is None and self.best is None:
            given.append(0 if self.high is None or self.high >= 0 else -inf)
        if self.high is None and self.best is None:
            given.append(inf)
        return min(given), max(given)


class Culprit(NamedTuple):
    """An actor held responsible, with all it belongs to (including itself), and which of these are sides."""

    id: str
    belongs: tuple[str, ...]
    sides: tuple[str, ...]

    def agrees_with(self, other: "Culprit") -> bool:
        """Whether one of the two belongs to the other, or they share a side."""
        return self.id in other.belongs or other.id in self.belongs or not set(self.sides).isdisjoint(other.sides)


class Question(NamedTuple):
    """What claims agree or clash on: an aspect, and for figures the measure, the counted actor and the unit."""

    aspect: Aspect
    measure: str | None = None
    of: str | None = None
    unit: str | None = None

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Sort key: aspects as in the vocabulary, then measure, of and unit, null first."""
        return _RANK[self.aspect], self.measure or "", self.of or "", self.unit or ""

    def as_sent(self, actor: Callable[[str | None], object]) -> dict[str, object]:
        """The question as sent; `actor` makes a reference."""
        return {"aspect": self.aspect, "measure": self.measure, "of": actor(self.of), "unit": self.unit}


class Statement(NamedTuple):
    """The part of a claim that judgement needs; a tuple, because pages create thousands of them.

    party: whose position it is (an actor's id); null: nobody named.
    voice: whose voice counts for corroboration; null: none.
    coder: the speaker is an aggregator, whose figure it is.
    instrument: the speaker is an instrument. sided: the party is an actor of kind `side`.
    aspect: null for a claim about another event, which is here only because a claim about it is.
    earliest, latest: the days between which it was said; null: open start, or undated. An open end is already closed
        with the day its dataset was recorded, and marked `ends_open`.
    """

    id: str
    party: str | None
    voice: str | None
    instrument: bool
    stance: Stance
    aspect: Aspect | None
    earliest: int | None
    latest: int | None
    dated: bool
    about: str | None = None
    inferred: bool = False
    speaker: str | None = None
    sided: bool = False
    ends_open: bool = False
    figure: Figure | None = None
    measure: str | None = None
    of: str | None = None
    unit: str | None = None
    names: tuple[Culprit, ...] = ()
    of_name: str | None = None
    coder: bool = False

    @property
    def day(self) -> tuple[int, int]:
        """A sort key for when it was said: undated or open starts first, open ends last."""
        return self.earliest or 0, FAR if self.latest is None or self.ends_open else self.latest


class Said(NamedTuple):
    """When a claim was said, as fields of a `Statement`."""

    earliest: int | None
    latest: int | None
    dated: bool
    ends_open: bool


def said(earliest: date | None, latest: date | None, recorded_on: date) -> Said:
    """The days of a claim's date; they end on the day its dataset was recorded at the latest."""
    start, recorded = earliest.toordinal() if earliest else None, recorded_on.toordinal()
    if latest is None and start is None:
        return Said(None, None, dated=False, ends_open=False)
    end = recorded if latest is None else min(latest.toordinal(), recorded)
    return Said(start, end if start is None else max(start, end), dated=True, ends_open=latest is None)


def said_by(statements: Iterable[Statement], day: int | None, known: Known, undated: Undated) -> list[Statement]:
    """The claims possibly or certainly said by the day (None: all); `undated` decides about undated ones."""
    if day is None:
        return list(statements)
    too = undated == Undated.INCLUDE
    if known == Known.POSSIBLE:
        return [s for s in statements if (s.earliest is None or s.earliest <= day if s.dated else too)]
    return [s for s in statements if (s.latest is not None and s.latest <= day if s.dated else too)]


def in_order_said(statements: Iterable[Statement]) -> list[Statement]:
    """Sort by earliest day, or latest if there is no earliest; undated last; ties by id."""
    return sorted(statements, key=lambda s: (s.earliest or s.latest or FAR, s.id))


def lateness(statement: Statement, weight: int) -> tuple[tuple[int, int], int, str]:
    """Sort key: the later claim counts.

    Of claims with the same date, a concession comes last, before it an opposition. The id only makes the order total.
    """
    return statement.day, 2 * (statement.stance == Stance.CONCEDES) + (weight < 0), statement.id


def encode(statements: Iterable[Statement]) -> str:
    """Statements as compact JSON, stored beside the event's document and read by `decode`.

    They are preceded by the days by which all dated ones were possibly and certainly said, and whether any is undated.
    """
    possible = certain = undated = 0
    rows: list[tuple[object, ...]] = [()]
    for s in statements:
        possible, certain = max(possible, s.earliest or 0), max(certain, s.latest or FAR * s.dated)
        undated = undated or int(not s.dated)
        row: tuple[object, ...] = (
            s.id,
            s.party,
            s.voice,
            str(s.stance),
            s.aspect and str(s.aspect),
            s.earliest,
            s.latest,
            s.about,
            s.speaker,
            s.instrument + 2 * s.dated + 4 * s.inferred + 8 * s.sided + 16 * s.ends_open + 32 * s.coder,
        )
        if s.figure is not None or s.names:
            row += (s.figure and tuple(s.figure), s.measure, s.of, s.unit, [tuple(one) for one in s.names], s.of_name)
        rows.append(row)
    rows[0] = possible, certain, undated
    return orjson.dumps(rows).decode()


def all_said_by(text: str, day: int, known: Known, undated: Undated) -> bool:
    """Whether `said_by` would keep all of the statements in an encoded text."""
    possible, certain, unsaid = text[2 : text.index("]")].split(",")
    if unsaid != "0" and undated != Undated.INCLUDE:
        return False
    return int(possible if known == Known.POSSIBLE else certain) <= day


def decode(text: str | bytes) -> list[Statement]:
    """Decode a text made by `encode`. Raises ValueError, KeyError or TypeError for anything else."""
    return [
        Statement(
            id_,
            party,
            voice,
            flags & 1 > 0,
            _STANCES[stance],
            _ASPECTS[aspect],
            earliest,
            latest,
            flags & 2 > 0,
            about,
            flags & 4 > 0,
            speaker,
            flags & 8 > 0,
            flags & 16 > 0,
            *_last(flags & 32 > 0, *figures),
        )
        for id_, party, voice, stance, aspect, earliest, latest, about, speaker, flags, *figures in orjson.loads(text)[
            1:
        ]
    ]


def deaths(statements: Iterable[Statement]) -> dict[str, float | str | None] | None:
    """The total deaths in an imported event according to its coder, as sent.

    They come from the named claim; if there are several, from the one said last. Whole numbers are integers.
    """
    found = [s for s in statements if s.coder and s.measure == Measure.KILLED and s.of is None and s.figure is not None]
    found = [s for s in found if s.aspect == Aspect.CASUALTIES and s.stance == Stance.ASSERTS]
    if not found:
        return None
    counted = max(found, key=lambda s: (s.day, s.id))
    numbers = [None if one is None else int(one) if one % 1 == 0 else one for one in counted.figure or ()]
    return {**dict(zip(("low", "best", "high"), numbers, strict=True)), "claim": counted.id}


def _last(coder: bool, *stored: Any) -> tuple[Any, ...]:  # noqa: ANN401 - JSON
    """The last fields of an encoded statement; omitted if it has neither a figure nor names."""
    if not stored:
        return None, None, None, None, (), None, coder
    figure, measure, of, unit, names, of_name = stored
    culprits = tuple([Culprit(id_, tuple(belongs), tuple(sides)) for id_, belongs, sides in names])
    return None if figure is None else Figure(*figure), measure, of, unit, culprits, of_name, coder
