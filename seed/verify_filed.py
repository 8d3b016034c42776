"""The rows of facets, their counts, and how many records hold each word, follow from documents and words."""

from collections.abc import Iterator

from api.filing import COLUMNS, PREFIX, SPANS, rows_of_documents
from api.store import Store
from seed.findings import Finding

KEY = COLUMNS[:4]
PAYLOAD = COLUMNS[4:]


def findings(store: Store) -> Iterator[Finding]:
    """Everything counted or filed that differs from what documents and words say."""
    for kind in PREFIX:
        yield from _missing(store, kind)
        yield from _strays(store, kind)
    yield from _sizes(store)
    for kind in PREFIX:
        yield from _words(store, kind)
        yield from _search(store, kind)


def _missing(store: Store, kind: str) -> Iterator[Finding]:
    """Rows that documents call for and that are not there, or say something else."""
    other = "IS NOT" if store.sqlite else "IS DISTINCT FROM"
    expected = rows_of_documents(kind, sqlite=store.sqlite)  # type: ignore[arg-type]
    same = " AND ".join(f"r.{name} = e.{name}" for name in KEY)
    differs = " OR ".join(f"r.{name} {other} e.{name}" for name in PAYLOAD)
    statement = (
        f"SELECT e.id, f.name, r.id FROM ({expected}) e LEFT JOIN {kind}_facet r ON {same} "
        f"LEFT JOIN facet f ON f.id = e.facet WHERE r.id IS NULL OR {differs}"
    )
    for id_, name, there in store.each(statement):
        what = "is not in" if there is None else "stands with other values in"
        yield Finding(kind, id_, f"{what} the facet {name or 'that its document names and that does not exist'}")


def _strays(store: Store, kind: str) -> Iterator[Finding]:
    """Rows that no document calls for."""
    expected = rows_of_documents(kind, sqlite=store.sqlite)  # type: ignore[arg-type]
    same = " AND ".join(f"e.{name} = r.{name}" for name in KEY)
    called = expected + " WHERE d.id = r.id"
    statement = (
        f"SELECT r.id, f.name FROM {kind}_facet r LEFT JOIN facet f ON f.id = r.facet "
        f"WHERE NOT EXISTS (SELECT 1 FROM ({called}) e WHERE {same})"
    )
    sizes = [
        store.rows(f"SELECT count(*) FROM {kind}_facet")[0][0],
        store.rows(f"SELECT count(*) FROM ({expected}) e")[0][0],
    ]
    if sizes[0] != sizes[1] or next(_missing(store, kind), None):
        for id_, name in store.each(statement):
            yield Finding(kind, id_, f"stands in the facet {name or 'that does not exist'} without reason")


def _sizes(store: Store) -> Iterator[Finding]:
    stored = " UNION ALL ".join(f"SELECT id, {span}, span{span} FROM facet WHERE span{span} <> 0" for span in SPANS)
    rows = " UNION ALL ".join(f"SELECT facet, span, id FROM {kind}_facet" for kind in PREFIX)
    counted = f"SELECT facet, span, count(*) FROM ({rows}) r GROUP BY facet, span"
    seen: dict[int, None] = {}
    for one, other in ((stored, counted), (counted, stored)):
        for facet, *_ in store.each(f"SELECT * FROM ({one}) one EXCEPT SELECT * FROM ({other}) other ORDER BY 1"):
            seen.setdefault(facet)
    for facet in seen:
        name = store.column("SELECT name FROM facet WHERE id = ?", facet)
        yield Finding("facet", name[0] if name else str(facet), "does not count its members rightly")


def _words(store: Store, kind: str) -> Iterator[Finding]:
    each = (
        "json_each('[\"' || replace(trim(words), ' ', '\",\"') || '\"]')"
        if store.sqlite
        else "unnest(string_to_array(btrim(words), ' ')) w (value)"
    )
    held = f"SELECT value, count(*) FROM {kind}_words CROSS JOIN {each} WHERE value <> '' GROUP BY value"
    counted = f"SELECT word, records FROM word_count WHERE kind = '{kind}'"
    for one, other in ((held, counted), (counted, held)):
        for word, _ in store.each(f"SELECT * FROM ({one}) one EXCEPT SELECT * FROM ({other}) other ORDER BY 1"):
            yield Finding("word", word, f"is not counted rightly in {kind}s")


def _search(store: Store, kind: str) -> Iterator[Finding]:
    """SQLite's index of words is kept by triggers of ours; PostgreSQL keeps its own."""
    if not store.sqlite:
        return
    store.run(f"CREATE VIRTUAL TABLE temp.{kind}_vocabulary USING fts5vocab (main, {kind}_search, row)")
    indexed = f"SELECT term, doc FROM temp.{kind}_vocabulary"
    counted = f"SELECT word, records FROM word_count WHERE kind = '{kind}'"
    for one, other in ((indexed, counted), (counted, indexed)):
        for word, _ in store.each(f"{one} EXCEPT {other} ORDER BY 1"):
            yield Finding("word", word, f"is not indexed in the {kind}s that hold it, or not only in those")
    store.run(f"DROP TABLE temp.{kind}_vocabulary")
