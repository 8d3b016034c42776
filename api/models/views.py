"""Views for people who open the database directly: `public_event`, `public_claim`, … hold what the API returns.

They select from the stored documents, so they can never differ from the API.
"""

from collections.abc import Iterator

from sqlalchemy import DDL, Table, event

from api.models.index import (
    ActorDocument,
    ClaimDocument,
    DatasetDocument,
    EventDocument,
    LocationDocument,
    SourceDocument,
)

_REAL, _WHOLE, _TRUTH = "double precision", "bigint", "boolean"
_POINT = (("longitude", _REAL), ("latitude", _REAL), ("radius_m", _REAL), ("method", ""))
_PARTS = ("earliest", "latest", "precision", "basis")

Column = tuple[str, str, str]
"""A column's name, the path of its value in the document, and its PostgreSQL type if it is not text."""


def _plain(*names: str) -> list[Column]:
    return [(name, name, "") for name in names]


def _ref(name: str, label: str = "name") -> list[Column]:
    return [(f"{name}_id", f"{name}.id", ""), (name, f"{name}.{label}", "")]


def _when(name: str) -> list[Column]:
    return [(name, f"{name}.edtf", ""), *((f"{name}_{part}", f"{name}.{part}", "") for part in _PARTS)]


def _point(place: str = "") -> list[Column]:
    return [(part, f"{place}point.{part}", kind) for part, kind in _POINT]


_DATASET = _ref("dataset", "title")
VIEWS: dict[str, tuple[type, list[Column]]] = {
    "public_event": (
        EventDocument,
        [
            *_plain("id", "kind", "title", "summary"),
            *_when("date"),
            *_ref("location"),
            ("place_relation", "location.relation", ""),
            *((part, f"location.{part}", "") for part in ("country", "admin1", "admin2")),
            *_point("location."),
            *_ref("part_of", "title"),
            ("claims", "claims.total", _WHOLE),
            *((f"deaths_{part}", f"deaths.{part}", _REAL) for part in ("low", "best", "high")),
            *_DATASET,
            *_plain("url"),
        ],
    ),
    "public_claim": (
        ClaimDocument,
        [
            *_plain("id"),
            *_ref("event", "title"),
            *_ref("speaker"),
            *_ref("via"),
            *_plain("about", "stance", "aspect", "certainty"),
            ("credibility", "credibility", _WHOLE),
            *_plain("summary", "quote"),
            *_ref("quote_by"),
            *((f"value_{part}", f"value.{part}", _REAL) for part in ("low", "best", "high")),
            ("unit", "value.unit", ""),
            *_when("said"),
            ("inferred", "inferred", _TRUTH),
            *_DATASET,
            *_plain("url"),
        ],
    ),
    "public_source": (
        SourceDocument,
        [
            *_plain("id", "kind", "title", "publisher", "author", "url", "archive_url", "language"),
            *_when("published"),
            *_ref("parent", "title"),
            *_plain("reliability", "note"),
            *((f"supports_{what}", f"supports.{what}", _WHOLE) for what in ("claims", "events", "dates", "points")),
            *_DATASET,
        ],
    ),
    "public_actor": (ActorDocument, [*_plain("id", "kind", "name", "description"), *_DATASET, *_plain("url")]),
    "public_location": (
        LocationDocument,
        [
            *_plain("id", "kind", "name"),
            *_ref("within"),
            *_plain("country", "admin1", "admin2"),
            *_point(),
            *_DATASET,
            *_plain("url"),
        ],
    ),
    "public_dataset": (
        DatasetDocument,
        _plain("id", "title", "summary", "version", "licence", "attribution", "url", "recorded_at"),
    ),
}


def _select(columns: list[Column], table: Table, *, sqlite: bool) -> str:
    if sqlite:
        found = [f"json_extract(body, '$.{path}') AS \"{name}\"" for name, path, _ in columns]
    else:
        found = [
            f"CAST(CAST(body AS json) #>> '{{{path.replace('.', ',')}}}' AS {kind or 'text'}) AS \"{name}\""
            for name, path, kind in columns
        ]
    return f"SELECT {', '.join(found)} FROM {table.name} WHERE sound"


def statements(name: str, columns: list[Column], table: Table) -> Iterator[DDL]:
    """The statements that create a view, for each database."""
    for dialect in ("sqlite", "postgresql"):
        chosen = _select(columns, table, sqlite=dialect == "sqlite")
        for text in (f"DROP VIEW IF EXISTS {name}", f"CREATE VIEW {name} AS {chosen}"):
            yield DDL(text).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]


for _name, (_model, _columns) in VIEWS.items():
    _table = _model.__dict__["__table__"]
    for _statement in statements(_name, _columns, _table):
        event.listen(_table, "after_create", _statement)
    event.listen(_table, "before_drop", DDL(f"DROP VIEW IF EXISTS {_name}"))  # type: ignore[no-untyped-call]
