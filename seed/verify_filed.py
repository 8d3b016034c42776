"""The rows of facets, their counts, and how many records hold each word, follow from documents and words."""

from collections.abc import Iterator

from api.index.filing import COLUMNS, PREFIX, SPANS, rows_of_documents
from api.index.numbers import COUNTER_BITS
from api.storage.bulk import Store
from seed.findings import Finding
from seed.refusals import shown

KEY = COLUMNS[:4]
PAYLOAD = COLUMNS[4:]

_EACH_WORD = "json_each('[' || replace(json_quote(trim(words)), ' ', '\",\"') || ']')"
# Documents whose facets are no list of numbers, or whose members are none, by whether it is SQLite.
_UNREADABLE = {
    True: (
        "SELECT id FROM {kind}_document WHERE facets GLOB '*[^0-9,]*' OR NOT json_valid('[' || facets || ']') "
        "OR NOT json_valid(coalesce(members, '[]')) ORDER BY 1"
    ),
    False: (
        "SELECT id FROM {kind}_document WHERE facets !~ '^[0-9]{{1,18}}(,[0-9]{{1,18}})*$' "
        "OR NOT (coalesce(members, '[]') IS JSON) ORDER BY 1"
    ),
}


def findings(store: Store) -> Iterator[Finding]:
    """Everything counted or filed that differs from what documents and words say."""
    for kind in PREFIX:
        yield from _numbers(store, kind)
        unreadable = [id_ for (id_,) in store.each(_UNREADABLE[store.sqlite].format(kind=kind))]
        for id_ in unreadable:
            yield Finding(kind, id_, "facets: cannot be read, so no facet of its kind was compared")
        if not unreadable:
            yield from _missing(store, kind)
            yield from _strays(store, kind)
    yield from _sizes(store)
    for kind in PREFIX:
        yield from _words(store, kind)
        yield from _search(store, kind)


def _numbers(store: Store, kind: str) -> Iterator[Finding]:
    """Numbers that are not of their records' days, and words that stand elsewhere than their records' documents."""
    wrong = f"SELECT id FROM {kind}_document WHERE number >> {COUNTER_BITS} <> day ORDER BY 1"
    for (id_,) in store.each(wrong):
        yield Finding(kind, id_, "number: is of another day than the record")
    other = "IS NOT" if store.sqlite else "IS DISTINCT FROM"
    differs = " OR ".join(f"w.{name} {other} d.{name}" for name in ("number", "span", "day", "latest"))
    statement = f"SELECT d.id FROM {kind}_document d JOIN {kind}_words w ON w.id = d.id WHERE {differs} ORDER BY 1"
    for (id_,) in store.each(statement):
        yield Finding(kind, id_, "words: stand in another place in the order of days than the document")


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
    each = "SELECT id, {0}, span{0} FROM facet WHERE coalesce(span{0}, -1) <> 0"
    stored = " UNION ALL ".join(each.format(span) for span in SPANS)
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
    each = _EACH_WORD if store.sqlite else "unnest(string_to_array(btrim(words), ' ')) w (value)"
    held = f"SELECT value, count(*) FROM {kind}_words CROSS JOIN {each} WHERE value <> '' GROUP BY value"
    counted = f"SELECT word, records FROM word_count WHERE kind = '{kind}'"
    for one, other in ((held, counted), (counted, held)):
        for word, _ in store.each(f"SELECT * FROM ({one}) one EXCEPT SELECT * FROM ({other}) other ORDER BY 1"):
            yield Finding("word", word, f"is not counted rightly in {kind}s")


def _search(store: Store, kind: str) -> Iterator[Finding]:
    """SQLite's index of words is kept by loads; PostgreSQL keeps its own."""
    if not store.sqlite:
        return
    store.run(f"CREATE VIRTUAL TABLE temp.{kind}_vocabulary USING fts5vocab (main, {kind}_search, instance)")
    indexed = f"SELECT term, doc FROM temp.{kind}_vocabulary"
    held = f"SELECT value, number FROM {kind}_words CROSS JOIN {_EACH_WORD} WHERE value <> ''"
    for one, other, what in (
        (indexed, held, "leads to it from {}, which it does not hold"),
        (held, indexed, "does not lead to it from {}"),
    ):
        differing = f"SELECT * FROM ({one}) one EXCEPT SELECT * FROM ({other}) other"
        wrong = f"SELECT d.term, w.id FROM ({differing}) d LEFT JOIN {kind}_words w ON w.number = d.doc ORDER BY 2, 1"
        for word, id_ in store.each(wrong.replace("SELECT value, number", "SELECT value AS term, number AS doc")):
            if id_ is None:
                yield Finding("word", word, f"is indexed in {kind}s that are not there")
            else:
                yield Finding(kind, id_, "words: their index " + what.format(shown(word)))
    store.run(f"DROP TABLE temp.{kind}_vocabulary")
