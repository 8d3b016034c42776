"""The words of pages and other formats for records: vocabulary, dates, figures, and the status of an event."""

from collections.abc import Iterable, Mapping, Sequence

from api.domain import vocabulary as v
from api.domain.dates import date_in_words
from api.schemas.records import Json

CONTESTED = (
    v.Status.DISPUTED,
    v.Status.DENIED,
    v.Status.CONCEDED,
    v.Status.CORROBORATED,
    v.Status.CLAIMED,
    v.Status.UNADDRESSED,
)
"""The most contested first; it represents an event with several questions."""
_RANKS = {status.value: rank for rank, status in enumerate(CONTESTED)}
NOTHING_SAID = "unsaid"
"""The status of an event without claims."""

STATUSES = {
    "disputed": "disputed: support and opposition both stand",
    "denied": "denied: only opposed",
    "conceded": "conceded: opposed once, no longer; or admitted against the speaker's interest",
    "corroborated": "corroborated: independent voices or an instrument support it",
    "claimed": "claimed: one voice supports it",
    "unaddressed": "unaddressed: spoken of, without a position",
    NOTHING_SAID: "no claim is recorded",
}
COLOURS = {
    "disputed": "#8a5300",
    "denied": "#7d3457",
    "conceded": "#5a4596",
    "corroborated": "#0b655c",
    "claimed": "#3f4d63",
    "unaddressed": "#626974",
    NOTHING_SAID: "#626974",
}
"""As in the style sheet, for pictures in files of their own; equally strong, and never the only difference."""
STANCES = {
    "asserts": "asserted it",
    "concedes": "conceded it",
    "denies": "denied it",
    "doubts": "doubted it",
    "corroborates": "corroborated it",
    "cannot_confirm": "could not confirm it",
    "silent": "said nothing of it",
    "pledges": "pledged",
    "retracts": "retracted",
}
_PASSIVE = {
    "asserts": "asserted",
    "concedes": "conceded",
    "denies": "denied",
    "doubts": "doubted",
    "corroborates": "corroborated",
    "cannot_confirm": "not confirmed",
    "silent": "left out",
    "pledges": "pledged",
    "retracts": "retracted",
}
_BASES = {
    "relative": "reckoned from another day",
    "inferred": "by an editor",
    "external": "dated by another report",
}
_POSITIONS = {"support": "support", "oppose": "opposition", "neutral": "neutral"}
HEDGES = {"reported": "as a report", "likely": "as likely", "possible": "as possible"}
STANDS = {"support": "in support", "oppose": "opposed", "neutral": "without a position"}
"""The same as `STANCES`, in forms that fit singular and plural names of speakers."""
SIDES = {
    **dict.fromkeys(("asserts", "concedes", "corroborates"), "support"),
    **dict.fromkeys(("denies", "doubts"), "oppose"),
}


def plain(word: str | None) -> str:
    """A word of a vocabulary as written in a sentence."""
    return (word or "").replace("_", " ")


def sentence_case(text: str) -> str:
    """Words as the beginning of a sentence; names in them keep their capitals."""
    return text[:1].upper() + text[1:]


def shortened(text: str, most: int) -> str:
    """A text shortened to a length, with an ellipsis if some is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def told_by(stance: str, speaker: str) -> str:
    """`Denied by officials`: a stance in a form that fits singular and plural names."""
    return f"{sentence_case(_PASSIVE.get(stance, plain(stance)))} by {speaker}"


def moved(move: Json) -> str:
    """A change of a party's position: `New position of Ukraine on control: support; until then opposition.`."""
    party = move["party"]["name"] if move["party"] else "an unnamed party"
    figure = move.get("value")
    now = _POSITIONS[move["after"]] + (f", with {figure_text(figure)}" if figure else "")
    before = _POSITIONS[move["before"]] if move["before"] else "none"
    return f"New position of {party} on {about(move)}: {now}; until then {before}."


def basis(date: Json) -> str:
    """The basis of a date in words, unless it is stated."""
    return _BASES.get(date["basis"], "")


def when(date: Json) -> str:
    """A date in words."""
    return date_in_words(date["edtf"])


def since(date: Json) -> str:
    """The start of a position, from the date of its claim."""
    edtf = date["edtf"]
    if edtf is None:
        return "on a day unknown"
    told = when(date)
    return f"said {told}" if "/" in edtf else f"since {told.replace('once between', 'some day between')}"


def worst(statuses: Iterable[str]) -> str:
    """The most contested of some statuses."""
    return min(statuses, key=_RANKS.__getitem__, default=NOTHING_SAID)


def status_of(event: Json) -> str:
    """The status that represents an event."""
    found = event["assessments"]
    return str(found[0]["status"]) if len(found) == 1 else worst(one["status"] for one in found)


def question(one: Json) -> str:
    """The question of an assessment, dispute or history: its aspect, and for figures what is counted."""
    return plain(one["aspect"]) + (f": {counted(one)}" if one.get("unit") else "")


def about(one: Json) -> str:
    """The same within a sentence: `casualties (people killed of the Ukrainian side)`."""
    return plain(one["aspect"]) + (f" ({counted(one)})" if one.get("unit") else "")


def statuses(event: Json) -> str:
    """`control: conceded; withdrawal: disputed`: what the claims on each question add up to."""
    return "; ".join(dict.fromkeys(f"{about(one)}: {plain(one['status'])}" for one in event["assessments"]))


def otherwise(date: Json) -> str | None:
    """`Otherwise dated: 3 July 2022 (Paper).`, if other sources give other dates."""
    found = [f"{date_in_words(one['edtf'])} ({one['source']['title']})" for one in date.get("others") or ()]
    return f"Otherwise dated: {'; '.join(found)}." if found else None


def question_key(one: Json) -> tuple[str, ...]:
    """The key that identifies a question of an event."""
    return (one["aspect"], one.get("measure") or "", (one.get("of") or {}).get("id") or "", one.get("unit") or "")


OPEN = "any number"
"""The combination of several figures of one day without a common bound."""


def figure(value: Json) -> str:
    """A figure in words: `40 to 60 (best 50) people killed of the Ukrainian side`."""
    text = figure_text(value)
    return f"{text} of {counted(value)}" if text == OPEN else f"{text} {counted(value)}"


def figure_text(value: Json) -> str:
    """A figure without what it counts: `at least 200`."""
    low, best, high = (value[name] for name in ("low", "best", "high"))
    if low is not None and high is not None and low != high:
        middle = f" (best {grouped(best)})" if best is not None and best not in {low, high} else ""
        return f"{grouped(low)} to {grouped(high)}{middle}"
    if low is not None and high is None and best is None:
        return f"at least {grouped(low)}"
    if high is not None and low is None and best is None:
        return f"up to {grouped(high)}"
    return next((grouped(one) for one in (best, low, high) if one is not None), OPEN)


def counted(value: Json) -> str:
    """What a figure counts, and of which actor."""
    unit, measure = plain(value["unit"]), plain(value.get("measure"))
    more = "" if measure in {"", "other", unit} else f" {measure}"
    of = value.get("of")
    return f"{unit}{more}" + (f" of {of['name']}" if of else "")


def grouped(value: float) -> str:
    """A number with separators between thousands."""
    return f"{value:,}"


def quantity(many: int, noun: str, nouns: str | None = None) -> str:
    """`1 claim`, `2 claims`."""
    return f"{grouped(many)} {noun if many == 1 else nouns or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def lane_words(name: str, width: int = 22, most: int = 3) -> list[str]:
    """A lane's name, split into lines that fit beside it."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word[:width])
    return lines[:most] or [""]


_LACKING = {
    "undated": "without a date",
    "undated_claims": "missing only because claims about them are undated",
    "without_coordinates": "without a point",
}


def lacking(found: Mapping[str, int] | None) -> list[str]:
    """The numbers of records without a date or a point that the filters left out, in words."""
    return [
        f"{quantity(size, 'event')} {_LACKING.get(name, plain(name))}"
        for name, size in (found or {}).items()
        if size > 0
    ]
