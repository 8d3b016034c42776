"""Systems of romanisation, letter by letter, for folded words: diacritics are gone, and `y`, `i` and `j` are alike.

Kept libraries have few of them (`iuliia` Russian official ones, `transliterate` one a language, and none has those of
the press), so each stands here as what sets it apart. What two systems write alike stands once.
"""

# ruff: noqa: RUF001 - letters that look like Latin ones are meant

import re
from collections.abc import Iterator, Mapping


class System:
    """What groups of letters become, the longest first; what begins with `^` holds at the beginning of a word alone."""

    def __init__(self, letters: Mapping[str, str] | str, needs: str = "") -> None:
        """Take what each group becomes, as `_table` has it, and the letter without which it is as another system."""
        self.letters = letters = _table(letters) if isinstance(letters, str) else letters
        self.needs = needs
        groups = sorted(letters, key=lambda group: (-len(group), group))
        self._groups = re.compile("|".join(map(re.escape, groups)))

    def write(self, word: str) -> str:
        """The word in the other script; letters that the system does not know stay."""
        return self._groups.sub(lambda found: self.letters[found[0]], f"^{word}").removeprefix("^")


def _table(text: str) -> dict[str, str]:
    """Letters and what they become, in pairs; `-`: nothing."""
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
TO_CYRILLIC = System(
    "shch щ schtsch щ zgh зг zh ж kh х ts ц ch ч tch ч tsch ч sh ш sch ш ya я ia я ja я yu ю iu ю ju ю ye е ie е je е "
    "a а b б c к d д e е f ф g г h г i и j и k к l л m м n н o о p п q к r р s с t т u у v в w в x кс y и z з"
)
ENDINGS = (
    *("ого", "ому", "ими", "ами", "ями", "ови", "еви", "ою", "ею", "ои"),
    *("ом", "ем", "ам", "ям", "ах", "ях", "ив", "ов", "ев", "ии", "ые", "ая", "ую", "и", "а", "я", "у", "ю", "о", "е"),
)
"""Endings of cases, Ukrainian and Russian, in letters that are alike in both; the longest first."""

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
        _GREEK | _table("β b η e υ u φ ph χ kh αυ au ευ eu μπ mp"),
        _ARMENIAN,
        _ARMENIAN | _table("ժ z խ x ծ c ձ j ղ g ճ c շ s չ c ց c ը i ^ե e ^ո o"),
        _ARMENIAN | _table("խ ch ղ r ճ tch չ tch շ ch ու ou ^ե ie"),
        _GEORGIAN,
        _GEORGIAN | _table("ჟ z ღ g შ s ჩ c ც c ძ j წ c ჭ c ხ x"),
        _GEORGIAN | _table("ღ gh ყ k შ sch ჩ tsch ც z წ z ჭ tsch ხ ch ჯ dsch"),
        _GEORGIAN | _table("ყ k უ ou შ ch ჩ tch ჭ tch ჯ dj"),
    )
)

# Arabic and Hebrew script leave most vowels out: what is compared is the consonants, in whole words.
ABJAD = System(
    "ا - ب b ت t ث t ج g ح h خ x د d ذ d ر r ز z س s ش s ص s ض d ط t ظ z ع - غ g ف f ق k ك k ل l م m ن n ه h و - ي - "
    "ى - ة - ء - پ p چ x گ g ژ z ک k ی - ۀ - א - ב b ג g ד d ה h ו - ז z ח x ט t י - כ k ך k ל l מ m ם m נ n ן n ס s "
    "ע - פ p ף p צ z ץ z ק k ר r ש s ת t"
)
CONSONANTS = System(
    "kh x ch x gh g sh s th t dh d ts z tz z zh z ph p a - e - i - o - u - y - w - v b b b c k d d f f g g h h j g k k "
    "l l m m n n p p q k r r s s t t x x z z"
)
ARTICLE = "ال"
