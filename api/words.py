"""How many records hold a word, kept exactly as records come, change and go."""

from collections import Counter
from collections.abc import Mapping

from api.store import Store

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
