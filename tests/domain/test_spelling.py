"""Names as others spell them, in every script."""

# ruff: noqa: RUF001 - letters that look like Latin ones are meant

import csv
from pathlib import Path

import pytest

from api.domain.text import WAYS, alternatives, fold, folded, spellings
from tests.support.live import Api

CASE = Path(__file__).parents[3] / "shared" / "cases" / "18-romanisations"


def found(name: str, asked: str) -> bool:
    """Whether every word that is asked for is found under a name."""
    have = folded([], [name]).split()
    return all(any(one.startswith(alternatives(word)) for one in have) for word in fold(asked))


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
        ("Запоріжжя", "Zaporizhzhia Zaporizhia"),
        ("Ηράκλειο", "Irakleio Iraklio"),
        ("Ջերմուկ", "Jermuk Dschermuk Djermouk"),
        ("ზუგდიდი", "Zugdidi Sugdidi"),
        ("Bakhmut", "Бахмут Бахмуту Бахмуті Бахмута"),
        ("Marchuk", "Марчук Марчука"),
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
        ("Сіверськ", "Siverskodonetsk"),
        ("Бахмут", "Bakhchysarai"),
        ("Приволье", "Privolnoye"),
        ("Минск", "мина"),
        ("Лисичанск", "Lisbon"),
        ("Луганськ", "Donetsk"),
        ("Київ", "Kiel"),
        ("Одеса", "Odense"),
    ],
)
def test_nothing_else_is_found(name: str, other: str) -> None:
    assert not found(name, other)


def test_short_words_and_numbers_are_as_they_are() -> None:
    assert list(spellings(["ua", "24", "2022", "в"])) == []
    assert [alternatives(word) for word in ("ua", "в", "2022")] == [("ua",), ("в",), ("2022",)]
    assert max(len(alternatives(word)) for word in ("lysychansk", "лисичанську", "حمص", "qalqilya")) == WAYS


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
