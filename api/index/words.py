"""How many records hold a word, and SQLite's index of which do, kept exactly as records come, change and go."""

from collections import Counter
from collections.abc import Mapping

from api.storage.bulk import Store

FLUSHED = 40_000


class Vocabulary:
    """Counts the events and the claims that hold each word."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: Counter[tuple[str, str]] = Counter()

    def remove(self, kind: str, ids: list[str]) -> None:
        """Records' words are about to go."""
        for words in self._store.column(f"SELECT words FROM {kind}_words WHERE id {{ids}}", ids):
            self._counts.subtract((kind, word) for word in words.split())

    def add(self, kind: str, new: Mapping[str, int]) -> None:
        """So many more records hold each word."""
        for word, more in new.items():
            self._counts[kind, word] += more
        if len(self._counts) > FLUSHED:
            self.flush()

    def flush(self) -> None:
        """Write down how the counts have changed."""
        rows = [(*key, more) for key, more in sorted(self._counts.items()) if more]
        if self._store.rows("SELECT 1 FROM word_count LIMIT 1"):
            add = "ON CONFLICT (kind, word) DO UPDATE SET records = word_count.records + excluded.records"
            self._store.many(f"INSERT INTO word_count (kind, word, records) VALUES (?, ?, ?) {add}", rows)
        else:
            self._store.insert("word_count", ("kind", "word", "records"), rows)
        self._store.run("DELETE FROM word_count WHERE records = 0")
        self._counts.clear()


class Index:
    """SQLite's index from words to events and claims, which PostgreSQL keeps by itself.

    It takes records in the order of their numbers many times faster than in any other: those that a load affects leave
    it before anything else is done to them, and come back when all else is done.
    """

    def __init__(self, store: Store, *, empty: bool) -> None:
        """An `empty` database's index is made anew, whatever it holds."""
        self._store, self._empty = store, empty

    def remove(self) -> None:
        """Take out the records that a load affects, by the words they have now."""
        if self._store.sqlite and not self._empty:
            for kind in _SEARCHED:
                self._store.run(f"INSERT INTO {kind}_search ({kind}_search, rowid, words) {_affected(kind, 'delete')}")

    def add(self) -> None:
        """Put in the records that a load affects, by the words they have now."""
        if not self._store.sqlite:
            return
        for kind in _SEARCHED:
            if self._empty:
                for command in ("rebuild", "optimize"):  # so that each word is looked for in one place only
                    self._store.run(f"INSERT INTO {kind}_search ({kind}_search) VALUES (?)", command)
            else:
                self._store.run(f"INSERT INTO {kind}_search (rowid, words) {_affected(kind)}")


_SEARCHED = ("event", "claim")


def _affected(kind: str, command: str = "") -> str:
    """What the index is told of the records that a load affects; numbers alone are sorted, without their words."""
    told = f"'{command}', w.number, w.words" if command else "w.number, w.words"
    numbers = (
        f"SELECT o.number FROM affected a CROSS JOIN {kind}_words o ON o.id = a.id WHERE a.kind = '{kind}' "
        "ORDER BY 1 LIMIT -1"
    )
    return f"SELECT {told} FROM ({numbers}) n CROSS JOIN {kind}_words w ON w.number = n.number"
