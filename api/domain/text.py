"""Folds words for search: without case, diacritics or apostrophes, in every script and in other spellings.

Names are romanised by the national, library and press systems of their language, and back. Each word of a name and each
word of a query has additional keys, and a query word matches if one of its keys is a prefix of a key of the name. Keys
unify what systems mix (`y`, `i`, `j`; doubled letters), and in Cyrillic also differences between Ukrainian and Russian
and case endings. Keys begin with a mark that no word has.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise, product

# ruff: noqa: RUF001 - letters that look like Latin ones are meant


class System:
    """A romanisation system: replacements for groups of letters, longest first; `^` marks the beginning of a word."""

    def __init__(self, letters: Mapping[str, str] | str, needs: str = "") -> None:
        """Take replacements from `_table`, and the letter without which the system equals another one."""
        self.letters = letters = _table(letters) if isinstance(letters, str) else letters
        self.needs = needs
        groups = sorted(letters, key=lambda group: (-len(group), group))
        self._groups = re.compile("|".join(map(re.escape, groups)))

    def write(self, word: str) -> str:
        """The word in the other script; unknown letters are kept."""
        return self._groups.sub(lambda found: self.letters[found[0]], f"^{word}").removeprefix("^")


def _table(text: str) -> dict[str, str]:
    """Pairs of letters and their replacement; `-` means none."""
    parts = text.split()
    return {letter: "" if latin == "-" else latin for letter, latin in zip(parts[::2], parts[1::2], strict=True)}


# Ukraine 2010, UNGEGN, BGN/PCGN, ALA-LC, and the English press.
_ENGLISH = _table(
    "а a б b в v г g ґ g д d е e є ie ж zh з z зг zgh и i і i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts "
    "ч ch ш sh щ shch ы i ь - ъ - э e ю iu я ia ў u ј i љ l њ n ћ c ђ d џ dz"
)
_APART: Mapping[str, str] = {
    "English": "",
    "ISO 9": "ж z х h ц c ч c ш s щ s є e ю u я a",
    "scientific, Czech, Croatian": "ж z х h ц c ч c ш s щ sc ьо io",
    "Czech, Slovak": "ж z х ch ц c ч c ш s щ sc",
    "DSTU 9112": "х x щ shh ц c",
    "German": "ж sch з s х ch ц z ч tsch ш sch щ schtsch",
    "French": "ж j у ou ч tch ш ch щ chtch ю iou",
    "Polish": "ж z х ch ц c ч cz ш sz щ szcz ьо io",
    "Hungarian": "ж zs с sz х h ц c ч cs ш s щ scs",
    "Spanish": "х j щ sch",
    "Dutch": "ж zj у oe х ch ч tsj ш sj щ sjtsj ю joe",
    "Turkish": "ж j х h ч c ш s щ sc",
    "Scandinavian": "ж zj ч tj ш sj щ sjtj ьо io",
}


def _cyrillic() -> Iterator[System]:
    for apart in _APART.values():
        system = _ENGLISH | _table(apart)
        yield System(system)
        yield System(system | {"г": "h", "зг": "zh"}, "г")  # Ukrainian and Belarusian
        # After a vowel, a sign and at the beginning, systems for Russian write the sound before `e`.
        yield System(
            system | {"^е": "ie", "ье": "ie", "ъе": "ie", "ае": "aie", "ое": "oie", "ее": "eie", "уе": "uie"}, "е"
        )


CYRILLIC = tuple(_cyrillic())
_TO_CYRILLIC = _table(
    "shch щ schtsch щ zgh зг zh ж kh х ts ц ch ч tch ч tsch ч sh ш sch ш ya я ia я ja я yu ю iu ю ju ю ye е ie е je е "
    "a а b б c к d д e е f ф g г h г i и j и k к l л m м n н o о p п q к r р s с t т u у v в w в x кс y и z з"
)
# Two letters are one sound or two: Мариуполь, Диана, Киев, Якутск.
TO_CYRILLIC = tuple(System(_TO_CYRILLIC | _table(more)) for more in ("", "yo е jo е", "iu иу ia иа ie ие ts тс"))
ENDINGS = (
    *("ого", "ому", "ими", "ами", "ями", "ови", "еви", "ою", "ею", "ои"),
    *("ом", "ем", "ам", "ям", "ах", "ях", "ив", "ов", "ев", "ии", "ые", "ая", "ую", "и", "а", "я", "у", "ю", "о", "е"),
)
"""Case endings of Ukrainian and Russian after unifying letters, longest first."""

_GREEK = _table(
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ i φ f χ ch ψ ps ω o ου ou "
    "αυ av ευ ev γγ ng γκ gk μπ b ντ nt"
)
_ARMENIAN = _table(
    "ա a բ b գ g դ d ե e զ z է e ը e թ t ժ zh ի i լ l խ kh ծ ts կ k հ h ձ dz ղ gh ճ ch մ m յ y ն n շ sh ո o չ ch պ p "
    "ջ j ռ r ս s վ v տ t ր r ց ts ւ v փ p ք k օ o ֆ f ու u եւ ev ^ե ye ^ո vo"
)
_GEORGIAN = _table(
    "ა a ბ b გ g დ d ე e ვ v ზ z თ t ი i კ k ლ l მ m ნ n ო o პ p ჟ zh რ r ს s ტ t უ u ფ p ქ k ღ gh ყ q შ sh ჩ ch ც ts "
    "ძ dz წ ts ჭ ch ხ kh ჯ j ჰ h"
)
OTHERS = tuple(
    System(letters)
    for letters in (
        _GREEK,
        _GREEK | _table("χ h μπ mp ντ d γκ g ου u"),
        _GREEK | _table("ει i οι i υι i αι e"),
        _GREEK | _table("β b η e υ u φ ph χ kh αυ au ευ eu μπ mp"),
        _ARMENIAN,
        _ARMENIAN | _table("ժ z խ x ծ c ձ j ղ g ճ c շ s չ c ց c ը i ^ե e ^ո o"),
        _ARMENIAN | _table("խ ch ղ r ճ tch չ tch շ ch ու ou ^ե ie"),
        _ARMENIAN | _table("ժ sch խ ch ձ ds ց z ղ gh ճ tsch չ tsch ջ dsch շ sch զ s"),
        _ARMENIAN | _table("ջ dj ճ tch չ tch շ ch ու ou"),
        _GEORGIAN,
        _GEORGIAN | _table("ჟ z ღ g შ s ჩ c ც c ძ j წ c ჭ c ხ x"),
        _GEORGIAN | _table("ზ s ღ gh ყ k შ sch ჩ tsch ც z წ z ჭ tsch ხ ch ჯ dsch"),
        _GEORGIAN | _table("ყ k უ ou შ ch ჩ tch ჭ tch ჯ dj"),
    )
)

# Arabic and Hebrew script omit most vowels: words of many consonants are compared by these alone, and shorter ones with
# the vowels that may stand between them: where no letter says which, any.
ABJAD = _table(
    "ب b ت t ث t ج g ح h خ x د d ذ d ر r ز z س s ش s ص s ض d ط t ظ z غ g ف p ق k ك k ل l م m ن n ه h پ p چ x گ g ژ z "
    "ک k ב b ג g ד d ה h ז z ח xh ט t כ kx ך kx ל l מ m ם m נ n ן n ס s פ p ף p צ z ץ z ק k ר r ש s ת t"
)
ABJAD_VOWELS = _table("و u ו u ي ie ی ie י ie ا ae ى ae ة ae ۀ ae ע aeiu א aeiu ع aeiu ء aeiu")
SILENT = frozenset("عءע")
"""Vowels that need not be heard at the end of a word."""
FADING = "هحה"
"""Consonants that are not compared there."""
CONSONANTS = System(
    "kh x ch x sch s gh g sh s th t dh d dj g ts z tz z zh z ph p b b c k d d f p g g h h j g k k l l m m n n p p q k "
    "r r s s t t v b x x z z"
)
# How Latin script writes consonants, by letter or by their sounds, and the letters that are vowels or consonants.
WRITTEN = {"b": ("b", "v"), "k": ("k", "q", "c"), "kx": ("k", "kh", "c"), "p": ("f", "p")}
WRITTEN |= {"x": ("kh",), "xh": ("h", "kh", "ch"), "ש": ("s", "sh"), "ش": ("sh",)}
SEMIVOWELS = {"و": "u", "ו": "u", "ي": "i", "ی": "i", "י": "i"}
ARTICLE = "ال"
SUN = _table("ت at ث ath د ad ذ adh ر ar ز az س as ش ash ص as ض ad ط at ظ az ن an")
"""The article before these letters, as Latin script also writes it."""
_VOWELS = re.compile("[aeiouyw]+")
_NO_VOWELS = re.compile("[aeiu]")
_TWICE = re.compile(f"([{''.join(ABJAD)}])\\1")

# Letters of transliterations of Arabic and Hebrew that sound otherwise without their mark. In a query each is a letter
# that no language uses, until its word is compared.
MARKED = {"ḫ": "ꜧ", "ẖ": "ꜧ", "ḵ": "ⱪ", "č": "ꞓ", "ṣ": "ꞩ"}
_UNMARKED = str.maketrans({"ꜧ": "h", "ⱪ": "k", "ꞓ": "c", "ꞩ": "s"})
_HEARD = str.maketrans({"ꜧ": "kh", "ⱪ": "kh", "ꞓ": "ch"})

# Cyrillic letters that sound otherwise without their mark, and how they are read besides.
LOST = {"ё": ("е", "ио", "о"), "ў": ("у", "в")}
LATIN_MARK, CYRILLIC_MARK, STEM_MARK, CONSONANT_MARK = "~", "=", "#", "&"
WAYS = 4  # the maximum number of alternatives of a word
SHORTEST = 3
"""Shorter words have no other spellings, because too many words would begin like them."""
SHORTEST_STEM = 4
ENOUGH_CONSONANTS = 4
"""A word with at least this many is known by them; with fewer, `Homs` and `Hama` would be equal."""
FEWEST_CONSONANTS = 2  # a word with one is known by its letters: otherwise `ice` and `echo` would find places
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z\u00df-\u024f]")
_ABJAD = re.compile("[\u0590-\u06ff]")
_DOUBLED = re.compile(r"(zh|sh|ch|kh|ts|.)\1+")
_ALIKE = str.maketrans({"y": "i", "j": "i", "w": "v", "ł": "l", "đ": "d", "ø": "o", "ı": "i", "ß": "s", "ə": "e"})
_SLAVIC_ALIKE = str.maketrans({"ы": "и", "і": "и", "ґ": "г", "є": "е", "э": "е", "ў": "у", "ь": "", "ъ": ""})


def spellings(words: Iterable[str]) -> Iterator[str]:
    """The keys of folded words of a name, in addition to the words themselves."""
    for word in words:
        yield from _keys(word)


@lru_cache(maxsize=65_536)
def alternatives(word: str) -> tuple[str, ...]:
    """The prefixes that a word of a query may match in the index: the word itself and its keys."""
    heard, word = word.translate(_HEARD), word.translate(_UNMARKED)
    if len(word) < SHORTEST:
        return (word,)
    if _CYRILLIC.search(word):
        plain = _slavic(word)
        return (word,) if len(plain) < SHORTEST else (word, CYRILLIC_MARK + plain, _stem(plain))
    if _LATIN.search(word):  # two hundred repetitions of a letter become one letter, a prefix of too many words
        plain = _plain(word)
        spelt = () if len(plain) < SHORTEST else (LATIN_MARK + plain,)
        return (word, *spelt, *dict.fromkeys(key for one in _voiced(heard) for key in _spoken(one)))
    return (word, word.removeprefix(ARTICLE)) if _bare(word) != word else (word,)


@lru_cache(maxsize=65_536)
def _keys(word: str) -> tuple[str, ...]:
    if _ABJAD.search(word):
        return tuple(dict.fromkeys(_unwritten(word)))
    if len(word) < SHORTEST or word.isdigit():
        return ()
    if _CYRILLIC.search(word):
        romanised, slavic = [system.write(word) for system in CYRILLIC if system.needs in word], [_slavic(word)]
    elif _LATIN.search(word):
        romanised, slavic = [word], [_slavic(system.write(word)) for system in TO_CYRILLIC]
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
    """The key of a word without its case ending, as a whole word."""
    longest = len(word) - SHORTEST_STEM
    ending = next((ending for ending in ENDINGS if len(ending) <= longest and word.endswith(ending)), "")
    return f"{STEM_MARK}{word.removesuffix(ending)}{STEM_MARK}"


def _voiced(word: str) -> Iterator[str]:
    """The word, with the `j` of German and of names of the Bible, which is a `y`, and with the `ṣ` of Hebrew."""
    plain = word.replace("ꞩ", "s")
    yield plain
    if "j" in word:
        yield plain.replace("j", "y")
    elif plain != word:
        yield word.replace("ꞩ", "ts")


def _spoken(word: str) -> tuple[str, ...]:
    """The key by which a Latin word finds names in Arabic and Hebrew script, if it has enough consonants."""
    sounds = CONSONANTS.write(_VOWELS.sub(lambda found: _vowel(found[0]), _DOUBLED.sub(r"\1", word)))
    if len(sounds) > 1 and sounds[-2] in "aeiu":
        sounds = sounds.removesuffix("h")
    sounds = _DOUBLED.sub(r"\1", sounds)
    found = _NO_VOWELS.sub("", sounds)
    if len(found) < FEWEST_CONSONANTS:
        return ()
    return (_whole(sounds if len(found) < ENOUGH_CONSONANTS else _DOUBLED.sub(r"\1", found)),)


def _vowel(group: str) -> str:
    """The sound of successive vowels: Deir and Dayr, Zor and Zawr are equal."""
    if not {"u", "o", "w"}.isdisjoint(group):
        return "u"
    if not {"i", "y"}.isdisjoint(group):
        return "i"
    return "a" if "a" in group else "e"


def _unwritten(word: str) -> Iterator[str]:
    """The keys of a word in Arabic or Hebrew script, also without its article, and the Latin forms of the article."""
    yield from _sounded(word)
    if (bare := _bare(word)) == word:
        return
    yield bare
    for article in ("al", SUN.get(bare[0], "al")):
        yield from (article, f"e{article[1:]}")
    yield from _sounded(bare)
    if bare[0] in SUN:  # Ezzor
        joined = [key for key in _sounded(bare) if _NO_VOWELS.search(key)]
        yield from (f"{CONSONANT_MARK}{vowel}{key[1:]}" for key in joined for vowel in "ae")


def _bare(word: str) -> str:
    """A word without the Arabic article, if enough is left of it."""
    return word.removeprefix(ARTICLE) if len(word) >= len(ARTICLE) + SHORTEST else word


def _sounded(word: str) -> Iterator[str]:
    word = _TWICE.sub(r"\1", word)
    consonants = [ABJAD[letter] for letter in word if letter in ABJAD]
    if len(consonants) > 1 and word[-1] in FADING:
        consonants.pop()
    if len(consonants) < FEWEST_CONSONANTS:
        yield from _lettered(word)
        return
    sounds: Iterable[tuple[str, ...]] = product(*consonants)
    if len(consonants) < ENOUGH_CONSONANTS:
        slots = _slots(word)
        sounds = product(*chain.from_iterable(zip(slots, (*consonants, "-"), strict=True)))
    for one in sounds:
        yield _whole(_DOUBLED.sub(r"\1", "".join(one).removesuffix("-")))


def _lettered(word: str) -> Iterator[str]:
    """The Latin spellings of a word of one consonant, letter by letter, such as Akko, Ein and Yafa."""
    if len(word) < SHORTEST or not any(letter in ABJAD for letter in word):
        return
    spelt: list[Sequence[str]] = []
    for at, letter in enumerate(word):
        after = word[at + 1 : at + 2]
        if letter in ABJAD and not (letter in FADING and not after):
            sounds = ABJAD[letter]
            spelt.append(WRITTEN.get(letter) or WRITTEN.get(sounds) or (sounds,))
        elif letter in SEMIVOWELS:
            spelt.append(("i",) if SEMIVOWELS[letter] == "i" else ("u", "o", "v", "ou"))
            if not at and after in ABJAD:
                spelt.append(("a", "e", ""))
        else:
            spelt.append(("a", "e", "") if after in SEMIVOWELS else ("a", "e") if not at else ("a", "ah"))
    for one in product(*spelt):
        yield LATIN_MARK + _plain("".join(one))


def _slots(word: str) -> list[tuple[str, ...]]:
    """The vowels that may stand before each consonant and after the last."""
    written = [""]
    for at, letter in enumerate(word):
        if letter not in ABJAD or (letter in FADING and at == len(word) - 1):
            written[-1] += letter
        else:
            written.append("")
    slots = []
    for at, letters in enumerate(written):
        first, last = at == 0, at == len(written) - 1
        heard = ["ae" if letter in FADING else ABJAD_VOWELS.get(letter, "") for letter in letters]
        told = next((vowels for vowels in ("u", "ie", "ae") if vowels in heard), "aeiu")
        if not letters:
            slots.append(("",) if first or last else ("", *"aeiu"))
        elif first:
            slots.append(tuple("aeiu" if told == "ae" else told))
        else:
            slots.append(("", *told) if last and SILENT.issuperset(letters) else tuple(told))
    return slots


def _whole(sounds: str) -> str:
    return f"{CONSONANT_MARK}{sounds}{CONSONANT_MARK}"


# Apostrophes, and the characters that transliterations use for them and for soft signs, inside words.
APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛ʼʻʽʹʺʾʿˈ′‵`´＇׳՚"))
WORD = re.compile(r"[^\W_]+")
ASCII = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else 32 for code in range(256))  # noqa: PLR2004 - ASCII
"""The same for ASCII texts, by bytes: letters and digits, and a space for everything between words."""
LONGEST = 500
"""The maximum length of a compared word; longer ones do not fit into an index."""
SHORT = 100
"""Shorter texts are names, which repeat often and are cached."""


def fold(text: str) -> tuple[str, ...]:
    """The words of a text; `Lysychans'k` and `LYSYCHANSK` are equal."""
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


def query_words(text: str) -> tuple[str, ...]:
    """The words of a query, folded like those of records, but with letters that sound otherwise without their mark."""
    if text.isascii():
        return fold(text)
    plain = unicodedata.normalize("NFC", text.casefold())
    return fold("".join(MARKED.get(letter, letter) for letter in plain))


def heard(name: str) -> Iterator[str]:
    """The name as it sounds where folding would lose it: with `ё` and `ў` as they are pronounced."""
    plain = unicodedata.normalize("NFC", name.casefold())
    lost = [letter for letter in LOST if letter in plain]
    # After щ ё is no `o`: otherwise `school` would find every Щёлково.
    for sounds in product(*(LOST[letter][: 2 if "щё" in plain else None] for letter in lost)):
        yield plain.translate(dict(zip(map(ord, lost), sounds, strict=True)))


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Each two successive words as one, as Latin script may write them: Beersheba."""
    for one, other in pairwise(words):
        if not (_LATIN.search(one + other) or (one + other).isdigit()):
            yield from {one + other: 0, one + _bare(other): 0}


def folded(texts: list[str | None], names: Iterable[str | None] = ()) -> str:
    """The distinct words of texts and names, each between spaces; for names also other spellings."""
    words = dict.fromkeys(chain.from_iterable([fold(text) for text in texts if text is not None]))
    words |= dict.fromkeys(chain.from_iterable([_known(name) for name in names if name is not None]))
    return f" {' '.join(words)} " if words else " "


@lru_cache(maxsize=8_192)
def _known(name: str) -> tuple[str, ...]:
    """The words of a name and all their spellings."""
    own, others = fold(name), chain.from_iterable([fold(one) for one in ([] if name.isascii() else heard(name))])
    return tuple(dict.fromkeys([*own, *spellings(own), *spellings(others), *spellings(_joined(own))]))
