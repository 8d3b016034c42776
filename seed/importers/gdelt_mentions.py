"""GDELT mentions: a row becomes an outlet's claim that an event happened, and the event it is known through."""

import re
from collections.abc import Iterator

from api.models.limits import URL_LENGTH
from seed.importers.cells import identity, mark, short, slug
from seed.importers.formats import Made, Row, choice, graded, table

AGGREGATOR = "gdelt"
SOURCE = "gdelt-mentions"
DOMAIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,80}")
LINK = re.compile(r"(?i)https?://[^\s/?#]\S*")
LANGUAGE = re.compile(r"\bsrclc:\s*([a-z]{3})\b")


def records(row: Row) -> Iterator[Made]:
    """Everything that one row says."""
    cells, lists = row.cells, table("gdelt-mentions").lists
    kind = choice("kind", cells["kind"], lists["kinds"])
    certainty = graded("confidence", cells["confidence"], lists["confidence"])
    outlet, name = cells["outlet"], cells["outlet"].lower()
    speaker = f"gdelt-outlet-{name}" if DOMAIN.fullmatch(name) else identity("gdelt-outlet", slug(name), of=(outlet,))
    yield Made("actor", {"id": speaker, "kind": "media", "name": short(name if DOMAIN.fullmatch(name) else outlet)})
    event = f"gdelt-{cells['event']}"
    yield Made("event", reported(cells["event"], str(cells["recorded"])))
    source = document(cells["document"], kind, outlet, cells["translation"])
    yield source
    where = (cells["sentence"], cells["actor1"], cells["actor2"], cells["action"])
    yield Made(
        "claim",
        {
            "id": f"{event}-{mark(cells['moment'], cells['document'], *where)}",
            "event": event,
            "speaker": speaker,
            "via": AGGREGATOR,
            "stance": "asserts",
            "aspect": "occurrence",
            "certainty": certainty,
            "summary": f"Reported by {short(outlet)}, as GDELT reads it with {cells['confidence']} % confidence.",
            "said": {
                "edtf": str(cells["mentioned"]),
                "basis": "stated",
                "note": "The day on which GDELT read it, UTC.",
            },
            "citations": [
                {"source": SOURCE, "role": "carries", "flags": ["machine_coded"]},
                {
                    "source": source.fields["id"],
                    "role": "cites",
                    "locator": f"sentence {cells['sentence']}" if cells["sentence"] else None,
                },
            ],
        },
    )


def reported(number: int, recorded: str) -> dict[str, object]:
    """An event of which this table tells no more than its number and when GDELT first recorded it."""
    return {
        "id": f"gdelt-{number}",
        "kind": "reported_event",
        "title": f"GDELT event {number}",
        "date": {
            "edtf": f"[..{recorded}]",
            "basis": "inferred",
            "note": "GDELT first recorded it on this day; mentions do not say when it happened.",
        },
        "extra": {"globaleventid": number},
    }


def document(identifier: str, kind: str, outlet: str, translation: str | None) -> Made:
    """The document that mentions it; only what is a link becomes one."""
    language = LANGUAGE.search(translation or "")
    link = identifier if LINK.fullmatch(identifier) and len(identifier) <= URL_LENGTH else None
    fields = {
        "id": identity("gdelt", slug(outlet), of=(identifier, kind, outlet, language and language.group(1))),
        "kind": kind,
        "title": short(identifier),
        "publisher": short(outlet),
        "url": link,
        "language": language and language.group(1),
    }
    return Made("source", fields)
