"""Names as others spell them: romanised by the national, library and press systems of their language, and back.

Each word of a name has keys beside itself, and each word that is asked for too: where one is the beginning of the
other's, the word is found. Keys make equal what systems mix (`y`, `i`, `j`; doubled letters), and in Cyrillic what
Ukrainian and Russian write differently, and endings of cases. They begin with a mark, which no word has.
"""

# ruff: noqa: RUF001 - letters that look like Latin ones are meant

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from api.domain.spelling_systems import ABJAD, ARTICLE, CONSONANTS, CYRILLIC, ENDINGS, OTHERS, TO_CYRILLIC, System

LATIN_MARK, CYRILLIC_MARK, STEM_MARK, CONSONANT_MARK = "~", "=", "#", "&"
WAYS = 3
"""So many alternatives a word has at most."""
SHORTEST = 3
"""Of a shorter word there are no other spellings: too much would begin like it."""
SHORTEST_STEM = 4
FEWEST_CONSONANTS = 4
"""By fewer, `Homs` and `Hamas` would be one."""
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z\u00df-\u024f]")
_ABJAD = re.compile("[\u0590-\u06ff]")
_DOUBLED = re.compile(r"(.)\1+")
_ALIKE = str.maketrans({"y": "i", "j": "i", "w": "v", "ł": "l", "đ": "d", "ø": "o", "ı": "i", "ß": "s", "ə": "e"})
_SLAVIC_ALIKE = str.maketrans({"ы": "и", "і": "и", "ґ": "г", "є": "е", "э": "е", "ў": "у", "ь": "", "ъ": ""})


def spellings(words: Iterable[str]) -> Iterator[str]:
    """The keys under which folded words of a name are found, beside the words themselves."""
    for word in words:
        yield from _keys(word)


@lru_cache(maxsize=65_536)
def alternatives(word: str) -> tuple[str, ...]:
    """What a folded word that is asked for may begin like in the index: itself, and the keys it may be found by."""
    if len(word) < SHORTEST:
        return (word,)
    if _CYRILLIC.search(word):
        plain = _slavic(word)
        return (word,) if len(plain) < SHORTEST else (word, CYRILLIC_MARK + plain, _stem(plain))
    if _LATIN.search(word):  # a letter said two hundred times is one, which every other word begins with
        plain = _plain(word)
        spelt = () if len(plain) < SHORTEST else (LATIN_MARK + plain,)
        return (word, *spelt, *_consonants(word, CONSONANTS))
    return (word,)


@lru_cache(maxsize=65_536)
def _keys(word: str) -> tuple[str, ...]:
    if len(word) < SHORTEST or word.isdigit():
        return ()
    if _ABJAD.search(word):
        bare = word.removeprefix(ARTICLE)
        return tuple(dict.fromkeys(key for one in (word, bare) for key in _consonants(one, ABJAD)))
    if _CYRILLIC.search(word):
        romanised, slavic = [system.write(word) for system in CYRILLIC if system.needs in word], [_slavic(word)]
    elif _LATIN.search(word):
        romanised, slavic = [word], [_slavic(TO_CYRILLIC.write(word))]
    else:
        romanised, slavic = [system.write(word) for system in OTHERS if word[0] in system.letters], []
    keys = [LATIN_MARK + _plain(one) for one in romanised]
    for one in slavic:
        keys += [CYRILLIC_MARK + one, _stem(one)]
    return tuple(dict.fromkeys(keys))


def _plain(word: str) -> str:
    return _DOUBLED.sub(r"\1", word.translate(_ALIKE))


def _slavic(word: str) -> str:
    return _DOUBLED.sub(r"\1", word.translate(_SLAVIC_ALIKE))


def _stem(word: str) -> str:
    """The key of a word without the ending of its case, as a whole word."""
    longest = len(word) - SHORTEST_STEM
    ending = next((ending for ending in ENDINGS if len(ending) <= longest and word.endswith(ending)), "")
    return f"{STEM_MARK}{word.removesuffix(ending)}{STEM_MARK}"


def _consonants(word: str, system: System) -> tuple[str, ...]:
    """The key of a word's consonants, as a whole word, where there are enough of them."""
    found = _DOUBLED.sub(r"\1", system.write(word))
    found = found.removesuffix("h")
    return (f"{CONSONANT_MARK}{found}{CONSONANT_MARK}",) if len(found) >= FEWEST_CONSONANTS else ()
