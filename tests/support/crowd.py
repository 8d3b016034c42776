"""Clients that ask all the time, several at once, and hold every answer against the bytes that are right."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from tests.support.wire import Answer, Wire

RIGHT, AWAY, REFUSED, CUT = "right", "away", "refused", "cut"
"""What may become of a request: answered, answered by 503, not taken, or broken off so that the client sees it."""
CLIENTS, EVERY_S, MOST_BEHIND_S = 6, 0.04, 1
# Pages of many records, counts, items, exports, judgements and words; of several datasets, where there are several.
PATHS = (
    "/events?limit=200",
    "/events?party=russian-side&date_from=2022-07-01&sort=-date",
    "/events?limit=7&total=true&as_of=2022-07-02",
    "/claims?limit=100&sort=-said",
    "/claims/count?q=refinery",
    "/claims.csv?dataset=lysychansk",
    "/events.ndjson",
    "/events/capture-of-lysychansk",
    "/events/capture-of-lysychansk/claims?limit=1000",
    "/disputes?limit=100",
    "/sources?limit=200",
    "/locations?within=luhansk-oblast",
    "/actors?party=ukraine",
    "/datasets",
)

Bodies = Mapping[str, bytes]


class Told(NamedTuple):
    """What became of a request, which tag the answer had, and what was in it."""

    path: str
    outcome: str
    tag: str
    body: bytes

    @property
    def revision(self) -> int:
        """The load whose data the answer says it is made of."""
        return int(self.tag.strip('"').partition(".")[0])


class Timed(NamedTuple):
    """When a request was due, and how long its answer took from then."""

    due: float
    seconds: float


class Crowd:
    """Clients, each with a connection of its own, over which it asks one path after the other."""

    def __init__(
        self, root: str, paths: Sequence[str] = PATHS, clients: int = CLIENTS, *, every_s: float = EVERY_S
    ) -> None:
        """Every client asks so often, or as soon as it is answered if that takes longer."""
        self.roots = [root]
        self._paths, self._every_s = list(paths), every_s
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]
        self.told: Counter[Told] = Counter()
        self.timed: list[Timed] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def outcomes(self) -> Counter[str]:
        """How many requests came to what."""
        with self._lock:
            return sum((Counter({told.outcome: count}) for told, count in self.told.items()), Counter())

    def judge(self, right: Mapping[int, Bodies], *allowed: str) -> Counter[str]:
        """Nothing but the right answer of the revision that it names, and of failures only those that are allowed."""
        for told, count in self.told.items():
            if told.outcome == RIGHT:
                assert told.revision in right, (told.path, told.tag)
                assert told.body == right[told.revision][told.path], (told.path, told.tag, told.body[:500])
            else:
                assert told.outcome in allowed, (told.path, told.outcome, count, told.body[:500])
        assert self.outcomes[RIGHT] > 0
        return self.outcomes

    def _run(self, number: int) -> None:
        wire: Wire | None = None
        due = time.monotonic() + self._every_s * number / len(self._threads)
        while not self._stop.wait(max(0, due - time.monotonic())):
            path = self._paths[number % len(self._paths)]
            told, wire = self._ask(wire, path)
            with self._lock:
                self.told[told] += 1
                if told.outcome == RIGHT:
                    self.timed.append(Timed(due, time.monotonic() - due))
            number += 1
            due = max(due + self._every_s, time.monotonic() - MOST_BEHIND_S)
        if wire is not None:
            wire.socket.close()

    def _ask(self, wire: Wire | None, path: str) -> tuple[Told, Wire | None]:
        """Ask, over the connection that there is or a new one; what came of it, and the connection if it holds."""
        try:
            wire = wire or Wire(self.roots[0])
        except OSError:
            return Told(path, REFUSED, "", b""), None
        try:
            answer = wire.ask(f"GET {path}")
        except TimeoutError:
            told = Told(path, "not answered in time", "", b"")
        except (EOFError, ConnectionError):
            told = Told(path, CUT, "", b"")
        else:
            told = _told(path, answer)
            if not answer.closed:
                return told, wire
        wire.socket.close()
        return told, None


def _told(path: str, answer: Answer) -> Told:
    if answer.status == 200:
        return Told(path, RIGHT, answer.headers["etag"], answer.body)
    says_when = answer.headers.get("retry-after") == "1" and b"/problems/unavailable" in answer.body
    outcome = AWAY if answer.status == 503 and says_when else f"answered {answer.status}"
    return Told(path, outcome, "", answer.body)


def bodies(root: str, paths: Sequence[str] = PATHS) -> dict[str, bytes]:
    """What is right now: every path's body, asked while nothing else goes on."""
    return {told.path: told.body for told in answers(root, paths)}


def answers(root: str, paths: Sequence[str] = PATHS) -> list[Told]:
    """Good answers to all of the paths."""
    wire, found = Wire(root), []
    with contextlib.closing(wire.socket):
        for path in paths:
            told = _told(path, wire.ask(f"GET {path}"))
            assert told.outcome == RIGHT, told
            found.append(told)
    return found


def learn(root: str, right: dict[int, Bodies], paths: Sequence[str] = PATHS) -> int:
    """Add what is right for the revision that is served now, which is the same as ever if it was known; returns it."""
    told = answers(root, paths)
    (revision,) = {one.revision for one in told}
    assert right.setdefault(revision, found := {one.path: one.body for one in told}) == found
    return revision


def recovered(root: str, right: Bodies, patience_s: float) -> float:
    """After how many seconds every path is answered rightly again; at most so many."""
    began = time.monotonic()
    for path in right:
        while (told := _once(root, path)).outcome != RIGHT:
            assert told.outcome in {AWAY, REFUSED}, told
            assert time.monotonic() - began < patience_s, told
            time.sleep(0.01)
        assert told.body == right[path], told.path
    return time.monotonic() - began


def _once(root: str, path: str) -> Told:
    try:
        wire = Wire(root)
    except OSError:
        return Told(path, REFUSED, "", b"")
    with contextlib.closing(wire.socket):
        return _told(path, wire.ask(f"GET {path}"))


def share(timed: Sequence[Timed], part: float, spells: Sequence[tuple[float, float]]) -> float:
    """The time within which this part, such as 0.99, of all that was asked in some spells was answered."""
    ordered = sorted(one.seconds for one in timed if any(began <= one.due < ended for began, ended in spells))
    return ordered[int(len(ordered) * part)]
