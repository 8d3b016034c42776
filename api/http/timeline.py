"""Events for TimelineJS 3: a slide each, dated no more exactly than they are; the title names those without a date."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson

from api.domain.dates import date_in_words
from api.http.exports import Document, escaped, left_out_in_words, statuses_in_words

NAMED = 100
"""How many undated events the title names; the rest are counted."""


class Timeline:
    """A timeline of events."""

    media_type = "application/json"

    def __init__(self, base: str) -> None:
        """Links lead to the service at this address."""
        self._base = base
        self._about = self._left_out = ""
        self._separator = b""
        self._undated: list[str] = []
        self._more = 0

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """The slides come first: the title has to know which events have none."""
        self._about, self._left_out = description, left_out_in_words(left_out)
        return b'{"scale":"human","events":['

    def record(self, document: Document) -> bytes:
        """A slide if it has a date; else it is kept for the title."""
        dates = _dates(document["date"])
        if dates:
            separator, self._separator = self._separator, b","
            return separator + orjson.dumps(self._slide(document, dates))
        if len(self._undated) < NAMED:
            self._undated.append(self._link(document))
        else:
            self._more += 1
        return b""

    def tail(self) -> bytes:
        """The title slide."""
        text = [f"<p>{escaped(self._left_out)}</p>"] if self._left_out else []
        if self._undated:
            more = f" and {self._more} more" if self._more else ""
            text.append(f"<p>Without a date: {'; '.join(self._undated)}{more}.</p>")
        title = {"unique_id": "title", "text": {"headline": escaped(self._about), "text": "".join(text)}}
        return b'],"title":%s}\n' % orjson.dumps(title)

    def _slide(self, event: Document, dates: dict[str, Any]) -> dict[str, Any]:
        status = statuses_in_words(event)
        told = (event["summary"], f"Status: {status}." if status else None, event["date"]["note"])
        text = "".join(f"<p>{escaped(part)}</p>" for part in told if part)
        return {
            "unique_id": event["id"],
            **dates,
            "display_date": date_in_words(event["date"]["edtf"]),
            "text": {"headline": self._link(event), "text": text},
        }

    def _link(self, event: Document) -> str:
        address = event["url"] or f"/events/{event['id']}"  # of a damaged one, nothing but the id is known
        return f'<a href="{escaped(self._base + address)}">{escaped(event["title"] or event["id"])}</a>'


def _dates(when: Document) -> dict[str, Any]:
    """Where the slide stands: a start always, for TimelineJS draws nothing without, and an end where it is another."""
    earliest, latest = when["earliest"], when["latest"]
    start = earliest or latest
    if start is None:
        return {}
    end = {} if latest in {None, start} else {"end_date": _day(latest)}
    return {"start_date": _day(start), **end}


def _day(text: str) -> dict[str, int]:
    day = date.fromisoformat(text)
    return {"year": day.year, "month": day.month, "day": day.day}
