"""Exports that are one document around all records: what stands before them, each of them, and what stands after."""

import html
import re
from collections.abc import Mapping
from typing import Any, Protocol

Document = dict[str, Any]
_SPECIAL = re.compile("[&<>\"'\ufffe\uffff]")
_NO_XML = {0xFFFE: "\N{REPLACEMENT CHARACTER}", 0xFFFF: "\N{REPLACEMENT CHARACTER}"}


class Framed(Protocol):
    """A format of one document; made for each answer, so that it may remember what its end has to say."""

    @property
    def media_type(self) -> str:
        """What it is sent as."""

    def head(self, description: str, left_out: Mapping[str, int]) -> bytes:
        """What comes first; it says what was asked for, and how many records are not there for want of a date."""

    def record(self, document: Document) -> bytes:
        """The next record."""

    def tail(self) -> bytes:
        """What comes last."""


def escaped(text: str | None) -> str:
    """Text as it stands in XML and HTML, also in attributes."""
    if text is None or _SPECIAL.search(text) is None:  # as most are
        return text or ""
    return html.escape(text).translate(_NO_XML)


def left_out_in_words(left_out: Mapping[str, int]) -> str:
    """`Left out: 5 undated.`; nothing where nothing is."""
    found = [f"{number} {name.replace('_', ' ')}" for name, number in left_out.items() if number]
    return f"Left out: {', '.join(found)}." if found else ""


def statuses_in_words(event: Document) -> str:
    """`control: conceded; withdrawal: disputed`: what the claims add up to."""
    found = dict.fromkeys(f"{one['aspect']}: {one['status'].replace('_', ' ')}" for one in event["assessments"])
    return "; ".join(found)
