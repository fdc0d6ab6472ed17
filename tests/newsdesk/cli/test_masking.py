"""Names in exports: masked where recognised; places, troops and officials stay."""

from __future__ import annotations

import pytest

from newsdesk.cli.masking import masked, masked_record


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Among them is Olena Kovalenko, a nurse from Kharkiv.",
            "Among them is [name], a nurse from Kharkiv.",
        ),
        (
            "The pilot, Serhii, wept; his mother Iryna Petrivna Bondarchuk waited.",
            "The pilot, Serhii, wept; his mother [name] waited.",
        ),
        ("Серед звільнених Марія Коваленко з Маріуполя.", "Серед звільнених [name] з Маріуполя."),
        ("Серед них лікар Пантелеймон Нечипоренко та його брат.", "Серед них лікар [name] та його брат."),
        ("Вернулся сержант Иван Сергеевич Громов из Тулы.", "Вернулся сержант [name] из Тулы."),
        ("Коваленко вже вдома, Іван Гончар ще ні.", "[name] вже вдома, [name] ще ні."),
        ("Додому їде боєць Шевченко.", "Додому їде боєць [name]."),
        ("Об этом сообщили матери Дмитрия Лебедева.", "Об этом сообщили матери [name]."),
    ],
)
def test_a_name_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Зеленський подякував Об'єднаним Арабським Еміратам.",
        "Президент Володимир Зеленський повідомив про обмін.",
        "Russia's chief negotiator Vladimir Medinsky said 1,212 bodies were handed over in the Chernihiv region.",
        "The Red Cross and the Coordination Headquarters welcomed 205 defenders of Mariupol.",
        "Надія повернулася до родин.",
        "Минобороны России сообщило: в Белгородскую область вернулись 205 военных.",
        "Україна повернула 215 полонених, серед них захисники Азовсталі.",
        "Автобуси супроводжував Червоний Хрест.",
        "УКРАЇНЦІ ЗНОВУ ВДОМА",
        "Власти Украины подтвердили обмен.",
        "",
    ],
)
def test_what_is_no_private_name_stays(text: str) -> None:
    assert masked(text) == text


def test_a_record_is_masked_where_people_speak_and_nowhere_else() -> None:
    record = {
        "id": "f1", "address": "https://a.example/Olena-Kovalenko", "outlet": "Olena Kovalenko Daily", "authors": ["Ivan Franko"],
        "title": "Olena Kovalenko is home", "claims": [{"quote": "5 людей, серед них Марія Коваленко", "count": 5}],
    }  # fmt: skip
    found = masked_record(record)
    assert (found["id"], found["address"], found["outlet"]) == ("f1", record["address"], record["outlet"])
    assert (found["title"], found["authors"]) == ("[name] is home", [])
    assert found["claims"] == [{"quote": "5 людей, серед них [name]", "count": 5}]
