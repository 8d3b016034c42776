"""Words as they are compared: without case, diacritics or apostrophes, in every script."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from api.domain.spelling import spellings

# Apostrophes, and the marks by which transliterations write them and soft signs; they stand inside words.
APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛ʼʻʽʹʺʾʿˈ′‵`´＇׳՚"))  # noqa: RUF001 - they are meant
WORD = re.compile(r"[^\W_]+")
ASCII = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else 32 for code in range(256))  # noqa: PLR2004 - ASCII
"""The same for texts of ASCII alone, by bytes: letters and digits, and a blank for whatever stands between words."""
LONGEST = 500
"""Of a longer word this much is compared; more does not fit into an index."""


SHORT = 100
"""Texts up to here are names, which come again and again."""


def fold(text: str) -> tuple[str, ...]:
    """The words of a text: `Lysychans'k` and `LYSYCHANSK` are one."""
    return _remembered(text) if len(text) <= SHORT else _fold(text)


def _fold(text: str) -> tuple[str, ...]:
    if text.isascii():
        words = text.encode().translate(ASCII, b"'`").decode().split()
        return tuple([word[:LONGEST] for word in words] if len(text) > LONGEST else words)
    text = text.translate(APOSTROPHES)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(letter for letter in text if not unicodedata.category(letter).startswith("M"))
        text = text.translate(APOSTROPHES)
    words = WORD.findall(text.casefold())
    return tuple([word[:LONGEST] for word in words] if len(text) > LONGEST else words)


_remembered = lru_cache(maxsize=8_192)(_fold)


def folded(texts: list[str | None], names: Iterable[str | None] = ()) -> str:
    """The distinct words of texts and names, each with a blank before and after it; of names also other spellings."""
    named = list(chain.from_iterable([fold(name) for name in names if name is not None]))
    words = dict.fromkeys(chain.from_iterable([fold(text) for text in texts if text is not None]))
    words |= dict.fromkeys([*named, *spellings(named)])
    return f" {' '.join(words)} " if words else " "
