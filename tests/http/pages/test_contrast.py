"""Contrast in pictures, which no checker of pages sees: words 4.5 to 1, marks 3 to 1, by light and by dark."""

import re
from itertools import product

import pytest

from api.http.pages.frame import HERE
from api.http.words import COLOURS, STATUSES

STYLE = (HERE / "static" / "pages.css").read_text()
LIGHT, DARK = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block)) for block in STYLE.split(":root {")[1:3])
WORDS = [
    *product(("ink", "soft", "accent", *STATUSES), ("bg", "panel", "mark")),
    *product(("ink", "soft"), ("land", "sea")),
]
"""Words, and what they stand on."""
MARKS = [*product(("ring",), ("land", "sea", "panel")), *product(STATUSES, ("land", "panel")), ("strong-line", "panel")]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """By WCAG 2.2, 1.4.3."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("shades", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_marks_stand_out(shades: dict[str, str]) -> None:
    assert contrast("#000", "#ffffff") == 21
    assert {
        (*pair, round(found, 2)) for pair in WORDS if (found := contrast(shades[pair[0]], shades[pair[1]])) < 4.5
    } == set()
    assert {
        (*pair, round(found, 2)) for pair in MARKS if (found := contrast(shades[pair[0]], shades[pair[1]])) < 3
    } == set()


def test_pictures_that_stand_alone_have_the_shades_of_the_light() -> None:
    assert {status: LIGHT[status] for status in STATUSES} == COLOURS
    for name, grounds in {"map": ("#f3f0e7", "#dfe7ec", "#ffffff"), "timeline": ("#ffffff",)}.items():
        text = (HERE / "templates" / f"{name}.svg").read_text() + (HERE / f"{name}.py").read_text()
        assert all(ground in text for ground in grounds)
        drawn = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', text)) & {"#545d6b", "#1d2430", "#5b6472"}
        assert {(one, ground) for one, ground in product(drawn, grounds) if contrast(one, ground) < 4.5} == set()
