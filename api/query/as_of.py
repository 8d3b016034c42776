"""Responses as of a day: the part of a stored document that depends on claims is judged again and replaced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson

from api.domain.assessment import Assessment, assess
from api.domain.statements import Statement, all_said_by, deaths, decode, said_by
from api.domain.vocabulary import Known, Stance, Status, Undated
from api.storage.reader import Row

BODY, JUDGED_FROM, JUDGED_TO, STATEMENTS = 3, 4, 5, 6
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
