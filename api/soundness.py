"""Whether stored documents are fit to be sent: one that is damaged is named in the log and shown as such.

A load makes documents; what comes to them otherwise is noticed here. The record stays in its lists, with its id,
nothing else, and `"damaged": true`. Reading every document again would cost more than the answer, so each is looked at
in three ways: its ends always; the whole of it as often as that takes no more than a small share of the time; and the
whole of all of them where an answer could not be made.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
import structlog

from api.assessment import decode, encode
from api.examples import EXAMPLES
from api.reader import Row, Statement

log = structlog.get_logger()

REMEMBERED = 20_000
REMEMBERED_SECONDS = 60.0
"""After so long every document is looked at anew: it may have been changed meanwhile, to another of the same length."""
SHARE = 0.02
"""How much of the time may be spent on looking at documents where nothing went wrong."""
SAVED_SECONDS = 0.05
"""How much of that may be saved for when it is asked for."""
LISTS = ("events", "claims", "sources", "actors", "locations", "datasets")
ID, BODY, JUDGED_FROM, JUDGED_TO, STATEMENTS = 2, 3, 4, 5, 6
JUDGED = '"claims":{'
TROUBLE = (ValueError, TypeError, LookupError, AttributeError)
"""How it shows that a document is damaged, where it is taken apart."""
UNDATED = {
    **dict.fromkeys(("edtf", "earliest", "latest", "source", "stated", "note")),
    "precision": "unknown",
    "basis": "unknown",
}
NAMED = ({"id", "title"}, {"id", "name"})


def _blank(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Nothing, in the form of the value."""
    if isinstance(value, list):
        return []
    if isinstance(value, dict):
        if "precision" in value:
            return UNDATED
        if "by_stance" in value:
            return {"total": 0, "by_stance": {}}
        return dict.fromkeys(value) if value.keys() in NAMED else None
    return None


# What an example leaves empty but may be filled.
FILLED: dict[str, dict[str, Any]] = {
    "events": {"part_of": {"id": "", "title": ""}},
    "claims": {
        **{name: {"id": "", "name": ""} for name in ("via", "quote_by")},
        "value": {"low": None, "best": None, "high": None, "unit": ""},
    },
    "sources": {"parent": {"id": "", "title": ""}},
}
FORMS = {name.removesuffix("s"): EXAMPLES[name] | FILLED.get(name, {}) for name in LISTS}
BLANKS = {name.removesuffix("s"): {key: _blank(value) for key, value in EXAMPLES[name].items()} for name in LISTS}


def fits(value: Any, example: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value has the form of an example: the same keys, and theirs in turn."""
    if isinstance(example, dict) and isinstance(value, dict):
        if "by_stance" in example:
            return isinstance(value.get("total"), int) and isinstance(value.get("by_stance"), dict)
        return value.keys() == example.keys() and all(fits(value[key], example[key]) for key in example)
    if isinstance(example, list):
        return isinstance(value, list) and (not example or all(fits(one, example[0]) for one in value))
    return example is None or value is None or (not isinstance(value, dict | list) and not isinstance(example, dict))


class Soundness:
    """Remembers which documents were found sound, and which damaged ones the log has named."""

    def __init__(self) -> None:
        """None was looked at yet."""
        self._sound: dict[str, dict[str, int]] = {kind: {} for kind in FORMS}
        self._damaged: dict[str, set[str]] = {kind: set() for kind in FORMS}
        self._named: set[tuple[str, str, int]] = set()
        self._forget_at = self._saved_at = time.monotonic()
        self._saved = SAVED_SECONDS

    def mended(self, statement: Statement, rows: Sequence[Row], *, carefully: bool = False) -> Sequence[Row]:
        """The rows, with nothing but the id where a document is damaged; `carefully`: all of each is looked at."""
        kind = statement.document
        if kind is None or not rows:
            return rows
        suspects = range(len(rows)) if carefully else _implausible(rows)
        if known := self._damaged[kind]:
            suspects = [number for number in range(len(rows)) if number in suspects or rows[number][ID] in known]
        found = [self._look(kind, number, rows[number]) for number in suspects]
        if not carefully and self._may_spend():
            found += self._sampled(kind, rows)
        damaged = [number for number in found if number is not None]
        if not damaged:
            return rows
        mended = list(rows)
        for number in damaged:
            mended[number] = blanked(kind, rows[number])
        return mended

    def whole(self, kind: str, ids: Sequence[str], lines: str) -> bool:
        """Whether these are lines of the records' documents, as far as `mended` would look at each of them."""
        if not self._damaged[kind].isdisjoint(ids) or not _plausible(ids, lines):
            return False
        rows = ((None, None, identifier, line) for identifier, line in zip(ids, _each(lines), strict=True))
        return not self._may_spend() or all(number is None for number in self._sampled(kind, rows))

    def _sampled(self, kind: str, rows: Iterable[Row]) -> Iterator[int | None]:
        """What a look at those rows finds that were not looked at yet, for as long as there is time for it."""
        sound = self._sound[kind]
        for number, row in enumerate(rows):
            if row[BODY] is None or sound.get(row[ID]) != len(row[BODY]):
                begun = time.perf_counter()
                yield self._look(kind, number, row)
                self._saved -= time.perf_counter() - begun
                if self._saved <= 0:
                    break

    def _look(self, kind: str, number: int, row: Row) -> int | None:
        """The number of a row if its document is damaged, which is then said in the log."""
        why = _fault(kind, row)
        if why is None:
            self._sound[kind][row[ID]] = len(row[BODY])
            self._damaged[kind].discard(row[ID])
            return None
        self.name(kind, row[ID], row[BODY], why)
        return number

    def _may_spend(self) -> bool:
        now = time.monotonic()
        self._saved = min(SAVED_SECONDS, self._saved + SHARE * (now - self._saved_at))
        self._saved_at = now
        if now > self._forget_at or max(map(len, self._sound.values())) > REMEMBERED:
            self._forget_at = now + REMEMBERED_SECONDS
            for sound in self._sound.values():
                sound.clear()
        return self._saved > 0

    def name(self, kind: str, identifier: str, body: object, why: str) -> None:
        """Say in the log which record is damaged, once."""
        if len(self._named) >= REMEMBERED:
            self._named.clear()
            self._damaged[kind].clear()
        self._damaged[kind].add(identifier)
        mark = kind, identifier, hash(body)
        if mark not in self._named:
            self._named.add(mark)
            log.error("damaged", kind=kind, id=identifier, why=why)


def _implausible(rows: Sequence[Row]) -> list[int]:
    """Which documents do not begin and end as their records' own do, or are not judged where they are said to be."""
    found = [
        number
        for number, row in enumerate(rows)
        if (body := row[BODY]).__class__ is not str
        or body[-1:] != "}"
        or not body.startswith('{"id":"' + row[ID] + '"')
    ]
    if len(rows[0]) > STATEMENTS:
        found += [
            number for number, row in enumerate(rows) if number not in found and not _judged(*row[BODY:STATEMENTS])
        ]
    return found


def _plausible(ids: Sequence[str], lines: str) -> bool:
    """Whether there is a line for each id, which begins and ends as its document does."""
    end = -1
    for identifier in ids:
        start = end + 1
        end = lines.find("\n", start)
        if lines[end - 1 : end] != "}" or not lines.startswith('{"id":"' + identifier + '"', start):
            return False
    return end == len(lines) - 1


def _each(lines: str) -> Iterator[str]:
    """The lines one by one, without their ends."""
    start = 0
    while start < len(lines):
        end = lines.find("\n", start)
        yield lines[start:end]
        start = end + 1


def _judged(body: str, start: int, end: int) -> bool:
    return body.startswith(JUDGED, start) and body[end - 1 : end] == "]"


def _fault(kind: str, row: Row) -> str | None:
    """What is wrong with a row's document, if anything."""
    try:
        document = orjson.loads(row[BODY])
        if not isinstance(document, dict) or document.get("id") != row[ID]:
            return "it is another record's document"
        if not fits(document, FORMS[kind]):
            return "it has not the form of its kind"
        if len(row) > STATEMENTS:
            between = row[BODY][row[JUDGED_FROM] : row[JUDGED_TO]]
            if not between.startswith(JUDGED) or orjson.loads(f"{{{between}}}").keys() != {"claims", "assessments"}:
                return "what depends on claims is not where it is said to be"
            if encode(decode(row[STATEMENTS])) != row[STATEMENTS]:
                return "what it is judged by is not as it was written"
    except (ValueError, TypeError, KeyError) as error:
        return f"it cannot be read: {error}"
    return None


def blank(kind: str, identifier: str) -> str:
    """What is shown of a record without a sound document."""
    return orjson.dumps({**BLANKS[kind], "id": identifier, "damaged": True}).decode()


def blanked(kind: str, row: Row) -> Row:
    """A row with what is shown of its record without a sound document."""
    body = blank(kind, row[ID])
    shown = [*row[:BODY], body]
    if len(row) > STATEMENTS:
        start = body.index(JUDGED)
        shown += [start, body.index("]", start) + 1, encode(()), *row[STATEMENTS + 1 :]]
    else:
        shown += row[BODY + 1 :]
    return shown
