"""The dossier's claims by hand, as far as judgement needs them: the excerpt and the layer that dates and adds."""

from datetime import date
from functools import cache

from api.domain import dates
from api.domain.parties import Parties
from api.domain.statements import Statement, said
from api.domain.vocabulary import Aspect, Stance

RECORDED_ON = date(2026, 1, 1)

ACTORS = {
    "russian-side": "side",
    "ukrainian-side": "side",
    "russia": "state",
    "russian-defence-ministry": "ministry",
    "shoigu": "person",
    "lpr": "de_facto_authority",
    "miroshnik": "person",
    "ukraine": "state",
    "ukrainian-forces": "armed_force",
    "ukrainian-general-staff": "staff",
    "ukrainian-national-guard": "armed_force",
    "muzychuk": "person",
    "ukrainian-officials": "unnamed",
    "haidai": "person",
    "zelenskyy": "person",
    "belarusian-volunteers": "armed_group",
    "kalinouski-regiment": "armed_group",
    "marchuk": "person",
    "isw": "organisation",
    "nasa": "organisation",
    "nasa-firms": "instrument",
    "british-defence-ministry": "ministry",
    "beale": "person",
    "observers": "unnamed",
    "unnamed-reports": "unnamed",
    "wikipedia": "narrator",
    "reuters": "media",
    "lysychansk-residents": "civilians",
}
AFFILIATIONS = [
    ("russia", "member_of", "russian-side"),
    ("russian-defence-ministry", "part_of", "russia"),
    ("shoigu", "represents", "russian-defence-ministry"),
    ("lpr", "member_of", "russian-side"),
    ("miroshnik", "represents", "lpr"),
    ("ukraine", "member_of", "ukrainian-side"),
    ("ukrainian-forces", "part_of", "ukraine"),
    ("ukrainian-general-staff", "part_of", "ukrainian-forces"),
    ("ukrainian-national-guard", "part_of", "ukrainian-forces"),
    ("muzychuk", "represents", "ukrainian-national-guard"),
    ("ukrainian-officials", "represents", "ukraine"),
    ("haidai", "represents", "ukraine"),
    ("zelenskyy", "represents", "ukraine"),
    ("belarusian-volunteers", "member_of", "ukrainian-side"),
    ("kalinouski-regiment", "part_of", "belarusian-volunteers"),
    ("marchuk", "commands", "belarusian-volunteers"),
    ("nasa-firms", "part_of", "nasa"),
]

# event: claim, speaker (via) [about], stance, aspect, said; `*` marks what is inferred, `-` nobody or no date.
EXCERPT = """
battle-of-lysychansk
  s17a ukrainian-officials(beale) silent occurrence 2022-07-03
  s17b beale[s17a] asserts intent -
capture-of-lysychansk
  s01a russia asserts control [2022-07-02..2022-07-03]
  s01b lpr asserts control [2022-07-02..2022-07-03]
  s01c ukraine denies control [2022-07-02..]
  s14a haidai concedes control [2022-07-02..]
  s14b zelenskyy pledges intent [2022-07-02..]
initial-armoured-assault
  s02a wikipedia asserts occurrence -
  s02b wikipedia asserts attribution -
activity-at-gelatin-plant
  s03a unnamed-reports asserts occurrence -
  s03b nasa-firms(isw)[s03a] corroborates occurrence -
  s03c isw[s03a] asserts occurrence -
separatist-entry
  s04c ukrainian-general-staff(wikipedia) silent occurrence -
ukrainian-retreat
  s05b wikipedia asserts occurrence -
  s05c wikipedia asserts casualties -
  s05e wikipedia asserts assessment -
refinery-entry
  s06a wikipedia asserts occurrence -
  s06c wikipedia asserts location -
ukrainian-withdrawal-begins
  s07a miroshnik asserts withdrawal 2022-06-28
  s09c* british-defence-ministry denies withdrawal -
ukrainian-airstrikes
  s08a - asserts occurrence -
  s08b - asserts quantity -
capture-of-gelatin-plant
  s11b russian-defence-ministry asserts control [2022-01-01..2022-07-01]
encirclement-of-lysychansk
  s11d russian-defence-ministry asserts occurrence [2022-01-01..2022-07-01]
capture-of-luhansk-oblast
  s13a observers asserts control -
  s13b observers asserts intent -
  s15a russia asserts control [2022-07-02..]
  s16a haidai denies control [2022-07-02..]
"""
CONTEXT = """
ukrainian-withdrawal-begins
  c01 lysychansk-residents(miroshnik) asserts withdrawal 2022-06-28
  c02 isw[s07a] cannot_confirm withdrawal 2022-06-28
ukrainian-retreat
  c03 kalinouski-regiment denies assessment [2022-06-26..2022-06-29]
refinery-entry
  c04 haidai concedes control 2022-06-30
capture-of-gelatin-plant
  c05 ukrainian-officials(isw) denies control 2022-07-01
  c06b reuters cannot_confirm control 2022-07-01
capture-of-lysychansk
  c07 muzychuk denies control 2022-07-02
  c09 isw asserts control 2022-07-02
  c10 isw[c07] doubts control 2022-07-02
  c11 zelenskyy doubts control 2022-07-03
  c12 ukrainian-general-staff concedes withdrawal 2022-07-03
  c13 zelenskyy concedes withdrawal 2022-07-03
encirclement-of-lysychansk
  c08 muzychuk denies occurrence 2022-07-02
capture-of-luhansk-oblast
  c14 haidai denies control 2022-07-06
initial-armoured-assault
  c15 kalinouski-regiment asserts occurrence [2022-06-26..2022-06-29]
"""
DATINGS = {
    "s03a": "2022-06-25",
    "s03b": "2022-06-25",
    "s03c": "2022-06-25",
    "s09c": "2022-06-30",
    "s11b": "2022-07-01",
    "s11d": "2022-07-01",
    "s01b": "2022-07-02",
    "s01a": "2022-07-03",
    "s15a": "2022-07-03",
    "s01c": "2022-07-02",
    "s14a": "2022-07-03",
    "s14b": "2022-07-03",
    "s16a": "2022-07-06",
    "s17b": "2022-07-04",
}


@cache
def parties() -> Parties:
    return Parties(ACTORS, AFFILIATIONS)


def claims(event: str, *, context: bool) -> list[Statement]:
    """What is said about the event, in the excerpt alone or with the context layer."""
    found, current = [], ""
    for line in (EXCERPT + CONTEXT * context).splitlines():
        if not line.startswith(" "):
            current = line
        elif current == event:
            found.append(statement(line, DATINGS if context else {}))
    return found


def statement(line: str, datings: dict[str, str] | None = None) -> Statement:
    """One claim from its line."""
    label, who, stance, aspect, text = line.split()
    who, _, about = who.removesuffix("]").partition("[")
    speaker, _, via = who.removesuffix(")").partition("(")
    id_ = label.removesuffix("*")
    text = (datings or {}).get(id_, text)
    dated = None if text == "-" else dates.parse(text)
    when = said(dated.earliest, dated.latest, RECORDED_ON) if dated else said(None, None, RECORDED_ON)
    named = None if speaker == "-" else speaker
    standing = parties().of(named, via or None)
    return Statement(
        id=id_,
        party=standing.party,
        voice=standing.voice,
        instrument=standing.instrument,
        sided=standing.sided,
        stance={stance.value: stance for stance in Stance}[stance],
        aspect={aspect.value: aspect for aspect in Aspect}[aspect],
        earliest=when.earliest,
        latest=when.latest,
        dated=when.dated,
        ends_open=when.ends_open,
        about=about or None,
        inferred=label.endswith("*"),
        speaker=named,
    )
