"""Countries and administrative units: as filters, as columns, and where imported data say them."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from api.domain.geo import code_of, countries
from api.storage.database import engine
from seed.importers.command import Wish, import_files
from seed.load import withdraw
from seed.verify import verify
from tests.support.imitations import ucdp, write
from tests.support.live import Api, serving

WHERE = ("location_id", "country", "admin1", "admin2")


def test_each_country_has_one_code_and_others_lead_to_it() -> None:
    assert len(countries()) == 249
    assert [code_of("gw", 369), code_of("numeric", 804), code_of("fips", "UP"), code_of("name", "Ukraine")] == [
        "UA"
    ] * 4
    assert [code_of("numeric", "8"), code_of("gw", "347"), code_of("fips", "GZ")] == ["AL", None, "PS"]


def test_events_are_found_by_the_country_that_contains_their_place(shipped_api: Api) -> None:
    api = shipped_api
    assert api.get("/events/count", country="SY")["count"] == len(api.ids("/events", dataset="khasham", country="SY"))
    assert api.agreed("/events", country="UA", kind="capture") == api.ids("/events", kind="capture", location="donbas")
    assert api.get("/events", country="UA")["meta"]["description"].startswith("Events that lie in the country UA")
    row = next(row for row in api.csv("/events.csv", location="lysychansk-oil-refinery"))
    assert [row[name] for name in WHERE] == ["lysychansk-oil-refinery", "UA", "Luhansk Oblast", ""]
    assert api.get("/locations/donbas")["country"] is None
    khusham = api.get("/locations/khusham")
    assert (khusham["country"], khusham["admin1"], khusham["gazetteers"]) == (
        "SY",
        "Deir ez-Zor Province",
        ["geonames:167899"],
    )
    assert api.ids("/events", country="FR") == []


@pytest.mark.parametrize(("given", "meant"), [("ua", ["UA"]), ("Ukraine", ["UA"]), ("UK", []), ("", []), ("804", [])])
@pytest.mark.parametrize("path", ["/events", "/locations", "/events.csv", "/locations/count"])
def test_an_unknown_country_is_refused_with_a_suggestion(api: Api, path: str, given: str, meant: list[str]) -> None:
    (error,) = api.problem(path, country=given)["errors"]
    assert error["parameter"].startswith("country")
    assert error["message"] == "is not a country code of ISO 3166-1 alpha-2, such as UA"
    assert len(error["allowed"]) == 249
    assert error["did_you_mean"] == meant


def test_imported_places_say_country_and_units(empty_url: str, tmp_path: Path) -> None:
    rows = [
        ucdp(country="Ukraine", country_id=369),
        ucdp(id=900002, country="Ukraine", country_id=369, adm_2="", where_prec=4, where_coordinates="Sample province"),
        ucdp(id=900003),
    ]
    path = write(tmp_path / "ged.csv", rows)
    assert import_files(empty_url, "ucdp", [path], Wish(), Console(file=io.StringIO())).loaded
    with serving(empty_url) as api:
        assert api.agreed("/events", country="UA") == ["ucdp-900001", "ucdp-900002"]
        first, second, third = ([row[name] for name in WHERE[1:]] for row in api.csv("/events.csv"))
        assert first == ["UA", "Sample province", "Sample district"]
        assert second == ["UA", "Sample province", ""]
        assert third == ["", "Sample province", "Sample district"]
        place = api.get("/events/ucdp-900001")["location"]
        assert (place["country"], place["admin1"], place["admin2"]) == ("UA", "Sample province", "Sample district")
    renamed = [one | {"adm_1": "New province"} for one in rows]
    import_files(empty_url, "ucdp", [write(path, renamed)], Wish(prune=True), Console(file=io.StringIO()))
    made = engine(empty_url)
    assert list(verify(made)) == []
    withdraw(made, "ucdp")
    assert list(verify(made)) == []
    made.dispose()
