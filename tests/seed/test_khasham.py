"""The dossier of Khasham holds what its reading has, no more and no less, and walks into none of its traps."""

import tomllib
from typing import Any

import pytest

from api.settings import PROJECT

Row = dict[str, Any]

# claim, event, speaker (via) [about], stance, aspect, certainty (`*` inferred), measure:of:low/best/high, said in 2018
CLAIMS = """
k01 attack-on-hq oir-coalition asserts occurrence stated - 02-07
k02 attack-on-hq oir-coalition asserts attribution stated - 02-07
k03 attack-on-hq oir-coalition asserts location stated distance:-:-/8/-:km 02-07
k04 attack-on-hq us-military asserts location stated distance:-:-/4/-:miles 02-07
k05 attack-on-hq syrian-foreign-ministry denies occurrence stated* - 02-08
k06 attack-on-hq russian-defence-ministry denies occurrence stated* - 02-08
k07 fight-with-is syrian-foreign-ministry asserts occurrence stated - 02-08
k08 search russian-defence-ministry asserts occurrence stated - 02-08
k09 search russian-defence-ministry asserts attribution stated - 02-08
k10 attack-on-hq abu-khawla asserts attribution stated - 02-08
k11 attack-on-hq us-official(reuters) asserts quantity stated attackers:pgf:-/500/- [02-07..02-08]
k12 attack-on-hq mattis asserts quantity stated attackers:pgf:-/300/- 02-08
k13 attack-on-hq us-official(reuters) asserts intent likely - [02-07..02-08]
k14 attack-on-hq mattis cannot_confirm intent stated - 02-08
k15 coalition-strikes oir-coalition asserts occurrence stated - 02-07
k16 coalition-strikes syrian-foreign-ministry asserts attribution stated - 02-08
k17 coalition-strikes russian-defence-ministry asserts intent stated - 02-08
k18 sdf-wounded us-official(reuters) asserts casualties stated wounded:sdf:-/1/- [02-07..02-08]
k19 deaths us-official(reuters) asserts casualties stated killed:pgf:100/-/- [02-07..02-08]
k20 deaths syrian-foreign-ministry asserts casualties stated - 02-08
k21 deaths russian-defence-ministry asserts casualties stated wounded:pgf:-/25/- 02-08
k22 deaths russian-defence-ministry silent casualties stated - 02-08
k23 deaths sohr asserts casualties stated killed:pgf:-/20/- [02-08..02-12]
k24 deaths sohr(afp) asserts casualties stated killed:pgf:-/45/- [02-08..02-14]
k25 deaths us-official(bloomberg) asserts casualties stated killed:pgf:-/100/- 02-13
k26 deaths us-official(bloomberg) asserts casualties stated wounded:pgf:200/-/300 02-13
k27 deaths syrian-officer(nytimes) asserts casualties stated killed:pgf:-/100/- 02-13
k28 deaths nytimes asserts casualties stated killed:pgf:200/-/300 05-24
k29 contractors-take-part pentagon-official(cbs) asserts occurrence stated - 02-08
k30 contractors-take-part mattis doubts occurrence likely - 02-08
k31 contractors-take-part harrigian silent occurrence stated - 02-13
k32 contractors-take-part kommersant-military-source(kommersant) asserts occurrence stated - 02-14
k33 contractors-take-part zakharova concedes occurrence possible - 02-15
k34 contractors-take-part spiegel denies occurrence stated - 03-02
k35 contractors-take-part pompeo asserts occurrence stated - 04-12
k36 servicemen-take-part russian-defence-ministry denies occurrence stated - 02-08
k37 servicemen-take-part nobody asserts occurrence reported - 02-10
k38 servicemen-take-part zakharova denies occurrence stated - 02-15
k39 russian-deaths girkin asserts casualties likely killed:rc:-/100/- 02-08
k40 russian-deaths nobody asserts casualties reported killed:rc:-/196/- 02-10
k41 russian-deaths wagner-acquaintance(feygin) asserts casualties reported killed:rc:-/215/- 02-10
k42 russian-deaths saponkov asserts casualties likely killed:rc:20/-/25 02-10
k43 russian-deaths bloomberg-russians(bloomberg) asserts casualties stated killed:rc:200/-/- 02-13
k44 russian-deaths cit corroborates casualties stated killed:rc:5/-/- 02-13
k45 russian-deaths cit corroborates casualties stated killed:rc:8/-/- 02-14
k46 russian-deaths kommersant-military-source(kommersant) asserts casualties stated killed:rc:-/11/- 02-14
k47 russian-deaths russian-mfa-source[k43] denies casualties stated - 02-14
k48 russian-deaths zakharova concedes casualties possible killed:rc:-/5/- 02-15
k49 russian-deaths reuters-three-sources(reuters) asserts casualties stated killed_or_wounded:rc:-/300/- [02-15..02-16]
k50 russian-deaths moscow-doctor(reuters) asserts casualties reported killed:rc:-/100/- [02-15..02-16]
k51 russian-deaths moscow-doctor(reuters) asserts casualties reported wounded:rc:-/200/- [02-15..02-16]
k52 russian-deaths reuters-acquaintance(reuters) asserts casualties stated killed:rc:80/-/- [02-15..02-16]
k53 russian-deaths peskov cannot_confirm casualties stated - 02-16
k54 russian-deaths shaaban denies casualties stated - 02-19
k55 russian-deaths russian-foreign-ministry concedes casualties stated - 02-20
k56 russian-deaths spiegel asserts casualties likely killed:rc:-/-/20 03-02
k57 russian-deaths pompeo asserts casualties stated killed:rc:-/200/- 04-12
k58 russian-deaths sbu asserts casualties stated killed:rc:80/-/- 07-26
k59 depot-explosion sohr(afp) asserts casualties stated killed:rc:-/15/- 02-14
k60 depot-explosion sohr(guardian) asserts casualties stated killed:-:-/23/- [02-14..02-15]
k61 battle sohr asserts casualties stated killed:pgf:-/230/- [11-02..11-04]
k62 battle sohr asserts casualties stated killed:rc:-/80/- [11-02..11-04]
k63 attack-on-hq mattis cannot_confirm attribution stated - 02-17
k64 attack-on-hq mattis cannot_confirm attribution stated - 04-26
k65 permission us-intelligence-reports(washington-post) asserts occurrence reported - 02-22
k66 evacuation moscow-doctor(reuters) asserts occurrence stated - [02-15..02-16]
k67 evacuation kommersant[k66] doubts occurrence stated - 02-17
k68 coalition-strikes prigozhin asserts attribution stated - 2023-06-12
k69 russian-deaths dossier-centre asserts casualties stated killed:rc:-/80/- [..2023-02-20]
k70 russian-deaths pompeo asserts casualties stated killed:rc:-/300/- 2020-07-30
k72 russian-deaths shamanov doubts assessment stated - 02-14
k73 russian-deaths lavrov doubts assessment stated - 02-19
"""
SHORT = {"pro-government-forces": "pgf", "russian-contractors": "rc", "sdf": "sdf", None: "-"}
NIGHT = "2018-02-07/2018-02-08"
# event: kind, date, part of the battle, participants with their roles
EVENTS = """
    battle campaign 2018-02-07/2018-02-08 - pro-government-forces:named russian-contractors:named
        oir-coalition:participant us-military:participant sdf:participant
    search reported_event 2018-02-07 battle pro-government-forces:participant
    fight-with-is armed_clash 2018-02-08 battle pro-government-forces:participant
    attack-on-hq armed_clash 2018-02-07/2018-02-08 battle pro-government-forces:attacker sdf:defender
        us-military:defender
    coalition-strikes airstrike 2018-02-07/2018-02-08 battle us-military:attacker oir-coalition:attacker
        pro-government-forces:target russian-contractors:target
    contractors-take-part reported_event 2018-02-07/2018-02-08 battle russian-contractors:named
    servicemen-take-part reported_event 2018-02-07/2018-02-08 battle russian-forces:named
    deaths casualty 2018-02-07/2018-02-08 battle pro-government-forces:victim
    russian-deaths casualty 2018-02-07/2018-02-08 battle russian-contractors:victim
    sdf-wounded casualty 2018-02-07/2018-02-08 battle sdf:victim
    depot-explosion casualty 2018-02-10 - russian-contractors:victim pro-government-forces:victim
    tank-strike airstrike [2018-02-10..2018-02-11] - us-military:attacker pro-government-forces:target
    evacuation reported_event [2018-02-09..2018-02-17] battle russian-contractors:named
    permission order [..2018-01-24] battle prigozhin:recipient
"""
POINTS = {
    "deir-ez-zor": (35.33588, 40.14084, 5000, "gazetteer", "kh-geonames"),
    "khusham": (35.30088, 40.28916, 2000, "gazetteer", "kh-geonames"),
    "khasham-to-tabiyeh": (35.33611, 40.30944, 4000, "stated", "kh-wikimili"),
}
QUOTES = {
    "k01": ("unprovoked attack", "oir-coalition"),
    "k14": ("perplexing", "mattis"),
    "k16": ("war crime", "syrian-foreign-ministry"),
    "k47": ("classic disinformation", "russian-mfa-source"),
    "k57": ("A couple hundred Russians were killed", "pompeo"),
    "k65": ("secured permission", "prigozhin"),
}
NAMES = {
    "k02": ["pro-government-forces"],
    "k09": ["pro-government-forces"],
    "k10": ["pro-government-forces"],
    "k16": ["oir-coalition"],
    "k68": ["khasham-russian-defence-ministry"],
}


def read() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for path in sorted((PROJECT / "seed" / "khasham").glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        assert content.pop("dataset") == "khasham"
        for table, rows in content.items():
            found.setdefault(table, []).extend(rows)
    return found


RECORDS = read()
CLAIM = {row["id"].removeprefix("khasham-"): row for row in RECORDS["claims"]}
EVENT = {row["id"].removeprefix("khasham-"): row for row in RECORDS["events"]}
ACTOR = {row["id"]: row for row in RECORDS["actors"]}
SOURCE = {row["id"]: row for row in RECORDS["sources"]}


def short(name: str) -> str:
    return name.removeprefix("khasham-")


def figure(claim: Row) -> str:
    if "value" not in claim:
        return "-"
    value = claim["value"]
    numbers = "/".join(str(value.get(part, "-")) for part in ("low", "best", "high"))
    unit = "" if value["unit"] == "people" else f":{value['unit']}"
    return f"{value['measure']}:{SHORT[value.get('of')]}:{numbers}{unit}"


def told(label: str, claim: Row) -> str:
    who = short(claim.get("speaker", "nobody"))
    who += f"({short(claim['via'])})" if "via" in claim else ""
    who += f"[{short(claim['about'])}]" if "about" in claim else ""
    certainty = claim.get("certainty", "stated") + ("*" if claim.get("inferred") else "")
    said = claim["said"]["edtf"].replace("2018-", "")
    return (
        f"{label} {short(claim['event'])} {who} {claim['stance']} {claim['aspect']} {certainty} {figure(claim)} {said}"
    )


def test_as_much_as_was_read() -> None:
    assert {table: len(rows) for table, rows in RECORDS.items()} == {
        "datasets": 1,
        "sources": 58,
        "actors": 53,
        "locations": 11,
        "events": 14,
        "claims": 72,
    }


def test_every_claim_is_the_one_read() -> None:
    assert [told(label, claim) for label, claim in CLAIM.items()] == [line.strip() for line in CLAIMS.split("\n")[1:-1]]


def test_every_event_is_the_one_read() -> None:
    found = []
    for label, event in EVENT.items():
        parts = [
            f"{short(one['actor']) if label != 'battle' else one['actor']}:{one['role']}"
            for one in event["participants"]
        ]
        found += [label, event["kind"], event["date"]["edtf"], short(event.get("part_of", "-")), *parts]
    assert found == EVENTS.split()


def test_quotes_and_names_of_culprits_are_those_read() -> None:
    quoted = {label: (claim["quote"], claim["quote_by"]) for label, claim in CLAIM.items() if "quote" in claim}
    assert quoted == QUOTES
    assert {label: claim["names"] for label, claim in CLAIM.items() if "names" in claim} == NAMES


def test_points_are_those_read() -> None:
    assert {
        place["id"]: tuple(place["point"][key] for key in ("latitude", "longitude", "radius_m", "method", "source"))
        for place in RECORDS["locations"]
        if "point" in place
    } == POINTS


def test_a_locator_is_a_few_words_as_printed() -> None:
    for claim in CLAIM.values():
        assert all(len(cited.get("locator", "").split()) <= 8 for cited in claim["citations"]), claim["id"]


def test_every_source_but_the_gazetteer_has_its_address_and_day_or_says_why_not() -> None:
    for source in SOURCE.values():
        assert source["url"].startswith("http")
        assert ("edtf" in source["published"]) != (source["id"] in {"kh-wikimili", "kh-geonames"})
        assert "edtf" in source["published"] or source["published"]["note"]
    assert [source["id"] for source in SOURCE.values() if source.get("reliability")] == ["kh-newsfuzion-0212"]


def test_trap_1_what_is_counted_and_whose_they_are_is_kept_apart() -> None:
    counted = {(claim["value"]["measure"], claim["value"].get("of")) for claim in CLAIM.values() if "value" in claim}
    assert counted == {
        ("distance", None),
        ("attackers", "pro-government-forces"),
        ("killed", "pro-government-forces"),
        ("wounded", "pro-government-forces"),
        ("wounded", "sdf"),
        ("killed", "russian-contractors"),
        ("wounded", "russian-contractors"),
        ("killed_or_wounded", "russian-contractors"),
        ("killed", None),
    }


def test_trap_2_two_figures_of_one_report_have_two_speakers() -> None:
    relayed = {label: claim["speaker"] for label, claim in CLAIM.items() if claim.get("via") == "bloomberg"}
    assert relayed == {"k25": "us-official", "k26": "us-official", "k43": "bloomberg-russians"}
    flagged = {
        label: [cited["source"] for cited in claim["citations"] if "contradictory" in cited.get("flags", [])]
        for label, claim in CLAIM.items()
    }
    assert {label: sources for label, sources in flagged.items() if sources} == {
        "k25": ["kh-coin-bloomberg-0213"],
        "k55": ["kh-reuters-0220", "kh-guardian-0220", "kh-xinhua-0220"],
    }


def test_trap_3_a_statement_that_was_relayed_in_four_ways_is_one_claim_without_a_number() -> None:
    (label,) = [label for label, claim in CLAIM.items() if claim["said"]["edtf"] == "2018-02-20"]
    assert label == "k55"
    assert "value" not in CLAIM[label]
    plain = [cited["source"] for cited in CLAIM[label]["citations"] if "flags" not in cited]
    assert plain == ["kh-strana-0220", "kh-sputnikby-0220"]


def test_trap_4_rejecting_great_numbers_takes_no_figure_back() -> None:
    spoken = {label: claim for label, claim in CLAIM.items() if claim.get("speaker") in {"lavrov", "shamanov"}}
    assert {
        label: (claim["speaker"], claim["said"]["edtf"], claim["stance"], claim["aspect"], "value" in claim)
        for label, claim in spoken.items()
    } == {
        "k72": ("shamanov", "2018-02-14", "doubts", "assessment", False),
        "k73": ("lavrov", "2018-02-19", "doubts", "assessment", False),
    }
    denials = {label: claim.get("about") for label, claim in CLAIM.items() if claim["stance"] == "denies"}
    assert {label: about for label, about in denials.items() if CLAIM[label]["aspect"] == "casualties"} == {
        "k47": "khasham-k43",
        "k54": None,
    }


@pytest.mark.parametrize(
    "copy", ["myrepublica", "breitbart", "cbc.ca", "jpost", "yahoo", "newsmax", "nwaonline", "fort-russ"]
)
def test_trap_5_pages_that_only_repeat_are_no_sources(copy: str) -> None:
    assert not any(copy in source["url"] for source in SOURCE.values())


def test_trap_6_a_count_of_strikes_and_depot_together_is_of_neither() -> None:
    counted = {
        label: short(claim["event"])
        for label, claim in CLAIM.items()
        if claim.get("speaker") == "sohr" and claim["value"].get("best") in {80, 230}
    }
    assert counted == {"k61": "battle", "k62": "battle"}


def test_trap_7_the_depot_is_another_event() -> None:
    depot = EVENT["depot-explosion"]
    assert "part_of" not in depot
    assert {one["role"] for one in depot["participants"]} == {"victim"}
    assert depot["location"] == "al-tabiyeh"


def test_trap_8_the_outlier_is_left_out() -> None:
    assert [label for label, claim in CLAIM.items() if short(claim["event"]) == "sdf-wounded"] == ["k18"]
    assert not any("sofrep" in source["url"] for source in SOURCE.values())


def test_trap_10_servicemen_and_contractors_are_two_events_and_two_actors() -> None:
    assert [one["actor"] for one in EVENT["servicemen-take-part"]["participants"]] == ["khasham-russian-forces"]
    assert [one["actor"] for one in EVENT["contractors-take-part"]["participants"]] == ["russian-contractors"]


def test_trap_11_the_night_is_never_narrowed_to_a_day() -> None:
    night = {label for label, event in EVENT.items() if event["date"]["edtf"] == NIGHT}
    assert night == {
        *("battle", "attack-on-hq", "coalition-strikes", "contractors-take-part", "servicemen-take-part"),
        *("deaths", "russian-deaths", "sdf-wounded"),
    }


def test_traps_13_14_16_other_sets_and_sums_are_no_figures_here() -> None:
    attackers = [label for label, claim in CLAIM.items() if claim.get("value", {}).get("measure") == "attackers"]
    assert attackers == ["k11", "k12"]
    numbers = {
        claim["value"].get(part) for claim in CLAIM.values() if "value" in claim for part in ("low", "best", "high")
    }
    assert not numbers & {55, 125, 206, 250, 334, 550, 600, 644}


def test_trap_15_who_belongs_to_no_party() -> None:
    belongs = {id_: {(one["kind"], one["actor"]) for one in row.get("affiliations", [])} for id_, row in ACTOR.items()}
    assert belongs["khasham-russia"] == belongs["russian-contractors"] == {("allied_with", "syrian-government-side")}
    free = [id_ for id_, row in ACTOR.items() if not belongs[id_] and row["kind"] != "side"]
    assert free == [
        *("wagner", "girkin", "sohr", "cit", "khasham-ukraine", "dossier-centre"),
        *(
            "nytimes",
            "khasham-reuters",
            "bloomberg",
            "cbs",
            "spiegel",
            "kommersant",
            "afp",
            "washington-post",
            "guardian",
        ),
        *("bloomberg-russians", "kommersant-military-source", "moscow-doctor", "reuters-acquaintance"),
        *("reuters-three-sources", "wagner-acquaintance", "saponkov", "feygin"),
    ]
    assert not any(one["kind"] == "same_as" for row in ACTOR.values() for one in row.get("affiliations", []))
