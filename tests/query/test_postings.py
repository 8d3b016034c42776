"""The cache of sets: bounded by the memory that it takes."""

import tracemalloc
from collections.abc import Callable

import pytest
from pyroaring import BitMap

from api.query.postings import Index

LIMIT = 2**20


@pytest.mark.parametrize(
    "name",
    [
        lambda number: f"word:w{number}",
        lambda number: f"word:{number:0>190}",
        lambda number: f"word:{number}" + "𐐨" * 190,
    ],
    ids=["short words", "long words", "long words of wide letters"],
)
def test_words_that_no_record_has_take_no_more_than_the_limit(name: Callable[[int], str]) -> None:
    """Each searched word leaves an empty set, with a name that may be a hundred times longer."""
    index = Index(LIMIT)
    tracemalloc.start()
    try:
        for number in range(LIMIT // 200):
            index.keep(name(number), BitMap())
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held <= LIMIT
    assert name(LIMIT // 200 - 1) in index.sets
    assert name(0) not in index.sets


def test_a_set_that_is_kept_again_counts_once() -> None:
    index = Index(LIMIT)
    sizes = set()
    for _ in range(3):
        index.keep("kind:capture", BitMap(range(0, 9_000, 2)))
        sizes.add(index.size)
    assert len(sizes) == 1
