"""The collections: what each is, which list it shows, and by which parameters it is filtered."""

from dataclasses import dataclass
from typing import Any

from api.http.answers import Listing
from api.http.ogc.filters import ClaimItems, EventItems, LocationItems
from api.http.resources import claims, events, locations
from api.query.filters import Filters
from api.storage.reader import Statement

CRS = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
TIME = (
    "With `datetime`, features that may lie in the days asked for are sent, and those without a date: {first} is the "
    "first day on which it may have been, {last} the last."
)
PLACE = "With `bbox`, features without a point are sent too."


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection."""

    listing: Listing
    kind: str
    title: str
    description: str
    model: type[Filters]
    item: Statement
    placed: bool
    declared: tuple[str, ...]
    """The parameters that its clients are told of, beside the standard's own."""

    @property
    def id(self) -> str:
        """Its name in addresses."""
        return self.listing.name


COLLECTIONS = {
    one.id: one
    for one in (
        Collection(
            events.EVENTS,
            "event",
            "Events",
            "What is said to have happened, with what the claims about it add up to. "
            + TIME.format(first="`date_earliest`", last="`date_latest`")
            + f" {PLACE}",
            EventItems,
            events.ITEM,
            placed=True,
            declared=(
                *("kind", "party", "role", "with_party", "source", "q", "disputed", "status", "as_of", "known"),
                *("location", "dataset", "part_of"),
            ),
        ),
        Collection(
            claims.CLAIMS,
            "claim",
            "Claims",
            "Who said what about an event; without geometry. "
            + TIME.format(first="`said_earliest`", last="`said_latest`"),
            ClaimItems,
            claims.ITEM,
            placed=False,
            declared=(
                *("stance", "aspect", "certainty", "about", "party", "q", "as_of", "known", "flag"),
                *("event", "speaker", "via", "source", "dataset", "location"),
            ),
        ),
        Collection(
            locations.LOCATIONS,
            "location",
            "Locations",
            f"Where events took place. {PLACE}",
            LocationItems,
            locations.ITEM,
            placed=True,
            declared=("kind", "within", "dataset", "q"),
        ),
    )
}


def described(collection: Collection, root: str) -> dict[str, Any]:
    """A collection as clients read it; `root` is the address of the API."""
    here = f"{root}/collections/{collection.id}"
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "itemType": "feature",
        "crs": [CRS],
        "links": [
            {"rel": "self", "type": "application/json", "title": collection.title, "href": here},
            {"rel": "items", "type": "application/geo+json", "title": collection.title, "href": f"{here}/items"},
        ],
    }
