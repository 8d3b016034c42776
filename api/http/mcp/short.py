"""Records as an assistant reads them: ids, names, words for dates, and the claims that a status rests on."""

from typing import Any

from api.domain.date_words import date_in_words

Json = Any
DROPPED = {"dataset", "extra", "affiliated", "left_out", "by_stance", "kind_of"}


def short(value: Json) -> Json:
    """Without what is null, empty or of no use in a conversation; a date is its EDTF text and words."""
    if isinstance(value, list):
        return [short(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "precision" in value and "edtf" in value:
        return _date(value)
    kept = {name: short(one) for name, one in value.items() if name not in DROPPED}
    return {name: one for name, one in kept.items() if one is not None and one not in ([], {}, "")}


def _date(value: Json) -> Json:
    found = {"edtf": value["edtf"], "words": date_in_words(value["edtf"]), "note": value["note"]}
    return {name: one for name, one in found.items() if one is not None}
