"""How many records hold a word, kept exactly as records come, change and go."""

from collections import Counter
from collections.abc import Mapping

from api.store import Store

FLUSHED = 100_000


class Vocabulary:
    """Counts the events and the claims that hold each word."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: Counter[tuple[str, str]] = Counter()

    def replace(self, kind: str, ids: list[str], new: Mapping[str, int]) -> None:
        """Records' words are about to be replaced; so many of the new ones hold each word."""
        counts = self._counts
        for words in self._store.column(f"SELECT words FROM {kind}_words WHERE id {{ids}}", ids):
            counts.subtract((kind, word) for word in words.split())
        for word, more in new.items():
            counts[kind, word] += more
        if len(self._counts) > FLUSHED:
            self.flush()

    def flush(self) -> None:
        """Write down how the counts have changed."""
        add = "ON CONFLICT (kind, word) DO UPDATE SET records = word_count.records + excluded.records"
        rows = [(*key, more) for key, more in sorted(self._counts.items()) if more]
        self._store.many(f"INSERT INTO word_count (kind, word, records) VALUES (?, ?, ?) {add}", rows)
        self._store.run("DELETE FROM word_count WHERE records = 0")
        self._counts.clear()
