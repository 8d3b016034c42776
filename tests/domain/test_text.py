"""Words as they are compared, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.text import fold, folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lysychans'k", ["lysychansk"]),
        ("LYSYCHANS\u02b9K", ["lysychansk"]),
        ("Лисичанськ", ["лисичанськ"]),
        ("ЛИСИЧАНСЬК", ["лисичанськ"]),
        ("п\u2019ять", ["пять"]),
        ("Київ, Йосип", ["киів", "иосип"]),
        ("Straße", ["strasse"]),
        ("ΟΔΟΣ οδός", ["οδοσ", "οδοσ"]),
        ("İstanbul", ["istanbul"]),
        ("ﬁre", ["fire"]),
        ("Ärger über Zolote-2", ["arger", "uber", "zolote", "2"]),
        ("snake_case", ["snake", "case"]),
        ("١٢٣ бой", ["١٢٣", "бои"]),
        ("… — !", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert list(fold(text)) == words


def test_each_word_stands_once_between_blanks() -> None:
    assert folded(["The plant", None, "the Gelatin plant"]) == " the plant gelatin "
    assert folded([None, "—"]) == " "


@given(st.text(max_size=30))
def test_folding_is_final(text: str) -> None:
    """What is folded stays as it is, so that a question's words meet the stored ones; case never matters."""
    words = fold(text)
    assert fold(" ".join(words)) == words
    assert fold(text.lower().upper()) == fold(text.upper())
