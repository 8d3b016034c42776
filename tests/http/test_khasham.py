"""What must follow from the dossier of Khasham: allies that contradict each other, and tolls that were revised."""

from typing import Any

import pytest

from api.settings import PROJECT
from api.storage.database import engine
from seed.files import read
from seed.load import load
from seed.refusals import Entry
from tests.support.live import Api, serving

KHASHAM = PROJECT / "seed" / "khasham"

PGF, RC = "pro-government-forces", "russian-contractors"
HQ = "attack-on-hq"
KILLED, WOUNDED = ("killed", PGF), ("wounded", PGF)
RUSSIANS_KILLED = ("killed", RC)
# How it was known: certainly, unless said otherwise.
Figure = tuple[float | None, float | None, float | None]
Stand = dict[str | None, tuple[str, Figure | None]]


def known(day: str | None) -> dict[str, Any]:
    """As of the day, of what was certainly said by then."""
    return {} if day is None else {"as_of": day}


def judged(
    api: Api,
    event: str,
    aspect: str,
    figure: tuple[str, str | None] | None = None,
    unit: str | None = None,
    **asked: Any,
) -> list[tuple[str, list[str], bool]]:
    """Of the question: its status, the claims it rests on, and whether it hinges on an inference."""
    measure, of = figure or (None, None)
    return [
        (one["status"], [claim.removeprefix("khasham-") for claim in one["because"]], one["inferred"])
        for one in api.get(f"/events/khasham-{event}", **asked)["assessments"]
        if one["aspect"] == aspect
        and one["measure"] == measure
        and (one["of"] and one["of"]["id"]) == of
        and unit in {None, one["unit"]}
    ]


def stands(api: Api, event: str, aspect: str, figure: tuple[str, str | None] | None = None, **asked: Any) -> Stand:
    """Where each party stands, and by which figure: low, best, high."""
    measure, of = figure or (None, None)
    return {
        row["party"] and row["party"]["id"]: (
            (last := row["positions"][-1])["stance"],
            last["value"] and tuple(last["value"][part] for part in ("low", "best", "high")),
        )
        for page in api.pages(f"/events/khasham-{event}/positions", aspect=aspect, **asked)
        for row in page["data"]
        if row["measure"] == measure and (row["of"] and row["of"]["id"]) == of
    }


Question = tuple[str, str, tuple[str, str | None] | None]
ATTACK: Question = (HQ, "occurrence", None)
BLAMED: Question = (HQ, "attribution", None)
SEARCH: Question = ("search", "attribution", None)
ATTACKERS: Question = (HQ, "quantity", ("attackers", PGF))
TOLL: Question = ("deaths", "casualties", KILLED)
HURT: Question = ("deaths", "casualties", WOUNDED)
RUSSIANS: Question = ("russian-deaths", "casualties", RUSSIANS_KILLED)
RUSSIANS_OR_WOUNDED: Question = ("russian-deaths", "casualties", ("killed_or_wounded", RC))
RUSSIANS_WOUNDED: Question = ("russian-deaths", "casualties", ("wounded", RC))
WITHOUT_A_FIGURE: Question = ("russian-deaths", "casualties", None)
CONTRACTORS: Question = ("contractors-take-part", "occurrence", None)
SERVICEMEN: Question = ("servicemen-take-part", "occurrence", None)
EVACUATION: Question = ("evacuation", "occurrence", None)
DEPOT: Question = ("depot-explosion", "casualties", ("killed", None))
DEPOT_RUSSIANS: Question = ("depot-explosion", "casualties", RUSSIANS_KILLED)
ALL_TOGETHER: Question = ("battle", "casualties", KILLED)
RUSSIANS_TOGETHER: Question = ("battle", "casualties", RUSSIANS_KILLED)


@pytest.mark.parametrize(
    ("question", "day", "status", "because"),
    [
        (ATTACK, "2018-02-07", "claimed", "k01"),
        (ATTACK, "2018-02-08", "disputed", "k01 k05 k06 inferred"),
        (ATTACK, None, "disputed", "k01 k05 k06 inferred"),
        (BLAMED, "2018-02-08", "claimed", "k02 k10"),
        (SEARCH, "2018-02-08", "claimed", "k09"),
        (ATTACKERS, "2018-02-08", "claimed", "k12"),
        (TOLL, "2018-02-08", "claimed", "k19"),
        (TOLL, "2018-02-12", "disputed", "k19 k23"),
        (TOLL, "2018-02-13", "disputed", "k23 k25 k27"),
        (TOLL, "2018-02-14", "disputed", "k24 k25 k27"),
        (TOLL, "2018-05-24", "disputed", "k24 k25 k27 k28"),
        (HURT, "2018-02-08", "claimed", "k21"),
        (HURT, "2018-02-13", "disputed", "k21 k26"),
        (RUSSIANS, "2018-02-08", "claimed", "k39"),
        (RUSSIANS, "2018-02-10", "disputed", "k39 k40 k41 k42"),
        (RUSSIANS, "2018-02-14", "disputed", "k39 k40 k41 k42 k43 k45 k46 k47"),
        (RUSSIANS, "2018-02-15", "disputed", "k39 k40 k41 k42 k43 k45 k46 k47 k48"),
        (RUSSIANS_OR_WOUNDED, "2018-02-16", "claimed", "k49"),
        (RUSSIANS_WOUNDED, "2018-02-16", "claimed", "k51"),
        (RUSSIANS_WOUNDED, "2018-02-20", "claimed", "k51"),
        (WITHOUT_A_FIGURE, "2018-02-16", "unaddressed", "k53"),
        (WITHOUT_A_FIGURE, "2018-02-19", "denied", "k54"),
        (WITHOUT_A_FIGURE, "2018-02-20", "disputed", "k54 k55"),
        (CONTRACTORS, "2018-02-08", "denied", "k30"),
        (CONTRACTORS, "2018-02-14", "disputed", "k30 k32"),
        (CONTRACTORS, "2018-02-15", "disputed", "k30 k32 k33"),
        (SERVICEMEN, "2018-02-08", "denied", "k36"),
        (SERVICEMEN, "2018-02-10", "disputed", "k36 k37"),
        (SERVICEMEN, None, "disputed", "k36 k37 k38"),
        (DEPOT_RUSSIANS, "2018-02-15", "claimed", "k59"),
        (DEPOT, "2018-02-15", "claimed", "k60"),
        (EVACUATION, "2018-02-17", "disputed", "k66 k67"),
        (ALL_TOGETHER, "2018-11-04", "claimed", "k61"),
        (RUSSIANS_TOGETHER, "2018-11-04", "claimed", "k62"),
    ],
)
def test_assessments_of_khasham(
    shipped_api: Api, question: Question, day: str | None, status: str, because: str
) -> None:
    claims = because.removesuffix(" inferred").split()
    assert judged(shipped_api, *question, **known(day)) == [(status, claims, because.endswith("inferred"))]


def test_distances_in_two_units_are_two_questions(shipped_api: Api) -> None:
    asked = known("2018-02-07")
    assert judged(shipped_api, HQ, "location", ("distance", None), "km", **asked) == [("claimed", ["k03"], False)]
    assert judged(shipped_api, HQ, "location", ("distance", None), "miles", **asked) == [("claimed", ["k04"], False)]


def test_a_toll_that_may_have_been_said_disputes_possibly(shipped_api: Api) -> None:
    found = judged(shipped_api, "deaths", "casualties", KILLED, as_of="2018-02-08", known="possible")
    assert [status for status, _, _ in found] == ["disputed"]


def test_opponents_of_the_attack(shipped_api: Api) -> None:
    assert stands(shipped_api, HQ, "occurrence", **known("2018-02-08")) == {
        "coalition-side": ("support", None),
        "khasham-russia": ("oppose", None),
        "syrian-government-side": ("oppose", None),
    }


def test_the_secretarys_number_is_the_later_word(shipped_api: Api) -> None:
    (found,) = shipped_api.get("/events/khasham-attack-on-hq/positions", aspect="quantity")["data"]
    assert [(one["value"]["best"], one["by"]) for one in found["positions"]] == [
        (500, "khasham-k11"),
        (300, "khasham-k12"),
    ]
    assert found["moved"] is True


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2018-02-12", {"coalition-side": (100, None, None), "sohr": (None, 20, None)}),
        (
            "2018-02-13",
            {
                "coalition-side": (None, 100, None),
                "sohr": (None, 20, None),
                "syrian-government-side": (None, 100, None),
            },
        ),
        (
            "2018-02-14",
            {
                "coalition-side": (None, 100, None),
                "sohr": (None, 45, None),
                "syrian-government-side": (None, 100, None),
            },
        ),
        (
            "2018-05-24",
            {
                "coalition-side": (None, 100, None),
                "nytimes": (200, None, 300),
                "sohr": (None, 45, None),
                "syrian-government-side": (None, 100, None),
            },
        ),
    ],
)
def test_positions_on_the_death_toll(shipped_api: Api, day: str, expected: dict[str, Figure]) -> None:
    assert stands(shipped_api, "deaths", "casualties", KILLED, **known(day)) == {
        party: ("support", figure) for party, figure in expected.items()
    }


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2018-02-14", ("oppose", None)),
        ("2018-02-15", ("support", (None, 5, None))),
        ("2018-02-20", ("support", (None, 5, None))),
    ],
)
def test_positions_of_russia_on_its_dead(shipped_api: Api, day: str, expected: tuple[str, Figure | None]) -> None:
    found = stands(shipped_api, "russian-deaths", "casualties", RUSSIANS_KILLED, **known(day))
    assert found["khasham-russia"] == expected
    assert found["cit"] == ("support", (8, None, None))


def test_a_lower_bound_that_grows_is_a_move(shipped_api: Api) -> None:
    (found,) = [
        row
        for row in shipped_api.get("/events/khasham-russian-deaths/positions", party="cit")["data"]
        if row["aspect"] == "casualties"
    ]
    assert [one["value"]["low"] for one in found["positions"]] == [5, 8]


def test_the_last_who_says_that_they_did_not_attack(shipped_api: Api) -> None:
    """Washington has come to support it; without Der Spiegel alone it would be conceded."""
    for day in ("2018-04-12", None):
        asked = known(day)
        found = stands(shipped_api, "contractors-take-part", "occurrence", **asked)
        assert found["coalition-side"] == ("support", None)
        assert [party for party, (stance, _) in found.items() if stance == "oppose"] == ["spiegel"]
        assert judged(shipped_api, "contractors-take-part", "occurrence", **asked)[0][0] == "disputed"


@pytest.mark.parametrize(
    ("event", "figure", "day", "voices"),
    [
        ("deaths", KILLED, "2018-02-08", 1),  # the official in Reuters and in AFP
        ("russian-deaths", ("killed_or_wounded", RC), "2018-02-16", 1),
        ("depot-explosion", ("killed", None), "2018-02-15", 1),
    ],
)
def test_one_voice_each(shipped_api: Api, event: str, figure: tuple[str, str | None], day: str, voices: int) -> None:
    (found,) = [
        one
        for one in shipped_api.get(f"/events/khasham-{event}", **known(day))["assessments"]
        if one["measure"] == figure[0] and (one["of"] and one["of"]["id"]) == figure[1]
    ]
    assert found["voices"] == voices


def test_the_doctor_and_the_acquaintance_are_one_voice_with_who_relayed_them(shipped_api: Api) -> None:
    """Beside it: Girkin, a post, whom Feygin asked, Saponkov, Bloomberg's two, CIT, Kommersant's source, and Moscow."""
    (found,) = [
        one
        for one in shipped_api.get("/events/khasham-russian-deaths", **known("2018-02-16"))["assessments"]
        if one["measure"] == "killed"
    ]
    assert found["voices"] == 9
    assert {"khasham-k50", "khasham-k52"} <= set(found["because"])


def test_belonging_and_alliance(shipped_api: Api) -> None:
    russia = shipped_api.ids("/actors", party="khasham-russia", sort="id")
    assert russia == [
        *("khasham-russia", "khasham-russian-defence-ministry", "khasham-russian-forces", "lavrov", "peskov"),
        *("russian-foreign-ministry", "russian-mfa-source", "shamanov", "zakharova"),
    ]
    assert shipped_api.ids("/actors", party="syrian-government-side", sort="id") == [
        *("pro-government-forces", "shaaban", "syria", "syrian-foreign-ministry", "syrian-government-side"),
        "syrian-officer",
    ]


def test_the_wars_do_not_mix(shipped_api: Api) -> None:
    """Two datasets know a Russia; each keeps to its own war."""
    for party, dataset in (("russia", "lysychansk"), ("khasham-russia", "khasham")):
        found = shipped_api.get("/claims", party=party, limit=1000)["data"]
        assert {claim["dataset"]["id"] for claim in found} == {dataset}
    assert shipped_api.get("/claims/count", dataset="khasham") == {"count": 72}
    assert shipped_api.get("/events/count", dataset="khasham") == {"count": 14}


def test_unknown_values_stay_empty(shipped_api: Api) -> None:
    """Who ordered the advance, who gave leave, and whether two plants are one."""
    for event in ("attack-on-hq", "permission"):
        roles = {one["role"] for one in shipped_api.get(f"/events/khasham-{event}")["participants"]}
        assert not roles & {"issuer", "commander"}
    places = shipped_api.ids("/locations", within="deir-ez-zor-province", kind="facility", sort="id")
    assert places == ["conoco-gas-plant", "el-isba-refinery", "sdf-headquarters"]
    assert shipped_api.get("/locations/sdf-headquarters")["point"] is None


def test_figures_stand_side_by_side_each_with_its_party(shipped_api: Api) -> None:
    asked = {"party": ["coalition-side", "sohr", "khasham-russia"], "as_of": "2018-02-14"}
    rows = shipped_api.get("/events/khasham-deaths/compare", **asked)["data"]
    told = {
        row["assessment"]["measure"]: [(one["silent"], one["value"] and one["value"]["best"]) for one in row["parties"]]
        for row in rows
    }
    assert told[None] == [(True, None)] * 3
    assert [claim["id"] for claim in rows[0]["parties"][2]["claims"]] == ["khasham-k22"]  # a silence on record
    assert told["killed"] == [(False, 100), (False, 45), (True, None)]
    assert told["wounded"] == [(False, None), (True, None), (False, 25)]


def test_culprits_are_compared_by_party(shipped_api: Api) -> None:
    """Damascus holds the coalition responsible for the strikes, and Prigozhin those who did not warn him: a clash."""
    strikes = "/events/khasham-coalition-strikes"
    blamed = {"syrian-government-side": ["oir-coalition"], "wagner": ["khasham-russian-defence-ministry"]}
    (dispute,) = [
        one
        for one in shipped_api.get("/disputes", aspect="attribution", party="prigozhin")["data"]
        if one["event"]["id"] == "khasham-coalition-strikes"
    ]
    positions = shipped_api.get(f"{strikes}/positions", aspect="attribution")["data"]
    rows = shipped_api.get(f"{strikes}/compare", party=list(blamed))["data"]
    (compared,) = [row["parties"] for row in rows if row["assessment"]["aspect"] == "attribution"]
    for held in (dispute["positions"], [row | row["positions"][-1] for row in positions], compared):
        assert {one["party"]["id"]: [actor["id"] for actor in one["names"]] for one in held} == blamed
        assert {one["stance"] for one in held} == {"support"}
    assert judged(shipped_api, "coalition-strikes", "attribution", as_of="2018-02-08") == [("claimed", ["k16"], False)]


@pytest.mark.parametrize(
    ("left_out", "question", "status"),
    [({"k05", "k06"}, ATTACK, "claimed"), ({"k34"}, CONTRACTORS, "conceded")],
)
def test_assessments_without_some_claims(empty_url: str, left_out: set[str], question: Question, status: str) -> None:
    """Without what editors read into two statements nobody opposes; without Der Spiegel, Washington has conceded."""
    database = engine(empty_url)
    ids = {f"khasham-{label}" for label in left_out}
    load(database, (one for one in read([KHASHAM]) if not isinstance(one, Entry) or one.record.id not in ids))
    database.dispose()
    with serving(empty_url) as api:
        assert [found for found, _, _ in judged(api, *question)] == [status]
