"""Names as others spell them, in every script."""

# ruff: noqa: RUF001 - letters that look like Latin ones are meant

import csv
from pathlib import Path

import pytest

from api.domain import text
from api.domain.text import WAYS, alternatives, folded, spellings
from tests.support.live import Api

CASE = Path(__file__).parents[3] / "shared" / "cases" / "18-romanisations"


def found(name: str, asked: str) -> bool:
    """Whether every word that is asked for is found under a name."""
    have = folded([], [name]).split()
    return all(any(one.startswith(alternatives(word)) for one in have) for word in text.query_words(asked))


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        (
            "Лисичанськ",
            "Lysychansk Lysyčansʹk Lysytschansk Lyssytchansk Łysyczańsk Liszicsanszk Lysytsjansk Lisychansk",
        ),
        ("Харків", "Kharkiv Charkiw Charkiv Harkiv Xarkiv Jarkiv"),
        ("Щастя", "Shchastia Schtschastja Szczastia Chtchastia Ščastja Shchastya"),
        ("Євпаторія", "Yevpatoria Ievpatoriia Jewpatorija Evpatorija"),
        ("Ковель", "Kovel Kowel Kovelʹ"),
        ("Київ", "Kyiv Kyïv Kyjiw"),
        ("Жуковский", "Zhukovsky Schukowski Joukovski Żukowski Zsukovszkij Žukovskij"),
        ("Россия", "Rossiya Rossija Rossiia Rossia"),
        ("Приволье", "Privolʹe Privolye Privolje"),
        ("Θεσσαλονίκη", "Thessaloniki Thessalonike"),
        ("Λάρνακα", "Larnaka"),
        ("Երևան", "Yerevan Erevan"),
        ("Շուշի", "Shushi Šuši Chouchi"),
        ("თბილისი", "Tbilisi Tbilissi"),
        ("ცხინვალი", "Tskhinvali Cxinvali Zchinwali"),
        ("القنيطرة", "Quneitra Qunaitira Kuneitra"),
        ("ירושלים", "Yerushalayim"),
        ("خشام", "Khasham Khusham Khisham Khsham Chascham"),
        ("حلب", "Halab Ḥalab"),
        ("درعا", "Daraa Deraa Dar'a"),
        ("إدلب", "Idlib Edlib"),
        ("غزة", "Gaza Ghazza Ghazzah"),
        ("صنعاء", "Sanaa Sana'a Ṣanʿāʾ"),
        ("مطروح", "Matruh Matrouh"),
        ("پشاور", "Peshawar"),
        ("الرقة", "Raqqa Rakka Raqqah رقة"),
        ("رقة", "الرقة"),
        ("الرقة", "ar-Raqqah al-Raqqa Er-Rakka"),
        ("دير الزور", "Deir Ezzor; Dayr az-Zawr; Deir ez-Zor"),
        ("تل أبيض", "Tell Abyad; Tal Abiad"),
        ("תל אביב", "Tel Aviv; Tell Abib"),
        ("חברון", "Hevron Chevron"),
        ("באר שבע", "Be'er Sheva; Beer Scheva"),
        ("חיפה", "Haifa Hayfa"),
        ("Щёлково", "Shchyolkovo Shchelkovo Schelkowo Schtschjolkowo Ščëlkovo Щелково Щёлково"),
        ("Магілёў", "Mahiliou Mahilyow Mahilioŭ Mahilëŭ"),
        ("Горбачёв", "Gorbachyov Gorbachev Gorbachov Gorbaczow Gorbatschow Gorbatchev"),
        ("Орёл", "Oryol Orel Orjol"),
        ("Shchyolkovo", "Щёлково Щелково"),
        ("Нижний Новгород", "Nizhnynovgorod Nischnynowgorod"),
        ("באר שבע", "Beersheba Beersheva Beerscheba"),
        ("תל אביב", "Telaviv"),
        ("دير الزور", "Deirezzor Dayralzawr"),
        ("رام الله", "Ramallah; Ram Allah"),
        ("كركوك", "Kirkuk Kerkuk"),
        ("עכו", "Akko Acco"),
        ("عين عيسى", "Ain Issa; Ein Eissa; ʿAyn ʿĪsā"),
        ("עין גדי", "Ein Gedi; ʿEin Gedi"),
        ("يافا", "Yafa Jaffa"),
        ("علي", "Ali"),
        ("ירושלים", "Jerusalem Jeruschalajim"),
        ("יריחו", "Jericho Yeriho"),
        ("خالد", "Ḫālid H̱ālid Khalid Chalid"),
        ("خشام", "Ḫišām Ḫašām"),
        ("چابهار", "Čābahār Chabahar"),
        ("أبو ظبي", "Abū Ẓabī"),
        ("צפת", "Ṣefat Zefat Tsfat"),
        ("חברון", "Ḥevron Ḫevron"),
        ("Запоріжжя", "Zaporizhzhia Zaporizhia"),
        ("Ηράκλειο", "Irakleio Iraklio"),
        ("Ջերմուկ", "Jermuk Dschermuk Djermouk"),
        ("ზუგდიდი", "Zugdidi Sugdidi"),
        ("Bakhmut", "Бахмут Бахмуту Бахмуті Бахмута"),
        ("Marchuk", "Марчук Марчука"),
        ("Mariupol", "Мариуполь Мариуполя Маріуполь"),
        ("Kiev", "Киев Києв"),
        ("Yakutsk", "Якутск Якутска"),
        ("Diana", "Диана"),
        ("Syria", "Сирия Сирии"),
        ("Iurii", "Юрий Юрій"),
        ("Лисичанск", "Лисичанська Лисичанську Лисичанске"),
        ("Луганская область", "Луганської області; Луганской области"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(name: str, spelt: str) -> None:
    words = spelt.split("; ") if ";" in spelt else spelt.split()
    assert [word for word in words if not found(name, word)] == []


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("حمص", "Hama"),
        ("حماة", "Homs"),
        ("حماس", "Homs"),
        ("حلب", "Halba"),
        ("خشام", "Hisham"),
        ("إدلب", "Dublin"),
        ("الرقة", "Rocky"),
        ("חיפה", "Hope"),
        ("عكا", "ice"),
        ("עכו", "echo"),
        ("עין גדי", "inn Gedi"),
        ("عين عيسى", "Jan Issa"),
        ("علي", "July"),
        ("ניר עוז", "out"),
        ("حسام", "Ḫisham"),
        ("צור", "sure"),
        ("Щелково", "Shchyolkovo"),
        ("Щёлково", "school"),
        ("Магілёў", "Mogilev"),
        ("Сіверськ", "Siverskodonetsk"),
        ("Бахмут", "Bakhchysarai"),
        ("Приволье", "Privolnoye"),
        ("Минск", "мина"),
        ("Лисичанск", "Lisbon"),
        ("Луганськ", "Donetsk"),
        ("Київ", "Kiel"),
        ("Одеса", "Odense"),
        ("Kevin", "Киев"),
        ("Marina", "Мариуполь"),
    ],
)
def test_nothing_else_is_found(name: str, other: str) -> None:
    assert not found(name, other)


def test_short_words_and_numbers_are_as_they_are() -> None:
    assert list(spellings(["ua", "24", "2022", "в"])) == []
    assert [alternatives(word) for word in ("ua", "в", "2022")] == [("ua",), ("в",), ("2022",)]
    assert (
        max(len(alternatives(word)) for word in ("lysychansk", "лисичанську", "حمص", "qalqilya", "jenin", "ꞩafad"))
        == WAYS
    )


def test_a_letter_with_its_mark_is_found_without_it_and_where_it_was_recorded_with_it() -> None:
    for name in ("Ḫalid", "Halid", "Čakovec", "Ṣur", "Ḵafr"):
        assert found(name, name)
    assert found("Ḫalid", "Halid")
    assert text.query_words("Ḫān Ṣūr čad") == ("ꜧan", "ꞩur", "ꞓad")
    assert [alternatives(word)[0] for word in text.query_words("Ḫān Ṣūr čad")] == ["han", "sur", "cad"]


def cases(name: str) -> list[dict[str, str]]:
    file = CASE / name
    if not file.exists():
        return []
    return list(csv.DictReader(file.read_text().splitlines(), delimiter="\t"))


@pytest.mark.parametrize("row", cases("words_must_find.tsv"), ids=lambda row: row["form"])
def test_a_form_that_must_be_found(api: Api, row: dict[str, str]) -> None:
    assert row["place"] in api.ids("/locations", q=row["form"])


@pytest.mark.parametrize("row", cases("words_must_not_find.tsv"), ids=lambda row: row["form"])
def test_a_form_that_must_find_nothing(api: Api, row: dict[str, str]) -> None:
    assert row["must not find"] not in api.ids("/locations", q=row["form"])


@pytest.mark.parametrize("form", ["Liszicsanszk", "Lyssytschansk", "Łysyczańsk", "Lisichansk", "Лисичанска"])
def test_a_place_is_found_by_each_of_its_spellings(api: Api, form: str) -> None:
    assert "lysychansk" in api.agreed("/locations", q=form)


@pytest.mark.parametrize("form", ["Selenskyj", "Zelenski", "Зеленського", "Zełenski"])
def test_a_person_too(api: Api, form: str) -> None:
    assert api.agreed("/actors", q=form) == ["zelenskyy"]


@pytest.mark.parametrize("form", ["Liszicsanszk", "Lyssytschansk", "Лисичанську"])
def test_what_happened_there_too(api: Api, form: str) -> None:
    assert set(api.agreed("/events", q=form)) >= {"capture-of-lysychansk", "battle-of-lysychansk"}


def test_what_a_person_said_too(api: Api) -> None:
    assert set(api.ids("/claims", q="Selenskyj")) >= set(api.ids("/claims", speaker="zelenskyy"))
