"""What every list ought to answer, worked out by brute force over the records as they are exported."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from math import asin, cos, radians, sin, sqrt
from typing import Any

from api.domain.text import alternatives, folded, query_words
from tests.support.live import Api, Params

Document = dict[str, Any]
EARTH_KM = 6371.0088
BELONGS = {"part_of", "member_of", "represents", "commands", "same_as"}
DATES = {
    "events": ("date", "date_from", "date_to"),
    "claims": ("said", "said_from", "said_to"),
    "sources": ("published", "published_from", "published_to"),
}


class Oracle:
    """Every record of a server, and which belongs to which."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.records: dict[str, list[Document]] = {
            name: api.ndjson(f"/{name}.ndjson")
            for name in ("events", "claims", "sources", "actors", "locations", "datasets")
        }
        self.actors = {actor["id"]: actor for actor in self.records["actors"]}
        self.locations = {place["id"]: place for place in self.records["locations"]}
        self.events = {event["id"]: event for event in self.records["events"]}
        self.recorded = {found["id"]: found["recorded_at"][:10] for found in self.records["datasets"]}
        up = {
            actor: {link["actor"]["id"] for link in found["affiliations"] if link["kind"] in BELONGS}
            for actor, found in self.actors.items()
        }
        within = {
            place: {found["within"]["id"]} if found["within"] else set() for place, found in self.locations.items()
        }
        self.parties = {actor: reached(actor, up) for actor in up}
        self.containers = {place: reached(place, within) for place in within}
        self.claims_of: dict[str, list[Document]] = {event: [] for event in self.events}
        for claim in self.records["claims"]:
            self.claims_of[claim["event"]["id"]].append(claim)
        self._judged: dict[tuple[str, ...], set[str]] = {}

    def answer(self, name: str, filters: Params, sort: str) -> list[str]:
        """The ids of everything that matches, in order."""
        found = [record for record in self.records[name] if self.holds(name, record, filters)]
        return [record["id"] for record in in_order(found, sort)]

    def left_out(self, name: str, filters: Params) -> dict[str, int]:
        """How many more would match, were it not for what they lack."""
        undated = undated_claims = without_coordinates = 0
        asks_day = name in DATES and any(filters.get(end) for end in DATES[name][1:])
        if name == "claims":
            asks_day = asks_day or "as_of" in filters
        lenient = filters | {"undated": "include"}
        placeless = {key: value for key, value in filters.items() if key not in PLACE}
        for record in self.records[name]:
            has_day = name in DATES and any(record[DATES[name][0]][end] for end in ("earliest", "latest"))
            passes = self.holds(name, record, lenient)
            if filters.get("undated") != "include" and passes:
                if asks_day and not has_day:
                    undated += 1
                elif name == "events" and "as_of" in filters:
                    undated_claims += 1
            if name == "events" and "as_of" in filters and filters.get("undated") != "include":
                undated_claims -= self.holds(name, record, filters)
            if PLACE & filters.keys() and point_of(record) is None:
                without_coordinates += self.holds(name, record, placeless)
        return {"undated": undated, "undated_claims": undated_claims, "without_coordinates": without_coordinates}

    def holds(self, name: str, record: Document, filters: Params) -> bool:
        """Whether one record matches every filter."""
        tests: dict[str, Callable[[str, Document, Any, Params], bool]] = {
            "radius_max_m": lambda _, record, value, __: radius_of(record) <= value,
            "bbox": lambda _, record, value, __: in_box(record, value),
            "radius_km": lambda _, record, __, filters: in_circle(record, filters),
            "q": lambda name, record, value, _: self._worded(name, record, value),
            "as_of": self._as_of,
            "status": self._status,
            "disputed": self._status,
            "with_party": self._with_party,
        }
        if name in DATES:
            field, *ends = DATES[name]
            first, last = (filters.get(end) for end in ends)
            if not meets(record[field], first, last, filters):
                return False
        for parameter, value in filters.items():
            test = tests.get(parameter)
            if test is not None and not test(name, record, value, filters):
                return False
            if parameter in PLAIN[name]:
                values = value if isinstance(value, list) else [value]
                own = PLAIN[name][parameter](self, record, filters)
                if not any(item in own for item in values):
                    return False
        return True

    def _said_by(self, claim: Document, filters: Params) -> bool:
        earliest, latest = claim["said"]["earliest"], claim["said"]["latest"]
        if earliest is None and latest is None:
            return bool(filters.get("undated") == "include")
        if filters.get("known") == "possible":
            return earliest is None or bool(earliest <= filters["as_of"])
        return bool((latest or self.recorded[claim["dataset"]["id"]]) <= filters["as_of"])

    def counting(self, event: Document, filters: Params) -> list[Document]:
        """The claims about an event that count."""
        claims = self.claims_of[event["id"]]
        return [claim for claim in claims if "as_of" not in filters or self._said_by(claim, filters)]

    def _as_of(self, name: str, record: Document, _: str, filters: Params) -> bool:
        claims = [record] if name == "claims" else self.claims_of[record["id"]]
        return any(self._said_by(claim, filters) for claim in claims)

    def _status(self, _: str, event: Document, __: Any, filters: Params) -> bool:
        asked = {name: filters[name] for name in ("as_of", "known", "undated") if name in filters}
        key = (event["id"], *(str(asked.get(name)) for name in ("as_of", "known", "undated")))
        if "as_of" not in filters:
            statuses = {found["status"] for found in event["assessments"]}
        else:
            if key not in self._judged:
                found = self._api.get(event["url"], **asked)
                self._judged[key] = {assessment["status"] for assessment in found["assessments"]}
            statuses = self._judged[key]
        if filters.get("disputed") is not None and ("disputed" in statuses) != filters["disputed"]:
            return False
        return "status" not in filters or not statuses.isdisjoint(filters["status"])

    def in_party(self, event: Document, parties: Iterable[str], roles: Iterable[str]) -> set[str]:
        """Who of the participants belongs to one of the parties (any, if none is asked for) in one of the roles."""
        wanted, roles = set(parties), set(roles)
        return {
            part["actor"]["id"]
            for part in event["participants"]
            if (not wanted or self.parties[part["actor"]["id"]] & wanted) and (not roles or part["role"] in roles)
        }

    def _with_party(self, _: str, event: Document, value: list[str], filters: Params) -> bool:
        others = self.in_party(event, value, ())
        if "party" not in filters and "role" not in filters:
            return bool(others)
        own = self.in_party(event, filters.get("party", ()), filters.get("role", ()))
        return any(one != other for one in own for other in others)

    def _worded(self, name: str, record: Document, text: str) -> bool:
        texts, names = self._texts(name, record)
        have = words(" ".join(filter(None, [*texts, *names])))
        have += folded([], names).split()
        return all(any(word.startswith(alternatives(wanted)) for word in have) for wanted in query_words(text))

    def _texts(self, name: str, record: Document) -> tuple[list[str | None], list[str | None]]:
        """Texts, and names."""
        if name == "events":
            place = record["location"] and self.locations[record["location"]["id"]]
            notes = [part["note"] for part in record["participants"]]
            actors = self._names(part["actor"] for part in record["participants"])
            return [record["title"], record["summary"], *notes], [*names_of(place), *actors]
        if name == "claims":
            people = [record["speaker"], record["via"], record["quote_by"]]
            return [record["summary"], record["quote"], record["event"]["title"]], self._names(people)
        if name == "sources":
            return [record["title"], record["publisher"], record["author"]], []
        return [record.get("description")], [*names_of(record)]

    def _names(self, refs: Iterable[Document | None]) -> list[str | None]:
        return [name for ref in refs if ref is not None for name in names_of(self.actors[ref["id"]])]


def names_of(record: Document | None) -> list[str | None]:
    return [] if record is None else [record["name"], *record["aliases"]]


def reached(start: str, links: dict[str, set[str]]) -> set[str]:
    """Everything that can be reached, the start included."""
    found, unseen = {start}, [start]
    while unseen:
        more = links.get(unseen.pop(), set()) - found
        found |= more
        unseen += more
    return found


def in_order(records: list[Document], sort: str) -> list[Document]:
    """By the key, ties by id; undated last, by id, both ways."""
    key, down = sort.removeprefix("-"), sort.startswith("-")
    if key in ("date", "said", "published"):
        dated = [record for record in records if day_of(record[key])]
        undated = [record for record in records if not day_of(record[key])]
        dated.sort(key=lambda record: (day_of(record[key]), record["id"]), reverse=down)
        return dated + sorted(undated, key=lambda record: record["id"])
    return sorted(records, key=lambda record: (record[key], record["id"]), reverse=down)


def day_of(date: Document) -> str | None:
    found: str | None = date["earliest"] or date["latest"]
    return found


def meets(date: Document, first: str | None, last: str | None, filters: Params) -> bool:
    """Whether a date meets the days asked for."""
    if not first and not last:
        return True
    earliest, latest = date["earliest"], date["latest"]
    if not earliest and not latest:
        return bool(filters.get("undated") == "include")
    if filters.get("match") == "certain":
        return (not first or (earliest is not None and earliest >= first)) and (
            not last or (latest is not None and latest <= last)
        )
    return (not last or earliest is None or earliest <= last) and (not first or latest is None or latest >= first)


PLACE = {"bbox", "longitude", "latitude", "radius_km", "radius_max_m"}


def point_of(record: Document) -> tuple[float, float] | None:
    holder = record.get("location") if "participants" in record else record
    point = holder and holder.get("point")
    return None if not point else (point["longitude"], point["latitude"])


def radius_of(event: Document) -> float:
    """How far its place may be from its point; endlessly where nobody knows."""
    point = (event["location"] or {}).get("point") or {}
    return float("inf") if point.get("radius_m") is None else float(point["radius_m"])


def in_box(record: Document, text: str) -> bool:
    west, south, east, north = map(float, text.split(","))
    point = point_of(record)
    if point is None:
        return False
    across = west <= point[0] <= east if west <= east else point[0] >= west or point[0] <= east
    return across and south <= point[1] <= north


def in_circle(record: Document, filters: Params) -> bool:
    point = point_of(record)
    if point is None:
        return False
    longitude, latitude, there = map(radians, (filters["longitude"], filters["latitude"], point[1]))
    chord = sin((there - latitude) / 2) ** 2
    chord += cos(latitude) * cos(there) * sin((radians(point[0]) - longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1, chord))) <= float(filters["radius_km"])


def words(text: str) -> list[str]:
    """The words of a text without case, diacritics and apostrophes."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign not in "'’‘ʼ")  # noqa: RUF001
    return re.findall(r"[^\W_]+", kept)


def ref(record: Document, name: str) -> list[str]:
    """The id of a reference, if there is one."""
    return [] if record[name] is None else [record[name]["id"]]


Own = Callable[[Oracle, Document, Params], Iterable[Any]]


def _party(oracle: Oracle, event: Document, filters: Params) -> Iterable[str]:
    own = [part for part in event["participants"] if part["role"] in filters.get("role", [part["role"]])]
    return {party for part in own for party in oracle.parties[part["actor"]["id"]]}


def _places(oracle: Oracle, record: Document | None) -> Iterable[str]:
    place = record and record["location"]
    return oracle.containers[place["id"]] if place else set()


def _sources(oracle: Oracle, event: Document, filters: Params) -> Iterable[str]:
    """What the event rests on; as of a day, what is cited by then."""
    claims = oracle.counting(event, filters)
    found = {citation["source"]["id"] for claim in claims for citation in claim["citations"]}
    if "as_of" not in filters:
        dates = [event["date"], *[claim["said"] for claim in claims]]
        point = event["location"] and event["location"]["point"]
        found |= {date["source"]["id"] for date in dates if date["source"]}
        found |= {point["source"]["id"]} if point and point["source"] else set()
    return found


def _blamed(oracle: Oracle, event: Document, filters: Params) -> Iterable[str]:
    """Whom claims hold responsible, and all whom they belong to."""
    blamed = [one["id"] for claim in oracle.counting(event, filters) for one in claim["names"]]
    return {party for actor in blamed for party in oracle.parties[actor]}


_DATASET: dict[str, Own] = {"dataset": lambda _, record, __: ref(record, "dataset")}
_KIND: dict[str, Own] = {"kind": lambda _, record, __: [record["kind"]], **_DATASET}
PLAIN: dict[str, dict[str, Own]] = {
    "events": {
        **_KIND,
        "party": _party,
        "role": lambda _, event, __: [part["role"] for part in event["participants"]],
        "location": lambda oracle, event, _: _places(oracle, event),
        "source": _sources,
        "names": _blamed,
        "part_of": lambda _, event, __: ref(event, "part_of"),
        "date_precision": lambda _, event, __: [event["date"]["precision"]],
        "date_basis": lambda _, event, __: [event["date"]["basis"]],
    },
    "claims": {
        **_DATASET,
        **{
            name: (lambda _, claim, __, name=name: ref(claim, name))  # type: ignore[misc]
            for name in ("event", "speaker", "via")
        },
        **{
            name: (lambda _, claim, __, name=name: [claim[name]])  # type: ignore[misc]
            for name in ("about", "stance", "aspect", "certainty", "inferred")
        },
        "party": lambda oracle, claim, _: {party for actor in ref(claim, "speaker") for party in oracle.parties[actor]},
        "location": lambda oracle, claim, _: _places(oracle, oracle.events[claim["event"]["id"]]),
        "source": lambda _, claim, __: [citation["source"]["id"] for citation in claim["citations"]],
        "cited": lambda _, claim, __: [any(citation["role"] == "cites" for citation in claim["citations"])],
        "names": lambda oracle, claim, _: {party for one in claim["names"] for party in oracle.parties[one["id"]]},
        "measure": lambda _, claim, __: [claim["value"]["measure"]] if claim["value"] else [],
        "of": lambda _, claim, __: ref(claim["value"] or {"of": None}, "of"),
        "flag": lambda _, claim, __: [flag for citation in claim["citations"] for flag in citation["flags"]],
    },
    "sources": {
        **_KIND,
        "publisher": lambda _, source, __: [source["publisher"]],
        "reliability": lambda _, source, __: [source["reliability"]],
    },
    "actors": {**_KIND, "party": lambda oracle, actor, _: oracle.parties[actor["id"]]},
    "locations": {**_KIND, "within": lambda oracle, place, _: oracle.containers[place["id"]]},
    "datasets": {},
}
