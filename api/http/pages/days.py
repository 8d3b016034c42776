"""The day as of which a page is shown, and the steps from it: links and a form, so that no script is needed."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

from api.http.pages.links import changed


def day_steps(here: str, as_of: date | None, said: tuple[str, str] | None) -> dict[str, Any]:
    """What `day.html` shows: the day asked for, those next to it, and the ends of all that was said."""
    path, _, query = here.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name not in {"as_of", "cursor"}]
    here = changed(here, cursor=None)
    first, last = said or (None, None)
    steps: dict[str, str | None] = {"before": None, "after": None, "all": None, "start": None}
    if as_of is not None:
        steps["all"] = changed(here, as_of=None)
        if first is None or as_of.isoformat() > first:
            steps["before"] = changed(here, as_of=_moved(as_of, -1, last))
        if last is None or as_of.isoformat() < last:
            steps["after"] = changed(here, as_of=_moved(as_of, 1, last))
    elif first is not None:
        steps["start"] = changed(here, as_of=first)
    value = None if as_of is None else as_of.isoformat()
    return {"path": path, "kept": kept, "value": value, "first": first, "last": last, **steps}


def _moved(day: date, days: int, last: str | None) -> str:
    """The next day that way; from beyond the last word straight back to it."""
    if days < 0 and last is not None and day.isoformat() > last:
        return last
    return (day + timedelta(days)).isoformat()
