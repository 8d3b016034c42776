"""Records at the edge of what may be loaded: names without end or from right to left, poles, figures open both ways."""

from collections.abc import Iterator
from typing import Any

from seed.refusals import Entry, Place, Refusal, entry

DATASET, FIGURES, LONG = "odd", 40, "Z" * 150
MARKUP = "צבא <script>alert(1)</script>"
DAY = "2024-01-05"
POINTS = {
    "fiji-west": ("Fiji west", 179.9, -17.0, 20_000.0),
    "fiji-east": ("Fiji east", -179.9, -17.1, 20_000.0),
    "north-pole": ("North Pole", 0.0, 90.0, 100_000.0),
    "south-pole": ("South Pole", 0.0, -90.0, None),
    "one-spot": ("القدس", 35.2, 31.7, 0.0),
    "same-spot": ("ירושלים", 35.2, 31.7, 500.0),
}


def entries() -> Iterator[Entry | Refusal]:
    """The records as a load takes them."""
    for kind, fields in (*_frame(), *_events(), *_claims()):
        found = entry(kind, fields, DATASET, Place("odd", 1))
        yield from found if isinstance(found, list) else [found]


def _frame() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "dataset", {"id": DATASET, "title": 'Odd <b>set</b> & "more"', "recorded_at": "2025-01-01T00:00:00Z"}
    yield "source", {"id": "odd-paper", "kind": "news", "title": "مصدر: أخبار", "language": "ar"}
    yield "source", {"id": "odd-long", "kind": "news", "title": "L" * 400}
    for side, name in (("odd-a", "جيش الدفاع"), ("odd-b", MARKUP), ("odd-c", "Side C, which says nothing")):
        yield "actor", {"id": side, "kind": "side", "name": name}
    for speaker, name, side in (("odd-speaker-a", "أحمد (المتحدث)", "odd-a"), ("odd-speaker-b", LONG, "odd-b")):
        yield (
            "actor",
            {"id": speaker, "kind": "person", "name": name, "affiliations": [{"kind": "represents", "actor": side}]},
        )
    for place, (name, longitude, latitude, radius) in POINTS.items():
        point = {"longitude": longitude, "latitude": latitude, "method": "stated", "source": "odd-paper"}
        yield (
            "location",
            {
                "id": place,
                "kind": "place",
                "name": name,
                "point": point | ({"radius_m": radius} if radius is not None else {}),
            },
        )


def _events() -> Iterator[tuple[str, dict[str, Any]]]:
    sides = [{"actor": f"odd-{side}", "role": "attacker"} for side in "abc"]
    for event, title, date, place in (
        ("odd-fiji.west_1", "In the west", "2024-01-01", "fiji-west"),
        ("odd-fiji-east", "In the east", "2024-01-02", "fiji-east"),
        ("odd-north", "At the pole", "2024-01-03/..", "north-pole"),
        ("odd-south", "A" * 300, "[..2024-01-03]", "south-pole"),
        ("odd-answered", "قصف على القدس " + "كلمة " * 40, "[2024-01-03..2024-01-09]", "one-spot"),
        ("odd-figures", "Many figures", DAY, "same-spot"),
        ("odd-undated", "Undated and nowhere", None, None),
    ):
        fields: dict[str, Any] = {"id": event, "kind": "shelling", "title": title, "participants": sides}
        fields |= {"date": {"edtf": date, "basis": "stated"}} if date else {}
        yield "event", fields | ({"location": place, "place_relation": "at"} if place else {})


def _claims() -> Iterator[tuple[str, dict[str, Any]]]:
    occurrence = {"event": "odd-answered", "aspect": "occurrence"}
    yield _claim("said", "a", "asserts", "2024-01-04", **occurrence, quote="لقد قصفنا <script>alert(1)</script>")
    yield _claim("answer", "b", "denies", "[2024-01-05..2024-01-08]", **occurrence, about="odd-said", summary=LONG * 4)
    yield _claim("taken-back", "a", "retracts", "2024-01-09", **occurrence, about="odd-said")
    forms: tuple[dict[str, int], ...] = ({"low": 10}, {"high": 900_001}, {"best": 7}, {"low": 1, "best": 3, "high": 8})
    for number in range(FIGURES):
        value = {**forms[number // 2 % len(forms)], "unit": ("people", "km")[number % 2]}
        yield _claim(
            f"figure-{number}",
            "ab"[number // 4 % 2],
            "asserts",
            DAY if number < FIGURES // 2 else "2024-01-06",
            event="odd-figures",
            aspect="quantity",
            value=value | {"measure": ("attackers", "distance")[number % 2]},
        )


def _claim(name: str, side: str, stance: str, said: str, **more: Any) -> tuple[str, dict[str, Any]]:
    cited = [{"source": "odd-long", "role": "carries", "locator": "p. 1 " + "very " * 30}]
    fields = {"id": f"odd-{name}", "speaker": f"odd-speaker-{side}", "stance": stance, "citations": cited}
    return "claim", {**fields, "said": {"edtf": said, "basis": "stated"}, **more}
