"""What only several records together can show to be wrong is refused, with file, record and field."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.storage.bulk import Store
from api.storage.database import engine
from seed.consistency import said_later
from seed.files import read
from seed.load import load, withdraw
from seed.report import LoadRefusedError
from tests.support.live import serving

HEAD = """
[[datasets]]
id = "{0}"
title = "{0}"
recorded_at = 2022-08-01T00:00:00Z

"""
MINE = """
[[sources]]
id = "report"
kind = "news"
title = "A report"

[[actors]]
id = "ukrainian-side"
kind = "side"
name = "Ukrainian side"

[[actors]]
id = "haidai"
kind = "person"
name = "Serhiy Haidai"
affiliations = [{ kind = "represents", actor = "ukrainian-side" }]

[[actors]]
id = "reznikov"
kind = "person"
name = "Oleksii Reznikov"
affiliations = [{ kind = "represents", actor = "ukrainian-side" }]

[[actors]]
id = "kadyrov"
kind = "person"
name = "Ramzan Kadyrov"

[[events]]
id = "entry"
kind = "entry"
title = "Entry into the refinery"

[[claims]]
id = "word"
event = "entry"
speaker = "haidai"
stance = "denies"
aspect = "occurrence"
"""
RETRACTION = """
[[claims]]
id = "taken-back"
event = "entry"
speaker = "{}"
about = "word"
stance = "retracts"
aspect = "occurrence"
"""
RING = """
[[locations]]
id = "{}"
kind = "area"
name = "Area"
within = "{}"
"""
ONLY_LARGER = "a place lies only within larger ones"
OTHERS_WORD = "word was said for ukrainian-side, not for kadyrov: only a speaker of the same party can retract it"
DATING = """
[[datings]]
id = "{}"
event = "entry"
edtf = "{}"
source = "report"
preferred = {}
"""


@pytest.fixture
def database(empty_url: str) -> Iterator[sa.Engine]:
    made = engine(empty_url)
    yield made
    made.dispose()


def write(folder: Path, dataset: str, text: str) -> Path:
    path = folder / f"{dataset}.toml"
    path.write_text(f'dataset = "{dataset}"\n{HEAD.format(dataset)}{text}')
    return path


def refusals(database: sa.Engine, *paths: Path) -> list[str]:
    with pytest.raises(LoadRefusedError) as refused:
        load(database, read(paths))
    return [str(refusal) for refusal in refused.value.report.refused]


def test_a_claim_is_taken_back_by_its_own_party_alone(database: sa.Engine, tmp_path: Path) -> None:
    path = write(tmp_path, "mine", MINE + RETRACTION.format("kadyrov"))
    assert refusals(database, path) == [f"{path}: claim taken-back: about: {OTHERS_WORD}"]
    write(tmp_path, "mine", MINE + RETRACTION.format("reznikov"))
    assert load(database, read([path])).new["claim"] == 2


def test_no_place_lies_within_itself_through_others(database: sa.Engine, tmp_path: Path) -> None:
    ring = [RING.format(one, other) for one, other in (("b", "c"), ("c", "a"), ("a", "b"), ("in-b", "b"))]
    path = write(tmp_path, "mine", "".join(ring))
    assert refusals(database, path) == [f"{path}: location a: within: a lies within itself through b, c; {ONLY_LARGER}"]
    write(tmp_path, "mine", "".join(ring).replace('within = "a"', ""))
    assert load(database, read([path])).new["location"] == 4


def test_no_place_lies_within_itself_through_equivalents(database: sa.Engine, tmp_path: Path) -> None:
    """The same by a gazetteer's id: mine lies in the region, whose other record lies in the other record of mine."""
    known = 'gazetteers = ["{}"]\n'
    mine = write(
        tmp_path,
        "mine",
        RING.format("my-town", "region")
        + known.format("geonames:1")
        + RING.format("region", "").replace('within = ""\n', "")
        + known.format("geonames:2"),
    )
    theirs = (
        RING.format("their-region", "their-town")
        + known.format("geonames:2")
        + RING.format("their-town", "").replace('within = ""\n', "")
        + known.format("geonames:1")
    )
    other = write(tmp_path, "theirs", theirs)
    by_way = "region (the same as their-region), their-town (the same as my-town)"
    assert refusals(database, mine, other) == [
        f"{mine}: location my-town: within: my-town lies within itself through {by_way}; {ONLY_LARGER}"
    ]
    write(tmp_path, "theirs", theirs.replace('within = "their-town"\n', ""))
    assert load(database, read([mine, other])).new["location"] == 4


def test_no_claim_is_about_itself_through_others(database: sa.Engine, tmp_path: Path) -> None:
    circle = "".join(
        RETRACTION.format("haidai").replace('"taken-back"', f'"{one}"').replace('"word"', f'"{other}"')
        for one, other in (("b", "a"), ("a", "b"), ("of-b", "b"))
    )
    path = write(tmp_path, "mine", MINE + circle)
    assert refusals(database, path) == [
        f"{path}: claim a: about: a is about itself through b; a claim is about one that was made before it"
    ]
    write(tmp_path, "mine", MINE + circle.replace('about = "b"', 'about = "word"', 1))
    assert load(database, read([path])).new["claim"] == 4


def test_exactly_one_of_rival_datings_is_preferred(database: sa.Engine, tmp_path: Path) -> None:
    mine = write(tmp_path, "mine", MINE)
    first = DATING.format("d1", "2022-06-30", "false")
    none = write(tmp_path, "other", first + DATING.format("d2", "2022-07-01", "false"))
    said = f"{none}: dating d2: preferred: of the datings of event entry, exactly one is to be preferred: "
    assert refusals(database, mine, none) == [f"{said}d1 (2022-06-30), d2 (2022-07-01)"]
    both = first.replace("false", "true") + DATING.format("d2", "2022-07-01", "true")
    write(tmp_path, "other", both)
    assert refusals(database, mine, none) == [f"{said}d1 (2022-06-30, preferred), d2 (2022-07-01, preferred)"]
    write(tmp_path, "other", first + DATING.format("d2", "2022-07-01", "true"))
    assert load(database, read([mine, none])).new["dating"] == 2


def test_datings_that_agree_need_no_preference(database: sa.Engine, tmp_path: Path) -> None:
    same = DATING.format("d1", "2022-06-30", "false") + DATING.format("d2", "2022-06-30", "false")
    load(database, read([write(tmp_path, "mine", MINE), write(tmp_path, "other", same)]))


def test_the_preferred_dating_stays_while_others_disagree(database: sa.Engine, tmp_path: Path) -> None:
    third = write(tmp_path, "third", DATING.format("d3", "2022-06-29", "true"))
    rivals = DATING.format("d1", "2022-06-30", "false") + DATING.format("d2", "2022-07-01", "false")
    load(database, read([write(tmp_path, "mine", MINE), write(tmp_path, "other", rivals), third]))
    with pytest.raises(LoadRefusedError, match=r"exactly one is to be preferred: d1 \(2022-06-30\), d2 \(2022-07-01\)"):
        withdraw(database, "third")


def test_a_fault_of_an_unchanged_record_names_its_file_too(database: sa.Engine, tmp_path: Path) -> None:
    ring = RING.format("a", "b") + '[[locations]]\nid = "b"\nkind = "area"\nname = "Area"\n'
    mine = write(tmp_path, "mine", MINE + ring)
    first, second = DATING.format("d1", "2022-06-30", "true"), DATING.format("d2", "2022-07-01", "false")
    other = write(tmp_path, "other", first + second)
    load(database, read([mine, other]))
    write(tmp_path, "other", first.replace("true", "false") + second)
    write(tmp_path, "mine", MINE + RING.format("a", "b") + RING.format("b", "a"))
    assert [said.split(": ")[:3] for said in refusals(database, mine, other)] == [
        [str(mine), "location a", "within"],
        [str(other), "dating d2", "preferred"],
    ]


def test_records_that_others_refer_to_stay(database: sa.Engine, tmp_path: Path) -> None:
    blame = (
        '[[claims]]\nid = "blame"\nevent = "entry"\nspeaker = "haidai"\nstance = "asserts"\naspect = "attribution"\n'
        'names = ["other-army"]\n'
        '[[claims]]\nid = "toll"\nevent = "entry"\nspeaker = "haidai"\nstance = "asserts"\naspect = "casualties"\n'
        'value = { best = 3, unit = "people", measure = "killed", of = "other-army" }\n'
    )
    army = '[[actors]]\nid = "other-army"\nkind = "armed_force"\nname = "Army"\n'
    load(database, read([write(tmp_path, "mine", MINE + blame), write(tmp_path, "other", army)]))
    with pytest.raises(LoadRefusedError, match="2 records of mine name what is in it, such as actor other-army"):
        withdraw(database, "other")


@pytest.mark.parametrize(("recorded", "lent"), [("2022-07-20", "2022-07-10"), ("2022-07-08", "2022-07-10")])
def test_the_earlier_of_two_datasets_days_closes_an_open_end(
    empty_url: str, database: sa.Engine, tmp_path: Path, recorded: str, lent: str
) -> None:
    """A dating lends a claim a day without an end: it was said when the first of both datasets was recorded."""
    dating = DATING.format("d1", "[2022-07-02..]", "false").replace('event = "entry"', 'claim = "word"')
    paths = [write(tmp_path, "mine", MINE), write(tmp_path, "other", dating)]
    for path, day in zip(paths, (recorded, lent), strict=True):
        text = re.sub(r"recorded_at = \S+", f"recorded_at = {day}T12:00:00Z", path.read_text(), count=1)
        path.write_text(text)
    load(database, read(paths))
    database.dispose()
    known = min(recorded, lent)
    before = date.fromisoformat(known) - timedelta(days=1)
    with serving(empty_url) as api:
        api.problem("/claims/word", 404, as_of=before)
        assert api.get("/claims/word", as_of=known)["said"]["edtf"] == "[2022-07-02..]"
        assert api.get("/claims/word", as_of="2022-07-02", known="possible")["id"] == "word"


@pytest.mark.parametrize("suffix", ["toml", "json"])
@pytest.mark.parametrize("field", ["longitude", "latitude", "radius_m", "low", "best", "high"])
def test_true_is_not_a_number(database: sa.Engine, tmp_path: Path, field: str, suffix: str) -> None:
    point = {"longitude": 38, "latitude": 48, "radius_m": 5, "method": "stated", "source": "report"}
    value = {"low": 1, "best": 1, "high": 1, "unit": "people", "measure": "killed"}
    part = point if field in point else value
    part[field] = True
    place = {"id": "b", "kind": "site", "name": "b", "point": point}
    toll = {"id": "toll", "event": "entry", "stance": "asserts", "aspect": "casualties", "summary": "x", "value": value}
    head = {"id": "mine", "title": "mine", "recorded_at": "2022-08-01T00:00:00Z"}
    records = {"dataset": "mine", "datasets": [head], "locations": [place], "claims": [toll]}
    path = tmp_path / f"mine.{suffix}"
    lines = [f"{name} = {json.dumps(one, separators=(', ', ' = '))}" for name, one in records.items()]
    path.write_text(json.dumps(records) if suffix == "json" else "\n".join(lines))
    kind, label = ("location b", "point") if part is point else ("claim toll", "value")
    wanted = f"{path}: {kind}: {label}.{field}: true is not a number"
    assert wanted in refusals(database, path)


def test_a_claim_that_is_dated_after_it_was_recorded_is_loaded_and_reported(
    database: sa.Engine, tmp_path: Path
) -> None:
    """A day is allowed for time zones; what a later load does not change is not reported again."""
    head = {"id": "mine", "title": "mine", "recorded_at": "2022-07-10"}
    event = {"id": "entry", "kind": "entry", "title": "Entry"}
    word = {"event": "entry", "stance": "asserts", "aspect": "occurrence"}
    days = ["2022-07-10", "2022-07-11", "2022-07-12", "2022-07", "2022-07-09/2022-08-01", "[2022-08-01..]"]
    claims = [{"id": f"word-{number}", "said": day, **word} for number, day in enumerate(days)]
    path = tmp_path / "mine.json"

    def told(**changes: str) -> list[str]:
        records = {"dataset": "mine", "datasets": [head | changes], "events": [event], "claims": claims}
        path.write_text(json.dumps(records))
        report = load(database, read([path]))
        assert report.doubts == len(report.doubted)
        return [str(one) for one in report.doubted]

    wrong = "mine: claim word-{}: said: said {}, but the dataset was recorded on {}: one of the two dates is wrong"
    assert told() == [wrong.format(2, days[2], "2022-07-10"), wrong.format(5, days[5], "2022-07-10")]
    assert told() == []
    assert told(recorded_at="2022-07-11") == [wrong.format(5, days[5], "2022-07-11")]
    assert told(recorded_at="2022-08-01") == []


def test_the_days_of_an_addition_are_looked_up_by_its_claims(dossier_of_sqlite: str) -> None:
    """Through the index of days, one more claim would cost as much as all claims of its dataset."""
    asked: list[str] = []
    made = engine(dossier_of_sqlite)
    with made.begin() as connection:
        store = Store(connection)
        store.run("CREATE TEMP TABLE touched (kind TEXT, id TEXT, fresh INTEGER)")
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(asked.append)
        assert list(said_later(store, ["lysychansk"], [])) == []
        raw.set_trace_callback(None)
        (query,) = [one for one in asked if "FROM" in one and "said_edtf" in one]
        plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {query}")]
    made.dispose()
    assert [step.partition(" (")[0] for step in plan if " c " in step] == [
        "SEARCH c USING INDEX sqlite_autoindex_claim_1"
    ]
