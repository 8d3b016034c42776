"""The recorded words that are nearest to one which finds nothing: a misspelling never looks like “nothing happened”."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, exists, select

from api import models
from api.errors import SUGGESTIONS
from api.models.facets import FACETS
from api.query.lists import ListQuestion
from api.query.matching import Matching
from api.query.session import ReadSession
from api.query.statements import KINDS, REVISION
from api.query.tables import WORDS, TableQuestion
from api.storage.reader import Statement

MOST_WORDS = 3
"""Of so many words of a question the nearest are looked for."""
WHOLE = 4_000
"""So many recorded words are looked through; of more, those beside the word in the order of letters."""
BESIDE = 1_000
ROWS = 2_000
"""So many records' words are looked through, of lists that have no index of words."""
LONGEST = 40
ALIKE = 0.7
UNLIKE = 2
"""Words that differ in length by more letters are not compared."""
_FACET, _POSTING = models.FacetName.__table__, models.Posting.__table__
# Folded words are in small letters; the keys of spellings begin with signs, of which only `~` stands behind `z`.
_LATIN, _OTHER = ("a", "~"), ("\x7f", "\U0010ffff")


def _vocabulary(*, down: bool) -> Statement:
    """Rows of (revision, name) of facets that some record stands in, from `first` to before `beyond`."""
    name = _FACET.c.name
    found = select(REVISION, name).where(name >= bindparam("first"), name < bindparam("beyond"))
    found = found.where(exists().where(_POSTING.c.facet == _FACET.c.id))
    return Statement(found.order_by(name.desc() if down else name).limit(bindparam("limit")))


_BELOW, _ABOVE = _vocabulary(down=True), _vocabulary(down=False)


def _words(table: FromClause) -> Select[Any]:
    found = select(REVISION, table.c.words).where(table.c.words.like(bindparam("pattern")))
    return found.order_by(table.c.id).limit(ROWS + 1)


_OF_TABLE = {kind: Statement(_words(table)) for kind, table in WORDS.items()}


async def near_words(session: ReadSession, asked: object, words: Sequence[str]) -> list[str]:
    """For those of the folded words that find nothing in the list that is asked: what they may be meant for."""
    missing: list[str] = []
    for word in dict.fromkeys(words):
        if len(missing) == MOST_WORDS or word.isdigit() or len(word) > LONGEST:
            continue
        if not await _finds(session, asked, word):
            missing.append(word)
    near: dict[str, None] = {}
    for word in missing:
        near.update(dict.fromkeys(nearest(word, await _recorded(session, asked, word))))
    return list(near)


def nearest(word: str, recorded: Sequence[str]) -> list[str]:
    """The recorded words that are spelt most like one, best first."""
    like = [one for one in recorded if abs(len(one) - len(word)) <= UNLIKE]
    return get_close_matches(word, like, n=SUGGESTIONS, cutoff=ALIKE)


async def _finds(session: ReadSession, asked: object, word: str) -> bool:
    """Whether anything in the list holds the word."""
    if isinstance(asked, ListQuestion):
        return bool(await Matching(session, asked.table, asked.conditions).word(word))
    if isinstance(asked, TableQuestion):
        alone = TableQuestion(asked.table)
        alone.words([word])
        return bool(await alone.count(session))
    return True


async def _recorded(session: ReadSession, asked: object, word: str) -> list[str]:
    """Words of the list, in the order of letters: all where they are few, else those beside it."""
    if isinstance(asked, TableQuestion):
        return await _of_table(session, asked.table, word)
    assert isinstance(asked, ListQuestion)  # noqa: S101 - of anything else every word is found
    prefix = FACETS[KINDS[asked.table]].WORD.of("")
    first, beyond = (prefix + end for end in (_LATIN if word[0].isascii() else _OTHER))
    rows = await session.fetch(_ABOVE, {"first": first, "beyond": beyond, "limit": WHOLE + 1}, slow=True)
    if len(rows) > WHOLE:
        here = prefix + word
        below = await session.fetch(_BELOW, {"first": first, "beyond": here, "limit": BESIDE}, slow=True)
        above = await session.fetch(_ABOVE, {"first": here, "beyond": beyond, "limit": BESIDE}, slow=True)
        rows = [*below, *above]
    return sorted(row[1].removeprefix(prefix) for row in rows)


async def _of_table(session: ReadSession, table: str, word: str) -> list[str]:
    rows = await session.fetch(_OF_TABLE[table], {"pattern": "%"}, slow=True)
    if len(rows) > ROWS:  # those that hold a word which begins alike
        rows = await session.fetch(_OF_TABLE[table], {"pattern": f"% {word[:2]}%"}, slow=True)
    return sorted({one for row in rows for one in row[1].split() if one.isalnum()})
