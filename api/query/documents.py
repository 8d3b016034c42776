"""Stored documents as they are sent: as of a day, and as damaged where they cannot be sent.

As of a day, the part of an event's document that depends on claims is assessed again and replaced.
Only loads write documents. The database itself notices most other changes (`api.models.Sound`). A damaged record stays
in its lists, with only its id and `"damaged": true`. Damage that the database cannot notice, such as other JSON of the
same length, is searched for in the documents of a response that fails; if there is none, the error is a defect.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_origin

import orjson
import structlog

from api.domain.assessment import Assessment, assess
from api.domain.statements import Statement, all_said_by, deaths, decode, encode, said_by
from api.domain.vocabulary import Known, Stance, Status, Undated
from api.schemas import records
from api.schemas.records import Json
from api.storage.reader import Row, SqlStatement

log = structlog.get_logger()

REMEMBERED = 20_000
ID, BODY, JUDGED_FROM, JUDGED_TO, STATEMENTS = 2, 3, 4, 5, 6
JUDGED = '"claims":{'
PARTS = {"claims", "deaths", "assessments"}
DECODE_ERRORS = (ValueError, TypeError, LookupError, AttributeError)
"""The errors that a damaged document may cause; the same errors in a valid document are a defect of the code."""
UNDATED: dict[str, Any] = {
    **dict.fromkeys(("edtf", "earliest", "latest", "source", "stated", "note")),
    "precision": "unknown",
    "basis": "unknown",
    "others": [],
}
MISSING_OR_DAMAGED = "it is missing or damaged"


def _blank(kind: Any) -> Any:  # noqa: ANN401 - any annotation, any JSON value
    """An empty value that fits the schema."""
    if get_origin(kind) is list:
        return []
    if kind is records.When:
        return UNDATED
    if kind is records.ClaimCounts:
        return {"total": 0, "by_stance": {}}
    if isinstance(kind, type) and issubclass(kind, records.Sent):
        return {name: _blank(field.annotation) for name, field in kind.model_fields.items()}
    return None


FORMS: dict[str, type[records.Sent]] = {
    "event": records.Event,
    "claim": records.Claim,
    "source": records.Source,
    "actor": records.Actor,
    "location": records.Location,
    "dataset": records.Dataset,
    "dispute": records.Dispute,
}
EMPTY_DOCUMENTS: dict[str, dict[str, Any]] = {kind: _blank(form) for kind, form in FORMS.items()}
"""A document without any values for each kind of record."""


class DamagedDocuments:
    """Remembers the damaged documents that were found, and which of them were logged."""

    def __init__(self) -> None:
        """Nothing was found yet."""
        self._damaged: dict[str, set[str]] = {kind: set() for kind in FORMS}
        self._named: set[tuple[str, str, int]] = set()
        self._altered: dict[tuple[str, str, int], str] = {}

    def add(self, altered: Iterable[tuple[str, str, object, str]]) -> None:
        """Record the findings of a check of hashes: the kind and id, the damaged document, and the fault."""
        for kind, identifier, body, why in altered:
            self.report(kind, identifier, body, why)
            self._altered[kind, identifier, hash(body)] = why

    @property
    def altered(self) -> int:
        """The number of altered documents."""
        return len(self._altered)

    def forget(self) -> None:
        """Forget all findings."""
        self._altered.clear()

    def replace_damaged(
        self, statement: SqlStatement, rows: Sequence[Row], *, check_all: bool = False
    ) -> Sequence[Row]:
        """The rows, with damaged documents replaced by the bare id; `check_all` verifies each document in full."""
        kind = statement.document
        if kind is None or not rows:
            return rows
        suspects = range(len(rows)) if check_all else self._suspects(kind, rows)
        damaged = [number for number in suspects if self._is_damaged(kind, rows[number])]
        if not damaged:
            return rows
        replaced = list(rows)
        for number in damaged:
            replaced[number] = placeholder_row(kind, rows[number])
        return replaced

    def none_damaged(self, kind: str, lines: bytes) -> bool:
        """Whether no document among these lines is damaged, given that the database says all are sound."""
        return not self._damaged[kind] and _is_text(lines)

    def _suspects(self, kind: str, rows: Sequence[Row]) -> list[int]:
        """The documents that cannot be sent, have wrong offsets for judgement, or were found damaged before."""
        known = self._damaged[kind]
        judged = len(rows[0]) > STATEMENTS
        return [
            number
            for number, row in enumerate(rows)
            if row[BODY] is None or (known and row[ID] in known) or (judged and not _judged(*row[BODY:STATEMENTS]))
        ]

    def _is_damaged(self, kind: str, row: Row) -> bool:
        """Whether a row's document is damaged, which is then said in the log."""
        why = (
            MISSING_OR_DAMAGED
            if row[BODY] is None
            else self._altered.get((kind, row[ID], hash(row[BODY]))) or _fault(kind, row)
        )
        if why is None:
            self._damaged[kind].discard(row[ID])
            return False
        self.report(kind, row[ID], row[BODY], why)
        return True

    def report(self, kind: str, identifier: str, body: object, why: str) -> None:
        """Log a damaged record once."""
        if len(self._named) >= REMEMBERED:
            self._named.clear()
            self._damaged[kind].clear()
        self._damaged[kind].add(identifier)
        mark = kind, identifier, hash(body)
        if mark not in self._named:
            self._named.add(mark)
            log.error("damaged", kind=kind, id=identifier, why=why)


def _is_text(lines: bytes) -> bool:
    """Whether it is valid UTF-8, which SQLite does not check."""
    try:
        return lines.isascii() or bool(lines.decode())
    except UnicodeDecodeError:
        return False


def _judged(body: str, start: int, end: int) -> bool:
    return body.startswith(JUDGED, start) and body[end - 1 : end] == "]"


def _fault(kind: str, row: Row) -> str | None:
    """The fault of a row's document, or None."""
    try:
        document = orjson.loads(row[BODY])
        if not isinstance(document, dict) or document.get("id") != row[ID]:
            return "it is another record's document"
        if document.keys() != EMPTY_DOCUMENTS[kind].keys():
            return "it has not the form of its kind"
        FORMS[kind].model_validate_json(row[BODY])
        if len(row) > STATEMENTS:
            between = row[BODY][row[JUDGED_FROM] : row[JUDGED_TO]]
            if not between.startswith(JUDGED) or orjson.loads(f"{{{between}}}").keys() != PARTS:
                return "what depends on claims is not where it is said to be"
            if encode(decode(row[STATEMENTS])) != row[STATEMENTS]:
                return "what it is judged by is damaged"
    except (ValueError, TypeError, KeyError) as error:
        return f"it cannot be read: {error}"
    return None


def placeholder(kind: str, identifier: str) -> str:
    """What is shown for a record without a sound document."""
    return orjson.dumps({**EMPTY_DOCUMENTS[kind], "id": identifier, "damaged": True}).decode()


def placeholder_row(kind: str, row: Row) -> Row:
    """A row with its document replaced by what is shown for a damaged one."""
    body = placeholder(kind, row[ID])
    shown = [*row[:BODY], body]
    if len(row) > STATEMENTS:
        start = body.index(JUDGED)
        shown += [start, body.index("]", start) + 1, encode(()), *row[STATEMENTS + 1 :]]
    else:
        shown += row[BODY + 1 :]
    return shown


_STANCES = list(Stance)


@dataclass(frozen=True, slots=True)
class AsOfDay:
    """A day (proleptic ordinal) by which claims must have been made to count, and how imprecise dates match it."""

    day: int
    known: Known
    undated: Undated

    def statements(self, row: Row) -> list[Statement]:
        """The claims of an event's row that count."""
        return said_by(decode(row[STATEMENTS]), self.day, self.known, self.undated)

    def holds(self, row: Row) -> bool:
        """Whether the stored document is valid as of the day, because all claims count."""
        return all_said_by(row[STATEMENTS], self.day, self.known, self.undated)

    def body(self, row: Row) -> str:
        """The event's document, with counts of claims and assessments as of the day."""
        body: str = row[BODY]
        if self.holds(row):
            return body
        return body[: row[JUDGED_FROM]] + judged_text(self.statements(row)) + body[row[JUDGED_TO] :]


_ASSESSMENTS = ',"assessments":'


def assessments_of(row: Row) -> list[Json]:
    """The assessments in an event's document, without parsing the rest of it."""
    body, end = row[BODY], row[JUDGED_TO]
    start = body.index(_ASSESSMENTS, row[JUDGED_FROM], end)
    found: list[Json] = orjson.loads(body[start + len(_ASSESSMENTS) : end])
    return found


def judged_text(statements: Sequence[Statement]) -> str:
    """The part of an event's document that depends on claims, as `"claims":{…},"deaths":…,"assessments":[…]`."""
    own = [statement.stance for statement in statements if statement.aspect is not None]
    counts = {stance.value: own.count(stance) for stance in _STANCES if stance in own}
    names = {statement.of: statement.of_name for statement in statements}
    assessments = [
        found.as_sent(lambda of: None if of is None else {"id": of, "name": names[of]}) for found in assess(statements)
    ]
    judged = {
        "claims": {"total": len(own), "by_stance": counts},
        "deaths": deaths(statements),
        "assessments": assessments,
    }
    return orjson.dumps(judged)[1:-1].decode()


def status_test(as_of: AsOfDay, statuses: Sequence[Status], *, disputed: bool | None) -> Callable[[Row, bool], bool]:
    """A test of an event's row as of the day: an aspect has one of the statuses, and any or none is disputed."""

    def test(row: Row, undated: bool) -> bool:
        counted = replace(as_of, undated=Undated.INCLUDE) if undated else as_of
        found: list[Assessment] = assess(counted.statements(row))
        reached = {assessment.status for assessment in found}
        if disputed is not None and (Status.DISPUTED in reached) != disputed:
            return False
        return not statuses or not reached.isdisjoint(statuses)

    return test
