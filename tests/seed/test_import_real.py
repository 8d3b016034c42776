"""The real files, where a copy of them lies beside the project; they are never part of it."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from rich.console import Console

from api.settings import PROJECT
from seed.importers.cells import mark
from seed.importers.command import Wish, import_files
from tests.support.live import serving

DATA = PROJECT.parent / "shared" / "data"
Expected = dict[str, dict[str, int]]

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the project")


def load(url: str, name: str, files: Sequence[str], *, reworded: int = 0, prune: bool = False) -> Expected:
    """By kind, what was new, changed, unchanged and vanished, without noughts; nothing may be refused."""
    paths = [path for pattern in files for path in sorted(DATA.glob(pattern))]
    assert paths
    outcome = import_files(url, name, paths, Wish(prune=prune), Console(file=io.StringIO()))
    assert (outcome.refused, outcome.report.reworded) == ([], reworded)
    return {
        kind: {what: number for what, number in one.items() if number}
        for kind, one in outcome.report.counts().items()
        if kind != "dataset"
    }


def test_three_extracts_of_ucdp_one_after_another(dossier_url: str) -> None:
    assert load(dossier_url, "ucdp", ["ucdp/hdx*45col*"]) == {
        "source": {"new": 1578},
        "actor": {"new": 12},
        "location": {"new": 222},
        "event": {"new": 993},
        "claim": {"new": 2042},
    }
    assert load(dossier_url, "ucdp", ["ucdp/hdx*52col*"], prune=True, reworded=191) == {
        "source": {"new": 261, "unchanged": 1578},
        "actor": {"unchanged": 12},
        "location": {"new": 30, "unchanged": 220, "vanished": 2},
        "event": {"new": 174, "changed": 993},
        "claim": {"new": 349, "changed": 1, "unchanged": 2040, "vanished": 1},
    }
    assert load(dossier_url, "ucdp", ["ucdp/ged231*"]) == {
        "source": {"new": 1745, "unchanged": 11, "vanished": 1828},
        "actor": {"new": 268, "unchanged": 8, "vanished": 4},
        "location": {"new": 1677, "unchanged": 1, "vanished": 246},
        "event": {"new": 995, "changed": 5, "vanished": 1162},
        "claim": {"new": 2037, "unchanged": 10, "vanished": 2380},
    }
    assert set(load(dossier_url, "ucdp", ["ucdp/ged231*"])["event"]) == {"unchanged", "vanished"}
    with serving(dossier_url) as api:
        assert api.get("/events/count", dataset="ucdp") == {"count": 2162}
        found = api.ids("/events", party="ukraine", date_from="2022-01-01", limit=1000)
        datasets = {id_.partition("-")[0] for id_ in found}
        assert "ucdp" in datasets
        assert "capture-of-lysychansk" in found
        assert len(api.ids("/events", party="ukraine", date_from="2019-01-01", limit=1000)) > len(found)
        kept = [event for page in api.pages("/events", dataset="ucdp", limit=1000) for event in page["data"]]
    for event in kept:
        row = event["extra"]
        if row["where_prec"] in {"6", "7"}:
            assert event["location"]["point"] is None
        if row["date_prec"] != "1":
            assert event["date"]["precision"] != "day"
            assert ("/" in event["date"]["edtf"]) == (row["event_clarity"] == "2")


def ucdp_rows() -> Iterator[dict[str, str]]:
    for path in sorted(DATA.glob("ucdp/*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            yield from (row for row in csv.DictReader(file) if row["id"].isdecimal())


def test_ucdp_s_rows_bear_out_what_we_take_its_codes_to_mean() -> None:
    """Days that each `date_prec` spans, as sums of incidents do; divisions that are named up to each `where_prec`."""
    days: dict[str, set[int]] = {}
    for row in ucdp_rows():
        first, last = (date.fromisoformat(row[column][:10]) for column in ("date_start", "date_end"))
        days.setdefault(row["date_prec"], set()).add((last - first).days + 1)
        if row["event_clarity"] == "2" and row["date_prec"] != "1":
            assert first < last, row["id"]
        if row["where_prec"] == "3":
            assert row["adm_2"], row["id"]
        if row["where_prec"] == "4":
            assert (bool(row["adm_1"]), row["adm_2"]) == (True, ""), row["id"]
        if row["where_prec"] == "6":
            assert (row["adm_1"], row["adm_2"]) == ("", ""), row["id"]
    assert (days["1"], days["3"]) == ({1}, {7})
    assert days["2"] <= set(range(2, 7))
    assert days["4"] <= set(range(8, 32))
    assert days["5"] <= set(range(32, 367))


@pytest.mark.parametrize(
    ("name", "files", "events", "claims"),
    [
        ("firms", ["firms/*.csv"], 2697, 2697),
        ("gdelt", ["gdelt/mentions*samp.csv"], 1430, 1635),
        ("control", ["control_of_cities/*.csv"], 1818, 1866),
    ],
)
def test_the_other_formats(empty_url: str, name: str, files: list[str], events: int, claims: int) -> None:
    found = load(empty_url, name, files)
    assert (found["event"], found["claim"]) == ({"new": events}, {"new": claims})
    assert all(one.keys() == {"unchanged"} for one in load(empty_url, name, files).values())


def test_losses_and_their_corrections(empty_url: str) -> None:
    tallies = [f"uamod_losses/russia_losses_{name}.json" for name in ("equipment", "personnel", "equipment_correction")]
    found = load(empty_url, "losses", tallies)
    assert (found["event"], found["claim"]) == ({"new": 3252}, {"new": 22453})
    with serving(empty_url) as api:
        correction = api.get("/claims/losses-equipment-2022-10-13-apc-correction")
        assert (correction["about"], correction["value"]["best"]) == ("losses-equipment-2022-10-13-apc", -25)
        assert api.get("/claims/count", speaker="losses-ukrainian-defence-ministry", aspect="casualties") == {
            "count": 1628
        }
        assert api.get("/claims/count", speaker="losses-invaders") == {"count": 58}


def test_after_importing_everything_there_is_one_lysychansk(dossier_url: str) -> None:
    """What a reviewed pair or a gazetteer's id unites is one place to filters, control and country."""
    with serving(dossier_url) as api:
        before = api.get("/events/count", location="lysychansk")["count"]
    for name, files in (
        ("ucdp", ["ucdp/ged231*"]),
        ("control", ["control_of_cities/control_2*.csv"]),
        ("viina", ["viina_odbl/*.csv"]),
        ("firms", ["firms/*.csv"]),
    ):
        load(dossier_url, name, files)
    with serving(dossier_url) as api:
        whole = api.get("/locations/lysychansk")
        parts = [
            "control-lysychansk-3d13ed532f48",
            f"viina-geonames-702972-{mark('702972', 38.419552, 48.912914)}",
        ]
        assert [one["id"] for one in whole["unites"]] == parts
        own = {one: api.get("/events/count", location=one)["count"] for one in parts}
        assert min(own.values()) > 0
        assert api.get("/events/count", location="lysychansk")["count"] == before + sum(own.values())
        named = [one for one in api.ndjson("/locations.ndjson") if "Lysychansk" in one["name"].split()[:1]]
        apart = [one["id"] for one in named if one["same_as"] is None and one["kind"] in {"city", "town", "place"}]
        assert apart == ["lysychansk"]
        near = api.get("/locations/ucdp-lysychansk-town-fa7b24707b9c")  # where_prec 2: not the town itself
        assert (near["kind"], near["same_as"], near["country"]) == ("area", None, "UA")
        assert {api.get(f"/locations/{one}")["country"] for one in parts} == {"UA"}
        places = {
            one["location"]["id"] for row in api.get("/locations/lysychansk/control")["data"] for one in row["places"]
        }
        assert "control-lysychansk-3d13ed532f48" in places
