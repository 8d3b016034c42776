"""Words as they are compared: without case, diacritics or apostrophes, in every script."""

import re
import unicodedata
from functools import lru_cache

# Apostrophes, and the marks by which transliterations write them and soft signs; they stand inside words.
APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛ʼʻʽʹʺʾʿˈ′‵`´＇׳՚"))  # noqa: RUF001 - they are meant
WORD = re.compile(r"[^\W_]+")
LONGEST = 500
"""Of a longer word this much is compared; more does not fit into an index."""


@lru_cache(maxsize=65_536)
def fold(text: str) -> tuple[str, ...]:
    """The words of a text: `Lysychans'k` and `LYSYCHANSK` are one."""
    text = text.translate(APOSTROPHES)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(letter for letter in text if not unicodedata.category(letter).startswith("M"))
        text = text.translate(APOSTROPHES)
    return tuple(word[:LONGEST] for word in WORD.findall(text.casefold()))


def folded(texts: list[str | None]) -> str:
    """The distinct words of several texts, each with a blank before and after it."""
    words = dict.fromkeys(word for text in texts if text is not None for word in fold(text))
    return f" {' '.join(words)} " if words else " "
